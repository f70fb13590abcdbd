"""How good a clip is, in numbers, told from its motion alone.

Steps from frame to frame are judged on the retargeted capture as it came, for smoothing hides
its faults; speeds, accelerations and rates on the smooth trajectory, which is what the sensors
feel. Frames in gaps take no part in any number but ``gap_fraction``. The ground is z = 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, RetargetedMotion
from imusim.body.model import capsule
from imusim.conventions import JOINTS, PARENTS, QUALITY
from imusim.math import rotations as rot
from imusim.trajectory.limits import beyond_limits
from imusim.trajectory.trajectory import LinkTrajectory

Array = NDArray[np.float64]

FROZEN_M = 1e-5
"""A body no joint of which moves further than this between frames is frozen: any capture of a
living one shows more."""
JUMP_M, JUMP_M_S = 0.1, 5.0
"""A jump is further than the first and faster than the second, beyond its neighbours' pace."""
FLIP_RAD, FLIP_RAD_S = np.deg2rad(60.0), 30.0
"""A flip is a larger turn than the first and a faster one than the second."""
NEAR_GROUND_M = 0.05
"""A sole this low may bear weight."""
STILL_M_S = 0.2
"""A sole slower than this stands."""
PEAK_PERCENT = 99.9

_FEET = tuple(
    [JOINTS.index(f"{side}_ankle"), JOINTS.index(f"{side}_foot")] for side in ("left", "right")
)


def measure(
    moved: RetargetedMotion,
    trajectory: LinkTrajectory,
    poses: tuple[Array, Array] | None = None,
) -> dict[str, float]:
    """Numbers of one clip, by the names of :data:`imusim.conventions.QUALITY`.

    ``gap_fraction``
        Frames that the capture did not see, of all frames.
    ``frozen_fraction``
        Steps between neighbouring frames in which no joint moves (FROZEN_M), of all steps: a
        tracker that held its last pose, or a file whose frames were doubled.
    ``jumps_per_min``
        Steps in which a joint's place leaps: longer than the median of the five steps around
        it by JUMP_M, and by JUMP_M_S. A fast limb gathers and loses speed over several frames,
        a lost and found one does not.
    ``flips_per_min``
        Steps in which a joint's rotation against its parent turns by more than FLIP_RAD and
        faster than FLIP_RAD_S: mirrored limbs, Euler angles that wrap.
    ``joint_limit_fraction``
        Frames with a pose that anatomy forbids (:mod:`imusim.trajectory.limits`).
    ``foot_slide_m_s``
        Median horizontal speed of the support: at moments when a sole is within NEAR_GROUND_M
        of the ground, of the lowest point of the slower such foot. One foot may well drag, but
        what bears the body rests. The lowest point rests while the foot rolls over it.
    ``ground_penetration_m``
        95th percentile over the frames of the depth of the body's lowest point under the ground.
    ``ground_gap_m``
        Median height of the body's lowest point over the ground at moments when a sole rests
        (STILL_M_S): a body that floats, or stands on what the capture does not show.
    ``peak_acceleration_m_s2``, ``peak_rate_rad_s``
        PEAK_PERCENT percentile over the frames of the largest linear acceleration of any
        observed joint, and of the largest angular rate of any observed segment.
    ``jitter_m``
        Root mean square distance of the capture's joints from the smooth trajectory's: what
        smoothing took away.
    ``retarget_error_m``
        Mean distance of the body's joints from the source's own, where those are known.
    ``bone_stretch_fraction``
        Root mean square deviation of the source's bone lengths from their medians, over those.

    Parameters
    ----------
    moved : RetargetedMotion
    trajectory : LinkTrajectory
        Of the links of ``moved``, at its rate.
    poses : pair of arrays, optional
        ``moved.world_poses()``, where they are at hand.

    Returns
    -------
    dict
        NaN for a number that the clip does not tell.
    """
    positions, world_from_link = moved.world_poses() if poses is None else poses
    seen = moved.valid & trajectory.valid
    rate, observed = moved.rate_hz, moved.observed
    pairs = seen[1:] & seen[:-1]
    minutes = pairs.sum() / rate / 60
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
    states = trajectory.sample(np.arange(len(seen)) / rate)
    lowest = lowest_points(moved.body, states.position[..., 2], states.world_from_link).min(axis=1)
    sole_height, sole_velocity = _soles(moved.body, states)
    numbers = {
        "gap_fraction": 1 - seen.mean(),
        "frozen_fraction": _mean((steps.max(axis=1) < FROZEN_M)[pairs]),
        "jumps_per_min": _jumps(steps[:, observed], pairs, rate) / minutes if minutes else np.nan,
        "flips_per_min": _flips(moved, pairs) / minutes if minutes else np.nan,
        "joint_limit_fraction": _mean(beyond_limits(moved, world_from_link)[seen]),
        "foot_slide_m_s": _slide(sole_height[seen], sole_velocity[seen]),
        "ground_penetration_m": _percentile(np.maximum(-lowest[seen], 0.0), 95),
        "ground_gap_m": _gap(lowest[seen], sole_velocity[seen]),
        "peak_acceleration_m_s2": _peak(states.acceleration, seen, observed),
        "peak_rate_rad_s": _peak(states.angular_velocity, seen, observed),
        "jitter_m": _distance(positions, states.position, seen, observed, 2),
        "retarget_error_m": _distance(positions, moved.source_positions, seen, observed, 1),
        "bone_stretch_fraction": _stretch(moved.source_positions[seen]),
    }
    return {name: float(numbers[name]) for name in QUALITY}


def lowest_points(body: Body, heights: Array, world_from_link: Array) -> Array:
    """Height (T, 22) of the lowest point of each segment's shape, m.

    Parameters
    ----------
    body : Body
    heights : (T, 22) array
        Of the link's origins, m.
    world_from_link : (T, 22, 4) array
    """
    x, y, z, w = np.moveaxis(world_from_link, -1, 0)
    upward = np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), w * w + z * z - x * x - y * y])
    half, radius = body.boxes[:, 1] / 2, np.zeros(len(JOINTS))
    for joint in np.flatnonzero(body.round_shape):
        radius[joint], length, axis = capsule(body.boxes[joint, 1])
        half[joint] = np.where(np.arange(3) == axis, length / 2, 0.0)
    centre = np.einsum("ctj,jc->tj", upward, body.boxes[:, 0])
    return heights + centre - np.einsum("ctj,jc->tj", np.abs(upward), half) - radius


def _soles(body: Body, states) -> tuple[Array, Array]:
    """Height (T, 2) and velocity (T, 2, 3) of the lowest point of the left and right sole."""
    signs = np.array([[a, b, -1.0] for a in (-1, 1) for b in (-1, 1)]) / 2
    heights, velocities = [], []
    for links in _FEET:
        centre, size = np.moveaxis(body.boxes[links], 1, 0)
        corners = centre[:, None] + size[:, None] * signs
        arms = rot.rotate(states.world_from_link[:, links, None], corners)
        height = (states.position[:, links, 2:] + arms[..., 2]).reshape(len(arms), -1)
        which = np.argmin(height, axis=1)
        frame, link = np.arange(len(arms)), which // 4
        joint = np.asarray(links)[link]
        spin = rot.rotate(
            states.world_from_link[frame, joint], states.angular_velocity[frame, joint]
        )
        arm = arms[frame, link, which % 4]
        heights.append(height[frame, which])
        velocities.append(states.velocity[frame, joint] + np.cross(spin, arm))
    return np.stack(heights, axis=1), np.stack(velocities, axis=1)


def _slide(height: Array, velocity: Array) -> float:
    speed = np.linalg.norm(velocity[..., :2], axis=-1)
    slower = np.where(height < NEAR_GROUND_M, speed, np.inf).min(axis=1)
    return _percentile(slower[np.isfinite(slower)], 50)


def _gap(lowest: Array, velocity: Array) -> float:
    still = np.linalg.norm(velocity, axis=-1).min(axis=1) < STILL_M_S
    return _percentile(np.maximum(lowest[still], 0.0), 50)


def _jumps(steps: Array, pairs: NDArray[np.bool_], rate_hz: float) -> int:
    """Number of steps (of (T - 1, J) lengths) in which some joint leaps."""
    least = max(JUMP_M, JUMP_M_S / rate_hz)
    leap = np.zeros(len(steps), bool)
    steps = np.where(pairs[:, None], steps, np.nan)
    for step, joint in np.argwhere(steps > least):
        around = steps[max(step - 2, 0) : step + 3, joint]
        leap[step] |= steps[step, joint] - np.nanmedian(around) > least
    return int(leap.sum())


def _flips(moved: RetargetedMotion, pairs: NDArray[np.bool_]) -> int:
    """Number of steps in which some observed joint below the pelvis flips."""
    least = max(FLIP_RAD, FLIP_RAD_S / moved.rate_hz)
    if least >= np.pi:
        return 0
    cosine = np.abs(np.einsum("tjc,tjc->tj", moved.rotations[1:], moved.rotations[:-1]))
    flipped = cosine[:, 1:] < np.cos(least / 2)
    return int((flipped[:, moved.observed[1:]].any(axis=1) & pairs).sum())


def _peak(values: Array, seen: NDArray[np.bool_], observed: NDArray[np.bool_]) -> float:
    squares = np.einsum("tjc,tjc->tj", values, values)
    return _percentile(np.sqrt(squares[:, observed].max(axis=1)[seen]), PEAK_PERCENT)


def _distance(
    one: Array, other: Array, seen: NDArray[np.bool_], observed: NDArray[np.bool_], power: int
) -> float:
    """Mean of a power of the distances of points (T, 22, 3), and its root; NaN takes no part."""
    apart = (one - other)[:, observed][seen]
    away = np.sqrt(np.einsum("tjc,tjc->tj", apart, apart))
    return _mean(away[np.isfinite(away)] ** power) ** (1 / power)


def _stretch(places: Array) -> float:
    """Spread of the lengths of the bones between source joints (T, 22, 3)."""
    known = np.isfinite(places[:, :, 0]).any(axis=0)
    bones = [(j, p) for j, p in enumerate(PARENTS) if p >= 0 and known[j] and known[p]]
    if not bones:
        return np.nan
    ends = np.array(bones)
    apart = places[:, ends[:, 0]] - places[:, ends[:, 1]]
    lengths = np.sqrt(np.einsum("tbc,tbc->tb", apart, apart))
    middle = np.median(lengths, axis=0)
    real = middle > 0.02
    return _mean((lengths[:, real] / middle[real] - 1) ** 2) ** 0.5


def _mean(values: NDArray) -> float:
    return float(values.mean()) if values.size else np.nan


def _percentile(values: Array, percent: float) -> float:
    return float(np.percentile(values, percent)) if values.size else np.nan
