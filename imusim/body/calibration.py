"""The constant rotations between a source's segments and the body's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.body.ground import FEET, level_feet
from imusim.body.model import Body
from imusim.conventions import JOINTS, PARENTS
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.motion import Motion, forward_kinematics, world_poses

Array = NDArray[np.float64]

_NEAR_M = 0.02
"""Joints closer than this do not define a direction."""
_UPRIGHT_RAD = 0.9
"""A zero pose whose legs or spine stray further than this from standing is no rest pose."""
_PULL = 1e-9
"""Weight of staying where the segment above points, against one of a segment's directions."""


_UPRIGHT = [
    joint
    for joint, name in enumerate(JOINTS)
    if any(word in name for word in ("spine", "hip", "knee"))
]


def _levels() -> list[list[int]]:
    """Joints of equal depth."""
    levels = [[0]]
    while below := [joint for joint, parent in enumerate(PARENTS) if parent in levels[-1]]:
        levels.append(below)
    return levels


_LEVELS = _levels()


def mapped_parents(mapped: list[int]) -> dict[int, int]:
    """The nearest mapped ancestor of each mapped joint but the pelvis."""
    above = {}
    for joint in mapped[1:]:
        parent = PARENTS[joint]
        while parent not in mapped:
            parent = PARENTS[parent]
        above[joint] = parent
    return above


def calibrate(
    motion: Motion,
    body: Body,
    mapped: list[int],
    source: NDArray[np.intp],
    place: Array,
    turn: Array,
    looked_at: NDArray[np.intp],
) -> Array:
    """Constant rotations from the source's joints to the links that they carry.

    Parameters
    ----------
    motion : Motion
    body : Body
    mapped : list of int
        Canonical joints that the source has, the pelvis first.
    source : (M,) int array
        Their joints in the source.
    place : (T, M, 3) array, turn : (T, M, 4) array
        World poses of these, m; NaN in gaps.
    looked_at : (N,) int array
        Whole frames among which a standing one is sought.

    Returns
    -------
    (M, 4) array
        To multiply the joints' orientations by on the right.
    """
    links, turns = _reference_pose(motion, body, mapped, source, looked_at)
    calibration = rot.multiply(rot.conjugate(turns), links[mapped])
    if motion.rest_is_t_pose:
        return calibration
    feet = {JOINTS[joint]: k for k, joint in enumerate(mapped) if JOINTS[joint] in FEET}
    places = {name: place[:, k] for name, k in feet.items()}
    feet_turns = {name: rot.multiply(turn[:, k], calibration[k]) for name, k in feet.items()}
    for name, level in level_feet(places, feet_turns, motion.rate_hz).items():
        calibration[feet[name]] = rot.multiply(calibration[feet[name]], level)
    return calibration


def _reference_pose(
    motion: Motion,
    body: Body,
    mapped: list[int],
    source: NDArray[np.intp],
    looked_at: NDArray[np.intp],
) -> tuple[Array, Array]:
    """Links (22, 4) and source's joints (M, 4) in a standing pose.

    The source's zero pose, else that of the frames (N,) which is nearest to standing.
    """
    skeleton = motion.skeleton
    offsets = skeleton.offsets
    if motion.translations is not None:
        whole = whole_frames(motion.translations[:, 1:])
        offsets = np.median(motion.translations[whole], axis=0)
    rest = np.tile(rot.IDENTITY, (1, len(skeleton.names), 1))
    zero, turns = forward_kinematics(skeleton.parents, offsets, np.zeros((1, 3)), rest)
    if motion.rest_is_t_pose:
        facing = _facing(mapped, zero[0, source])
        if facing is not None:
            return np.tile(facing, (len(JOINTS), 1)), turns[0, source]
    positions, orientations = world_poses(motion, frames=looked_at)
    posed, strays = _pose_body(
        body, mapped, source, skeleton.parents, np.concatenate([zero, positions])
    )
    best = 1 + int(np.argmin(strays[1:]))
    if strays[0] <= _UPRIGHT_RAD or strays[0] <= strays[best]:
        return posed[0], turns[0, source]
    return posed[best], orientations[best - 1, source]


def _facing(mapped: list[int], places: Array) -> Array | None:
    """Orientation (4,) of a T-pose of joints (M, 3): its left is y, its trunk z in the pelvis.

    ``None`` where the joints show neither.
    """
    where = {JOINTS[joint]: place for joint, place in zip(mapped, places, strict=True)}
    left, up = np.zeros(3), np.zeros(3)
    for name, place in where.items():
        twin = name.replace("left_", "right_", 1)
        if twin != name and twin in where:
            left += place - where[twin]
        if name.startswith("spine") or name in ("neck", "head"):
            up += place - where["pelvis"]
    forward = np.cross(left, up)
    if np.linalg.norm(forward) < 1e-6:
        return None
    axes = np.stack([forward, left, np.cross(forward, left)], axis=1)
    return Rotation.from_matrix(axes / np.linalg.norm(axes, axis=0)).as_quat()


def _pose_body(
    body: Body,
    mapped: list[int],
    source: NDArray[np.intp],
    source_parents: NDArray[np.intp],
    places: Array,
) -> tuple[Array, Array]:
    """Turn the body's segments along the source's in poses of joint positions (N, J, 3).

    Going down the tree, a segment keeps its parent's orientation but for the smallest rotation
    that brings the bones that leave it onto the source's; where bones leave in several
    directions they fix it entirely (Wahba's problem).

    Returns
    -------
    links : (N, 22, 4) array
        Orientations of the links.
    stray : (N,) array
        Largest swing of a leg or trunk segment against the one above it, rad.
    """
    template = body.rest_positions()
    places_of = dict(zip(mapped, np.moveaxis(places[:, source], 1, 0), strict=True))
    typical = dict(zip(mapped, np.median(places[:, source], axis=0), strict=True))
    above = mapped_parents(mapped)
    links = np.empty((len(places), len(JOINTS), 4), order="F")
    links[:, 0] = rot.IDENTITY
    stray = np.zeros(len(places))
    for level in _LEVELS:
        limbs: list[tuple[int, Array, Array]] = []
        for joint in level:
            if joint:
                links[:, joint] = links[:, PARENTS[joint]]
            if joint not in places_of:
                continue
            tips = _tips(joint, above, typical)
            if tips:
                rest = template[tips] - template[joint]
                ends = np.stack([places_of[tip] for tip in tips], axis=1)
            else:
                end = _end_below(int(source[mapped.index(joint)]), source_parents, places)
                if end is None:
                    continue
                rest, ends = _free_end(body, joint)[None], end[:, None]
            seen = ends - places_of[joint][:, None]
            if len(rest) == 1:
                limbs.append((joint, rest[0], seen[:, 0]))
                continue
            swing = _swing(rot.rotate(links[:, joint, None], rest), seen)
            _turn(links, [joint], swing[:, None], stray)
        if limbs:
            joints, rests, directions = zip(*limbs, strict=True)
            have = rot.rotate(links[:, joints], np.array(rests))
            swings = rot.from_two_vectors(have, np.stack(directions, axis=1))
            _turn(links, list(joints), swings, stray)
    return links, stray


def _turn(links: Array, joints: list[int], swing: Array, stray: Array) -> None:
    """Turn links (N, 22, 4) of some joints by swings (N, K, 4), and note the largest in place."""
    links[:, joints] = rot.multiply(swing, links[:, joints])
    watched = [k for k, joint in enumerate(joints) if joint in _UPRIGHT]
    if watched:
        angles = rot.norm(rot.to_rotation_vector(swing[:, watched]))
        np.maximum(stray, angles.max(axis=1), out=stray)


def _tips(joint: int, above: dict[int, int], where: dict[int, Array]) -> list[int]:
    """The mapped joints that show where a segment's bones go, one a branch."""
    tips = []
    for below in (j for j, parent in above.items() if parent == joint):
        tip = below
        while np.linalg.norm(where[tip] - where[joint]) < _NEAR_M:
            further = [j for j, parent in above.items() if parent == tip]
            if not further:
                break
            tip = further[0]
        if np.linalg.norm(where[tip] - where[joint]) >= _NEAR_M:
            tips.append(tip)
    return tips


def _end_below(joint: int, parents: NDArray[np.intp], places: Array) -> Array | None:
    """Mean (N, 3) of the source joints or end sites right below one, where far enough."""
    below = np.flatnonzero(parents == joint)
    if not len(below):
        return None
    end = places[:, below].mean(axis=1)
    away = np.linalg.norm(end - places[:, joint], axis=1)
    return end if away.min() >= _NEAR_M else None


def _free_end(body: Body, joint: int) -> Array:
    """Direction in which a segment extends at rest, link frame."""
    below = [c for c, parent in enumerate(PARENTS) if parent == joint]
    return body.offsets[below[0]] if below else body.boxes[joint, 0]


def _swing(rest: Array, seen: Array) -> Array:
    """Rotations (N, 4) that bring directions (N, K, 3) onto others.

    Wahba's problem with a faint pull towards no rotation: where the directions leave a turn
    open, as one alone does, the smallest is taken.
    """
    if rest.shape[1] == 1:
        return rot.from_two_vectors(rest[:, 0], seen[:, 0])
    rest = rest / np.linalg.norm(rest, axis=2, keepdims=True)
    seen = seen / np.maximum(np.linalg.norm(seen, axis=2, keepdims=True), 1e-12)
    turns = rot.nearest_matrix(seen.swapaxes(1, 2) @ rest + _PULL * np.eye(3))
    return Rotation.from_matrix(turns).as_quat()
