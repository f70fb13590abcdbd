"""The body in MuJoCo."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, Spheres
from imusim.conventions import GRAVITY_WORLD, JOINTS, PARENTS
from imusim.errors import MissingExtraError
from imusim.physics.settings import PhysicsSettings
from imusim.physics.world import Contact, turned

Array = NDArray[np.float64]

_XYZW = [1, 2, 3, 0]

_CONTACT_MASS_KG, _IMPEDANCE = 3.0, 0.85
"""MuJoCo's contacts have an impedance, a time constant and a damping ratio instead of a stiffness
and a damping: here those of the mass that a heel carries into the ground, about shank and foot."""


class MujocoWorld:
    """A :class:`imusim.physics.world.World` in MuJoCo.

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
        If mujoco is not installed.
    """

    def __init__(self, body: Body, spheres: Spheres, settings: PhysicsSettings, step_s: float):
        try:
            self._mujoco: Any = import_module("mujoco")  # its names are those of compiled code
        except ImportError:
            raise MissingExtraError(
                "the MuJoCo engine needs mujoco: pip install 'imusim-toolkit[mujoco]'"
            ) from None
        # Else it writes a file into the user's folder; a motion that is lost is told as such.
        self._mujoco.set_mju_user_warning(lambda text: None)  # noqa: ARG005
        self._model = self._mujoco.MjModel.from_xml_string(_mjcf(body, spheres, settings, step_s))
        self._data = self._mujoco.MjData(self._model)
        joints = [self._model.joint(name) for name in JOINTS]
        places = np.array([joint.qposadr[0] for joint in joints])
        speeds = np.array([joint.dofadr[0] for joint in joints])
        places[0], speeds[0] = 3, 3  # the root's joint begins with its position
        self._turns = places[:, None] + np.arange(4)[_XYZW]
        self._rates = np.concatenate([np.arange(3)[None], speeds[:, None] + np.arange(3)])
        self._sphere_of = np.full(self._model.ngeom, -1)
        for k in range(len(spheres)):
            self._sphere_of[self._model.geom(f"sphere_{k}").id] = k

    def reset(self, root_position: Array, rotations: Array, velocities: Array) -> None:
        """Place the body."""
        self._mujoco.mj_resetData(self._model, self._data)
        self._data.qpos[:3] = root_position
        self._data.qpos[self._turns] = rotations
        self._data.qvel[self._rates] = velocities

    def set_ground(self, heights: Array, speeds: Array) -> None:  # noqa: ARG002
        """Move the plates; friction gives way here as all constraints do, so none slides."""
        self._data.mocap_pos[:, 2] = heights

    def read(self) -> tuple[Array, Array, Array]:
        """State of the body."""
        data = self._data
        return data.qpos[:3].copy(), data.qpos[self._turns], data.qvel[self._rates]

    def step(
        self, push: Array, root_force: Array, root_torque: Array, joint_torques: Array
    ) -> None:
        """Advance one step."""
        data = self._data
        data.qvel[self._rates] += push
        data.qfrc_applied[:3] = root_force
        data.qfrc_applied[self._rates[1:]] = joint_torques
        x, y, z, w = data.qpos[self._turns[0]].tolist()
        data.qfrc_applied[3:6] = turned((-x, -y, -z, w), root_torque.tolist())
        self._mujoco.mj_step(self._model, data)

    def touched(self) -> list[Contact]:
        """Contacts of the last step."""
        contact = self._data.contact
        borne = np.flatnonzero(contact.efc_address >= 0)  # of the rest the solver knows nothing
        if not len(borne):
            return []
        # Of the first geom on the second, along the contact's axes: elliptic cones keep forces.
        force = self._data.efc_force[contact.efc_address[borne, None] + np.arange(3)]
        force = (force[:, None] @ contact.frame[borne].reshape(-1, 3, 3))[:, 0]
        spheres = self._sphere_of[contact.geom[borne]]
        force[spheres[:, 0] >= 0] *= -1
        places = zip(spheres.max(axis=1), force, contact.pos[borne], strict=True)
        return [(int(k), tuple(f), tuple(at)) for k, f, at in places]

    def close(self) -> None:
        """Leave the world; MuJoCo keeps nothing outside its objects."""


def _mjcf(body: Body, spheres: Spheres, settings: PhysicsSettings, step_s: float) -> str:
    """MJCF text: the body's links nested, its spheres, and a movable plane for each of them."""
    root = ET.Element("mujoco")
    ET.SubElement(root, "compiler", angle="radian", autolimits="true")
    option = {
        "timestep": repr(step_s),
        "gravity": _text(GRAVITY_WORLD),
        "integrator": "Euler",
        "cone": "elliptic",
        "iterations": str(settings.solver_iterations),
    }
    ET.SubElement(root, "option", option)
    world = ET.SubElement(root, "worldbody")
    for plate in range(len(spheres)):
        ground = ET.SubElement(world, "body", name=f"plate_{plate}", mocap="true")
        touch = _touch(plate, settings, step_s)
        ET.SubElement(ground, "geom", {"type": "plane", "size": "0 0 1"} | touch)
    links: list[ET.Element] = []
    for index, name in enumerate(JOINTS):
        parent = world if index == 0 else links[PARENTS[index]]
        place = np.zeros(3) if index == 0 else body.offsets[index]
        links.append(ET.SubElement(parent, "body", name=name, pos=_text(place)))
        inertial = {
            "pos": _text(body.centres_of_mass[index]),
            "mass": repr(float(body.masses[index])),
            "diaginertia": _text(np.diagonal(body.inertias[index])),
        }
        ET.SubElement(links[-1], "inertial", inertial)
        ET.SubElement(links[-1], "joint", name=name, type="free" if index == 0 else "ball")
    for k, link in enumerate(spheres.link):
        shape = {
            "name": f"sphere_{k}",
            "type": "sphere",
            "pos": _text(spheres.centre[k]),
            "size": repr(float(spheres.radius[k])),
        }
        touch = _touch(k, settings, step_s)
        ET.SubElement(links[link], "geom", shape | touch)
    return ET.tostring(root, encoding="unicode")


def _touch(plate: int, settings: PhysicsSettings, step_s: float) -> dict[str, str]:
    """What lets a geom meet one plate alone, and how."""
    bits = str(1 << plate if settings.contact else 0)
    ratio = settings.damping / (2 * math.sqrt(_CONTACT_MASS_KG * settings.stiffness))
    give = _IMPEDANCE * (1 - _IMPEDANCE)
    constant = math.sqrt(_CONTACT_MASS_KG / (give * settings.stiffness)) / ratio
    return {
        "contype": bits,
        "conaffinity": bits,
        "solref": f"{max(constant, 2 * step_s)!r} {ratio!r}",
        "solimp": f"{_IMPEDANCE} {_IMPEDANCE} 0.001",
        "friction": f"{settings.friction!r} 0 0",
        "condim": "3",
    }


def _text(values: Array) -> str:
    return " ".join(repr(float(v)) for v in values)
