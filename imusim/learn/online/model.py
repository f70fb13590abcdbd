"""A model that says at every frame what is done: its file, and a stepper that holds its state."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.utils import parametrize

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.learn.encoders.body_graph import hops
from imusim.learn.online.frames import INPUTS
from imusim.learn.online.networks import FrameNetwork
from imusim.learn.online.registry import make_network

FORMAT = "online 1"
"""Of model files; another is refused."""


@dataclass(frozen=True)
class FrameSettings:
    """All that must be known to make a model anew and to feed it.

    Parameters
    ----------
    network : str
        Of :data:`imusim.learn.online.registry.NETWORKS`.
    network_settings : mapping
        What it is made with.
    sensors : tuple of str
        Joints (:data:`imusim.conventions.JOINTS`) where the S sensors sit, in their order.
    rate_hz : float
        Of the frames.
    labels : tuple of str
        The K classes; none: the model was only pretrained.
    mounting : {"unknown", "stored"}
        Whether training turned sensors at random, or took them as they were.
    source : mapping
        What it was trained on, whom it saw, licences, settings: for the record.
    """

    network: str = "gru"
    network_settings: Mapping[str, Any] = field(default_factory=dict)
    sensors: tuple[str, ...] = ("pelvis",)
    rate_hz: float = 50.0
    labels: tuple[str, ...] = ()
    mounting: str = "unknown"
    source: Mapping[str, Any] = field(default_factory=dict)


class FrameModel(nn.Module):
    """A frame-wise network and a linear layer that tells classes.

    Parameters
    ----------
    settings : FrameSettings

    Raises
    ------
    ConfigError
        For an unknown network or setting, sensors that are no joints or there twice, a rate that
        is none.
    """

    def __init__(self, settings: FrameSettings):
        super().__init__()
        check_sensors(settings.sensors)
        if not (np.isfinite(settings.rate_hz) and settings.rate_hz > 0):
            raise ConfigError(f"a rate of {settings.rate_hz} Hz; it must be positive")
        self.settings = settings
        self.network: FrameNetwork = make_network(
            settings.network, len(settings.sensors), settings.network_settings
        )
        count = len(settings.labels)
        self.head = nn.Linear(self.network.width, count) if count else None

    def forward(self, frames: Tensor, present: Tensor) -> Tensor:
        """Logits (B, T, K) of frames (B, T, S, 6), m/s² and rad/s, and ``present`` (B, T, S, 2)."""
        return self.told(self.network(frames, present))

    def told(self, vectors: Tensor) -> Tensor:
        """Logits (…, K) of what the network makes. Raises ConfigError where there are no labels."""
        if self.head is None:
            raise ConfigError(
                "the model was pretrained only and tells no classes; train it on labels: "
                "imusim online train DATASET=FOLDER --from MODEL"
            )
        return self.head(vectors)

    def probabilities(self, frames: ArrayLike, present: ArrayLike | None = None) -> NDArray:
        """Of each class at each frame, (T, K), with the model at rest.

        Parameters
        ----------
        frames : (T, S, 6) array
            m/s², rad/s, at the model's rate.
        present : (T, S, 2) bool array, optional
            By default, all that is a number.
        """
        given = torch.from_numpy(np.array(frames, np.float32))[None]
        there = np.ones((*given.shape[1:3], 2), bool) if present is None else np.array(present)
        device = next(self.parameters()).device
        was = self.training
        self.eval()
        try:
            with torch.no_grad():
                logits = self(given.to(device), torch.from_numpy(there)[None].to(device))
        finally:
            self.train(was)
        return logits[0].softmax(dim=-1).cpu().numpy()


class Stepper:
    """A model that is fed frame by frame and holds what it knows of the past.

    Parameters
    ----------
    model : FrameModel
        With labels. It is copied, at rest.

    Attributes
    ----------
    rate_hz : float
        At which frames are due.
    labels, sensors : tuple of str
    """

    def __init__(self, model: FrameModel):
        if model.head is None:
            model.told(torch.zeros(0))
        self._model = copy.deepcopy(model).cpu().eval().requires_grad_(False)
        for module in list(self._model.modules()):
            if parametrize.is_parametrized(module):  # weights that are made anew at every use
                own = type(module)  # which the copy shares, and what follows would change
                module.__class__ = type(own.__name__, own.__bases__, {**vars(own)})  # pyright: ignore
                for name in list(module.parametrizations):  # pyright: ignore
                    parametrize.remove_parametrizations(module, name)
        self.rate_hz = float(model.settings.rate_hz)
        self.labels = tuple(model.settings.labels)
        self.sensors = tuple(model.settings.sensors)
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._state = self._model.network.start()

    def push(self, frame: ArrayLike, present: ArrayLike | None = None) -> NDArray[np.float32]:
        """Probabilities (K,) after one more frame.

        Parameters
        ----------
        frame : (S, 6) array
            m/s², rad/s, in the sensors' axes. What is no number counts as absent.
        present : (S, 2) bool array, optional
            Whether there is an accelerometer's, a gyroscope's sample; all by default.

        Raises
        ------
        ConfigError
            For a frame of another shape.
        """
        count = len(self.sensors)
        given = np.array(frame, np.float32)
        there = np.ones((count, 2), bool) if present is None else np.array(present, bool)
        if given.shape != (count, 6) or there.shape != (count, 2):
            raise ConfigError(
                f"a frame {given.shape} with presence {there.shape}, not {(count, 6)} and "
                f"{(count, 2)}: sensors are {', '.join(self.sensors)}"
            )
        with torch.inference_mode():
            out, self._state = self._model.network.step(
                torch.from_numpy(given)[None], torch.from_numpy(there)[None], self._state
            )
            return self._model.told(out)[0].softmax(dim=-1).numpy()


def check_sensors(sensors: Sequence[str]) -> None:
    """Raise ConfigError for sensors that are none, no joints, or named twice."""
    for name in sensors:
        if name not in JOINTS:
            raise ConfigError(f"no joint {name!r}; there are: {', '.join(JOINTS)}")
        if list(sensors).count(name) > 1:
            raise ConfigError(f"sensor {name} is named twice")
    if not sensors:
        raise ConfigError("no sensor is named")


def transferred(model: FrameModel, settings: FrameSettings) -> FrameModel:
    """A new model with the network of another, and a head of its own.

    Where the sensors differ, each starts with the weights of that sensor of the old model which is
    nearest on the body, of several equally near the first.

    Raises
    ------
    ConfigError
        If the networks or the rates differ.
    """
    old = model.settings
    new = FrameModel(settings)
    if (old.network, dict(old.network_settings)) != (
        settings.network, dict(settings.network_settings),
    ):  # fmt: skip
        raise ConfigError(
            f"the model to start from is a {old.network} with {dict(old.network_settings)}, not a "
            f"{settings.network} with {dict(settings.network_settings)}"
        )
    if not np.isclose(old.rate_hz, settings.rate_hz):
        raise ConfigError(
            f"the model to start from takes {old.rate_hz:g} Hz, not {settings.rate_hz:g} Hz"
        )
    state = dict(model.network.state_dict())
    columns = state["entry.weight"].unflatten(1, (len(old.sensors), INPUTS))
    places = [JOINTS.index(name) for name in old.sensors]
    nearest = [int(hops()[JOINTS.index(name), places].argmin()) for name in settings.sensors]
    state["entry.weight"] = columns[:, nearest].flatten(1)
    new.network.load_state_dict(state)
    return new


def save_frame_model(model: FrameModel, path: Path | str) -> None:
    """Write settings and weights to a file that :func:`load_frame_model` reads."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    held = {"format": FORMAT, "settings": asdict(model.settings), "state": state}
    part = path.with_name(path.name + ".part")
    torch.save(held, part)
    part.replace(path)


def is_frame_model(path: Path | str) -> bool:
    """Whether a file, or the ``model.pt`` of a folder, is a frame-wise model."""
    try:
        held = torch.load(_file(path), map_location="cpu", weights_only=True)
    except Exception:  # whatever a damaged file makes of the reader
        return False
    return isinstance(held, dict) and str(held.get("format", "")).startswith(FORMAT.split()[0])


def _file(path: Path | str) -> Path:
    path = Path(path)
    return path / "model.pt" if path.is_dir() else path


def load_frame_model(path: Path | str) -> FrameModel:
    """Read a model, or the ``model.pt`` of a folder; only tensors and plain values are unpickled.

    Raises
    ------
    ConfigError
        If there is no such file, or it is no frame-wise model, or not of this format, or its
        weights do not fit the network that it names.
    """
    path = _file(path)
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file; give a model that online train wrote")
    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged file makes of the reader
        raise ConfigError(f"{path}: this is no model of imusim, or it is damaged") from error
    if not isinstance(held, dict) or not {"format", "settings", "state"} <= set(held):
        raise ConfigError(f"{path}: this is no model of imusim; give what online train wrote")
    if held["format"] != FORMAT:
        raise ConfigError(
            f"{path}: format {held['format']!r}; frame-wise models are {FORMAT!r}, and "
            "`imusim online train` writes them"
        )
    try:
        model = FrameModel(FrameSettings(**held["settings"]))
        model.load_state_dict(held["state"])
    except (TypeError, AttributeError, RuntimeError, ConfigError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{path}: its weights are of another network: {reason}") from None
    return model.eval()
