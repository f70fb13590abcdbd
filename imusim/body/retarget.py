"""Putting a captured skeleton's motion onto the body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.body.model import Body
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import RetargetError
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.motion import Motion, forward_kinematics, local_rotations, world_poses

Array = NDArray[np.float64]

_NEAR_M = 0.02
"""Joints closer than this do not define a direction."""
_LOOKED_AT = 16
"""Frames among which a reference pose is sought."""
_UPRIGHT_RAD = 0.9
"""A zero pose whose legs or spine stray further than this from standing is no rest pose."""


@dataclass(frozen=True, eq=False)
class RetargetedMotion:
    """A motion of the body.

    Parameters
    ----------
    body : Body
        Its bones fitted to the source's.
    root_position : (T, 3) array
        World position of the pelvis, m; NaN in gaps.
    rotations : (T, 22, 4) array
        Against the parent link, the pelvis's against the world, xyzw; NaN in gaps.
    rate_hz : float
    observed : (22,) bool array
        Segments that the source has; the others ride rigidly on the one above.
    valid : (T,) bool array
        False in gaps.
    """

    body: Body
    root_position: Array
    rotations: Array
    rate_hz: float
    observed: NDArray[np.bool_]
    valid: NDArray[np.bool_]

    def world_poses(self) -> tuple[Array, Array]:
        """Positions (T, 22, 3), m, and orientations (T, 22, 4) of the links in the world."""
        return forward_kinematics(
            self.body.parents, self.body.offsets, self.root_position, self.rotations
        )


def retarget(motion: Motion, body: Body) -> RetargetedMotion:
    """Retarget by segment orientation.

    Each body segment is fixed to the source segment that carries it by one constant rotation,
    found in a reference pose: the source's zero pose where that is a standing one, else the
    frame of the clip nearest to standing. So a segment's angular rate is the source's to
    rounding. Bones are fitted as the median vector between the source's joints, so joints
    coincide wherever the source's bones are rigid.

    Parameters
    ----------
    motion : Motion
        With at least the pelvis and two more joints in its ``joint_map``.
    body : Body

    Raises
    ------
    RetargetError
        If too few joints are mapped, or the clip has no whole frame.
    """
    mapped = _mapped(motion)
    source = np.array([motion.skeleton.index(motion.joint_map[JOINTS[j]]) for j in mapped])
    positions, orientations = world_poses(motion)
    valid = whole_frames(positions, orientations)
    if not valid.any():
        raise RetargetError("the clip has no whole frame")
    place, turn = positions[:, source], orientations[:, source]
    seen = np.flatnonzero(valid)
    chosen = seen[np.linspace(0, len(seen) - 1, min(_LOOKED_AT, len(seen))).astype(int)]
    link_at_reference, source_at_reference = _reference(
        motion, body, mapped, source, positions[chosen], orientations[chosen]
    )
    calibration = rot.multiply(rot.conjugate(source_at_reference), link_at_reference[mapped])

    world = np.empty((motion.frames, len(JOINTS), 4))
    world[:, mapped] = rot.multiply(turn, calibration)
    for joint in sorted(set(range(len(JOINTS))) - set(mapped)):
        world[:, joint] = world[:, PARENTS[joint]]
    offsets = _fit_bones(body, mapped, place[seen], world[seen][:, mapped])
    observed = np.zeros(len(JOINTS), bool)
    observed[mapped] = True
    fitted = body.with_offsets(offsets)
    return RetargetedMotion(
        fitted,
        place[:, 0],
        local_rotations(fitted.parents, world),
        motion.rate_hz,
        observed,
        valid,
    )


def _mapped(motion: Motion) -> list[int]:
    """Indices of the canonical joints that the source has, the pelvis first."""
    unknown = set(motion.joint_map) - set(JOINTS)
    if unknown:
        raise RetargetError(f"the joint map names {sorted(unknown)[0]!r}, which is no body joint")
    mapped = [j for j, name in enumerate(JOINTS) if name in motion.joint_map]
    if len(mapped) < 3 or mapped[0] != 0:
        raise RetargetError(
            "the pelvis and at least two more joints must be recognised in the skeleton; found: "
            + (", ".join(JOINTS[j] for j in mapped) or "none")
        )
    return mapped


def _mapped_parent(mapped: list[int]) -> dict[int, int]:
    """The nearest mapped ancestor of each mapped joint but the pelvis."""
    above = {}
    for joint in mapped[1:]:
        parent = PARENTS[joint]
        while parent not in mapped:
            parent = PARENTS[parent]
        above[joint] = parent
    return above


def _reference(
    motion: Motion,
    body: Body,
    mapped: list[int],
    source: NDArray[np.intp],
    positions: Array,
    orientations: Array,
) -> tuple[Array, Array]:
    """Link orientations (22, 4) and the source's (M, 4) in the reference pose."""
    skeleton = motion.skeleton
    offsets = skeleton.offsets
    if motion.translations is not None:
        offsets = np.nanmedian(motion.translations, axis=0)
    rest = np.tile(rot.IDENTITY, (1, len(skeleton.names), 1))
    zero, turns = forward_kinematics(skeleton.parents, offsets, np.zeros((1, 3)), rest)
    links, stray = _pose_body(body, mapped, source, skeleton.parents, zero[0])
    if stray <= _UPRIGHT_RAD:
        return links, turns[0, source]
    best = (stray, links, turns[0, source])
    for place, turn in zip(positions, orientations, strict=True):
        links, stray = _pose_body(body, mapped, source, skeleton.parents, place)
        if stray < best[0]:
            best = (stray, links, turn[source])
    return best[1], best[2]


def _pose_body(
    body: Body,
    mapped: list[int],
    source: NDArray[np.intp],
    source_parents: NDArray[np.intp],
    place: Array,
) -> tuple[Array, float]:
    """Turn the body's segments along the source's in one pose.

    Going down the tree, a segment keeps its parent's orientation but for the smallest rotation
    that brings the bones that leave it onto the source's; where bones leave in several
    directions they fix it entirely (Wahba's problem).

    Returns
    -------
    links : (22, 4) array
        Orientations of the links.
    stray : float
        Largest swing of a leg or trunk segment against the one above it, rad.
    """
    template = body.rest_positions()
    links = np.tile(rot.IDENTITY, (len(JOINTS), 1))
    where = dict(zip(mapped, place[source], strict=True))
    above = _mapped_parent(mapped)
    swings = [0.0]
    for joint, name in enumerate(JOINTS):
        start = rot.IDENTITY if joint == 0 else links[PARENTS[joint]]
        links[joint] = start
        if joint not in where:
            continue
        rest_directions, directions = [], []
        for tip in _tips(joint, above, where):
            rest_directions.append(template[tip] - template[joint])
            directions.append(where[tip] - where[joint])
        if not directions:
            end = _end_below(int(source[mapped.index(joint)]), source_parents, place)
            if end is None:
                continue
            rest_directions.append(_free_end(body, joint))
            directions.append(end - where[joint])
        rest = rot.rotate(start, np.array(rest_directions))
        seen = np.array(directions)
        swing = _turn(rest, seen)
        links[joint] = rot.multiply(swing, start)
        if joint and any(word in name for word in ("spine", "hip", "knee")):
            swings.append(float(np.linalg.norm(rot.to_rotation_vector(swing))))
    return links, max(swings)


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


def _end_below(joint: int, parents: NDArray[np.intp], place: Array) -> Array | None:
    """Mean of the source joints or end sites right below one, where they are far enough."""
    below = np.flatnonzero(parents == joint)
    if not len(below):
        return None
    end = place[below].mean(axis=0)
    return end if np.linalg.norm(end - place[joint]) >= _NEAR_M else None


def _free_end(body: Body, joint: int) -> Array:
    """Direction in which a segment extends at rest, link frame."""
    below = [c for c, parent in enumerate(PARENTS) if parent == joint]
    return body.offsets[below[0]] if below else body.boxes[joint, 0]


def _turn(rest: Array, seen: Array) -> Array:
    """Rotation that brings directions (N, 3) onto others: smallest for one, best for several."""
    rest = rest / np.linalg.norm(rest, axis=1, keepdims=True)
    seen = seen / np.linalg.norm(seen, axis=1, keepdims=True)
    if len(rest) == 1 or np.linalg.matrix_rank(seen, tol=0.1) < 2:
        return rot.from_two_vectors(rest[0], seen[0])
    return Rotation.align_vectors(seen, rest)[0].as_quat()


def _fit_bones(body: Body, mapped: list[int], place: Array, world: Array) -> Array:
    """Offsets (22, 3) that carry the body's joints to the source's."""
    template = body.rest_positions()
    above = _mapped_parent(mapped)
    column = {joint: k for k, joint in enumerate(mapped)}
    offsets = body.offsets.copy()
    bones, ratios = {}, []
    for joint, parent in above.items():
        apart = place[:, column[joint]] - place[:, column[parent]]
        bones[joint] = np.median(rot.rotate_inverse(world[:, column[parent]], apart), axis=0)
        length = np.linalg.norm(template[joint] - template[parent])
        if length > 0.05:
            ratios.append(np.linalg.norm(bones[joint]) / length)
    size = float(np.median(ratios)) if ratios else 1.0
    offsets *= size
    settled: set[int] = set()
    for joint, parent in above.items():
        between, step = [], PARENTS[joint]
        while step != parent:
            between.append(step)
            step = PARENTS[step]
        if between:
            share = np.linalg.norm(bones[joint]) / np.linalg.norm(
                template[joint] - template[parent]
            )
            for j in between:
                if j not in bones and j not in settled:
                    offsets[j] = body.offsets[j] * share
                    settled.add(j)
        offsets[joint] = bones[joint] - sum((offsets[j] for j in between), np.zeros(3))
    return offsets
