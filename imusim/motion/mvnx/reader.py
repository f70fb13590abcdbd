"""Reads MVNX, one frame after the other."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.motion.mvnx.content import NODES, SEGMENTS, SENSORS, Array, Mvnx

VERSIONS = ("3", "4")
MOST_FRAMES = 2**20
"""Frames of one file that are read: 73 minutes at 240 Hz."""

_CHUNK = 2**18
_DEEPEST = 32
_MOST_NAMES = 1000
_LONGEST_NUMBER = 40
"""Characters that a number and the blanks after it take at most."""
_LONGEST_NOTE = 10_000
_LARGEST = 1e6
_CALIBRATIONS = ("identity", "tpose")
_CUT_SHORT = (
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
)
"""What expat says where a file ends too early."""


def read_mvnx(file: Path, nodes: Collection[str]) -> Mvnx:
    """Read some nodes of all frames.

    Parameters
    ----------
    file : Path
    nodes : collection of str
        Names in :data:`NODES`; those that the file lacks are absent.

    Raises
    ------
    MotionError
        With line and frame, if it is not whole, of another version, or holds no frames.
    """
    reader = _Reader(file, nodes)
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                reader.parser.Parse(chunk, False)
            reader.parser.Parse(b"", True)
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None
    except expat.ExpatError as error:
        raise reader.broken(error) from None
    except (LookupError, ValueError, UnicodeError) as error:
        raise MotionError(f"is in an encoding that is not read: {error}", file) from None
    return reader.result(digest.hexdigest())


@dataclass
class _Reader:
    """The state of a file that is read, and what expat calls."""

    file: Path
    wanted: Collection[str]
    open: list[str] = field(default_factory=list)
    text: list[str] | None = None
    room: int = 0
    rate_hz: float | None = None
    names: dict[str, list[str]] = field(default_factory=lambda: {"segment": [], "sensor": []})
    joints: list[tuple[str, str]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    comment: str = ""
    kind: str = ""
    at: str = ""
    frame: int = -1
    in_frame: dict[str, array[float]] = field(default_factory=dict)
    frames: array[int] = field(default_factory=lambda: array("q"))
    times_ms: list[float] = field(default_factory=list)
    values: dict[str, array[float]] = field(default_factory=dict)
    calibration: dict[str, dict[str, Array]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = 2**16
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.SkippedEntityHandler = self._entity
        self._starts: dict[tuple[str, str], Callable[[dict[str, str]], None]] = {
            ("mvnx", "subject"): self._subject,
            ("segments", "segment"): lambda a: self._name("segment", a),
            ("sensors", "sensor"): lambda a: self._name("sensor", a),
            ("subject", "frames"): self._frames,
            ("frames", "frame"): self._frame,
        }
        self._ends: dict[tuple[str, str], Callable[[str], None]] = {
            ("mvnx", "comment"): self._comment,
            ("subject", "comment"): self._comment,
            ("joint", "connector1"): self._connector,
            ("joint", "connector2"): self._connector,
        }

    def error(self, message: str) -> MotionError:
        """An error at the line that is read, and in the frame where it is in one."""
        at = f"{self.at}: " if self.open[2:4] == ["frames", "frame"] else ""
        return MotionError(at + message, self.file, self.parser.CurrentLineNumber)

    def broken(self, error: expat.ExpatError) -> MotionError:
        """The error of XML that is not whole."""
        cut = error.code in _CUT_SHORT and self.open
        what = "is cut short" if cut else f"is no XML: {expat.ErrorString(error.code)}"
        after = f" after {self.at}" if self.at else ""
        return MotionError(what + after, self.file, error.lineno)

    def result(self, sha256: str) -> Mvnx:
        """What was read, checked as a whole."""
        if not self.frames:
            raise MotionError("holds no frames of motion", self.file)
        values = {}
        for name, numbers in self.values.items():
            node = NODES[name]
            flat = np.frombuffer(numbers).reshape(-1, len(self.names[node.of]), node.width)
            far = np.abs(flat).max(axis=(1, 2)) > _LARGEST
            if far.any():
                number = self.frames[int(far.argmax())]
                raise MotionError(f"frame {number}: <{name}> is too large to be true", self.file)
            values[name] = flat
        frame = np.frombuffer(self.frames, np.int64)
        skipped = int(frame[-1] - frame[0]) + 1 - len(frame)
        if skipped > len(frame) + 10_000:
            raise MotionError(
                f"{skipped:,} frames are missing between the {len(frame):,} that it holds: cut it "
                "where they are",
                self.file,
            )
        return Mvnx(
            self.rate_hz or self._rate(frame),
            tuple(self.names["segment"]),
            tuple(self.names["sensor"]),
            tuple(self.joints),
            self.comment,
            frame,
            values,
            self.calibration,
            sha256,
        )

    def _rate(self, frame: NDArray[np.int64]) -> float | None:
        """Frames a second from the times, whole milliseconds."""
        first_last_ms = self.times_ms[-1] - self.times_ms[0]
        if len(frame) < 2 or not first_last_ms > 0:
            return None
        rate_hz = 1000 * int(frame[-1] - frame[0]) / first_last_ms
        whole = max(round(rate_hz), 1)
        return float(whole) if abs(rate_hz / whole - 1) < 1.5 / first_last_ms else rate_hz

    def _doctype(
        self, _name: str, _system: str | None, _public: str | None, declares: bool
    ) -> None:
        if declares:
            raise self.error("declares a document type of its own, which is not read: take it out")

    def _entity(self, name: str, *_: object) -> None:
        raise self.error(f"the entity {name!r} is not expanded: take it out")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        above = self.open[-1] if self.open else ""
        self.open.append(tag)
        if len(self.open) > _DEEPEST:
            raise self.error(f"elements within elements, {_DEEPEST} deep: is no MVNX")
        if len(self.open) == 1:
            self._root(tag, attributes)
        elif above == "frame" and tag in self.wanted:
            self._listen(self._numbers_of(tag) * _LONGEST_NUMBER + 1000)
        elif (above, tag) in self._ends:
            self._listen(_LONGEST_NOTE)
        elif (start := self._starts.get((above, tag))) is not None:
            start(attributes)
        elif self.text is not None:
            raise self.error(f"<{tag}> within <{above}>, which holds text alone")

    def _end(self, tag: str) -> None:
        tag = self.open.pop() if self.open else tag
        above = self.open[-1] if self.open else ""
        if self.text is not None:
            text, self.text = "".join(self.text), None
            self.parser.CharacterDataHandler = None
            if above == "frame":
                self._node(tag, text)
            else:
                self._ends[above, tag](text)
        elif tag == "frame" and above == "frames":
            self._close_frame()

    def _listen(self, most_characters: int) -> None:
        self.text, self.room = [], most_characters
        self.parser.CharacterDataHandler = self._characters

    def _characters(self, text: str) -> None:
        assert self.text is not None  # noqa: S101 - for the type checker: set with the handler
        self.room -= len(text)
        if self.room < 0:
            raise self.error(f"<{self.open[-1]}> holds far more text than it should")
        self.text.append(text)

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "mvnx":
            raise self.error(f"begins with <{tag}>, not <mvnx>: is no whole MVNX file")
        version = attributes.get("version", "").strip()
        if version.partition(".")[0] not in VERSIONS:
            stated = f"is of version {version!r}" if version else "states no version"
            raise self.error(f"{stated}; MVNX 3 and 4 are read: export it anew from MVN")

    def _subject(self, attributes: dict[str, str]) -> None:
        if self.frames or self.names["segment"]:
            raise self.error("holds a second subject: export each into a file of its own")
        stated = attributes.get("frameRate")
        if stated is not None:
            self.rate_hz = self._number(stated, "frameRate")
            if not 1 <= self.rate_hz <= 10_000:
                raise self.error(f"frameRate {stated!r}: must be from 1 to 10,000 Hz")

    def _name(self, kind: str, attributes: dict[str, str]) -> None:
        label = attributes.get("label", "").strip()
        if not label or label in self.names[kind] or len(self.names[kind]) >= _MOST_NAMES:
            raise self.error(f"a {kind} without a label of its own: {label!r}")
        self.names[kind].append(label)

    def _frames(self, attributes: dict[str, str]) -> None:
        for kind, usual in (("segment", SEGMENTS), ("sensor", SENSORS)):
            if not self.names[kind] and attributes.get(f"{kind}Count") == str(len(usual)):
                self.names[kind] = list(usual)
        if not self.names["segment"]:
            raise self.error("names no segments")

    def _frame(self, attributes: dict[str, str]) -> None:
        self.kind = attributes.get("type", "normal")
        self.in_frame = {}
        self.at = f"the frame of type {self.kind!r}"
        if self.kind != "normal":
            return
        last = self.frame if self.frames else -1
        stated = attributes.get("index") or str(last + 1)
        number = self._number(stated, "index")
        if number != int(number) or abs(number) > 1e12:
            raise self.error(f"frame index {stated!r} is no whole number")
        self.frame = int(number)
        self.at = f"frame {self.frame}"
        if self.frames and self.frame <= last:
            raise self.error(f"comes after frame {last}")
        if len(self.frames) >= MOST_FRAMES:
            raise self.error(f"more than the {MOST_FRAMES:,} frames that are read: split it")
        if self.rate_hz is None:
            time_ms = self._number(attributes.get("time") or "0", "time")
            self.times_ms = [*self.times_ms[:1], time_ms]

    def _close_frame(self) -> None:
        if self.kind in _CALIBRATIONS:
            self.calibration[self.kind] = {
                name: np.array(values).reshape(-1, NODES[name].width)
                for name, values in self.in_frame.items()
            }
        if self.kind != "normal":
            return
        if not self.frames:
            self.values = {name: array("d") for name in self.in_frame}
        if self.in_frame.keys() != self.values.keys():
            other = sorted(self.in_frame.keys() ^ self.values.keys())[0]
            has = "lacks" if other in self.values else "alone has"
            raise MotionError(
                f"{self.at}: {has} <{other}>", self.file, self.parser.CurrentLineNumber
            )
        for name, values in self.in_frame.items():
            self.values[name].extend(values)
        self.frames.append(self.frame)

    def _numbers_of(self, name: str) -> int:
        node = NODES[name]
        return node.width * len(self.names[node.of])

    def _node(self, name: str, text: str) -> None:
        if name in self.in_frame:
            raise self.error(f"holds <{name}> twice")
        try:
            values = array("d", map(float, text.split()))
        except ValueError:
            wrong = next(word for word in text.split() if not _is_number(word))
            raise self.error(f"<{name}>: {wrong!r} is no number") from None
        node, expected = NODES[name], self._numbers_of(name)
        if len(values) != expected:
            raise self.error(
                f"<{name}> holds {len(values)} numbers, not the {expected} of "
                f"{len(self.names[node.of])} {node.of}s"
            )
        if not math.isfinite(sum(values)) or "_" in text:
            raise self.error(f"<{name}> holds what is no finite number")
        self.in_frame[name] = values

    def _comment(self, text: str) -> None:
        self.comment = self.comment or " ".join(text.split())

    def _connector(self, text: str) -> None:
        self.ends.append(text.partition("/")[0].strip())
        if len(self.ends) == 2:
            self.joints.append((self.ends[0], self.ends[1]))
            self.ends = []

    def _number(self, text: str, what: str) -> float:
        if not _is_number(text):
            raise self.error(f"{what} {text!r} is no number")
        return float(text)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
