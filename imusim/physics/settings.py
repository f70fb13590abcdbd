"""What a user may state about the physics of a run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from imusim.errors import ConfigError

PhysicsEngine = Literal["bullet", "mujoco"]

_POSITIVE = (
    "rate_hz", "stiffness", "damping", "friction", "foot_mass_ratio", "tracking_hz",
    "tracking_damping_ratio", "solver_iterations",
)  # fmt: skip


@dataclass(frozen=True)
class PhysicsSettings:
    """How a body is simulated.

    The defaults were chosen on the left foot of a real walk with impacts (gaitmap), and hold for
    its right one; ``tools/engines.py`` and ``tools/physics.py --settings`` show how little most
    of them matter.

    Parameters
    ----------
    engine : {"bullet", "mujoco"}
    rate_hz : float
        Steps a second, at least; a whole number of steps fits the clip.
    contact : bool
        Whether the body touches the ground.
    load_share : float
        Part of the estimated ground force that the joints pass to the ground, 0 to 1. The rest
        is carried by the wrench on the pelvis. More is more contact and looser tracking.
    stiffness : float
        Of a contact, N/m.
    damping : float
        Of a contact, N s/m.
    friction : float
        Coulomb's coefficient between body and ground.
    foot_mass_ratio : float
        Times the body's own mass of the rear foot; a shoe and the flesh of the heel move with it.
    tracking_hz : float
        Natural frequency of the pull towards the reference, Hz.
    tracking_damping_ratio : float
        Of that pull.
    solver_iterations : int
        Of the engine's constraint solver.

    Raises
    ------
    ConfigError
        For an engine that there is not, or a value outside of its range.
    """

    engine: PhysicsEngine = "bullet"
    rate_hz: float = 240.0
    contact: bool = True
    load_share: float = 0.8
    stiffness: float = 5e4
    damping: float = 200.0
    friction: float = 0.5
    foot_mass_ratio: float = 3.0
    tracking_hz: float = 20.0
    tracking_damping_ratio: float = 1.3
    solver_iterations: int = 8

    def __post_init__(self) -> None:
        if self.engine not in get_args(PhysicsEngine):
            raise ConfigError(
                f"no engine {self.engine!r}; there are: {', '.join(get_args(PhysicsEngine))}"
            )
        if not 0 <= self.load_share <= 1:
            raise ConfigError(f"a load share of {self.load_share} is outside 0–1")
        for name in _POSITIVE:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ConfigError(f"{name} is {value}; it must be above zero and finite")
