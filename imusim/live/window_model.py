"""A model of windows as what tells, frame by frame, what is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.learn.batch import SensorBatch, placements
from imusim.learn.evaluation.upright import AXES, turn_to_z, up_axis
from imusim.learn.use import Classes, Encoder
from imusim.learn.use.recorded import LEAST_S
from imusim.live.places import check_stated, joint_worn
from imusim.live.recognise import Probabilities

_LEAST_SHARE = 0.5
"""As :class:`imusim.learn.use.RecordedWindows` has it."""


class WindowRecogniser:
    """A model of windows, asked again and again about the last one.

    Every window is judged as `imusim classify` judges it. Until a whole one is there, what there is
    of it is padded.

    Parameters
    ----------
    encoder : Encoder
    classes : Classes
    every_s : float
        From one answer to the next.
    window_s : float, optional
        By default the model's.
    placement, up : str or mapping of str to str
        As :class:`imusim.learn.use.RecordedWindows` has them; ``gravity`` is that of the window.

    Raises
    ------
    ConfigError
        For a time out of range, an unknown placement or axis, or if the model takes upright sensors
        and nobody says which axis is up.
    """

    def __init__(
        self,
        encoder: Encoder,
        classes: Classes,
        every_s: float = 1.0,
        window_s: float | None = None,
        placement: str | Mapping[str, str] = "",
        up: str | Mapping[str, str] = "",
    ):
        settings = encoder.settings
        self.rate_hz = float(settings.rate_hz)
        self.labels = classes.names
        self.causal = False
        self.window_s = settings.window_s if window_s is None else window_s
        self._samples = round(self.window_s * self.rate_hz)
        self._every = round(every_s * self.rate_hz)
        if self._samples < 1 or self._every < 1:
            raise ConfigError(
                f"windows of {self.window_s:g} s every {every_s:g} s have no samples: make them "
                "longer"
            )
        if settings.mounting == "upright" and not up:
            raise ConfigError(
                "the model takes sensors of which one axis is known to point up along the limb: "
                "say which with --up, such as --up x, -z or gravity (up= in Python)"
            )
        self._encoder, self._placement, self._up = encoder, placement, up
        for axis in [up] if isinstance(up, str) else up.values():
            if axis and axis not in (*AXES, "gravity"):
                raise ConfigError(f"up {axis!r}: one of {', '.join(AXES)}, or gravity")
        check_stated(placement)
        _, self._told = encoder.encode_classes(classes)
        self.start(())

    def start(self, sensors: Sequence[str]) -> None:
        """Begin anew, with these sensors."""
        self.sensors = tuple(sensors)
        self._frames: deque[tuple[NDArray[Any], NDArray[Any]]] = deque(maxlen=self._samples)
        self._has = np.zeros((len(sensors), 2), bool)
        self._count = 0
        self._joints = placements([joint_worn(name, self._placement) for name in sensors])

    @property
    def places(self) -> tuple[int, ...]:
        """Number of each sensor's joint, as in :class:`imusim.learn.batch.SensorBatch`."""
        return tuple(self._joints.tolist())

    def push(self, frame: NDArray[np.float32], present: NDArray[np.bool_]) -> Probabilities | None:
        """Take a frame; probabilities (K,) of the window that ends with it, every so often."""
        self._frames.append((frame, present))
        self._has |= present
        self._count += 1
        return None if self._count % self._every else self._judge()

    def _judge(self) -> Probabilities | None:
        signals = np.stack([frame for frame, _ in self._frames]).astype(float)  # (t, S, 6)
        present = np.stack([known for _, known in self._frames])
        known = np.asarray((present | ~self._has).all(axis=2) & self._has.any(axis=1))  # (t, S)
        told = known.sum(axis=0)
        best = told.max(initial=0)
        if best < max(min(LEAST_S * self.rate_hz, self._samples), 1):
            return None
        worn = told >= _LEAST_SHARE * best
        signals = np.where(known[..., None], signals, 0.0)
        for k, name in enumerate(self.sensors):
            axis = self._up if isinstance(self._up, str) else self._up.get(name, "")
            if axis and worn[k]:
                force = signals[known[:, k], k, :3] if self._has[k, 0] else np.zeros((0, 3))
                turn = turn_to_z(up_axis(axis, force))
                signals[:, k] = (signals[:, k].reshape(-1, 2, 3) @ turn.T).reshape(-1, 6)
        window = np.zeros((self._samples, *signals.shape[1:]), np.float32)
        window[: len(signals)] = signals
        valid = np.zeros(self._samples, bool)
        valid[: len(signals)] = (known | ~worn).all(axis=1)
        batch = SensorBatch(
            torch.from_numpy(np.ascontiguousarray(window.transpose(1, 2, 0)))[None],
            self._joints[None],
            torch.from_numpy(worn[:, None] & self._has)[None],
            torch.from_numpy(valid)[None],
        ).cleaned()
        return self._encoder.shares(self._encoder.encode(batch), self._told)[0]
