"""Sensors that ride on soft tissue: a damped spring between segment and sensor.

Skin, fat, muscle and the strap let a sensor swing against the bone. It is modelled as a small
rigid body on an isotropic damped spring in translation, and on another in rotation, as is
usual for skin-mounted sensors (Kitazaki and Griffin 1995, J. Biomechanics 28:885;
Forner-Cordero et al. 2008, Physiological Measurement 29:N21).

**Translation.** D, the sensor's displacement from its place on the segment, and f, the specific
force at that place, obey ``D̈ + 2ζω₀(Ḋ − Ω×D) + ω₀²D = −f``, with vectors in world axes, where there
are neither Coriolis nor centrifugal terms; Ω is the segment's angular velocity, with which the
damper turns. The sensor feels ``f + D̈``. Without Ω that is f through
``H(s) = (2ζω₀s + ω₀²) / (s² + 2ζω₀s + ω₀²)``, the transmissibility of a mount, whose gain at rest
is one: gravity passes unchanged. ``Ω×D`` is taken from the solution without it, which leaves out
the square of Ω/ω₀ of what the tissue does.

**Rotation.** θ, the small rotation of the sensor against its mounting, obeys in the segment's axes
``θ̈ + 2ζωᵣθ̇ + ωᵣ²θ = −α``, α being the segment's angular acceleration. The gyroscope reads
``exp(θ)⁻¹ (Ω + θ̇)`` and the accelerometer's axes are turned by exp(θ). Neglected are the gyroscopic
``Ω×θ̇``, of the order of Ω/ωᵣ of a ringing and less else, and the square of θ. A turn at a
constant rate passes unchanged.

The spring is linear: where Ω comes near ω₀, or in blows that tissue stops, it is not valid. The two
springs are not coupled, and the sensor's mass does not act back on the body.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from imusim.errors import ConfigError
from imusim.math import rotations as rot

Array = NDArray[np.float64]

SAMPLES_PER_PERIOD = 8
"""Samples in a period of a spring's own frequency, at which a wave is followed within 0.4 %."""
FREQUENCIES_HZ = (1.0, 500.0)
"""Softest and stiffest spring; a stiffer one is as good as rigid."""
MAX_DAMPING_RATIO = 10.0


class Spring(NamedTuple):
    """Natural frequency, Hz, infinite for a rigid joint, and damping ratio."""

    frequency_hz: float
    damping_ratio: float


@dataclass(frozen=True, eq=False)
class SoftTissue:
    """The springs on which S sensors ride.

    Parameters
    ----------
    frequency_hz, damping_ratio : (S,) array
        Natural frequency without damping, Hz, and damping ratio in translation. An infinite
        frequency is a sensor that sits rigidly.
    rotation_frequency_hz, rotation_damping_ratio : (S,) array
        The same in rotation.

    Raises
    ------
    ConfigError
        For lengths that differ, frequencies that are neither among FREQUENCIES_HZ nor infinite,
        or damping ratios that are not positive or over MAX_DAMPING_RATIO.
    """

    frequency_hz: Array
    damping_ratio: Array
    rotation_frequency_hz: Array
    rotation_damping_ratio: Array

    def __post_init__(self) -> None:
        for field in fields(self):
            values = np.asarray(getattr(self, field.name), float)
            if values.ndim != 1 or len(values) != len(self.frequency_hz):
                raise ConfigError(f"soft tissue: {field.name} must hold one number a sensor")
            if field.name.endswith("_hz"):
                low, high = FREQUENCIES_HZ
                good = ((values >= low) & (values <= high)) | np.isposinf(values)
                wanted = f"from {low:g} to {high:g} Hz, or infinite for a rigid sensor"
            else:
                good = (values > 0) & (values <= MAX_DAMPING_RATIO)
                wanted = f"over 0 and at most {MAX_DAMPING_RATIO:g}"
            if not good.all():
                raise ConfigError(
                    f"soft tissue: {field.name} is {values[~good][0]:g}; it must be {wanted}"
                )
            object.__setattr__(self, field.name, values)

    def __len__(self) -> int:
        return len(self.frequency_hz)

    def part(self, sensors: list[int]) -> SoftTissue:
        """The springs of some of the sensors."""
        return SoftTissue(*(getattr(self, field.name)[sensors] for field in fields(self)))

    def springs(self, sensor: int) -> tuple[Spring, Spring]:
        """The springs of one sensor: in translation, and in rotation."""
        return (
            Spring(float(self.frequency_hz[sensor]), float(self.damping_ratio[sensor])),
            Spring(
                float(self.rotation_frequency_hz[sensor]),
                float(self.rotation_damping_ratio[sensor]),
            ),
        )


def sampling_hz(springs: tuple[Spring, Spring]) -> float:
    """Rate at which :func:`ride` is to be called for these springs, Hz; zero if both are rigid."""
    stiffest = max((s.frequency_hz for s in springs if np.isfinite(s.frequency_hz)), default=0.0)
    return SAMPLES_PER_PERIOD * stiffest


def ride(
    springs: tuple[Spring, Spring],
    world_from_link: Array,
    force: Array,
    rate: Array,
    change: Array,
    step_s: float,
) -> tuple[Array, Array]:
    """What a sensor on springs feels of the motion of its place on a segment.

    It starts in equilibrium with the first specific force and angular acceleration.

    Parameters
    ----------
    springs : pair of Spring
        In translation, and in rotation.
    world_from_link : (N, 4) array
    force : (N, 3) array
        Specific force at the sensor's place, in the link's axes, m/s².
    rate, change : (N, 3) array
        The link's angular velocity and acceleration in its axes, rad/s and rad/s².
    step_s : float
        Time between the samples, s.

    Returns
    -------
    force, rate : (N, 3) array
        Specific force and angular rate in the axes of the sensor, those being the link's at rest.
    """
    translation, rotation = springs
    if np.isfinite(translation.frequency_hz):
        damper = 4 * np.pi * translation.frequency_hz * translation.damping_ratio
        drive = -rot.rotate(world_from_link, force)
        (away,) = _respond(translation, drive, step_s, _PLACE)
        drag = damper * np.cross(rot.rotate(world_from_link, rate), away)
        (pull,) = _respond(translation, drive + drag, step_s, _PULL)
        force = rot.rotate_inverse(world_from_link, drag - pull)
    if np.isfinite(rotation.frequency_hz):
        angle, speed = _respond(rotation, -change, step_s, _PLACE, _SPEED)
        tilt = rot.from_rotation_vector(angle)
        force, rate = rot.rotate_inverse(tilt, force), rot.rotate_inverse(tilt, rate + speed)
    return force, rate


_PLACE, _SPEED, _PULL = range(3)


def _respond(spring: Spring, drive: Array, step_s: float, *wanted: int) -> list[Array]:
    """Solve ``ẍ + 2ζωẋ + ω²x = drive`` (N, 3) for x, ẋ, or ``2ζωẋ + ω²x``, as wanted.

    Exact for a drive that runs straight between its samples. A wave drawn so loses
    (ωT)²/12 of its height, which a twelfth of the second difference gives back beforehand.
    """
    from scipy.signal import lfilter  # slow to import, and seldom needed

    drawn = drive.copy()
    drawn[1:-1] -= (drive[2:] - 2 * drive[1:-1] + drive[:-2]) / 12
    numerators, denominator = _transfer(spring, step_s)
    found = []
    for b in numerators[list(wanted)]:
        steady = b.sum() / denominator.sum()
        start = np.array([[steady - b[0]], [b[2] - denominator[2] * steady]]) * drawn[0]
        found.append(np.asarray(lfilter(b, denominator, drawn, axis=0, zi=start)[0]))
    return found


@lru_cache(maxsize=256)
def _transfer(spring: Spring, step_s: float) -> tuple[Array, Array]:
    """Discrete filters for a drive that runs straight between samples: a first-order hold.

    Numerators (3, 3), a row for each of place, speed and pull, and denominator (3,); from the
    matrix exponential (Franklin, Powell and Workman, *Digital Control of Dynamic Systems*).
    """
    omega = 2 * np.pi * spring.frequency_hz
    damper = 2 * spring.damping_ratio * omega
    block = np.zeros((4, 4))
    block[:2, :3] = [[0.0, step_s, 0.0], [-(omega**2) * step_s, -damper * step_s, step_s]]
    block[2, 3] = 1.0
    whole = expm(block)
    after, held, ramp = whole[:2, :2], whole[:2, 2], whole[:2, 3]
    trace = after[0, 0] + after[1, 1]
    adjugate = after - trace * np.eye(2)  # of z - after, without its z
    powers = [ramp, adjugate @ ramp + held - ramp, adjugate @ (held - ramp)]
    outputs = np.array([[1.0, 0.0], [0.0, 1.0], [omega**2, damper]])
    determinant = after[0, 0] * after[1, 1] - after[0, 1] * after[1, 0]
    return outputs @ np.stack(powers, axis=1), np.array([1.0, -trace, determinant])
