"""Bodies in physics engines: driven through a motion, touching the ground."""

from imusim.physics.settings import PhysicsEngine, PhysicsSettings
from imusim.physics.simulation import Simulated, simulate

__all__ = ["PhysicsEngine", "PhysicsSettings", "Simulated", "simulate"]
