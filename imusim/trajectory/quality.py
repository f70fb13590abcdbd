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
from imusim.conventions import JOINTS, PARENTS, PHYSICS_QUALITY, QUALITY
from imusim.math import rotations as rot
from imusim.trajectory.limits import beyond_limits
from imusim.trajectory.trajectory import LinkTrajectory

Array = NDArray[np.float64]

FROZEN_M = 1e-5
"""A body no joint of which moves further than this between frames is frozen: any capture of a
living one shows more."""
JUMP_M, JUMP_M_S = 0.1, 8.0
"""A jump is, beyond the pace around it, further than the first and faster than the second."""
FLIP_RAD, FLIP_RAD_S = np.deg2rad(60.0), 30.0
"""A flip is, beyond the pace around it, a larger turn than the first and faster than the second."""
NEAR_GROUND_M = 0.05
"""A sole this low may bear weight."""
STILL_M_S = 0.2
"""A sole slower than this stands."""
PEAK_PERCENT = 99.9
LOOKS_HZ = 60.0
"""Numbers that are no steps between frames are told from every n-th frame, so often at least:
the smooth trajectory has little that falls between."""

_FEET = [JOINTS.index(f"{side}_{part}") for side in ("left", "right") for part in ("ankle", "foot")]


def measure(
    moved: RetargetedMotion,
    trajectory: LinkTrajectory,
) -> dict[str, float]:
    """Numbers of one clip, by the names of :data:`imusim.conventions.QUALITY`.

    ``gap_fraction``
        Frames that the capture did not see, of all frames.
    ``frozen_fraction``
        Steps between neighbouring frames in which no joint moves (FROZEN_M), of all steps: a
        tracker that held its last pose, or a file whose frames were doubled.
    ``jumps_per_min``
        Steps in which a joint's place leaps: further than the median of the five steps around
        it by JUMP_M, and faster by JUMP_M_S. A quick limb gathers and loses speed over several
        frames, one that is lost and found does not.
    ``flips_per_min``
        The same of a joint's rotation against its parent, by FLIP_RAD and FLIP_RAD_S: limbs
        that are mirrored, Euler angles that go through their singularity.
    ``joint_limit_fraction``
        Frames with a pose that anatomy forbids (:mod:`imusim.trajectory.limits`).
    ``source_limit_fraction``
        Of all frames of all channels for which the source's own file states limits, the part
        beyond them.
    ``foot_slide_m_s``
        Median horizontal speed of the support: at moments when the body stands, a foot being
        its lowest part, of the lowest point of the slower foot whose sole is within
        NEAR_GROUND_M of the ground. One foot may well drag, but what bears the body rests, and
        the lowest point of a foot does so while the foot rolls over it.
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

    The numbers of a physics engine (:data:`imusim.conventions.PHYSICS_QUALITY`) are NaN here.

    Parameters
    ----------
    moved : RetargetedMotion
    trajectory : LinkTrajectory
        Of the links of ``moved``, at its rate.

    Returns
    -------
    dict
        NaN for a number that the clip does not tell.
    """
    positions, world_from_link = moved.world_poses()
    seen = moved.valid & trajectory.valid
    rate, observed = moved.rate_hz, moved.observed
    pairs = seen[1:] & seen[:-1]
    per_minute = 60 * rate / pairs.sum() if pairs.any() else np.nan
    steps = rot.norm(positions[1:] - positions[:-1])
    looks = slice(None, None, max(1, int(rate / LOOKS_HZ)))
    frames = np.arange(len(seen), dtype=float)[looks]
    place, acceleration = (trajectory.position.derivative(frames, n, rate) for n in (0, 2))
    turn, change = (trajectory.orientation.derivative(frames, n, rate) for n in (0, 1))
    looked, known = seen[looks], moved.source_positions[looks][seen[looks]]
    size = rot.dot(turn, turn)
    spin = 4 * (rot.dot(change, change) - rot.dot(turn, change) ** 2 / size) / size
    turn, change = (values / np.sqrt(size)[..., None] for values in (turn, change))
    low = _segment_lows(moved.body, place[..., 2], turn)[looked]
    lowest = low.min(axis=1)
    walk = trajectory.position.part(_FEET).derivative(frames, 1, rate)
    soles = _soles(moved.body, place[:, _FEET], walk, turn[:, _FEET], change[:, _FEET])
    height, velocity = (values[looked] for values in soles)
    numbers = {
        "gap_fraction": 1 - seen.mean(),
        "frozen_fraction": _mean((steps.max(axis=1) < FROZEN_M)[pairs]),
        "jumps_per_min": per_minute
        * _leaps(steps[:, observed], pairs, max(JUMP_M, JUMP_M_S / rate)),
        "flips_per_min": per_minute * _flips(moved, pairs, max(FLIP_RAD, FLIP_RAD_S / rate)),
        "source_limit_fraction": np.nan if moved.outside_limits is None else moved.outside_limits,
        "joint_limit_fraction": _mean(beyond_limits(moved, world_from_link[looks])[looked]),
        "foot_slide_m_s": _slide(height, velocity, low),
        "ground_penetration_m": _percentile(np.maximum(-lowest, 0.0), 95),
        "ground_gap_m": _gap(lowest, velocity),
        "peak_acceleration_m_s2": _peak(rot.dot(acceleration, acceleration)[:, observed][looked]),
        "peak_rate_rad_s": _peak(spin[:, observed][looked]),
        "jitter_m": _jitter((positions[looks] - place)[:, observed][looked]),
        "retarget_error_m": _error(positions[looks][looked], known),
        "bone_stretch_fraction": _stretch(known),
        **dict.fromkeys(PHYSICS_QUALITY, np.nan),
    }
    return {name: float(numbers[name]) for name in QUALITY}


def _segment_lows(body: Body, heights: Array, world_from_link: Array) -> Array:
    """Height (T, 22) of the lowest point of each segment's shape, m.

    Parameters
    ----------
    body : Body
    heights : (T, 22) array
        Of the link's origins, m.
    world_from_link : (T, 22, 4) array
    """
    x, y, z, w = (world_from_link[..., k] for k in range(4))
    upward = 2 * (x * z - y * w), 2 * (y * z + x * w), w * w + z * z - x * x - y * y
    half, radius = body.boxes[:, 1] / 2, np.zeros(len(JOINTS))
    for joint in np.flatnonzero(body.round_shape):
        radius[joint], length, axis = capsule(body.boxes[joint, 1])
        half[joint] = np.where(np.arange(3) == axis, length / 2, 0.0)
    lowest = heights - radius
    for up, centre, reach in zip(upward, body.boxes[:, 0].T, half.T, strict=True):
        lowest = lowest + up * centre - np.abs(up) * reach
    return lowest


def _soles(
    body: Body, place: Array, velocity: Array, turn: Array, change: Array
) -> tuple[Array, Array]:
    """Height (T, 2) and velocity (T, 2, 3) of the lowest point of the left and right sole.

    Parameters
    ----------
    body : Body
    place, velocity : (T, 4, 3) arrays
        Of the links of ``_FEET``, m and m/s.
    turn, change : (T, 4, 4) arrays
        Their orientations and the time derivatives of these, 1/s.
    """
    signs = np.array([[a, b, -1.0] for a in (-1, 1) for b in (-1, 1)]) / 2
    centre, size = np.moveaxis(body.boxes[_FEET], 1, 0)
    arms = rot.rotate(turn[:, :, None], centre[:, None] + size[:, None] * signs)
    height = (place[:, :, None, 2] + arms[..., 2]).reshape(len(place), 2, 8)
    which = np.argmin(height, axis=2)
    frame, side = np.arange(len(place))[:, None], np.arange(2)
    link, corner = 2 * side + which // 4, which % 4
    spin = 2 * rot.multiply(change[frame, link], rot.conjugate(turn[frame, link]))[..., :3]
    moving = velocity[frame, link] + rot.cross(spin, arms[frame, link, corner])
    return height[frame, side, which], moving


def _slide(height: Array, velocity: Array, low: Array) -> float:
    speed = rot.norm(velocity[..., :2])
    slower = np.where(height < NEAR_GROUND_M, speed, np.inf).min(axis=1)
    slower = slower[np.isin(np.argmin(low, axis=1), _FEET)]
    return _percentile(slower[np.isfinite(slower)], 50)


def _gap(lowest: Array, velocity: Array) -> float:
    still = rot.norm(velocity).min(axis=1) < STILL_M_S
    return _percentile(np.maximum(lowest[still], 0.0), 50)


def _leaps(steps: Array, pairs: NDArray[np.bool_], least: float) -> int:
    """Number of steps (T - 1, J) in which some joint goes further than around it by ``least``."""
    step, joint = np.nonzero((steps > least) & pairs[:, None])
    around = step[:, None] + np.arange(-2, 3)
    inside = (around >= 0) & (around < len(steps))
    around = np.where(inside, around, step[:, None])
    pace = np.where(inside & pairs[around], steps[around, joint[:, None]], np.inf)
    pace.sort(axis=1)  # what is not there goes last
    count = np.isfinite(pace).sum(axis=1)
    rows = np.arange(len(pace))
    median = (pace[rows, (count - 1) // 2] + pace[rows, count // 2]) / 2
    return len(np.unique(step[steps[step, joint] - median > least]))


def _flips(moved: RetargetedMotion, pairs: NDArray[np.bool_], least: float) -> int:
    """Number of steps in which some link turns against its parent by ``least`` more than around.

    It turns by no more than the two of them do in the world: mostly that tells that there is none.
    """
    with np.errstate(invalid="ignore"):
        world = np.abs(rot.dot(moved.world_from_link[1:], moved.world_from_link[:-1]))
        if not (world < np.cos(least / 4)).any():
            return 0
        cosine = rot.dot(moved.rotations[1:], moved.rotations[:-1])
        angle = 2 * np.arccos(np.minimum(np.abs(cosine), 1.0))
    angle[:, 0] = 0.0  # the root's
    return _leaps(angle[:, moved.observed], pairs, least)


def _jitter(away: Array) -> float:
    return _mean(rot.dot(away, away)) ** 0.5


def _peak(squares: Array) -> float:
    return _percentile(np.sqrt(np.maximum(squares.max(axis=1), 0.0)), PEAK_PERCENT)


def _error(places: Array, known: Array) -> float:
    """Mean distance of joints from known ones (T, 22, 3), of which some are NaN."""
    away = rot.norm(places - known)
    return _mean(away[np.isfinite(away)])


def _stretch(places: Array) -> float:
    """Spread of the lengths of the bones between source joints (T, 22, 3)."""
    known = set(np.flatnonzero(np.isfinite(places[:, :, 0]).any(axis=0)))
    bones = [(j, p) for j, p in enumerate(PARENTS) if j in known and p in known]
    if not bones:
        return np.nan
    ends = np.array(bones)
    apart = places[:, ends[:, 0]] - places[:, ends[:, 1]]
    lengths = rot.norm(apart)
    middle = np.median(lengths, axis=0)
    real = middle > 0.02
    return _mean((lengths[:, real] / middle[real] - 1) ** 2) ** 0.5


def _mean(values: NDArray) -> float:
    return float(values.mean()) if values.size else np.nan


def _percentile(values: Array, percent: float) -> float:
    return float(np.percentile(values, percent)) if values.size else np.nan
