"""How much of a motion's root wrench the ground can have given, and where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_LOAD = 3.5
"""Largest ground force that is asked for, in body weights: more is a glitch of the capture."""

_CARRIED_ELSEWHERE = 0.02
"""Readiness of the wrench itself, against 1 of a sphere that stands: so the ground takes what
it can, and nothing at all of a body in flight."""
_ARM_M = 0.3
"""Length that sets torques beside forces, m: about the distance of the feet from one another."""
_ROUNDS = 3


def ground_load(
    point: Array,
    carries: Array,
    root_position: Array,
    force: Array,
    torque: Array,
    friction: float,
    weight: float,
) -> Array:
    """Forces of the ground that explain a root wrench best.

    Weighted least squares, the weights being how ready each point is to carry; a point that
    would have to pull is left out, and the rest solved again.

    Parameters
    ----------
    point : (N, S, 3) array
        World, m.
    carries : (N, S) array
        0 to 1.
    root_position : (N, 3) array
    force, torque : (N, 3) array
        What the motion needs at the root without any ground, world, N and N m.
    friction : float
    weight : float
        Of the body, N.

    Returns
    -------
    (N, S, 3) array
        World, N; inside the friction cones and upwards.
    """
    loads = np.zeros_like(point)
    ready = np.square(carries)
    busy = np.flatnonzero(ready.max(axis=1, initial=0.0) > 0)
    if not len(busy):
        return loads
    maps = _wrench_of_forces((point[busy] - root_position[busy, None]) / _ARM_M)
    wanted = np.concatenate([force, torque / _ARM_M], axis=1)[busy]
    ready = ready[busy]
    found = _shared(ready, maps, wanted)
    for _ in range(_ROUNDS):
        again = (found[..., 2] < 0).any(axis=1)
        if not again.any():
            break
        ready[found[..., 2] < 0] = 0.0
        found[again] = _shared(ready[again], maps[again], wanted[again])
    found[found[..., 2] < 0] = 0.0
    sideways = np.linalg.norm(found[..., :2], axis=-1)
    most = friction * found[..., 2]
    found[..., :2] *= np.where(sideways > most, most / np.maximum(sideways, 1e-12), 1.0)[..., None]
    total = found[..., 2].sum(axis=1)
    found *= np.minimum(1.0, MOST_LOAD * weight / np.maximum(total, 1e-9))[:, None, None]
    loads[busy] = found
    return loads


def _wrench_of_forces(arm: Array) -> Array:
    """Matrices (N, S, 6, 3) from forces at arms (N, S, 3) to force and torque."""
    maps = np.zeros((*arm.shape[:2], 6, 3))
    maps[:, :, [0, 1, 2], [0, 1, 2]] = 1.0
    x, y, z = (arm[..., k] for k in range(3))
    maps[:, :, 3, 1], maps[:, :, 3, 2] = -z, y
    maps[:, :, 4, 0], maps[:, :, 4, 2] = z, -x
    maps[:, :, 5, 0], maps[:, :, 5, 1] = -y, x
    return maps


def _shared(ready: Array, maps: Array, wanted: Array) -> Array:
    """Forces (N, S, 3) whose wrench comes near (N, 6), the readier points bearing the more."""
    count, spheres = ready.shape
    across = maps.transpose(0, 1, 3, 2).reshape(count, 3 * spheres, 6)
    down = across.transpose(0, 2, 1)
    weight = np.repeat(ready, 3, axis=1)
    gram = (down * weight[:, None]) @ across + _CARRIED_ELSEWHERE * np.eye(6)
    multiplier = np.linalg.solve(gram, wanted[..., None])
    return weight.reshape(count, spheres, 3) * (across @ multiplier).reshape(count, spheres, 3)
