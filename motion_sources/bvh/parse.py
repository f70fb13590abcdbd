"""Text of a BVH file to plain arrays, with errors that name the line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from motion_sources.bvh.hierarchy import Hierarchy, parse_hierarchy

Array = NDArray[np.float64]

LONGEST_FRAME_TIME = 1.0
"""Seconds. More than this is milliseconds or frames a second written in the wrong place."""


LARGEST = 1e9
"""No position or angle is as large as this, in any unit."""


@dataclass(frozen=True, eq=False)
class BvhText:
    """What a BVH file says, in its own units and axes.

    Parameters
    ----------
    hierarchy : Hierarchy
    values : (T, C) array
        The motion block, one row a frame.
    frame_time : float
        Seconds.
    """

    hierarchy: Hierarchy
    values: Array
    frame_time: float


def parse(data: bytes, file: Path) -> BvhText:
    """Parse the bytes of a BVH file.

    Raises
    ------
    MotionError
        For anything that is not a whole, consistent BVH file.
    """
    lines = _decode(data, file).splitlines()
    start = next((i for i, text in enumerate(lines) if _first_word(text) == "MOTION"), None)
    if start is None:
        head = " ".join(lines[:50]).split()
        if not head or head[0].upper() != "HIERARCHY":
            raise MotionError("not a BVH file: it does not begin with HIERARCHY", file, 1)
        raise MotionError("no MOTION section: the file is cut short", file, len(lines))
    hierarchy = parse_hierarchy(lines[:start], file)
    frames, frame_time, first = _counts(lines, start, file)
    return BvhText(hierarchy, _values(lines, first, frames, hierarchy.channels, file), frame_time)


def _first_word(text: str) -> str:
    return (text.split(None, 1) or [""])[0].upper()


def _decode(data: bytes, file: Path) -> str:
    """UTF-8 text without a byte-order mark."""
    if not data.strip():
        raise MotionError("the file is empty", file)
    if b"\x00" in data:
        raise MotionError("a binary file, not BVH text", file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MotionError("not UTF-8 text; save it again as UTF-8", file, line) from None


def _counts(lines: Sequence[str], start: int, file: Path) -> tuple[int, float, int]:
    """Number of frames, frame time, and the line at which the values begin."""
    rest = lines[start].split()[1:]
    heads = [(start, " ".join(rest))] if rest else []
    heads += [
        (i, " ".join(lines[i].split())) for i in range(start + 1, min(start + 50, len(lines)))
    ]
    heads = [(i, text) for i, text in heads if text]
    frames: int | None = None
    frame_time: float | None = None
    last = start
    for i, text in heads[:2]:
        word, _, value = text.partition(":")
        key = word.replace(" ", "").lower()
        if key == "frames" and frames is None:
            frames = _frames(value.strip(), file, i + 1)
        elif key == "frametime" and frame_time is None:
            frame_time = _frame_time(value.strip(), file, i + 1)
        else:
            raise MotionError("expected 'Frames:' and 'Frame Time:' after MOTION", file, i + 1)
        last = i
    if frames is None or frame_time is None:
        missing = "Frames:" if frames is None else "Frame Time:"
        raise MotionError(f"no '{missing}' after MOTION: the file is cut short", file, last + 1)
    return frames, frame_time, last + 1


def _frames(text: str, file: Path, line: int) -> int:
    # At most nine digits: no clip is longer, and Python itself balks at thousands of them.
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if count < 2:
        raise MotionError(
            f"'Frames: {text[:20]}': a motion needs a whole number of 2 frames or more", file, line
        )
    return count


def _frame_time(text: str, file: Path, line: int) -> float:
    try:
        value = to_float(text)
    except ValueError:
        value = math.nan
    # Above the least normal number, so that the rate is finite.
    if not 1e-300 < value <= LONGEST_FRAME_TIME:
        raise MotionError(
            f"'Frame Time: {text[:20]}' must be seconds, above 0 and at most "
            f"{LONGEST_FRAME_TIME:g}",
            file,
            line,
        )
    return value


def to_float(text: str) -> float:
    """A plain number: Python's float without its underscores."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _values(lines: Sequence[str], first: int, frames: int, channels: int, file: Path) -> Array:
    """The motion block as (frames, channels); one pass when it is sound."""
    rows = [line for line in lines[first:] if line and not line.isspace()]
    if len(rows) == frames:
        try:
            # Faster than anything in Python; it refuses rows of unlike width and underscores.
            values = np.loadtxt(rows, ndmin=2, comments=None)
        except ValueError:
            values = np.empty((0, 0))
        if values.shape == (frames, channels) and (np.abs(values) < LARGEST).all():
            return values
    raise _fault(lines, first, frames, channels, file)


def _fault(lines: Sequence[str], first: int, frames: int, channels: int, file: Path) -> MotionError:
    """Go through the motion block slowly and name what is wrong with it."""
    seen = 0
    for number, text in enumerate(lines[first:], start=first + 1):
        row = text.split()
        if not row:
            continue
        seen += 1
        for token in row:
            try:
                value = to_float(token)
            except ValueError:
                return MotionError(f"{token[:30]!r} is not a number", file, number)
            if not math.isfinite(value):
                return MotionError(
                    f"{token[:30]!r} in frame {seen}: BVH has no gaps, fill or cut it", file, number
                )
            if not abs(value) < LARGEST:
                return MotionError(f"{token[:30]!r} is too large a number", file, number)
        if len(row) != channels:
            return MotionError(
                f"frame {seen} has {len(row)} values, the hierarchy has {channels} channels",
                file,
                number,
            )
    return MotionError(
        f"'Frames:' says {frames}, the file holds {seen}"
        + (": it is cut short" if seen < frames else ""),
        file,
        len(lines),
    )
