"""The body as a Bullet multibody."""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, Spheres, write_urdf
from imusim.conventions import GRAVITY_WORLD, JOINTS
from imusim.errors import MissingExtraError
from imusim.math import rotations as rot
from imusim.physics.settings import PhysicsSettings
from imusim.physics.world import Contact, Vector, turned

Array = NDArray[np.float64]

_PLATE_M = (1000.0, 1000.0, 1.0)
"""Half the edges of a plate, m. Bullet takes twenty times longer to make a plane."""

_USES = 50
"""Clips for which a world serves. Emptied it is as good as new, and sooner at hand than a new one,
but it keeps some kilobytes of each."""

_idle: list[tuple[int, int]] = []
"""Empty worlds of this process, and for how many more clips they serve."""


def _pybullet() -> ModuleType:
    """The package, imported without the line that it prints of its build."""
    known = sys.modules.get("pybullet")
    if known is not None:
        return known
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        return import_module("pybullet")
    except ImportError:
        raise MissingExtraError(
            "the Bullet engine needs pybullet: pip install 'imusim-toolkit[bullet]'"
        ) from None
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class BulletWorld:
    """A :class:`imusim.physics.world.World` in Bullet (DIRECT mode, no display).

    Parameters
    ----------
    body : Body
        With principal axes for link frames.
    spheres : Spheres
    settings : PhysicsSettings
    step_s : float

    Raises
    ------
    MissingExtraError
        If pybullet is not installed.
    """

    def __init__(self, body: Body, spheres: Spheres, settings: PhysicsSettings, step_s: float):
        self._bullet = pybullet = _pybullet()
        self._client, self._left = (
            _idle.pop() if _idle else (pybullet.connect(pybullet.DIRECT), _USES)
        )
        try:
            self._engine(settings, step_s)
            links = self._load(body, spheres)
            self._spheres = {links[f"sphere_{k}"]: k for k in range(len(spheres))}
            self._plates = [
                self._plate(number, link, settings) for link, number in self._spheres.items()
            ]
        except Exception:
            self.close()
            raise
        self._ground = [(math.nan, 0.0, 0.0)] * len(spheres)

    def _engine(self, settings: PhysicsSettings, step_s: float) -> None:
        self._bullet.setGravity(*GRAVITY_WORLD.tolist(), physicsClientId=self._client)
        self._bullet.setPhysicsEngineParameter(
            fixedTimeStep=step_s,
            numSubSteps=0,
            numSolverIterations=settings.solver_iterations,
            deterministicOverlappingPairs=1,
            physicsClientId=self._client,
        )

    def _load(self, body: Body, spheres: Spheres) -> dict[str, int]:
        bullet, client = self._bullet, self._client
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "body.urdf"
            write_urdf(body, file, spheres)
            self.id = bullet.loadURDF(
                str(file), flags=bullet.URDF_USE_INERTIA_FROM_FILE, physicsClientId=client
            )
        links = {
            bullet.getJointInfo(self.id, k, physicsClientId=client)[12].decode(): k
            for k in range(bullet.getNumJoints(self.id, physicsClientId=client))
        }
        self.links = [links.get(name, -1) for name in JOINTS]
        self._joints = self.links[1:]
        inertias = [np.diagonal(inertia).tolist() for inertia in body.inertias]
        # The base comes last: an inertia set on any link overwrites the base's as well.
        for link, inertia in reversed(list(zip(self.links, inertias, strict=True))):
            bullet.changeDynamics(
                self.id,
                link,
                linearDamping=0.0,
                angularDamping=0.0,
                jointDamping=0.0,
                localInertiaDiagonal=inertia,
                maxJointVelocity=1e4,
                activationState=bullet.ACTIVATION_STATE_DISABLE_SLEEPING,
                physicsClientId=client,
            )
        for link in self.links:
            bullet.setCollisionFilterGroupMask(self.id, link, 0, 0, client)
        for link in self._joints:  # Bullet's own motors would pull every joint to its zero
            bullet.setJointMotorControlMultiDof(
                self.id,
                link,
                bullet.POSITION_CONTROL,
                targetPosition=rot.IDENTITY.tolist(),
                positionGain=0.0,
                velocityGain=0.0,
                force=[0.0, 0.0, 0.0],
                physicsClientId=client,
            )
        return links

    def _plate(self, number: int, link: int, settings: PhysicsSettings) -> int:
        """A floor that meets one sphere alone; without contact it meets none."""
        bullet, client = self._bullet, self._client
        shape = bullet.createCollisionShape(
            bullet.GEOM_BOX, halfExtents=_PLATE_M, physicsClientId=client
        )
        plate = bullet.createMultiBody(0, shape, physicsClientId=client)
        bits = 1 << number if settings.contact else 0
        bullet.setCollisionFilterGroupMask(plate, -1, bits, bits, client)
        bullet.changeDynamics(plate, -1, lateralFriction=1.0, physicsClientId=client)
        bullet.setCollisionFilterGroupMask(self.id, link, bits, bits, client)
        bullet.changeDynamics(
            self.id,
            link,
            contactStiffness=settings.stiffness,
            contactDamping=settings.damping,
            lateralFriction=settings.friction,
            physicsClientId=client,
        )
        return plate

    def reset(self, root_position: Array, rotations: Array, velocities: Array) -> None:
        """Place the body."""
        self._bullet.resetBasePositionAndOrientation(
            self.id, root_position.tolist(), rotations[0].tolist(), self._client
        )
        self._set_velocities(rotations, velocities)

    def _set_velocities(self, rotations: Array, velocities: Array) -> None:
        """Bullet sets velocities of joints together with their rotations only."""
        turn, *turns = rotations.tolist()
        velocity, rate, *rates = velocities.tolist()
        self._bullet.resetBaseVelocity(self.id, velocity, turned(turn, rate), self._client)
        self._bullet.resetJointStatesMultiDof(
            self.id, self._joints, turns, rates, physicsClientId=self._client
        )

    def set_ground(self, heights: Array, speeds: Array) -> None:
        """Move the plates. One that is placed anew stands still until its velocity is set."""
        bullet, client = self._bullet, self._client
        ground = list(zip(heights.tolist(), *speeds.T.tolist(), strict=True))
        for plate, now, before in zip(self._plates, ground, self._ground, strict=True):
            if now != before:
                height, x, y = now
                bullet.resetBasePositionAndOrientation(
                    plate, [0.0, 0.0, height - _PLATE_M[2]], [0.0, 0.0, 0.0, 1.0], client
                )
                bullet.resetBaseVelocity(plate, [x, y, 0.0], [0.0, 0.0, 0.0], client)
        self._ground = ground

    def read(self) -> tuple[Array, Array, Array]:
        """State of the body."""
        bullet, client = self._bullet, self._client
        self._place, turn = bullet.getBasePositionAndOrientation(self.id, client)
        velocity, rate = bullet.getBaseVelocity(self.id, client)
        states = bullet.getJointStatesMultiDof(self.id, self._joints, physicsClientId=client)
        self._rotations = np.array([turn, *[state[0] for state in states]])
        x, y, z, w = turn
        local = turned((-x, -y, -z, w), rate)
        self._velocities = np.array([velocity, local, *[state[1] for state in states]])
        return np.array(self._place), self._rotations, self._velocities

    def step(
        self, push: Array, root_force: Array, root_torque: Array, joint_torques: Array
    ) -> None:
        """Advance one step."""
        bullet, client = self._bullet, self._client
        self._set_velocities(self._rotations, self._velocities + push)
        bullet.applyExternalForce(
            self.id, -1, root_force.tolist(), self._place, bullet.WORLD_FRAME, client
        )
        bullet.applyExternalTorque(self.id, -1, root_torque.tolist(), bullet.WORLD_FRAME, client)
        bullet.setJointMotorControlMultiDofArray(
            self.id,
            self._joints,
            bullet.TORQUE_CONTROL,
            forces=joint_torques[1:].tolist(),
            physicsClientId=client,
        )
        bullet.stepSimulation(client)

    def touched(self) -> list[Contact]:
        """Contacts of the last step.

        Asked for those of one body, Bullet names it first and turns the normal of a pair that it
        keeps in the other order, but not its friction; so it is asked for all.
        """
        found: list[Contact] = []
        for point in self._bullet.getContactPoints(physicsClientId=self._client):
            force = _force(point)
            if point[1] == self.id:
                found.append((self._spheres[point[3]], force, point[5]))
            else:
                x, y, z = force
                found.append((self._spheres[point[4]], (-x, -y, -z), point[6]))
        return found

    def close(self) -> None:
        """Leave the world."""
        if self._client < 0:
            return
        if self._left > 1:
            self._bullet.resetSimulation(physicsClientId=self._client)
            _idle.append((self._client, self._left - 1))
        else:
            self._bullet.disconnect(physicsClientId=self._client)
        self._client = -1


def _force(point: Sequence[Any]) -> Vector:
    """Normal force and both frictions of a contact on the first of its bodies, N."""
    (ax, ay, az), a = point[7], point[9]
    (bx, by, bz), b = point[11], point[10]
    (cx, cy, cz), c = point[13], point[12]
    return a * ax + b * bx + c * cx, a * ay + b * by + c * cy, a * az + b * bz + c * cz
