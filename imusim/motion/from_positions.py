"""Joint rotations from joint positions alone.

Positions say where bones point, and not how they are turned about their length. Pelvis and chest,
from which bones leave in several directions, are fitted whole. Along limbs each bone's frame is
first swung by the smallest rotation from the one above, which no pose makes jump but a bone that
points the opposite way from rest, and then turned about the bone by what neighbours tell, slowly
against a frame that follows the bone without spinning: the thigh by the pelvis's lateral axis,
shank, upper arm and forearm by the plane of the bent knee or elbow. What stays unseen (the
forearm's pronation, head, neck, hands and feet) is marked in ``Motion.unobserved_axes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.math import splines
from imusim.math.gaps import whole_frames
from imusim.motion.bones import (
    kind,
    order_joints,
    rest_positions,
    rigid_orientations,
    rigid_shape,
)
from imusim.motion.hinges import ComplexArray, carried, evidence, transported, turned
from imusim.motion.kinematics import local_rotations
from imusim.motion.model import Motion, Skeleton

Array = NDArray[np.float64]

_HINGE = {"hip": (0, 1, 0), "knee": (0, 1, 0), "shoulder": (0, 0, -1), "elbow": (0, 0, -1)}
"""Axis about which the limb's hinge bends at rest, on the left; mirrored arms bend the other way.

A knee takes the shank backward, about +y; a left elbow in a T-pose the forearm forward, about -z.
"""

_SEGMENT = {"hip": "thigh", "knee": "shank", "shoulder": "upper_arm", "elbow": "forearm"}

_LINE_M = 0.03
"""Root of the summed squares of the distances from a line, below which joints lie on it."""

_NEAR_M = 1e-6
"""A bone shorter than this points nowhere."""


@dataclass(frozen=True)
class TwistOptions:
    """How the turn of bones about their length is estimated from hinges.

    The defaults suit exact positions: on 190 recordings with rotations (``tools/positions.py``)
    the norms of the true angular rates come back with median correlations of 0.94 (thigh), 0.99
    (shank), 0.99 (upper arm) and 0.97 (forearm, whose pronation is not in the positions).

    Parameters
    ----------
    thigh_hz, shank_hz, upper_arm_hz, forearm_hz : float
        Cut-off of the smoothing of the hinge's axis; infinite for none.
    knee_on_thigh : float
        Weight of the knee's hinge, against one for the pelvis's lateral axis, in turning the
        thigh.
    prior : float
        Sine of the bend below which a limb counts as straight, where the turn falls back on
        the bone above.
    """

    thigh_hz: float = 5.0
    shank_hz: float = 10.0
    upper_arm_hz: float = 10.0
    forearm_hz: float = 5.0
    knee_on_thigh: float = 5.0
    prior: float = 0.1


NOISY = TwistOptions(shank_hz=0.5, upper_arm_hz=2.0, forearm_hz=0.5, knee_on_thigh=0.0, prior=0.25)
"""For cameras that guess joints to a few centimetres: hinges are slow, the thigh goes without.

What moves wrist and thigh is measured beside real sensors; see docs/benchmarks.md.
"""


def motion_from_positions(
    positions: ArrayLike,
    joints: Sequence[str],
    rate_hz: float,
    *,
    twist: TwistOptions | None = None,
    key: str = "",
) -> Motion:
    """Inverse kinematics of a clip of joint positions.

    Parameters
    ----------
    positions : (T, J, 3) array
        World, m. A frame with a NaN in any joint is a gap.
    joints : sequence of str
        Canonical names of the J joints (:data:`imusim.conventions.JOINTS`), in any order;
        pelvis, hips and a joint of the trunk must be among them.
    rate_hz : float
    twist : TwistOptions, optional
    key : str
        Names the clip.

    Returns
    -------
    Motion
        On a skeleton of constant bones, their median lengths, whose zero pose is a T-pose
        facing +x. Joints in canonical order under their canonical names.

    Raises
    ------
    MotionError
        If shapes disagree, a joint that is needed is missing, or there is no whole frame.
    """
    positions = np.asarray(positions, float)
    if positions.ndim != 3 or positions.shape[1:] != (len(joints), 3):
        raise MotionError(f"positions have shape {positions.shape}, not (T, {len(joints)}, 3)")
    columns, parents = order_joints(joints)
    names = tuple(joints[column] for column in columns)
    seen = whole_frames(positions)
    if not seen.any():
        raise MotionError("no frame has all joints")
    solver = _Solver(names, parents, positions[:, columns], seen, rate_hz, twist or TwistOptions())
    solver.solve()
    root = np.where(seen[:, None], solver.placed[:, 0], np.nan)
    local = rot.make_continuous(local_rotations(parents, solver.world))
    local[~seen] = np.nan
    return Motion(
        Skeleton(names, parents, solver.offsets),
        root,
        local,
        rate_hz,
        key=key,
        joint_map={name: name for name in names},
        captured_positions=positions[:, columns],
        unobserved_axes=solver.unobserved,
    )


class _Solver:
    """World orientations joint by joint, parents first."""

    def __init__(
        self,
        names: tuple[str, ...],
        parents: NDArray[np.intp],
        positions: Array,
        seen: NDArray[np.bool_],
        rate_hz: float,
        options: TwistOptions,
    ):
        self.names, self.parents, self.seen = names, parents, seen
        self.rate_hz, self.options = rate_hz, options
        frames, count = positions.shape[:2]
        flat, _ = splines.bridge_gaps(positions.reshape(frames, -1), ~seen)
        self.positions = flat.reshape(positions.shape)
        self.rest = rest_positions()[[JOINTS.index(name) for name in names]]
        self.children = [np.flatnonzero(parents == j).tolist() for j in range(count)]
        self.chest = max(j for j in range(count) if j == 0 or len(self.children[j]) > 1)
        self.offsets = np.zeros((count, 3))
        self.unobserved = np.zeros((count, 3))
        self.world = np.empty((frames, count, 4))
        self.bare = np.empty((frames, count, 4))  # before the turn about the bone
        self.votes = np.ones((frames, count), complex)
        self.placed = np.empty((frames, count, 3))  # where the constant bones put the joints

    def solve(self) -> None:
        """Fill ``world``, ``placed``, ``offsets`` and ``unobserved``."""
        count = len(self.names)
        for joint in range(count):
            if joint == 0 or len(self.children[joint]) > 1:
                self._fit_whole(joint)
        spine = self._path(self.chest)
        for joint in range(1, count):
            parent = self.parents[joint]
            self.placed[:, joint] = self.placed[:, parent] + rot.rotate(
                self.world[:, parent], self.offsets[joint]
            )
            below = self.children[joint]
            if len(below) == 1:
                self._swing(joint, below[0], self._base(joint, spine))
            elif not below:
                self.world[:, joint] = self.bare[:, joint] = self.world[:, parent]
                self.unobserved[joint] = _unit(self.rest[joint] - self.rest[parent])

    def _fit_whole(self, joint: int) -> None:
        """Pelvis or chest: a rigid body with the joints below it."""
        group = [joint, *self.children[joint]]
        points = self.positions[:, group]
        wide = self._wide(group)
        shape = rigid_shape(self.positions[:, wide][self.seen], self.rest[wide])
        turn = rigid_orientations(shape, self.positions[:, wide])
        centred = points - points.mean(axis=1, keepdims=True)
        shape = self._median_in(turn, centred)
        if wide != group:  # only the turn about the line is theirs to tell
            axis = np.linalg.svd(shape)[2][0]
            along = np.einsum("tki,k->ti", centred, shape @ axis)
            nowhere = np.linalg.norm(along, axis=1, keepdims=True) < _NEAR_M**2
            start = rot.rotate(turn, axis)
            turn = rot.multiply(rot.from_two_vectors(start, np.where(nowhere, start, along)), turn)
            shape = self._median_in(turn, centred)
        self.world[:, joint] = self.bare[:, joint] = turn
        self.offsets[group[1:]] = shape[1:] - shape[0]
        if joint == 0:
            self.placed[:, 0] = points.mean(axis=1) + rot.rotate(turn, shape[0])

    def _median_in(self, turn: Array, points: Array) -> Array:
        """Points (T, K, 3) in frames (T, 4), the median over time."""
        return np.median(rot.rotate_inverse(turn[:, None], points)[self.seen], axis=0)

    def _wide(self, group: list[int]) -> list[int]:
        """The group, with joints further down as long as all lie on one line.

        Some skeletons hang neck and collars on one point: only the shoulders tell the turn.
        """
        while True:
            points = self.positions[:, group][self.seen]
            spread = np.linalg.svd(points - points.mean(axis=1, keepdims=True), compute_uv=False)
            below = [c for j in group for c in self.children[j] if c not in group]
            if np.median(spread[:, 1]) > _LINE_M or not below:
                return group
            group = group + below

    def _path(self, joint: int) -> list[int]:
        """Joints from the pelvis to one, both left out."""
        path = []
        while joint > 0:
            joint = int(self.parents[joint])
            path.append(joint)
        return path[-2::-1]

    def _base(self, joint: int, spine: list[int]) -> Array:
        """Orientation (T, 4) that a bone's frame is swung from."""
        if joint in spine:  # the turn between pelvis and chest is shared out evenly
            between = rot.multiply(rot.conjugate(self.world[:, 0]), self.world[:, self.chest])
            share = (spine.index(joint) + 1) / (len(spine) + 1)
            turn = rot.from_rotation_vector(share * rot.to_rotation_vector(between))
            return rot.multiply(self.world[:, 0], turn)
        poses = self.bare if kind(self.names[joint]) == "elbow" else self.world
        return poses[:, self.parents[joint]]

    def _swing(self, joint: int, child: int, base: Array) -> None:
        """A joint with one bone: swung along the bone, then turned about it."""
        apart = self.positions[:, child] - self.placed[:, joint]
        bone = _unit(self.rest[child] - self.rest[joint])
        lengths = np.linalg.norm(self.positions[:, child] - self.positions[:, joint], axis=1)
        self.offsets[child] = bone * np.median(lengths[self.seen])
        start = rot.rotate(base, bone)
        nowhere = np.linalg.norm(apart, axis=1, keepdims=True) < _NEAR_M
        bare = rot.multiply(rot.from_two_vectors(start, np.where(nowhere, start, apart)), base)
        self.bare[:, joint] = bare
        votes = self._votes(joint, child, bone, bare)
        if votes is None:
            self.world[:, joint] = bare
        else:
            self.votes[:, joint] = votes
            self.world[:, joint] = turned(bare, bone, votes, self.rate_hz)

    def _votes(self, joint: int, child: int, bone: Array, bare: Array) -> ComplexArray | None:
        """Evidence for the turn of a bone about itself; ``None`` where it keeps its swing."""
        name, options = kind(self.names[joint]), self.options
        if name not in _HINGE:
            if "spine" not in name:
                self.unobserved[joint] = bone
            return None
        bend = self._bend(joint, child)
        straight = bend is None or np.linalg.norm(bend, axis=1).max() < options.prior
        rides = name == "hip" and options.knee_on_thigh == 0  # turns as the pelvis does
        if straight or rides or name == "elbow":
            self.unobserved[joint] = bone
        axis = np.array(_HINGE[name], float)
        if name in ("shoulder", "elbow") and self.names[joint].startswith("right_"):
            axis = -axis
        hinge: ComplexArray = np.zeros(len(bare), np.complex128)
        if bend is not None:
            cutoff = getattr(options, f"{_SEGMENT[name]}_hz")
            trunk = self.world[:, 0 if name in ("hip", "knee") else self.chest]
            transport = transported(rot.multiply(rot.conjugate(trunk), bare), bone)
            votes = evidence(bare, bone, axis, bend)
            hinge = carried(votes, transport, self.rate_hz, cutoff)
        if name == "hip":
            across = evidence(bare, bone, axis, rot.rotate(self.world[:, 0], axis))
            return options.knee_on_thigh * hinge + across * abs(across) + options.prior
        if name == "elbow":
            above = self.votes[:, self.parents[joint]]
            return hinge + options.prior * above / np.maximum(abs(above), 1e-12)
        return hinge + options.prior

    def _bend(self, joint: int, child: int) -> Array | None:
        """Axis (T, 3) of the limb's hinge, as long as the sine of the bend; zero in gaps."""
        name, parent = kind(self.names[joint]), int(self.parents[joint])
        if name in ("hip", "shoulder"):
            below = self.children[child]
            chain = (joint, child, below[0]) if len(below) == 1 else None
        else:
            upper = {"knee": "hip", "elbow": "shoulder"}.get(name)
            chain = (parent, joint, child) if kind(self.names[parent]) == upper else None
        if chain is None:
            return None
        first, middle, last = (self.positions[:, j] for j in chain)
        axis = np.cross(_unit(middle - first), _unit(last - middle))
        return np.where(self.seen[:, None], axis, 0.0)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
