"""The body in the Bullet physics engine."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.body.model import Body
from imusim.body.urdf import write_urdf
from imusim.conventions import JOINTS
from imusim.errors import MissingExtraError
from imusim.math import rotations as rot

Array = NDArray[np.float64]


class BulletBody:
    """A body as a Bullet multibody in a world of its own (DIRECT mode, no display).

    Use it in a ``with`` block.

    Parameters
    ----------
    body : Body

    Raises
    ------
    MissingExtraError
        If pybullet is not installed.
    """

    def __init__(self, body: Body):
        try:
            import pybullet
        except ImportError:
            raise MissingExtraError(
                "the Bullet engine needs pybullet: pip install 'imusim-toolkit[bullet]'"
            ) from None
        self._bullet = pybullet
        self.client = pybullet.connect(pybullet.DIRECT)
        try:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "body.urdf"
                write_urdf(body, file)
                self.id = pybullet.loadURDF(
                    str(file),
                    flags=pybullet.URDF_USE_INERTIA_FROM_FILE,
                    physicsClientId=self.client,
                )
        except Exception:
            self.close()
            raise
        links = {
            pybullet.getJointInfo(self.id, k, physicsClientId=self.client)[12].decode(): k
            for k in range(pybullet.getNumJoints(self.id, physicsClientId=self.client))
        }
        self.links = tuple(links.get(name, -1) for name in JOINTS)
        """Bullet's index of each segment; -1 is the base, the pelvis."""
        held = [
            pybullet.getDynamicsInfo(self.id, link, physicsClientId=self.client)
            for link in self.links
        ]
        # Bullet keeps the base's pose and the joints' rotations in frames that lie at the
        # links' centres of mass, along the principal axes of their inertias.
        for link in self.links[1:]:  # Bullet's own motors would pull every joint to its zero
            pybullet.setJointMotorControlMultiDof(
                self.id,
                link,
                pybullet.POSITION_CONTROL,
                targetPosition=[0.0, 0.0, 0.0, 1.0],
                positionGain=0.0,
                velocityGain=0.0,
                force=[0.0, 0.0, 0.0],
                physicsClientId=self.client,
            )
        self._centre, self._axes = np.array(held[0][3]), np.array([row[4] for row in held])

    def __enter__(self) -> BulletBody:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the world."""
        if self.client >= 0:
            self._bullet.disconnect(physicsClientId=self.client)
            self.client = -1

    def set_pose(self, root_position: Array, rotations: Array) -> None:
        """Place the body: pelvis position (3,) in the world, rotations (22, 4) against parents."""
        placed = rot.multiply(rotations, self._axes)
        placed[1:] = rot.multiply(rot.conjugate(self._axes[1:]), placed[1:])
        self._bullet.resetBasePositionAndOrientation(
            self.id,
            (root_position + rot.rotate(rotations[0], self._centre)).tolist(),
            placed[0].tolist(),
            physicsClientId=self.client,
        )
        for link, rotation in zip(self.links[1:], placed[1:], strict=True):
            self._bullet.resetJointStateMultiDof(
                self.id, link, rotation.tolist(), [0.0, 0.0, 0.0], physicsClientId=self.client
            )

    def link_poses(self) -> tuple[Array, Array]:
        """World positions (22, 3), m, and orientations (22, 4) of the link frames."""
        place, turn = self._bullet.getBasePositionAndOrientation(
            self.id, physicsClientId=self.client
        )
        turns = [rot.multiply(turn, rot.conjugate(self._axes[0]))]
        places = [np.array(place) - rot.rotate(turns[0], self._centre)]
        states = self._bullet.getLinkStates(
            self.id, list(self.links[1:]), computeForwardKinematics=1, physicsClientId=self.client
        )
        for state in states:
            places.append(np.array(state[4]))
            turns.append(np.array(state[5]))
        return np.array(places), np.array(turns)

    def step(self, count: int = 1) -> None:
        """Advance the world by steps of 1/240 s, without gravity or motors."""
        for _ in range(count):
            self._bullet.stepSimulation(physicsClientId=self.client)

    def dynamics(self) -> tuple[Array, Array]:
        """Masses (22,), kg, and inertias (22, 3, 3), kg m², in link axes, as Bullet holds them."""
        rows = [
            self._bullet.getDynamicsInfo(self.id, link, physicsClientId=self.client)
            for link in self.links
        ]
        axes = Rotation.from_quat([r[4] for r in rows]).as_matrix()
        moments = np.array([r[2] for r in rows])
        return np.array([r[0] for r in rows]), axes * moments[:, None] @ axes.swapaxes(1, 2)
