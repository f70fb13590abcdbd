"""The skeleton of Acclaim's pair of formats: ASF files.

The meaning of a bone's numbers is that of the format's description (Acclaim Advanced
Technologies Group; J. Lander, "Working with motion capture file formats", Game Developer,
January 1998): ``direction`` is that of the bone in the rest pose, in the axes of the world;
``axis`` turns the world's axes into those about which the bone's degrees of freedom turn, by
angles about the fixed axes in the order that the letters after them give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.math import rotations as rot
from motion_sources.files import read_bytes

Array = NDArray[np.float64]

INCH_M = 0.0254
"""CMU's ``length 0.45`` says that a unit is an inch over 0.45."""

MOST_BONES = 1000
LARGEST = 1e6
"""No length, place or angle is as large as this, in any unit."""

_ORDERS = {"XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"}
_DOF = ("rx", "ry", "rz")


@dataclass(frozen=True, eq=False)
class Bone:
    """A bone, or the root, as the file states it.

    Parameters
    ----------
    name : str
    direction : (3,) array
        Unit, in the world's axes at rest.
    length : float
        In the file's unit.
    axis_rad : (3,) array
        Angles of the bone's own axes.
    order : str
        Order in which turns about fixed axes follow each other, as in ``"XYZ"``.
    dof : tuple of str
        Channels in the order of the AMC file: of rx, ry, rz; of the root also tx, ty, tz.
    limits : tuple of (float, float)
        Of each channel, in the file's unit of angle; none where the file states none.
    """

    name: str
    direction: Array = field(default_factory=lambda: np.zeros(3))
    length: float = 0.0
    axis_rad: Array = field(default_factory=lambda: np.zeros(3))
    order: str = "XYZ"
    dof: tuple[str, ...] = ()
    limits: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Asf:
    """An ASF file.

    Parameters
    ----------
    bones : tuple of Bone
        The root first, parents before children.
    parents : (B,) int array
        -1 for the root.
    root_position : (3,) array
        In the file's unit.
    metres : float
        In a unit of length.
    degrees : bool
        Whether angles of ASF and AMC are degrees.
    """

    bones: tuple[Bone, ...]
    parents: NDArray[np.intp]
    root_position: Array
    metres: float
    degrees: bool


def parse_asf(file: Path) -> Asf:
    """Read an ASF file. Raises MotionError with the line at fault."""
    try:
        text = read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MotionError("not text: an ASF file was expected", file) from None
    return _Reader(text, file).run()


class _Reader:
    """Words of each section of the file, with their lines."""

    def __init__(self, text: str, file: Path):
        self.file = file
        self.sections: dict[str, list[tuple[list[str], int]]] = {}
        section: list[tuple[list[str], int]] | None = None
        for number, raw in enumerate(text.splitlines(), start=1):
            words = raw.split("#", 1)[0].split()
            if not words:
                continue
            if words[0].startswith(":"):
                section = self.sections.setdefault(words[0][1:].lower(), [])
                words = words[1:]
            if section is None:
                raise MotionError("not an ASF file: no section begins here", file, number)
            if words:
                section.append((words, number))
        self.degrees = True

    def run(self) -> Asf:
        for name in ("root", "bonedata", "hierarchy"):
            if not self.sections.get(name):
                raise MotionError(f"no :{name} section: not a whole ASF file", self.file)
        metres = self.units()
        root, position = self.root()
        bones = {root.name: root} | self.bonedata()
        order, parents = self.hierarchy(bones)
        return Asf(tuple(bones[name] for name in order), parents, position, metres, self.degrees)

    def fail(self, message: str, line: int) -> MotionError:
        return MotionError(message, self.file, line)

    def numbers(self, words: list[str], count: int, line: int, what: str) -> Array:
        """The first ``count`` words as finite numbers."""
        try:
            values = np.array([float(w.strip("()")) for w in words[:count]])
        except ValueError:
            values = np.zeros(0)
        if len(values) != count or not (np.abs(values) < LARGEST).all():
            raise self.fail(f"{what} needs {count} numbers, found {' '.join(words)[:40]!r}", line)
        return values

    def units(self) -> float:
        """Metres in a unit of length; whether angles are degrees."""
        length = None
        for words, line in self.sections.get("units", []):
            key = words[0].lower()
            if key == "length":
                length = float(self.numbers(words[1:], 1, line, "length")[0])
                if length <= 0:
                    raise self.fail("the unit of length must be above zero", line)
            elif key == "angle":
                kind = words[1].lower() if len(words) > 1 else ""
                if kind not in ("deg", "rad"):
                    raise self.fail(f"the unit of angle is deg or rad, not {kind!r}", line)
                self.degrees = kind == "deg"
        return INCH_M / (length or 1.0)

    def radians(self, angles: Array) -> Array:
        return np.deg2rad(angles) if self.degrees else angles

    def order_of(self, words: list[str], line: int) -> str:
        order = words[0].upper() if words else "XYZ"
        if order not in _ORDERS:
            raise self.fail(f"{order[:20]!r} is no order of three axes", line)
        return order

    def root(self) -> tuple[Bone, Array]:
        dof: tuple[str, ...] = ()
        order, position, axis = "XYZ", np.zeros(3), np.zeros(3)
        for words, line in self.sections["root"]:
            key = words[0].lower()
            if key == "order":
                dof = tuple(word.lower() for word in words[1:])
                known = {*_DOF, "tx", "ty", "tz"}
                if len(set(dof)) != len(dof) or not set(dof) <= known:
                    raise self.fail("the root's order names TX TY TZ RX RY RZ, each once", line)
            elif key == "axis":
                order = self.order_of(words[1:], line)
            elif key == "position":
                position = self.numbers(words[1:], 3, line, "position")
            elif key == "orientation":
                axis = self.radians(self.numbers(words[1:], 3, line, "orientation"))
        return Bone("root", axis_rad=axis, order=order, dof=dof), position

    def bonedata(self) -> dict[str, Bone]:
        bones: dict[str, Bone] = {}
        current: dict[str, tuple[list[str], int]] | None = None
        limits: list[tuple[float, float]] = []
        in_limits = False
        for words, line in self.sections["bonedata"]:
            key = words[0].lower()
            if key == "begin":
                if current is not None:
                    raise self.fail("a bone begins inside another: 'end' is missing", line)
                current, limits, in_limits = {}, [], False
            elif current is None:
                raise self.fail(f"{key[:20]!r} outside of begin and end", line)
            elif key == "end":
                bone = self.bone(current, limits, line)
                if bone.name in bones or bone.name == "root":
                    raise self.fail(f"bone {bone.name!r} appears twice", line)
                if len(bones) >= MOST_BONES:
                    raise self.fail(f"more than {MOST_BONES} bones", line)
                bones[bone.name] = bone
                current = None
            elif key == "limits" or (in_limits and key.startswith("(")):
                in_limits = True
                pair = words[1:] if key == "limits" else words
                limits.append(self.limit(pair, line))
            else:
                in_limits = False
                current[key] = (words[1:], line)
        if current is not None:
            raise MotionError("the last bone has no 'end': the file is cut short", self.file)
        return bones

    def limit(self, words: list[str], line: int) -> tuple[float, float]:
        """``(low high)``; ``inf`` is allowed."""
        cleaned = " ".join(words).replace("(", " ").replace(")", " ").split()
        try:
            low, high = (float(word) for word in cleaned)
        except ValueError:
            raise self.fail("limits are (low high), a pair for each dof", line) from None
        if math.isnan(low) or math.isnan(high):
            raise self.fail("a limit is not a number", line)
        return low, high

    def bone(
        self, said: dict[str, tuple[list[str], int]], limits: list[tuple[float, float]], end: int
    ) -> Bone:
        for key in ("name", "direction", "length"):
            if key not in said:
                raise self.fail(f"the bone that ends here has no {key}", end)
        name_words, line = said["name"]
        if len(name_words) != 1:
            raise self.fail("a bone's name is one word", line)
        direction = self.numbers(said["direction"][0], 3, said["direction"][1], "direction")
        size = np.linalg.norm(direction)
        length = float(self.numbers(*self.at(said, "length"), "length")[0])
        if length < 0 or (size < 1e-9 and length > 0):
            raise self.fail(f"bone {name_words[0]} has no direction or a negative length", end)
        axis, order = np.zeros(3), "XYZ"
        if "axis" in said:
            words, line = said["axis"]
            axis = self.radians(self.numbers(words, 3, line, "axis"))
            order = self.order_of(words[3:], line)
        dof = tuple(word.lower() for word in said.get("dof", ([], 0))[0])
        if len(set(dof)) != len(dof) or not set(dof) <= set(_DOF):
            raise self.fail(
                f"dof {' '.join(dof)[:30]}: a bone turns about rx, ry, rz, each once at most",
                said["dof"][1],
            )
        if limits and len(limits) != len(dof):
            raise self.fail(
                f"bone {name_words[0]} has {len(dof)} dof and {len(limits)} limits", end
            )
        unit = direction / size if size > 1e-9 else direction
        return Bone(name_words[0], unit, length, axis, order, dof, tuple(limits))

    @staticmethod
    def at(said: dict[str, tuple[list[str], int]], key: str) -> tuple[list[str], int, int]:
        words, line = said[key]
        return words, 1, line

    def hierarchy(self, bones: dict[str, Bone]) -> tuple[list[str], NDArray[np.intp]]:
        """Bones with parents before children."""
        parent: dict[str, str] = {}
        for words, line in self.sections["hierarchy"]:
            if words[0].lower() in ("begin", "end") and len(words) == 1:
                continue
            for name in words:
                if name not in bones:
                    raise self.fail(f"the hierarchy names {name[:30]!r}, which is no bone", line)
            for child in words[1:]:
                if child in parent or child == "root":
                    raise self.fail(f"{child} has two parents", line)
                parent[child] = words[0]
        children: dict[str, list[str]] = {}
        for child, above in parent.items():
            children.setdefault(above, []).append(child)
        order, waiting = [], ["root"]
        while waiting:
            name = waiting.pop()
            order.append(name)
            waiting += reversed(children.get(name, []))
        loose = set(bones) - set(order)
        if loose:
            raise MotionError(
                f"bone {sorted(loose)[0]!r} does not hang on the root in :hierarchy", self.file
            )
        place = {name: number for number, name in enumerate(order)}
        return order, np.array([place.get(parent.get(n, ""), -1) for n in order], np.intp)


def turns_about_fixed_axes(angles_rad: Array, order: str) -> Array:
    """Quaternions (..., 4) of turns by angles (..., 3) about x, y, z in an order of fixed axes."""
    axes = ["XYZ".index(letter) for letter in reversed(order)]
    return rot.from_turns(axes, [angles_rad[..., axis] for axis in axes])
