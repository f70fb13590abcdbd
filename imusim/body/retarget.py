"""Putting a captured skeleton's motion onto the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from imusim.body.calibration import calibrate, mapped_parents
from imusim.body.ground import Ground, find_ground
from imusim.body.model import Body
from imusim.conventions import JOINTS, PARENTS
from imusim.errors import RetargetError
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.motion import (
    Motion,
    forward_kinematics,
    joint_positions,
    local_rotations,
    world_poses,
)

Array = NDArray[np.float64]

_LOOKED_AT = 64
"""Frames among which a reference pose is sought."""
STATURES = (0.3, 3.0)
"""Heights of the uppermost joint over the feet, m, outside which a body is no person's."""
MOST_PACE_M_S = 300.0
"""Millimetres taken for metres make a walk faster than sound."""
_MEASURED = 256
"""Frames over which bones are measured."""


@dataclass(frozen=True, eq=False)
class RetargetedMotion:
    """A motion of the body.

    Parameters
    ----------
    body : Body
        Its bones fitted to the source's.
    positions : (T, 22, 3) array
        World positions of the links, m, the ground at z = 0; NaN in gaps.
    world_from_link : (T, 22, 4) array
        Their orientations, xyzw; NaN in gaps.
    rate_hz : float
    observed : (22,) bool array
        Segments that the source has; the others ride rigidly on the one above.
    valid : (T,) bool array
        False in gaps.
    unobserved_axes : (22, 3) array
        In each link's frame, the unit axis about which its rotation was not seen; zero where
        all of it was.
    source_positions : (T, 22, 3) array
        World positions of the source's own joints, m; NaN for those that it lacks or whose
        bones it does not know, and in gaps.
    ground : Ground
        Where the ground was in the source's own world; here it is level, at z = 0.
    outside_limits : float, optional
        Of all frames of all channels for which the source states limits, the part beyond them.
    """

    body: Body
    positions: Array
    world_from_link: Array
    rate_hz: float
    observed: NDArray[np.bool_]
    valid: NDArray[np.bool_]
    unobserved_axes: Array
    source_positions: Array
    ground: Ground
    outside_limits: float | None = None

    @property
    def root_position(self) -> Array:
        """World position (T, 3) of the pelvis, m."""
        return self.positions[:, 0]

    @cached_property
    def rotations(self) -> Array:
        """Rotations (T, 22, 4) against the parent link, the pelvis's against the world, xyzw."""
        return local_rotations(self.body.parents, self.world_from_link)

    def posed(self, root_position: Array, rotations: Array) -> RetargetedMotion:
        """The same body in other poses: pelvis (T, 3), m, and rotations (T, 22, 4)."""
        poses = forward_kinematics(self.body.parents, self.body.offsets, root_position, rotations)
        return replace(self, positions=poses[0], world_from_link=poses[1])

    def world_poses(self) -> tuple[Array, Array]:
        """Positions (T, 22, 3), m, and orientations (T, 22, 4) of the links in the world."""
        return self.positions, self.world_from_link


def retarget(
    motion: Motion, body: Body, limb_lengths: Mapping[str, float] | None = None
) -> RetargetedMotion:
    """Retarget by segment orientation.

    Each body segment is fixed to the source segment that carries it by one constant rotation,
    found in a reference pose: the source's zero pose where that is a standing one, else the
    frame of the clip nearest to standing. So a segment's angular rate is the source's to
    rounding. Bones are fitted as the median vector between the source's joints, so joints
    coincide wherever the source's bones are rigid. The ground, found from the feet, is put at
    z = 0 and made level.

    Parameters
    ----------
    motion : Motion
        With at least the pelvis and two more joints in its ``joint_map``.
    body : Body
    limb_lengths : mapping of str to float, optional
        Joint to the length of the bone from its parent, m, instead of the fitted one.

    Raises
    ------
    RetargetError
        If a limb is stated that has no length, too few joints are mapped, the clip has no whole
        frame, or the body is not of a person's size or pace.
    """
    mapped = _mapped(motion)
    source = np.array([motion.skeleton.index(motion.joint_map[JOINTS[j]]) for j in mapped])
    valid = whole_frames(motion.root_position, motion.rotations)
    if motion.translations is not None:
        valid &= whole_frames(motion.translations[:, 1:])
    if not valid.any():
        raise RetargetError("the clip has no whole frame")
    place, turn = world_poses(motion, source)
    seen = np.flatnonzero(valid)
    looked_at = _spread(seen, _LOOKED_AT)
    calibration = calibrate(motion, body, mapped, source, place, turn, looked_at)
    world = np.empty((motion.frames, len(JOINTS), 4), order="F")
    world[:, mapped] = rot.multiply(turn, calibration)
    for joint in sorted(set(range(len(JOINTS))) - set(mapped)):
        world[:, joint] = world[:, PARENTS[joint]]
    observed = np.zeros(len(JOINTS), bool)
    observed[mapped] = True
    unobserved_axes = np.zeros((len(JOINTS), 3))
    if motion.unobserved_axes is not None:
        axes = motion.unobserved_axes[source]
        unobserved_axes[mapped] = rot.rotate_inverse(calibration, axes)
    source_positions = np.full((motion.frames, len(JOINTS), 3), np.nan, order="F")
    fitted = body
    if motion.bones_known:
        captured = motion.captured_positions
        source_positions[:, mapped] = place if captured is None else captured[:, source]
        source_positions[~valid] = np.nan
        chosen = _spread(seen, _MEASURED)
        offsets = _fit_bones(body, mapped, place[chosen], world[chosen][:, mapped])
        fitted = body.with_offsets(offsets)
        _check_size(fitted)
    if limb_lengths:
        fitted = fitted.with_offsets(_stretched(fitted.offsets, limb_lengths))
        _check_size(fitted)
    _check_pace(place[valid, 0], motion.rate_hz)
    positions = joint_positions(fitted.parents, fitted.offsets, place[:, 0], world)
    ground = find_ground(fitted, positions, world, motion.rate_hz)
    return RetargetedMotion(
        fitted,
        ground.place(positions),
        ground.turn(world),
        motion.rate_hz,
        observed,
        valid,
        unobserved_axes,
        ground.place(source_positions),
        ground,
        motion.outside_limits,
    )


def _stretched(offsets: Array, limb_lengths: Mapping[str, float]) -> Array:
    """Offsets (22, 3) of which some bones have other lengths."""
    offsets = offsets.copy()
    for joint, length_m in limb_lengths.items():
        if joint not in JOINTS or not (own := np.linalg.norm(offsets[JOINTS.index(joint)])) > 0:
            raise RetargetError(f"limb_lengths: {joint!r} is no joint with a bone above it")
        offsets[JOINTS.index(joint)] *= length_m / own
    return offsets


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


def _check_size(body: Body) -> None:
    """Refuse a body that no person has: the file's unit of length was taken wrongly."""
    joints = body.rest_positions()
    height = float(np.ptp(joints[:, 2]))
    if not STATURES[0] <= height <= STATURES[1]:
        shown = f"{height:,.0f}" if height >= 1000 else f"{height:.3g}"
        raise RetargetError(
            f"the body is {shown} m from feet to head: state the metres in one unit of the file "
            "with --scale"
        )


def _check_pace(root_position: Array, rate_hz: float) -> None:
    """Refuse a pelvis that moves as none does, which is how a wrong unit shows without bones."""
    speeds = np.linalg.norm(np.diff(root_position, axis=0), axis=1) * rate_hz
    usual = float(np.median(speeds)) if len(speeds) else 0.0
    if usual > MOST_PACE_M_S:
        raise RetargetError(
            f"the pelvis moves at {usual:,.0f} m/s: state the metres in one unit of the file "
            "with --scale, or cut the clip"
        )


def _spread(frames: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """At most ``count`` of the frames, evenly spread."""
    return frames[np.linspace(0, len(frames) - 1, min(count, len(frames))).astype(int)]


def _fit_bones(body: Body, mapped: list[int], place: Array, world: Array) -> Array:
    """Offsets (22, 3) that carry the body's joints to the source's."""
    template = body.rest_positions()
    above = mapped_parents(mapped)
    column = {joint: k for k, joint in enumerate(mapped)}
    offsets = body.offsets.copy()
    bones, ratios = {}, []
    carriers = [column[parent] for parent in above.values()]
    apart = place[:, [column[joint] for joint in above]] - place[:, carriers]
    medians = np.median(rot.rotate_inverse(world[:, carriers], apart), axis=0)
    for (joint, parent), bone in zip(above.items(), medians, strict=True):
        bones[joint] = bone
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
