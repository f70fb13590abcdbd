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
    for link, children in enumerate(_CHILDREN):
        parent = PARENTS[link]
        if parent >= 0:
            placed[:, link] = placed[:, parent] + rot.rotate(turn[:, parent], offsets[link])
        if parent >= 0 and children:
            have = rot.rotate(turn[:, link, None], offsets[list(children)])
            want = position[:, list(children)] - placed[:, link, None]
            turn[:, link] = rot.multiply(_smallest_turn(have, want), turn[:, link])
    return placed, rot.make_continuous(turn)


def _smallest_turn(have: Array, want: Array) -> Array:
    """Rotations (N, 4) that bring vectors (N, K, 3) near to others, moving them little.

    They make the sum of ``|R have - want|²`` and of the squared angle times ``LEVER_M²`` least.
    """
    if have.shape[1] == 1:
        return _turn_towards(have[:, 0], want[:, 0])
    total = np.tile(rot.IDENTITY, (len(have), 1))
    turned = have
    for _ in range(_ROUNDS):  # Gauss and Newton: the turns are of a degree or less
        spread = np.einsum("nki,nkj->nij", turned, turned)
        trace = np.trace(spread, axis1=1, axis2=2)[:, None, None]
        normal = (trace + LEVER_M**2) * np.eye(3) - spread
        moment = np.cross(turned, want - turned).sum(axis=1)
        moment -= LEVER_M**2 * rot.to_rotation_vector(total)
        step = np.linalg.solve(normal, moment[..., None])[..., 0]
        total = rot.multiply(rot.from_rotation_vector(step), total)
        turned = rot.rotate(total[:, None], have)
    return total


def _turn_towards(have: Array, want: Array) -> Array:
    """The same for one vector (N, 3) each: the part of the angle that its length is worth."""
    axis = np.cross(have, want)
    sine = np.linalg.norm(axis, axis=1, keepdims=True)
    cosine = np.einsum("nk,nk->n", have, want)[:, None]
    length2 = np.hypot(sine, cosine)
    angle = np.arctan2(sine, cosine) * length2 / (length2 + LEVER_M**2)
    return rot.from_rotation_vector(axis * (angle / np.maximum(sine, 1e-300)))
