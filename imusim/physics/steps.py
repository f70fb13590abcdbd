"""Motion in generalised coordinates, in steps that match the engines' integrators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.math import rotations as rot
from imusim.motion import local_rotations

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Steps:
    """States of a body at N steps.

    Parameters
    ----------
    step_s : float
        Duration of a step.
    root_position : (N, 3) array
        World, m.
    rotations : (N, 22, 4) array
        Against the parent, the root's against the world, xyzw.
    root_velocity : (N, 3) array
        World, m/s.
    rates : (N, 22, 3) array
        Angular rates against the parent, in the link's own frame, rad/s.
    """

    step_s: float
    root_position: Array
    rotations: Array
    root_velocity: Array
    rates: Array

    def part(self, block: slice) -> Steps:
        """Some of the steps."""
        arrays = (self.root_position, self.rotations, self.root_velocity, self.rates)
        return Steps(self.step_s, *(array[block] for array in arrays))


def steps_through(
    parents: NDArray[np.intp], root_position: Array, world_from_link: Array, step_s: float
) -> Steps:
    """Velocities with which a semi-implicit Euler integrator arrives at each pose.

    Such an integrator sets ``v[k+1] = v[k] + h a[k]``, then ``x[k+1] = x[k] + h v[k+1]``: so
    ``v[k]`` is the backward difference of positions, whatever the motion.

    Parameters
    ----------
    parents : (22,) array
    root_position : (N, 3) array
        World, m.
    world_from_link : (N, 22, 4) array
    step_s : float
    """
    rotations = local_rotations(parents, world_from_link)
    velocity = np.empty_like(root_position)
    velocity[1:] = np.diff(root_position, axis=0) / step_s
    velocity[0] = 2 * velocity[1] - velocity[2]
    rates = np.empty((*rotations.shape[:2], 3))
    turned = rot.multiply(rot.conjugate(rotations[:-1]), rotations[1:])
    rates[1:] = rot.to_rotation_vector(turned) / step_s
    rates[0] = 2 * rates[1] - rates[2]
    return Steps(step_s, root_position, rotations, velocity, rates)


def accelerations(steps: Steps) -> tuple[Array, Array]:
    """Accelerations that take each step's velocities to the next step's.

    The root's angular rate is the same vector in the root's frame before and after the step
    that it makes, so it does not matter in which of the two frames an engine integrates it.

    Returns
    -------
    root_acceleration : (N, 3) array
        World, m/s².
    rate_changes : (N, 22, 3) array
        Derivatives of ``rates``, rad/s².
    """
    return _forward(steps.root_velocity) / steps.step_s, _forward(steps.rates) / steps.step_s


def _forward(values: Array) -> Array:
    """Differences to the next row; the last is repeated."""
    difference = np.empty_like(values)
    difference[:-1] = np.diff(values, axis=0)
    difference[-1] = difference[-2]
    return difference
