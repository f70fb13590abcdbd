"""The HIERARCHY section of a BVH file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError

DEEPEST = 500
"""Nested joints; a body has about ten, so more is a broken file."""

_CHANNELS = {
    f"{axis}{kind}": (kind, number)
    for kind in ("position", "rotation")
    for number, axis in enumerate("xyz")
}


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Joints of a BVH file, end sites among them, parents before children.

    Parameters
    ----------
    names : tuple of str
    parents : (J,) int array
    offsets : (J, 3) array
        In the file's unit.
    positions : tuple of tuple of (int, int)
        For each joint, (axis, column) of its position channels.
    rotations : tuple of tuple of (int, int)
        For each joint, (axis, column) of its rotation channels, in the file's order.
    is_end : tuple of bool
        End sites.
    channels : int
        Columns of the motion block.
    """

    names: tuple[str, ...]
    parents: NDArray[np.intp]
    offsets: NDArray[np.float64]
    positions: tuple[tuple[tuple[int, int], ...], ...]
    rotations: tuple[tuple[tuple[int, int], ...], ...]
    is_end: tuple[bool, ...]
    channels: int


@dataclass
class _Joint:
    name: str
    parent: int
    depth: int
    is_end: bool = False
    offset: tuple[float, ...] | None = None
    channels: list[tuple[str, int]] | None = None
    columns: list[int] = field(default_factory=list)


def parse_hierarchy(lines: Sequence[str], file: Path) -> Hierarchy:
    """Parse the lines before MOTION. Raises MotionError with the line at fault."""
    try:
        return _parsed(tuple(lines))
    except MotionError as error:
        raise MotionError(str(error), file, error.line) from None


@lru_cache(maxsize=16)
def _parsed(lines: tuple[str, ...]) -> Hierarchy:
    """The same; files of one subject have one hierarchy, often hundreds of them."""
    hierarchy = _Parser(lines).run()
    hierarchy.parents.setflags(write=False)
    hierarchy.offsets.setflags(write=False)
    return hierarchy


class _Parser:
    """A cursor over tokens and the joints found so far."""

    def __init__(self, lines: Sequence[str]):
        self.tokens = [
            (token, number)
            for number, text in enumerate(lines, start=1)
            for token in text.replace("{", " { ").replace("}", " } ").split()
        ]
        self.end_line = max(len(lines), 1)
        self.at = 0
        self.joints: list[_Joint] = []
        self.names: set[str] = set()
        self.columns = 0

    def run(self) -> Hierarchy:
        word, line = self.next("HIERARCHY")
        if word.upper() != "HIERARCHY":
            raise MotionError("not a BVH file: it does not begin with HIERARCHY", line=line)
        word, line = self.next("ROOT")
        if word.upper() != "ROOT":
            raise MotionError(f"expected ROOT, found {word[:30]!r}", line=line)
        open_joints = [self.begin(line, -1)]
        while open_joints:
            self.statement(open_joints)
        if self.at < len(self.tokens):
            word, line = self.tokens[self.at]
            if word.upper() == "ROOT":
                raise MotionError("several ROOTs: keep one body to a file", line=line)
            raise MotionError(f"{word[:30]!r} after the last brace", line=line)
        if self.columns == 0:
            raise MotionError("no joint has channels: there is no motion", line=line)
        return self.result()

    def next(self, wanted: str) -> tuple[str, int]:
        """The next token and its line."""
        if self.at >= len(self.tokens):
            raise MotionError(
                f"the hierarchy ends where {wanted} was expected: a brace is missing or the "
                "file is cut short",
                line=self.end_line,
            )
        self.at += 1
        return self.tokens[self.at - 1]

    def statement(self, open_joints: list[int]) -> None:
        """One statement inside the braces of the innermost open joint."""
        word, line = self.next("'}'")
        index = open_joints[-1]
        joint, key = self.joints[index], word.upper()
        if key == "OFFSET":
            if joint.offset is not None:
                raise MotionError(f"{joint.name} has two OFFSETs", line=line)
            joint.offset = tuple(self.number() for _ in range(3))
        elif key == "}":
            if joint.offset is None:
                raise MotionError(f"{joint.name} has no OFFSET", line=line)
            open_joints.pop()
        elif key == "CHANNELS" and not joint.is_end:
            self.read_channels(joint, line)
        elif key == "JOINT" and not joint.is_end:
            open_joints.append(self.begin(line, index))
        elif key == "END" and not joint.is_end:
            open_joints.append(self.begin(line, index, is_end=True))
        elif key == "ROOT":
            raise MotionError("a ROOT inside another: a brace is missing", line=line)
        else:
            raise MotionError(f"{word[:30]!r} is not expected here", line=line)

    def begin(self, line: int, parent: int, is_end: bool = False) -> int:
        """Read a joint's name, to the end of its line, and its opening brace."""
        words: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at] != ("{", line):
            word, number = self.tokens[self.at]
            if number != line:
                break
            words.append(word)
            self.at += 1
        name = " ".join(words)
        if not is_end and not name:
            raise MotionError("a joint without a name", line=line)
        if not is_end and name in self.names:
            raise MotionError(f"joint {name!r} appears twice", line=line)
        brace, at = self.next("'{'")
        if brace != "{":
            raise MotionError(f"expected '{{' after {name or 'End Site'!r}", line=at)
        depth = self.joints[parent].depth + 1 if parent >= 0 else 0
        if depth > DEEPEST:
            raise MotionError(f"joints nested deeper than {DEEPEST}", line=line)
        if not is_end:
            self.names.add(name)
        self.joints.append(_Joint(name if not is_end else "End Site", parent, depth, is_end))
        return len(self.joints) - 1

    def number(self) -> float:
        """The next token as a finite number."""
        text, line = self.next("a number")
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not abs(value) < 1e9:
            raise MotionError(f"OFFSET: {text[:30]!r} is not a usable number", line=line)
        return value

    def read_channels(self, joint: _Joint, line: int) -> None:
        """Read a CHANNELS statement."""
        if joint.channels is not None:
            raise MotionError(f"{joint.name} has CHANNELS twice", line=line)
        text, line = self.next("a number of channels")
        if text not in {"0", "1", "2", "3", "4", "5", "6"}:
            raise MotionError(f"CHANNELS {text[:30]}: must be 0 to 6", line=line)
        joint.channels = []
        for _ in range(int(text)):
            word, line = self.next("a channel")
            channel = _CHANNELS.get(word.lower())
            if channel is None:
                raise MotionError(
                    f"unknown channel {word[:30]!r} where {text} were announced; there are: "
                    "Xposition Yposition Zposition Xrotation Yrotation Zrotation",
                    line=line,
                )
            if channel in joint.channels:
                raise MotionError(f"{joint.name} has {word} twice", line=line)
            joint.channels.append(channel)
            joint.columns.append(self.columns)
            self.columns += 1
        if self.at < len(self.tokens) and self.tokens[self.at][0].lower() in _CHANNELS:
            raise MotionError(f"more channels than the {text} announced", line=line)

    def result(self) -> Hierarchy:
        """Freeze what was read; end sites get their names now that all others are known."""
        for joint in self.joints:
            if joint.is_end:
                joint.name = self.end_name(self.joints[joint.parent].name)
        tracks = [list(zip(j.channels or (), j.columns, strict=True)) for j in self.joints]

        def of(kind: str) -> tuple[tuple[tuple[int, int], ...], ...]:
            return tuple(
                tuple((axis, column) for (k, axis), column in track if k == kind)
                for track in tracks
            )

        return Hierarchy(
            names=tuple(j.name for j in self.joints),
            parents=np.array([j.parent for j in self.joints], np.intp),
            offsets=np.array([j.offset for j in self.joints], float),
            positions=of("position"),
            rotations=of("rotation"),
            is_end=tuple(j.is_end for j in self.joints),
            channels=self.columns,
        )

    def end_name(self, parent: str) -> str:
        """``<parent>_end``, with a number where that is taken."""
        base = name = f"{parent}_end"
        count = 2
        while name in self.names:
            name = f"{base}{count}"
            count += 1
        self.names.add(name)
        return name
