"""The body as URDF, the format that physics engines load."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from imusim.body.model import Body, capsule
from imusim.conventions import JOINTS, PARENTS

_UPRIGHT_FROM_AXIS = {0: "0 1.5707963267948966 0", 1: "-1.5707963267948966 0 0", 2: "0 0 0"}
"""Roll, pitch and yaw that lay a z-aligned capsule along x, y or z."""


def body_urdf(body: Body) -> str:
    """URDF text of a body: 22 links, spherical joints, link frames as in :class:`Body`.

    Every link has mass and inertia; numbers keep all digits. Capsules are an extension of
    URDF that Bullet and Gazebo read.
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
        for kind in ("visual", "collision"):
            _shape(ET.SubElement(link, kind), body, index)
    for index, parent in enumerate(PARENTS[1:], start=1):
        joint = ET.SubElement(robot, "joint", name=f"{JOINTS[index]}_joint", type="spherical")
        ET.SubElement(joint, "parent", link=JOINTS[parent])
        ET.SubElement(joint, "child", link=JOINTS[index])
        ET.SubElement(joint, "origin", xyz=_text(body.offsets[index]), rpy="0 0 0")
        ET.SubElement(joint, "axis", xyz="1 0 0")  # without meaning here; Bullet asks for it
    ET.indent(robot)
    return ET.tostring(robot, encoding="unicode")


def write_urdf(body: Body, path: Path | str) -> None:
    """Write :func:`body_urdf` to a file."""
    Path(path).write_text(body_urdf(body), encoding="utf-8")


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


def _text(values: object) -> str:
    return " ".join(repr(float(v)) for v in np.atleast_1d(np.asarray(values, float)))
