"""The motion of Acclaim's pair of formats: AMC files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError

LARGEST = 1e9
"""No position or angle is as large as this, in any unit."""


def parse_amc(
    data: bytes, channels: Mapping[str, int], file: Path
) -> tuple[dict[str, NDArray[np.float64]], bool | None]:
    """Parse the bytes of an AMC file.

    Parameters
    ----------
    data : bytes
    channels : mapping of str to int
        Bones of the skeleton that have channels, and how many.
    file : Path
        For messages.

    Returns
    -------
    values : dict of str to (T, C) array
        Of every bone of ``channels``.
    degrees : bool or None
        What the file says of its angles, if anything.

    Raises
    ------
    MotionError
        For anything that is not a whole motion of the skeleton.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MotionError("not text: an AMC file was expected", file) from None
    start, degrees = _header(text, file)
    values = _fast(text[start:].splitlines(), channels)
    if values is not None:
        return values, degrees
    return _slow(text, start, channels, file), degrees


def _header(text: str, file: Path) -> tuple[int, bool | None]:
    """Where the frames begin, past comments and ``:KEYWORDS``."""
    degrees: bool | None = None
    at, line = 0, 1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end + 1
        stripped = text[at:end].strip()
        if stripped and not stripped.startswith(("#", ":")):
            if not stripped.isdigit():
                raise MotionError(
                    f"expected a frame number, found {stripped[:30]!r}: not an AMC file", file, line
                )
            return at, degrees
        word = stripped.lstrip(":").upper()
        degrees = {"DEGREES": True, "RADIANS": False}.get(word, degrees)
        at, line = end, line + 1
    raise MotionError("no frames: not an AMC file, or one that is cut short", file)


def _fast(lines: list[str], channels: Mapping[str, int]) -> dict[str, NDArray[np.float64]] | None:
    """All frames at once, a bone at a time, if each is laid out like the first; else ``None``."""
    period = 1 + len(channels)
    frames = len(lines) // period
    if frames < 2 or len(lines) % period:
        return None
    values: dict[str, NDArray[np.float64]] = {}
    try:
        first = int(lines[0])
        if list(map(str.strip, lines[::period])) != [str(first + n) for n in range(frames)]:
            return None
        for at in range(1, period):
            name = lines[at].split(None, 1)[0]
            # A letter longer than the name, so that no other name is cut down to it.
            row = [("name", f"U{len(name) + 1}"), ("values", float, (channels[name],))]
            read = np.loadtxt(lines[at::period], dtype=row, comments=None, ndmin=1)
            if not (read["name"] == name).all():
                return None
            values[name] = read["values"]
    except (ValueError, KeyError, IndexError):
        return None
    sound = all((np.abs(v) < LARGEST).all() for v in values.values())
    return values if sound and len(values) == len(channels) else None


def _slow(
    text: str, start: int, channels: Mapping[str, int], file: Path
) -> dict[str, NDArray[np.float64]]:
    """Line by line: for files with another layout, and to name what is wrong."""
    frames: list[dict[str, list[float]]] = []
    line, number = text.count("\n", 0, start), 0
    for raw in text[start:].splitlines():
        line += 1
        words = raw.split("#", 1)[0].split()
        if not words:
            continue
        if len(words) == 1 and words[0].isascii() and words[0].isdigit():
            _whole(frames, channels, file, line)
            if len(words[0]) > 9 or (frames and int(words[0]) != number + 1):
                raise MotionError(
                    f"frame {words[0][:12]} follows frame {number}: frames are missing", file, line
                )
            number = int(words[0])
            frames.append({})
            continue
        name = words[0]
        if name not in channels:
            raise MotionError(f"{name[:30]!r} is no bone with channels in the ASF file", file, line)
        if name in frames[-1]:
            raise MotionError(f"bone {name} appears twice in a frame", file, line)
        if len(words) - 1 != channels[name]:
            raise MotionError(
                f"bone {name} has {len(words) - 1} values, the ASF file says {channels[name]}",
                file,
                line,
            )
        frames[-1][name] = [_number_of(word, file, line) for word in words[1:]]
    _whole(frames, channels, file, line)
    if len(frames) < 2:
        raise MotionError("a motion needs 2 frames or more", file)
    return {name: np.array([frame[name] for frame in frames]) for name in channels}


def _whole(
    frames: list[dict[str, list[float]]], channels: Mapping[str, int], file: Path, line: int
) -> None:
    """The last frame must have every bone."""
    missing = [name for name in channels if frames and name not in frames[-1]]
    if missing:
        raise MotionError(
            f"the frame that ends here lacks {missing[0]}: the file is cut short or of another "
            "skeleton",
            file,
            line,
        )


def _number_of(word: str, file: Path, line: int) -> float:
    try:
        value = float(word) if "_" not in word else math.nan
    except ValueError:
        value = math.nan
    if not abs(value) < LARGEST:
        raise MotionError(f"{word[:30]!r} is not a usable number", file, line)
    return value
