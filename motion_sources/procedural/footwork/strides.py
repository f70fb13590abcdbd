"""One stride of real walking and one of real running, as functions of its phase.

Both come from the clips that pybullet carries (DeepMimic, MIT). Each is half a stride and its
mirror image, taken at 30 Hz, with a seam between the two. Fourier series make them periodic and
symmetric; what changes sides has the mean removed by which the half stride turned.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from imusim.errors import MissingExtraError
from imusim.math import rotations as rot
from imusim.motion import ReadOptions, world_poses
from motion_sources.axes import Z_FROM_Y_UP
from motion_sources.deepmimic import bullet_clips
from motion_sources.deepmimic import source as deepmimic
from motion_sources.procedural.timing import minimum_jerk

Array = NDArray[np.float64]

# Where the left heel comes down and its ball leaves the ground, in frames of the clip, told from
# the height and the speed of both.
_EVENTS = {"walk": (18.2, 38 + 1.2), "run": (11.6, 12 + 6.7)}
_HARMONICS = {"walk": 10, "run": 8}
_ARM_HARMONICS = 3
_SWING_ORDER = 4
_ALOFT = 0.3


@dataclass(frozen=True, eq=False)
class Stride:
    """A stride of phase 0 to 1; the left foot comes down at 0, the right one at 0.5.

    Parameters
    ----------
    step_share : float
        Length of a step over the length of the leg.
    step_hz : float
        Steps a second.
    duty : float
        Share of the stride from heel down to ball up; the toes follow 4 % later.
    height : float
        Mean height of the hips over the standing ankle, over the length of the leg.
    series : dict of str to (K + 1,) complex array
        Fourier series of each quantity: pelvis ``forward``, ``side``, ``up`` over the leg's
        length; ``yaw``, ``pitch``, ``roll`` of the pelvis, ``bend``, ``stoop``, ``twist`` of
        the trunk and ``foot`` (toes down) of the left foot, rad; left palm ``hand_x``,
        ``hand_y``, ``hand_z`` from the shoulder over the length of the arm.
    swing : (K, 2) array
        Of :func:`swing_at`: way and height of a swinging foot, its rolling over heel and ball
        taken away.
    """

    step_share: float
    step_hz: float
    duty: float
    height: float
    series: dict[str, NDArray[np.complex128]]
    swing: Array

    def at(self, name: str, phase: Array) -> Array:
        """A quantity at phases (T,), strides."""
        terms = self.series[name]
        turn = np.exp(2j * np.pi * np.outer(phase, np.arange(len(terms))))
        return (turn @ terms).real


def available() -> bool:
    """Whether the clips are installed; nothing is imported."""
    return importlib.util.find_spec("pybullet_data") is not None


@lru_cache(maxsize=2)
def stride(name: str) -> Stride:
    """The stride of the clip ``walk`` or ``run``.

    Raises
    ------
    MissingExtraError
        If pybullet is not installed.
    """
    found = [clip for clip in bullet_clips.default_clips() if clip.key == name]
    if not found:
        raise MissingExtraError(
            f"the clip {name!r} comes with pybullet: pip install 'imusim-toolkit[bullet]'"
        )
    motion = deepmimic.read(found[0], ReadOptions())
    return _analyse(name, *world_poses(motion), motion.rate_hz)


def _analyse(name: str, place: Array, world: Array, rate_hz: float) -> Stride:
    names = deepmimic.skeleton().names
    half = (len(place) - 1) // 2
    place, world = place[:half], rot.multiply(world[:half], rot.conjugate(Z_FROM_Y_UP))
    of = {joint: names.index(joint) for joint in names}
    root, chest = of["root"], of["chest"]
    leg = float(-deepmimic.skeleton().offsets[[of["left_knee"], of["left_ankle"]], 1].sum())
    arm = float(-deepmimic.skeleton().offsets[[of["left_elbow"], of["left_wrist"]], 1].sum())
    ahead, left = (rot.rotate(world[:, root], axis) for axis in np.eye(3)[:2])
    speed = float(place[-1, root, 0] - place[0, root, 0]) / (half - 1)  # m a frame
    trunk = rot.to_rotation_vector(rot.multiply(rot.conjugate(world[:, root]), world[:, chest]))
    odd = {
        "side": place[:, root, 1] / leg,
        "yaw": np.arctan2(ahead[:, 1], ahead[:, 0]),
        "roll": np.arcsin(left[:, 2]),
        "bend": trunk[:, 0],
        "twist": trunk[:, 2],
    }
    even = {
        "forward": (place[:, root, 0] - speed * np.arange(half)) / leg,
        "up": place[:, root, 2] / leg,
        "pitch": -np.arcsin(ahead[:, 2]),
        "stoop": trunk[:, 1],
    }
    whole = {k: np.concatenate([v - _seam(v), -(v - _seam(v))]) for k, v in odd.items()}
    whole |= {k: np.concatenate([v, v]) for k, v in even.items()}
    toes = np.concatenate(
        [rot.rotate(world[:, of[f"{s}_ankle"]], np.eye(3)[0]) for s in ("left", "right")]
    )
    whole["foot"] = np.arctan2(-toes[:, 2], toes[:, 0])
    hands = [
        rot.rotate_inverse(
            world[:, chest], place[:, of[f"{s}_wrist"]] - place[:, of[f"{s}_shoulder"]]
        )
        * [1, m, 1]
        for s, m in (("left", 1), ("right", -1))
    ]
    for axis, values in zip("xyz", np.concatenate(hands).T / arm, strict=True):
        whole[f"hand_{axis}"] = values
    down, off = _EVENTS[name]
    frames = 2 * half
    series = {
        k: _fourier(v, down, _ARM_HARMONICS if k.startswith("hand") else _HARMONICS[name])
        for k, v in whole.items()
    }
    ankle = np.concatenate(
        [
            place[:, of["left_ankle"]][:, [0, 2]],
            place[:, of["right_ankle"]][:, [0, 2]] + [half * speed, 0],
        ]
    )
    duty = ((off - down) % frames) / frames
    flat = ankle - np.stack(rolling(whole["foot"], 0.131, 0.066, 0.055), axis=-1)
    start = off % frames
    swing = _swing(flat, start, down + (frames if down < start else 0), half * speed, leg)
    ground = float(np.percentile(flat[:, 1], 10))
    height = float(np.mean(place[:, root, 2]) - ground) / leg
    for name_ in ("up", "forward", "pitch", "stoop"):
        series[name_][0] = 0.0
    return Stride(half * speed / leg, rate_hz / half, duty, height, series, swing)


def _seam(values: Array) -> float:
    """Mean that lets a half stride go on as its mirror image without a jump."""
    after = 2 * values[-1] - values[-2]
    return float(values[0] + after) / 2


def _fourier(values: Array, down: float, harmonics: int) -> NDArray[np.complex128]:
    """Series (K + 1,) of an even grid over a stride whose phase 0 is at frame ``down``."""
    frames = len(values)
    order = np.arange(harmonics + 1)
    terms = np.fft.rfft(values)[: harmonics + 1] / frames
    terms *= np.where(order > 0, 2, 1) * np.exp(2j * np.pi * order * down / frames)
    # The seam leaves a trace in the highest harmonics: fade them out.
    return terms * np.cos(np.pi / 2 * np.maximum(order / (harmonics + 1) - 0.5, 0) * 2)


def rolling(
    pitch: Array, ball: float, heel: float, sole: float, aloft: Array | float = 0.0
) -> tuple[Array, Array]:
    """How far an ankle moves forward and up as the foot rolls over its ball or heel, m.

    Parameters
    ----------
    pitch : (T,) array
        Toes down, rad.
    ball, heel, sole : float
        Ball before, heel behind and sole below the ankle, m.
    aloft : (T,) array or float
        1 where the foot is in the air and may turn about a point that goes from ball to heel.
    """
    sharp = np.where(pitch > 0, 1.0, 0.0)
    share = sharp + aloft * (minimum_jerk(pitch / (2 * _ALOFT) + 0.5) - sharp)
    pivot = share * ball - (1 - share) * heel
    sine, cosine = np.sin(pitch), np.cos(pitch)
    return pivot * (1 - cosine) + sole * sine, pivot * sine + sole * (cosine - 1)


def _swing(flat: Array, start: float, end: float, step: float, leg: float) -> Array:
    """Coefficients (K, 2) of :func:`swing_at` for a track of one stride, frames by x and z, m."""
    frames = len(flat)
    # The foot's track goes on a stride further in the next period.
    track = CubicSpline(np.arange(2 * frames), np.concatenate([flat, flat + [2 * step, 0]]))
    u = np.linspace(0, 1, round(2 * (end - start)))
    path = track(start + u * (end - start))
    way, rise = (path - path[0]).T
    easy = minimum_jerk(u)
    apart = np.stack([way / way[-1] - easy, (rise - rise[-1] * easy) / leg], axis=-1)
    return np.asarray(np.linalg.lstsq(_bumps(u), apart, rcond=None)[0], float)


def _bumps(u: Array) -> Array:
    """Polynomials (U, K) that rest at 0 and 1."""
    window = (4 * u * (1 - u)) ** 3
    return window[:, None] * np.polynomial.legendre.legvander(2 * u - 1, _SWING_ORDER)


def swing_at(terms: Array, u: Array) -> tuple[Array, Array]:
    """Way from 0 to 1 and height over the leg's length, each (U,), at shares u of a swing."""
    way, rise = (_bumps(u) @ terms).T
    return minimum_jerk(u) + way, rise
