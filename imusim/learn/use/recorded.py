"""A recording as windows that a model takes, whoever recorded it with whatever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.conventions import JOINTS
from imusim.errors import ConfigError, MotionError
from imusim.learn.batch import SensorBatch, placements
from imusim.learn.evaluation.upright import AXES, turn_to_z, up_axis
from imusim.learn.places import joint_of
from imusim.names import did_you_mean
from imusim.recordings import Recording
from imusim.recordings.model import Sensor
from imusim.recordings.resampling import sampled
from imusim.sensor.placement import find_placements

Numbers = NDArray[np.intp] | NDArray[np.int64] | Sequence[int] | slice
UNKNOWN_PLACE = "unknown"
LEAST_S = 1.0
"""A window of which less is known says nothing."""
_LEAST_SHARE = 0.5
_MOST_WINDOWS = 2_000_000


class RecordedWindows:
    """W windows of a recording, all that is in it, labelled or not.

    The last one is padded. A sensor is in a window if half as many of its samples are known as of
    the sensor that is known best; samples at which one of these has a gap are not valid. Windows of
    which less than a second is known are left out.

    Parameters
    ----------
    recording : Recording
    rate_hz, window_s : float
        What the model takes.
    stride_s : float, optional
        From the start of a window to that of the next; by default a window.
    placement : str or mapping of str to str
        Where the sensor is worn, or by the sensors' names: a placement, or ``unknown``. By default
        as the recording says.
    up : str or mapping of str to str
        Which axis of the sensor points up along the segment of a person who stands with the arms
        hanging: signals are turned so that it is z. ``x``, ``-x`` … ``-z``, or ``gravity``: the
        direction of the mean specific force, which holds where the segment was upright most of the
        time. Empty: signals stay as they are.

    Attributes
    ----------
    start_s, end_s : (W,) array
        When windows begin and end, on the recording's clock, s; the last one where its samples do.

    Raises
    ------
    ConfigError
        If the settings make no window, or name what there is not.
    MotionError
        If nothing is left; as :func:`imusim.recordings.resampling.sampled`.
    """

    def __init__(
        self,
        recording: Recording,
        rate_hz: float,
        window_s: float,
        stride_s: float | None = None,
        placement: str | Mapping[str, str] = "",
        up: str | Mapping[str, str] = "",
    ):
        self.rate_hz, self.key = rate_hz, recording.key
        self.samples, stride = (
            round(seconds * rate_hz) if np.isfinite(seconds * rate_hz) else 0
            for seconds in (window_s, window_s if stride_s is None else stride_s)
        )
        if self.samples < 1 or stride < 1:
            raise ConfigError(
                f"windows of {window_s:g} s every {stride_s or window_s:g} s at {rate_hz:g} Hz "
                "have no samples: make them longer"
            )
        sensors = tuple(own for sensor in recording.sensors if (own := _speaking(sensor)))
        if not sensors:
            raise MotionError(f"{recording.key}: none of its sensors has a number")
        recording = replace(recording, sensors=sensors)
        self.sensors = tuple(sensor.name for sensor in sensors)
        named = _by_sensor(placement, self.sensors, "placement")
        self._placement = placements(
            [_joint(named.get(sensor.name) or sensor.placement) for sensor in sensors]
        )
        self._has = np.array(
            [[s.accelerometer is not None, s.gyroscope is not None] for s in sensors]
        )
        even = sampled(recording, rate_hz)
        self._known = even.valid
        self._signals = np.where(even.valid[..., None], np.nan_to_num(even.signals), 0.0)
        axes = _by_sensor(up, self.sensors, "up")
        for k, name in enumerate(self.sensors):
            if axes.get(name):
                self._turn(k, name, axes[name])
        self._cut(stride, even.start_s)

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def places(self) -> tuple[int, ...]:
        """Number of each sensor's joint, as in :class:`imusim.learn.batch.SensorBatch`."""
        return tuple(self._placement.tolist())

    def batch(self, numbers: Numbers = slice(None)) -> SensorBatch:
        """Some of the windows, or all."""
        starts, worn = self._starts[numbers], self._worn[numbers]
        at = starts[:, None] + np.arange(self.samples)
        inside = at < len(self._known)
        at = np.minimum(at, len(self._known) - 1)
        known = self._known[at] & inside[..., None]  # (W, T, S)
        valid = (known | ~worn[:, None]).all(axis=2) & inside
        signals = self._signals[at].transpose(0, 2, 3, 1).astype(np.float32)
        return SensorBatch(
            torch.from_numpy(np.ascontiguousarray(signals)),
            self._placement.expand(len(starts), -1),
            torch.from_numpy(worn[..., None] & self._has),
            torch.from_numpy(valid),
        ).cleaned()

    def _turn(self, k: int, name: str, axis: str) -> None:
        if axis not in (*AXES, "gravity"):
            raise ConfigError(f"up {axis!r}: one of {', '.join(AXES)}, or gravity")
        force = self._signals[self._known[:, k], k, :3]
        if not self._has[k, 0]:
            force = np.zeros((0, 3))
        try:
            turn = turn_to_z(up_axis(axis, force))
        except ConfigError as error:
            raise ConfigError(f"sensor {name}: {error}") from None
        both = self._signals[:, k].reshape(-1, 2, 3)
        self._signals[:, k] = (both @ turn.T).reshape(-1, 6)

    def _cut(self, stride: int, start_s: float) -> None:
        frames = len(self._known)
        count = max(0, -(-(frames - self.samples) // stride)) + 1
        if count > _MOST_WINDOWS:
            raise ConfigError(f"{count:,} windows: make the stride longer")
        starts = np.arange(count) * stride
        starts = starts[starts < frames]
        ends = np.minimum(starts + self.samples, frames)
        sums = np.concatenate([np.zeros((1, len(self.sensors)), int), self._known.cumsum(axis=0)])
        told = sums[ends] - sums[starts]  # (W, S)
        best = told.max(axis=1)
        kept = best >= min(LEAST_S * self.rate_hz, self.samples)
        if not kept.any():
            raise MotionError(
                f"{self.key}: no window holds {min(LEAST_S, self.samples / self.rate_hz):g} s "
                "without gaps; record for longer"
            )
        self._starts, self._worn = starts[kept], (told >= _LEAST_SHARE * best[:, None])[kept]
        self.start_s = start_s + self._starts / self.rate_hz
        self.end_s = start_s + ends[kept] / self.rate_hz


def _speaking(sensor: Sensor) -> Sensor | None:
    """The sensor without a signal that holds no number; None if that is all it has."""
    signals = {}
    for kind in ("accelerometer", "gyroscope"):
        signal = getattr(sensor, kind)
        told = signal is not None and bool(np.isfinite(signal).all(axis=1).any())
        signals[kind] = signal if told else None
    return replace(sensor, **signals) if any(s is not None for s in signals.values()) else None


def _by_sensor(
    stated: str | Mapping[str, str], sensors: Sequence[str], what: str
) -> Mapping[str, str]:
    if isinstance(stated, str):
        return dict.fromkeys(sensors, stated)
    for name in stated:
        if name not in sensors:
            raise ConfigError(
                f"{what} of {name!r}: no such sensor.{did_you_mean(name, sensors)} "
                f"There are: {', '.join(sensors)}"
            )
    return stated


def _joint(placement: str) -> str:
    """The joint of a placement by name; ``""``: nobody knows."""
    if placement in ("", UNKNOWN_PLACE):
        return ""
    try:
        found = find_placements([placement])
    except ConfigError:
        if placement in JOINTS:
            return placement
        raise
    if len(found) != 1:
        raise ConfigError(f"placement {placement!r} is several places; state one")
    return joint_of(found[0])
