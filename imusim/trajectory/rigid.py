"""Trajectories of bodies whose bones are rigid."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import PARENTS
from imusim.math import rotations as rot
from imusim.trajectory.trajectory import LinkTrajectory, fit_trajectory

Array = NDArray[np.float64]

LEAST_RATE_HZ = 120.0
"""Frames a second of a rigid trajectory, at least."""
LEVER_M = 0.15
"""Length at which a bone tells a segment's direction as surely as its orientation does, m: the
errors of joints are about a millimetre, those of orientations some milliradians."""
FRAMES_A_PERIOD = 5.0
"""Frames in a period of the highest cut-off, at least: beyond half their rate nothing is left."""

_CHILDREN = tuple(
    tuple(child for child, parent in enumerate(PARENTS) if parent == link)
    for link in range(len(PARENTS))
)


def _levels() -> list[list[int]]:
    """Links of equal depth, the pelvis left out."""
    levels, below = [], list(_CHILDREN[0])
    while below:
        levels.append(below)
        below = [child for link in below for child in _CHILDREN[link]]
    return levels


_LEVELS = _levels()
_ROUNDS = 2


def rigid_trajectory(trajectory: LinkTrajectory, offsets: Array) -> LinkTrajectory:
    """The trajectory of a body of rigid bones that follows another.

    Jumps of velocity stay as they are.

    Parameters
    ----------
    trajectory : LinkTrajectory
        Of the 22 links, from :func:`imusim.trajectory.fit_trajectory`.
    offsets : (22, 3) array
        The body's bones, m.
    """
    tracks = (trajectory.position, trajectory.orientation)
    highest = max((c for t in tracks for c in t.cutoff_hz if math.isfinite(c)), default=0.0)
    wanted_hz = max(LEAST_RATE_HZ, FRAMES_A_PERIOD * highest)
    factor = max(math.ceil(wanted_hz / trajectory.rate_hz * (1 - 1e-9)), 1)
    rate_hz = factor * trajectory.rate_hz
    last = len(trajectory.valid) - 1
    time_s = np.arange(last * factor + 1) / rate_hz
    poses = rigid_poses(trajectory.without_jumps(), offsets, time_s)
    rigid = fit_trajectory(trajectory.names, *poses, rate_hz, position_noise=0.0)
    whole = np.arange(last * factor + 1) / factor
    valid = trajectory.valid[np.floor(whole).astype(int)]
    valid &= trajectory.valid[np.ceil(whole).astype(int)]
    made = (
        replace(new, cutoff_hz=old.cutoff_hz)
        for new, old in zip((rigid.position, rigid.orientation), tracks, strict=True)
    )
    return LinkTrajectory(trajectory.names, rate_hz, valid, *made).with_jumps_of(trajectory)


def rigid_poses(trajectory: LinkTrajectory, offsets: Array, time_s: Array) -> tuple[Array, Array]:
    """Poses of a body of rigid bones that follows a trajectory.

    A trajectory smooths each link's position and orientation for itself, as strongly as its
    noise asks for; together they are not quite those of rigid bones. Here each segment is
    turned by the smallest rotation that points its bones to where the trajectory has the next
    joints, so positions, on which accelerations depend most, keep their own smoothing. The
    shorter its bones, the less do they tell of its direction, and the more it keeps its own;
    the pelvis, which carries only short ones, keeps it whole.

    Parameters
    ----------
    trajectory : LinkTrajectory
        Of the 22 links.
    offsets : (22, 3) array
        The body's bones, m.
    time_s : (N,) array

    Returns
    -------
    position : (N, 22, 3) array, world_from_link : (N, 22, 4) array
    """
    position, turn = trajectory.poses(time_s)
    placed = np.empty_like(position)
    placed[:, 0] = position[:, 0]
    for links in _LEVELS:
        above = [PARENTS[link] for link in links]
        placed[:, links] = placed[:, above] + rot.rotate(turn[:, above], offsets[links])
        limbs = [link for link in links if len(_CHILDREN[link]) == 1]
        if limbs:
            ends = [_CHILDREN[link][0] for link in limbs]
            have = rot.rotate(turn[:, limbs], offsets[ends])
            towards = _turn_towards(have, position[:, ends] - placed[:, limbs])
            turn[:, limbs] = rot.multiply(towards, turn[:, limbs])
        for link in links:
            ends = list(_CHILDREN[link])
            if len(ends) > 1:
                have = rot.rotate(turn[:, link, None], offsets[ends])
                want = position[:, ends] - placed[:, link, None]
                turn[:, link] = rot.multiply(_smallest_turn(have, want), turn[:, link])
    return placed, rot.make_continuous(turn)


def _smallest_turn(have: Array, want: Array) -> Array:
    """Rotations (N, 4) that bring vectors (N, K, 3) near to others, moving them little.

    They make the sum of ``|R have - want|²`` and of the squared angle times ``LEVER_M²`` least.
    """
    total = np.tile(rot.IDENTITY, (len(have), 1))
    turned = have
    for _ in range(_ROUNDS):  # Gauss and Newton: the turns are of a degree or less
        moment = rot.cross(turned, want - turned).sum(axis=1)
        moment -= LEVER_M**2 * rot.to_rotation_vector(total)
        step = _divided(moment, turned)
        total = rot.multiply(rot.from_rotation_vector(step), total)
        turned = rot.rotate(total[:, None], have)
    return total


def _divided(moment: Array, arms: Array) -> Array:
    """Moments (N, 3) divided by the inertias of unit masses on arms (N, K, 3), and LEVER_M²."""
    x, y, z = arms[..., 0], arms[..., 1], arms[..., 2]
    xx, yy, zz = ((v * v).sum(axis=1) for v in (x, y, z))
    xy, xz, yz = (-(v * w).sum(axis=1) for v, w in ((x, y), (x, z), (y, z)))
    about_x, about_y, about_z = (LEVER_M**2 + sides for sides in (yy + zz, xx + zz, xx + yy))
    adjugate = np.array(
        [
            [about_y * about_z - yz * yz, xz * yz - xy * about_z, xy * yz - about_y * xz],
            [xz * yz - xy * about_z, about_x * about_z - xz * xz, xy * xz - about_x * yz],
            [xy * yz - about_y * xz, xy * xz - about_x * yz, about_x * about_y - xy * xy],
        ]
    )
    determinant = about_x * adjugate[0, 0] + xy * adjugate[0, 1] + xz * adjugate[0, 2]
    return np.einsum("ijn,nj->ni", adjugate, moment) / determinant[:, None]


def _turn_towards(have: Array, want: Array) -> Array:
    """The same (..., 4) for one vector (..., 3) each: the part of the angle its length is worth."""
    axis = rot.cross(have, want)
    sine, cosine = rot.norm(axis), rot.dot(have, want)
    length2 = np.hypot(sine, cosine)
    half = 0.5 * np.arctan2(sine, cosine) * length2 / (length2 + LEVER_M**2)
    share = np.sin(half) / np.maximum(sine, 1e-300)
    return rot.joined(*(share * axis[..., k] for k in range(3)), np.cos(half))
