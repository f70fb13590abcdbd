"""Where and how sensors sit on links."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.names import did_you_mean
from imusim.sensor.placement.seat import Seat

Array = NDArray[np.float64]

Mode = Literal["none", "random", "upright", "wobble", "flips", "drift"]
MODES: tuple[Mode, ...] = ("none", "random", "upright", "wobble", "flips", "drift")
_MODE_NAMED: dict[str, Mode] = {mode: mode for mode in MODES}

UPRIGHT_TILT_DEG = 5.0
"""Root mean square tilt of an upright sensor's axis against the segment's; chosen."""
DRIFT_ALONG_DEG = 12.0
"""Standard deviation of how far a strap turns about the segment in the end; chosen."""
DRIFT_ACROSS_DEG = 3.0
"""The same about each of the two axes across the segment; chosen."""
DRIFT_TIME_S = (60.0, 600.0)
"""Shortest and longest time in which all but 1/e of the slip is done, drawn evenly in its
logarithm; chosen."""
MAX_WOBBLE_DEG = 90.0
"""Above it a wobble is hardly other than ``random``, and angles beyond half a turn fold back."""
MAX_DRAWS = 10_000


@dataclass(frozen=True, eq=False)
class Mounting:
    """S sensors, each on a link, where it may slip slowly.

    Orientation is ``link_from_sensor ⊗ exp(slip (1 − exp(−t / slip_time_s)))``, t in s.

    Parameters
    ----------
    joints : tuple of str
        The link that each sensor sits on; several may share one.
    link_from_sensor : (S, 4) array
        Orientation of the sensor in its link's frame at the start, xyzw.
    offset : (S, 3) array
        Lever arm: place of the sensor in its link's frame, m.
    slip : (S, 3) array
        Rotation vector by which it slips in the end, in its own axes at the start, rad.
    slip_time_s : (S,) array
        Time in which all but 1/e of the slip is done, s; of no effect where the slip is zero.

    Raises
    ------
    ConfigError
        If lengths differ, or a slip is not finite or has no time above zero.
    """

    joints: tuple[str, ...]
    link_from_sensor: Array
    offset: Array
    slip: Array = field(default_factory=lambda: np.zeros(3))
    slip_time_s: Array = field(default_factory=lambda: np.array(1.0))

    def __post_init__(self) -> None:
        count = len(self.joints)
        for name, shape in (("slip", (count, 3)), ("slip_time_s", (count,))):
            values = np.asarray(getattr(self, name), float)
            if values.ndim == len(shape) and values.shape != shape:
                raise ConfigError(f"mounting: {name} has shape {values.shape}, not {shape}")
            object.__setattr__(self, name, np.broadcast_to(values, shape))
        for name, shape in (("link_from_sensor", (count, 4)), ("offset", (count, 3))):
            if np.shape(getattr(self, name)) != shape:
                given = np.shape(getattr(self, name))
                raise ConfigError(f"mounting: {name} has shape {given}, not {shape}")
        slipping = self.slip.any(axis=1)
        if not (np.isfinite(self.slip).all() and (self.slip_time_s[slipping] > 0).all()):
            raise ConfigError("mounting: a slip must be finite and take a time above zero")

    def part(self, sensors: list[int]) -> Mounting:
        """Some of the sensors."""
        joints = tuple(self.joints[sensor] for sensor in sensors)
        arrays = (self.link_from_sensor, self.offset, self.slip, self.slip_time_s)
        return Mounting(joints, *(array[sensors] for array in arrays))

    @property
    def slips(self) -> bool:
        """Whether any sensor slips."""
        return bool((self.slip.any(axis=1) & np.isfinite(self.slip_time_s)).any())

    def at(self, time_s: Array) -> Array:
        """Orientation in the links (N, S, 4) at times (N,), s from the start."""
        done = -np.expm1(-np.asarray(time_s, float)[:, None] / self._time_s())
        turn = rot.from_rotation_vector(done[..., None] * self.slip)
        return rot.multiply(self.link_from_sensor, turn)

    def slip_rate(self, time_s: Array) -> Array:
        """Angular rate (N, S, 3) of the sensors against their links at times (N,), in sensor axes.

        The slip's axis stands still, so it is ``slip / slip_time exp(−t / slip_time)``, rad/s.
        """
        span = self._time_s()
        speed = np.exp(-np.asarray(time_s, float)[:, None] / span) / span
        return speed[..., None] * self.slip

    def _time_s(self) -> Array:
        """Times (S,), infinite where nothing slips, so that any number may stand there."""
        return np.where(self.slip.any(axis=1), self.slip_time_s, np.inf)


@dataclass(frozen=True)
class Rotations:
    """How sensors are turned on their segments.

    Parameters
    ----------
    mode : str
        One of MODES.
    degrees : float, optional
        Root mean square angle of a ``wobble``.
    draws : int
        How many mountings are drawn for each clip.
    """

    mode: Mode = "none"
    degrees: float | None = None
    draws: int = 1


def parse_rotations(text: str) -> Rotations:
    """Understand ``none``, ``random``, ``random:K``, ``upright``, ``wobble:DEG`` and the rest.

    Raises
    ------
    ConfigError
        For anything else; it names the closest.
    """
    name, colon, value = text.strip().lower().partition(":")
    name, value = name.strip(), value.strip()
    mode = _MODE_NAMED.get(name)
    if mode is None:
        hint = did_you_mean(name, MODES)
        raise ConfigError(
            f"unknown rotations {text!r}.{hint} They are: none, random, random:K, upright, "
            "wobble:DEG, flips, drift."
        )
    if mode == "wobble":
        degrees = _number(value)
        if not 0 < degrees <= MAX_WOBBLE_DEG:
            raise ConfigError(
                f"rotations {text!r}: state the spread in degrees, above 0 and at most "
                f"{MAX_WOBBLE_DEG:g}, as in wobble:10"
            )
        return Rotations(mode, degrees=degrees)
    if mode == "random" and colon:
        draws = int(value) if value.isdecimal() and len(value) < 9 else 0
        if not 1 <= draws <= MAX_DRAWS:
            raise ConfigError(
                f"rotations {text!r}: state how many draws of each clip, 1 to {MAX_DRAWS:,}, "
                "as in random:5"
            )
        return Rotations(mode, draws=draws)
    if colon:
        raise ConfigError(f"rotations {text!r}: {mode} takes no number")
    return Rotations(mode)


def draw_mounting(
    seats: Sequence[Seat],
    rotations: Rotations | str = "none",
    rngs: Sequence[np.random.Generator] = (),
) -> Mounting:
    """Mount a sensor on each seat.

    ``none``: as the seat says. ``random``: uniform on SO(3). ``upright``: turned by any angle
    about the segment's long axis, which then tilts by UPRIGHT_TILT_DEG. ``wobble``: the seat's,
    followed by a rotation vector from an isotropic normal distribution. ``flips``: the seat's,
    turned in one of the 24 ways in which a cube lies on its place. ``drift``: the seat's at the
    start, slipping mostly about the long axis.

    Parameters
    ----------
    seats : sequence of Seat
    rotations : Rotations or str
    rngs : sequence of numpy Generator
        One a sensor, for all but ``none``: a sensor's mounting depends on its own alone.

    Raises
    ------
    ConfigError
        For unknown rotations, or generators that are not one a sensor.
    """
    how = parse_rotations(rotations) if isinstance(rotations, str) else rotations
    if how.mode != "none" and len(rngs) != len(seats):
        raise ConfigError(f"{len(rngs)} random generators for {len(seats)} sensors")
    count = len(seats)
    turns = np.array([seat.link_from_sensor for seat in seats]).reshape(count, 4)
    offsets = np.array([seat.offset for seat in seats]).reshape(count, 3)
    slip, slip_time_s = np.zeros((count, 3)), np.ones(count)
    for k, (seat, rng) in enumerate(zip(seats, rngs, strict=False)):
        if how.mode == "drift":
            slip[k], slip_time_s[k] = _draw_slip(seat, rng)
        else:
            turns[k] = _draw_turn(seat, how, rng)
    return Mounting(tuple(seat.joint for seat in seats), turns, offsets, slip, slip_time_s)


def _draw_turn(seat: Seat, how: Rotations, rng: np.random.Generator) -> Array:
    """Orientation (4,) of a sensor on its seat."""
    nominal = seat.link_from_sensor
    if how.mode == "random":
        return rot.random_rotations(rng, ())
    if how.mode == "upright":
        angle = rng.uniform(-np.pi, np.pi)
        tilt = rng.standard_normal(3) * math.radians(UPRIGHT_TILT_DEG) / math.sqrt(2)
        tilt -= tilt @ seat.long_axis * seat.long_axis
        about = rot.from_rotation_vector(angle * seat.long_axis)
        return rot.multiply(rot.from_rotation_vector(tilt), rot.multiply(about, nominal))
    if how.mode == "wobble":
        spread = math.radians(how.degrees or 0.0) / math.sqrt(3)
        return rot.multiply(nominal, rot.from_rotation_vector(spread * rng.standard_normal(3)))
    if how.mode == "flips":
        return rot.multiply(nominal, FLIPS[rng.integers(len(FLIPS))])
    return nominal


def _draw_slip(seat: Seat, rng: np.random.Generator) -> tuple[Array, float]:
    """Rotation vector (3,), rad, and time, s, of a slip."""
    across = rng.standard_normal(3) * DRIFT_ACROSS_DEG
    across -= across @ seat.long_axis * seat.long_axis
    turn = np.radians(across + rng.standard_normal() * DRIFT_ALONG_DEG * seat.long_axis)
    low, high = DRIFT_TIME_S
    return rot.rotate_inverse(seat.link_from_sensor, turn), low * (high / low) ** rng.random()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _axis_aligned() -> Array:
    """The 24 rotations (24, 4) that take the axes to axes."""
    matrices = [
        np.eye(3)[list(order)] * signs
        for order in itertools.permutations(range(3))
        for signs in itertools.product((1.0, -1.0), repeat=3)
    ]
    proper = [matrix for matrix in matrices if np.linalg.det(matrix) > 0]
    return Rotation.from_matrix(np.array(proper)).as_quat()


FLIPS = _axis_aligned()
"""The axis-aligned rotations (24, 4), xyzw."""
FLIPS.setflags(write=False)
