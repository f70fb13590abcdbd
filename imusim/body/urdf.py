"""The body as URDF, the format that physics engines load."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from imusim.body.model import Body, capsule
from imusim.conventions import JOINTS, PARENTS

_UPRIGHT_FROM_AXIS = {0: "0 1.5707963267948966 0", 1: "-1.5707963267948966 0 0", 2: "0 0 0"}
"""Roll, pitch and yaw that lay a z-aligned capsule along x, y or z."""


@dataclass(frozen=True, eq=False)
class Spheres:
    """Where a body can touch the ground: S spheres, each fixed to a link.

    Parameters
    ----------
    link : (S,) int array
    centre : (S, 3) array
        In the link's frame, m.
    radius : (S,) array
        m.
    """

    link: NDArray[np.intp]
    centre: NDArray[np.float64]
    radius: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.link)

    def chosen(self, used: NDArray[np.bool_]) -> Spheres:
        """Some of the spheres (S,)."""
        return Spheres(self.link[used], self.centre[used], self.radius[used])


_SPECK = (np.zeros(3), 1e-3)
"""Bullet gives a link without any shape no inertia."""


def body_urdf(body: Body, spheres: Spheres | None = None) -> str:
    """URDF text of a body: 22 links, spherical joints, link frames as in :class:`Body`.

    Every link has mass and inertia; numbers keep all digits. Capsules are an extension of
    URDF that Bullet and Gazebo read.

    Parameters
    ----------
    body : Body
    spheres : Spheres, optional
        All that can be touched, instead of the shapes, which are left out then: each is a
        massless link of its own, ``sphere_0``, ``sphere_1`` …
    """
    robot = ET.Element("robot", name="imusim_body")
    for index, name in enumerate(JOINTS):
        link = ET.SubElement(robot, "link", name=name)
        inertial = ET.SubElement(link, "inertial")
        ET.SubElement(inertial, "origin", xyz=_text(body.centres_of_mass[index]), rpy="0 0 0")
        ET.SubElement(inertial, "mass", value=_text(body.masses[index]))
        moments = {
            f"i{'xyz'[row]}{'xyz'[column]}": _text(body.inertias[index, row, column])
            for row in range(3)
            for column in range(row, 3)
        }
        ET.SubElement(inertial, "inertia", moments)
        if spheres is None:
            for kind in ("visual", "collision"):
                _shape(ET.SubElement(link, kind), body, index)
        else:
            _sphere(ET.SubElement(link, "collision"), *_SPECK)
    for index, parent in enumerate(PARENTS[1:], start=1):
        joint = ET.SubElement(robot, "joint", name=f"{JOINTS[index]}_joint", type="spherical")
        ET.SubElement(joint, "parent", link=JOINTS[parent])
        ET.SubElement(joint, "child", link=JOINTS[index])
        ET.SubElement(joint, "origin", xyz=_text(body.offsets[index]), rpy="0 0 0")
        ET.SubElement(joint, "axis", xyz="1 0 0")  # without meaning here; Bullet asks for it
    if spheres is not None:
        for index in range(len(spheres)):
            _fixed_sphere(robot, spheres, index)
    ET.indent(robot)
    return ET.tostring(robot, encoding="unicode")


def write_urdf(body: Body, path: Path | str, spheres: Spheres | None = None) -> None:
    """Write :func:`body_urdf` to a file."""
    Path(path).write_text(body_urdf(body, spheres), encoding="utf-8")


def _fixed_sphere(robot: ET.Element, spheres: Spheres, index: int) -> None:
    name = f"sphere_{index}"
    link = ET.SubElement(robot, "link", name=name)
    inertial = ET.SubElement(link, "inertial")
    ET.SubElement(inertial, "mass", value="0")
    ET.SubElement(inertial, "inertia", dict.fromkeys(("ixx", "iyy", "izz"), "0"))
    _sphere(ET.SubElement(link, "collision"), spheres.centre[index], spheres.radius[index])
    joint = ET.SubElement(robot, "joint", name=f"{name}_joint", type="fixed")
    ET.SubElement(joint, "parent", link=JOINTS[spheres.link[index]])
    ET.SubElement(joint, "child", link=name)


def _shape(element: ET.Element, body: Body, index: int) -> None:
    centre, size = body.boxes[index]
    if body.round_shape[index]:
        radius, length, axis = capsule(size)
        ET.SubElement(element, "origin", xyz=_text(centre), rpy=_UPRIGHT_FROM_AXIS[axis])
        geometry = ET.SubElement(element, "geometry")
        ET.SubElement(geometry, "capsule", radius=_text(radius), length=_text(length))
    else:
        ET.SubElement(element, "origin", xyz=_text(centre), rpy="0 0 0")
        ET.SubElement(ET.SubElement(element, "geometry"), "box", size=_text(size))


def _sphere(element: ET.Element, centre: NDArray[np.float64], radius: float) -> None:
    ET.SubElement(element, "origin", xyz=_text(centre), rpy="0 0 0")
    ET.SubElement(ET.SubElement(element, "geometry"), "sphere", radius=_text(radius))


def _text(values: object) -> str:
    return " ".join(repr(float(v)) for v in np.atleast_1d(np.asarray(values, float)))
