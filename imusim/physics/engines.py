"""The engines by name."""

from __future__ import annotations

from imusim.body import Body, Spheres
from imusim.physics.settings import PhysicsSettings
from imusim.physics.world import World


def open_world(body: Body, spheres: Spheres, settings: PhysicsSettings, step_s: float) -> World:
    """Put a body into the engine that the settings name; it is to be closed.

    Raises
    ------
    MissingExtraError
        If the engine is not installed.
    """
    if settings.engine == "bullet":
        from imusim.physics.bullet import BulletWorld

        return BulletWorld(body, spheres, settings, step_s)
    from imusim.physics.mujoco import MujocoWorld

    return MujocoWorld(body, spheres, settings, step_s)
