"""A trained model as a tool: recordings in, embeddings and names out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imusim.errors import ConfigError
from imusim.learn.batch import SensorBatch
from imusim.learn.encoders.harnet import HARNETS
from imusim.learn.evaluation.zero_shot import embed_classes, embed_windows
from imusim.learn.model import ImuTextModel, ModelSettings, load_model
from imusim.learn.use.classes import Classes, classes_of
from imusim.learn.use.harnet import HarNetEncoder, load_harnet
from imusim.learn.use.recorded import RecordedWindows
from imusim.recordings import Recording
from imusim.recordings.files import read_file
from imusim.recordings.signals import even_sensor

Floats = NDArray[np.float32]
TextFeatures = Callable[[Sequence[str]], Tensor]
"""What a text encoder makes of texts: (M, F)."""
BATCH = 256
MODEL = "model.pt"
"""Name of a model in the folder of its training."""


@dataclass(frozen=True, eq=False)
class Named:
    """What is done in W windows, by one of K labels.

    Parameters
    ----------
    start_s, end_s : (W,) array
        When windows begin and end, s.
    labels : tuple of str
    probabilities : (W, K) array
        Rows sum to one. They share out certainty among these labels: of windows in which none of
        them is done, too.
    """

    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start_s)

    @property
    def best(self) -> tuple[str, ...]:
        """The likeliest label of each window."""
        return tuple(self.labels[k] for k in self.probabilities.argmax(axis=1))

    def spans(self) -> Named:
        """Windows in a row with the same best label as one; probabilities are their means."""
        best = self.probabilities.argmax(axis=1)
        apart = (best[1:] != best[:-1]) | (self.start_s[1:] > self.end_s[:-1] + 1e-6)
        edges = np.concatenate([[0], np.flatnonzero(apart) + 1, [len(self)]])
        pairs = list(pairwise(edges.tolist())) if len(self) else []
        return Named(
            np.array([self.start_s[a] for a, _ in pairs]),
            np.array([self.end_s[b - 1] for _, b in pairs]),
            self.labels,
            np.array([self.probabilities[a:b].mean(axis=0) for a, b in pairs]),
        )


class Encoder:
    """A trained model with its text encoder.

    Parameters
    ----------
    model : ImuTextModel
    device : str
        Where to compute.
    features : callable, optional
        What makes features of texts; by default the text encoder that the model was trained with,
        which is loaded when the first text comes.

    Raises
    ------
    ConfigError
        If there is no such device.
    """

    def __init__(
        self, model: ImuTextModel, device: str = "cpu", features: TextFeatures | None = None
    ):
        self.model = model.to(found_device(device)).eval()
        self._features = features

    @property
    def settings(self) -> ModelSettings:
        """Rate and length of windows, mounting, width and so on."""
        return self.model.settings

    def windows(
        self,
        recording: Recording | Path | str | Mapping[str, Any],
        *,
        rate_hz: float | None = None,
        window_s: float | None = None,
        stride_s: float | None = None,
        placement: str | Mapping[str, str] = "",
        up: str | Mapping[str, str] = "",
    ) -> RecordedWindows:
        """Cut a recording as the model takes it.

        Parameters
        ----------
        recording : Recording, path, or mapping of str to (N, 3) or (N, 6) array
            A file is read as :func:`imusim.recordings.files.read_file` does. Arrays, by the
            placement of their sensor: accelerometer, m/s², and gyroscope, rad/s, in sensor axes;
            NaN where a sample is missing.
        rate_hz : float, optional
            Of the arrays; of a recording, its own.
        window_s, stride_s : float, optional
            By default the model's window, side by side.
        placement, up : str or mapping of str to str
            As :class:`RecordedWindows` has them.

        Raises
        ------
        ConfigError
            For settings out of range; if the model takes upright sensors and nobody says which
            axis is up.
        MotionError
            If the recording cannot be read, or no window is left.
        """
        if isinstance(recording, Path | str):
            recording = read_file(recording)
        elif isinstance(recording, Mapping):
            recording = _recording(recording, rate_hz)
        if self.settings.mounting == "upright" and not up:
            raise ConfigError(
                "the model takes sensors of which one axis is known to point up along the limb: "
                "say which with --up, such as --up x, -z or gravity (up= in Python)"
            )
        wanted = self.settings.window_s if window_s is None else window_s
        return RecordedWindows(
            recording, self.settings.rate_hz, wanted, stride_s, placement=placement, up=up
        )

    def encode(
        self,
        what: SensorBatch | RecordedWindows | Recording | Path | str | Mapping[str, Any],
        **cutting: Any,
    ) -> Floats:
        """Unit embeddings (W, E) of windows.

        They are in the space of texts; of a model that was trained without, what its encoder makes,
        of length one.

        Parameters
        ----------
        what : SensorBatch, RecordedWindows, or what :meth:`windows` takes
        **cutting
            As :meth:`windows` has them.

        Raises
        ------
        ConfigError, MotionError
            As :meth:`windows`.
        """
        if isinstance(what, SensorBatch):
            return embed_windows(self.model, what).numpy()
        windows = what if isinstance(what, RecordedWindows) else self.windows(what, **cutting)
        parts = [
            embed_windows(self.model, windows.batch(slice(first, first + BATCH)))
            for first in range(0, len(windows), BATCH)
        ]
        return torch.cat(parts).numpy()

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        """Unit embeddings (M, E) of texts; ConfigError for an empty one, and if none was learnt."""
        return self._embedded([[text] for text in texts]).numpy()

    def encode_classes(self, labels: Sequence[str] | Mapping[str, Sequence[str]] | Classes):
        """Classes, and their unit embeddings (K, E): means over their prompts."""
        classes = classes_of(labels)
        return classes, self._embedded(classes.prompts).numpy()

    def classify(
        self,
        what: RecordedWindows | Recording | Path | str | Mapping[str, Any],
        labels: Sequence[str] | Mapping[str, Sequence[str]] | Classes,
        **cutting: Any,
    ) -> Named:
        """Name what is done in windows, by labels that the model need not have seen.

        Parameters
        ----------
        what : RecordedWindows, or what :meth:`windows` takes
        labels : sequence of str, or mapping of str to texts
            Labels, or what each is called to texts that tell of it.
        **cutting
            As :meth:`windows` has them.

        Raises
        ------
        ConfigError
            For labels that are empty, equal or fewer than two; of a model that was trained without
            texts; as :meth:`windows`.
        MotionError
            As :meth:`windows`.
        """
        classes = classes_of(labels)
        self.model.check_text()
        windows = what if isinstance(what, RecordedWindows) else self.windows(what, **cutting)
        _, told = self.encode_classes(classes)
        shares = self.shares(self.encode(windows), told)
        return Named(windows.start_s, windows.end_s, classes.names, shares)

    def shares(self, embeddings: Floats, told: Floats) -> NDArray[np.float64]:
        """Probabilities (W, K) of embeddings (W, E), by those of classes (K, E)."""
        with torch.no_grad():
            scale = float(self.model.scale())
        logits = scale * (embeddings.astype(float) @ told.T.astype(float))
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def _embedded(self, prompts: Sequence[Sequence[str]]) -> Tensor:
        self.model.check_text()
        if self._features is None:
            from imusim.learn.text import load_text_encoder

            self._features = load_text_encoder(self.settings.text_model).encode
        flat = self._features([text for own in prompts for text in own])
        return embed_classes(self.model, list(flat.split([len(own) for own in prompts]))).cpu()


@overload
def load_encoder(
    path: Literal["harnet5", "harnet10", "harnet30"],
    device: str = "cpu",
    *,
    weights: Path | str | None = None,
    random: bool = False,
) -> HarNetEncoder: ...


@overload
def load_encoder(
    path: Path | str, device: str = "cpu", features: TextFeatures | None = None
) -> Encoder: ...


def load_encoder(
    path: Path | str,
    device: str = "cpu",
    features: TextFeatures | None = None,
    *,
    weights: Path | str | None = None,
    random: bool = False,
) -> Encoder | HarNetEncoder:
    """Read a model that ``imusim pretrain`` wrote, or a published one, ready for use.

    Parameters
    ----------
    path : Path or str
        The file, or the folder with its ``model.pt``; or ``harnet5``, ``harnet10`` or ``harnet30``,
        the networks of Yuan et al. 2024, whose weights are yours to get. A folder of such a name
        is ``Path("harnet10")``.
    device : str
        ``cpu``, ``cuda``, ``cuda:1``, or ``auto``: a GPU where there is one.
    features : callable, optional
        As :class:`Encoder` has it.
    weights : Path or str, optional
        Of a harnet the publishers' file, see :func:`imusim.learn.encoders.harnet.read_harnet`.
    random : bool
        Whether a harnet without weights is meant: its parameters are drawn at random.

    Raises
    ------
    ConfigError
        As :func:`imusim.learn.model.load_model`; if there is no such device; if weights are
        missing, or do not fit.
    """
    if isinstance(path, str) and path in HARNETS:
        return load_harnet(path, found_device(device), weights, random)
    if weights is not None or random:
        raise ConfigError(f"weights are for {', '.join(HARNETS)}; {path} is a model with its own")
    path = Path(path)
    return Encoder(load_model(path / MODEL if path.is_dir() else path), device, features)


def found_device(name: str) -> torch.device:
    """A device that is there. Raises ConfigError for any other."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        there = "a GPU is not there" if name.startswith("cuda") else "there is none such"
        raise ConfigError(f"device {name!r}: {there}; use cpu, or auto") from None
    return device


def _recording(arrays: Mapping[str, Any], rate_hz: float | None) -> Recording:
    """A recording of evenly sampled arrays by their placement."""
    if rate_hz is None or not rate_hz > 0:
        raise ConfigError("arrays need their rate: rate_hz=50, say")
    sensors = []
    for name, values in arrays.items():
        signal = np.asarray(values, float)
        if signal.ndim != 2 or signal.shape[1] not in (3, 6) or not len(signal):
            raise ConfigError(f"signals of {name!r} have the shape {signal.shape}, not (N, 3 or 6)")
        gyroscope = signal[:, 3:] if signal.shape[1] == 6 else None
        sensors.append(even_sensor(name, name, float(rate_hz), signal[:, :3], gyroscope))
    if not sensors:
        raise ConfigError("no arrays: give one of a sensor at least")
    return Recording("arrays", "", tuple(sensors))
