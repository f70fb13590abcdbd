"""The magnetic field in a room, and the ideal magnetometer in it.

The field is the Earth's, the same everywhere in the room, and that of dipoles around it:
furniture, radiators, steel in the floor. A dipole's field has neither divergence nor curl, and so
the disturbance is one that can exist. It does not change with time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor.earth_field import EarthField

Array = NDArray[np.float64]

DIPOLE_RADIUS_M = 0.05
"""Radius of the magnetised balls that stand for iron. Outside of a ball its field is a dipole's."""
CLEARANCE_M = 0.3
"""Least distance from a dipole to the box in which the sensors move."""
REACH_M = 1.5
"""Greatest distance; what lies farther off is nearly uniform in the box."""
MAX_DISTURBANCE_T = 1e-3
_BLOCK = 4096  # places at a time, which stay in the processor's cache


@dataclass(frozen=True, eq=False)
class MagneticField:
    """A static magnetic field in the world frame.

    Parameters
    ----------
    uniform : (3,) array
        The part that is the same everywhere, T.
    dipole_position : (D, 3) array
        m.
    dipole_moment : (D, 3) array
        A m².
    """

    uniform: Array
    dipole_position: Array
    dipole_moment: Array

    def field_at(self, position: ArrayLike) -> Array:
        """Flux density at places in the world frame, T. Shapes (..., 3) to (..., 3).

        ``B = μ₀/4π (3 (m·r̂) r̂ − m) / r³`` for each dipole (Jackson, *Classical Electrodynamics*,
        3rd ed., eq. 5.56); within :data:`DIPOLE_RADIUS_M` that of a uniformly magnetised
        ball, ``μ₀/4π · 2m / R³`` (eq. 5.105), so that it is finite everywhere.
        """
        position = np.asarray(position, float)
        field = np.empty((position.size // 3, 3))
        field[:] = self.uniform
        if len(self.dipole_position):
            flat = position.reshape(-1, 3)
            for start in range(0, len(flat), _BLOCK):
                block = slice(start, start + _BLOCK)
                field[block] += self._disturbance(flat[block])
        return field.reshape(position.shape)

    def _disturbance(self, position: Array) -> Array:
        """The dipoles' field at (N, 3) places, all dipoles by products of matrices."""
        centre = self.dipole_position.mean(axis=0)
        place, source, moment = position - centre, self.dipole_position - centre, self.dipole_moment
        square = np.square(place).sum(axis=1)[:, None] + np.square(source).sum(axis=1)
        square -= 2 * place @ source.T
        inside = square < DIPOLE_RADIUS_M**2
        np.maximum(square, DIPOLE_RADIUS_M**2, out=square)
        cube = square * np.sqrt(square)
        along = 3 * (place @ moment.T - np.einsum("dc,dc->d", source, moment)) / (square * cube)
        along[inside] = 0
        across = np.where(inside, -2, 1) / cube
        away = along.sum(axis=1)[:, None] * place - along @ source
        return 1e-7 * (away - across @ moment)


def draw_field(
    earth: EarthField,
    rng: np.random.Generator,
    *,
    heading_rad: float | None = None,
    disturbance_t: float = 0.0,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
) -> MagneticField:
    """The field of a room.

    Parameters
    ----------
    earth : EarthField
    rng : numpy Generator
        The heading is drawn first, so that it does not depend on the disturbance.
    heading_rad : float, optional
        Compass heading of the world's x axis: its angle clockwise from magnetic north as seen
        from above, rad. A capture's x axis points anywhere: drawn uniformly if left out.
    disturbance_t : float
        RMS over the box of the length of the dipoles' field, T. Kept within 1 % in rooms; in
        halls of tens of metres either way within a quarter.
    low, high : (3,), optional
        Corners of the box in which the sensors move, m; needed for a disturbance.

    Raises
    ------
    ConfigError
        For a disturbance that is negative, above 1 mT, or without a box, or a heading that is
        not finite.
    """
    drawn = rng.uniform(-math.pi, math.pi)
    heading = drawn if heading_rad is None else heading_rad
    if not math.isfinite(heading):
        raise ConfigError(f"the world's heading is {heading}; it must be finite")
    if not 0 <= disturbance_t <= MAX_DISTURBANCE_T:
        raise ConfigError(
            f"a magnetic disturbance of {disturbance_t * 1e6:g} µT is outside 0 to "
            f"{MAX_DISTURBANCE_T * 1e6:g}"
        )
    level = math.cos(earth.inclination_rad)
    uniform = earth.intensity_t * np.array(
        [level * math.cos(heading), level * math.sin(heading), -math.sin(earth.inclination_rad)]
    )
    if disturbance_t == 0:
        return MagneticField(uniform, np.empty((0, 3)), np.empty((0, 3)))
    if low is None or high is None:
        raise ConfigError("a magnetic disturbance needs the box in which the sensors move")
    low, high = np.asarray(low, float), np.asarray(high, float)
    if not (np.isfinite([low, high]).all() and (low <= high).all()):
        raise ConfigError("the box in which the sensors move is not finite, or inside out")
    position = _around(rng, low, high)
    moment = rng.standard_normal(position.shape)
    places, weights = _quadrature(low, high)
    alone = MagneticField(np.zeros(3), position, moment).field_at(places)
    moment *= disturbance_t / math.sqrt(weights @ np.square(alone).sum(axis=1))
    return MagneticField(uniform, position, moment)


def read_magnetometer(
    field: MagneticField, position: ArrayLike, world_from_sensor: ArrayLike
) -> Array:
    """What ideal magnetometers read: the flux density in the sensor's frame, T.

    There is no low-pass here: as other signals, it is to be read fast enough for the motion and
    then brought down. The iron that a device carries with it is an error of the device: hard
    iron a bias, soft iron scale factors and cross-axis terms.

    Parameters
    ----------
    field : MagneticField
    position : (F, S, 3) array
        Of the sensors in the world frame, m.
    world_from_sensor : (F, S, 4) array
        Their orientations, xyzw.

    Returns
    -------
    (F, S, 3) array
    """
    return rot.rotate_inverse(world_from_sensor, field.field_at(position))


def _around(rng: np.random.Generator, low: Array, high: Array) -> Array:
    """Places beyond the faces of a box: one for 4 m² of its surface, 4 to 32. (D, 3)."""
    low, high = low - CLEARANCE_M, high + CLEARANCE_M
    areas = (high - low).prod() / (high - low)  # of the faces across each axis
    count = round(min(max(areas.sum() / 2, 4), 32))
    place = rng.uniform(low, high, (count, 3))
    axis = rng.choice(3, count, p=areas / areas.sum())
    beyond = rng.uniform(0, REACH_M - CLEARANCE_M, count)
    below = rng.random(count) < 0.5
    place[np.arange(count), axis] = np.where(below, low[axis] - beyond, high[axis] + beyond)
    return place


def _quadrature(low: Array, high: Array) -> tuple[Array, Array]:
    """Places (P, 3) and weights (P,) of a mean over a box: Gauss and Legendre along its sides."""
    knots = 4 + 4 * (high - low)
    knots *= min(1, (20000 / knots.prod()) ** (1 / 3))
    places, weights = np.empty((1, 0)), np.ones(1)
    for start, end, count in zip(low, high, knots, strict=True):
        knot, share = np.polynomial.legendre.leggauss(max(round(count), 4))
        side = np.tile(start + (knot + 1) / 2 * (end - start), len(places))
        places = np.hstack([places.repeat(len(knot), axis=0), side[:, None]])
        weights = np.asarray(np.outer(weights, share / 2).ravel(), np.float64)
    return places, weights
