"""Kinect skeletons in text: MSR Action3D's real-world coordinates, and NTU RGB+D's.

MSR Action3D: a line a joint, 20 lines a frame, each ``x y z confidence``; a frame in which the
person was lost is zeros. NTU RGB+D: the number of frames; for each the number of bodies; for
each body a line that begins with its identity, the number of joints, and a line a joint:
position, its place in both images, orientation, tracking state. A body that was lost is absent.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from motion_sources.kinect.skeletons import MSR_ACTION3D, NTU

Array = NDArray[np.float64]

LARGEST_NUMBER = 1e6
_NTU_NUMBERS = 12
_MOST_BODIES = 6
"""Of one frame: what the second Kinect tracks."""
_MOST_IDENTITIES = 32
"""Of one file."""
_MOST_FRAMES = 20_000
"""Eleven minutes: one of NTU RGB+D's files has some hundred frames."""


def read_msr(data: bytes, file: Path) -> Array:
    """Joint positions (T, 20, 3) in the camera's frame, m; NaN where a joint was lost.

    Raises
    ------
    MotionError
        For lines that are not four numbers, or a last frame that is not whole.
    """
    rows = []
    for number, line in enumerate(io.BytesIO(data), start=1):
        if fields := line.split():
            rows.append(_finite(fields, 4, file, number))
    joints = len(MSR_ACTION3D)
    if not rows or len(rows) % joints:
        raise MotionError(f"{len(rows)} lines of joints are no multiple of {joints}", file)
    return lost_to_nan(np.array(rows).reshape(-1, joints, 4)[..., :3])


def looks_like_msr(head: bytes) -> bool:
    """Whether whole lines at the head of a file are four numbers each, for a frame or more."""
    lines = head.splitlines()[: len(MSR_ACTION3D)]
    if len(lines) < len(MSR_ACTION3D):
        return False
    try:
        return all(len([float(x) for x in line.split()]) == 4 for line in lines)
    except ValueError:
        return False


def read_ntu(data: bytes, file: Path) -> list[Array]:
    """Joint positions (T, 25, 3) of each body, in the camera's frame, m; what moves most first.

    NaN where a joint or the whole body was not seen. The order is by the sum over frames and
    joints of the squared distance from the mean: furniture that is taken for a person comes late.

    Raises
    ------
    MotionError
        For a file that breaks off, or whose counts are not those of the format.
    """
    lines = _Lines(data, file)
    frames = lines.count("frames", 0, _MOST_FRAMES)
    bodies: dict[bytes, dict[int, list[list[float]]]] = {}
    for frame in range(frames):
        for _ in range(lines.count("bodies", 0, _MOST_BODIES)):
            identity = lines.fields()[0]
            lines.count("joints", len(NTU), len(NTU))
            rows = [_joint(lines) for _ in NTU]
            bodies.setdefault(identity, {})[frame] = rows
            if len(bodies) > _MOST_IDENTITIES:
                raise MotionError("too many bodies", file, lines.number)
    tracks = [_track(rows) for rows in bodies.values()]
    return sorted(tracks, key=_movement, reverse=True)


def _joint(lines: _Lines) -> list[float]:
    """Position of the joint in the next line; zero where its state says that it was lost."""
    values = _finite(lines.fields(), _NTU_NUMBERS, lines.file, lines.number)
    return values[:3] if values[-1] != 0 else [0.0, 0.0, 0.0]


def _track(rows: dict[int, list[list[float]]]) -> Array:
    """From the first frame in which a body was seen to the last."""
    first = min(rows)
    track = np.full((max(rows) - first + 1, len(NTU), 3), np.nan)
    for frame, joints in rows.items():
        track[frame - first] = joints
    return lost_to_nan(track)


def _movement(track: Array) -> float:
    seen = np.isfinite(track)
    values = np.where(seen, track, 0.0)
    mean = values.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return float((np.where(seen, values - mean, 0.0) ** 2).sum())


def lost_to_nan(positions: Array) -> Array:
    """Positions (T, J, 3) in which joints at the camera's own place are NaN."""
    lost = (positions == 0).all(axis=-1)
    return np.where(lost[..., None], np.nan, positions)


def _finite(fields: list[bytes], count: int, file: Path, line: int) -> list[float]:
    """Numbers of a line."""
    try:
        values = [float(field) for field in fields]
    except ValueError:
        values = []
    if len(values) != count or not all(abs(v) < LARGEST_NUMBER for v in values[:3]):
        raise MotionError(f"not {count} numbers of a joint", file, line)
    return values


class _Lines:
    """Lines of a file, one after the other, without empty ones."""

    def __init__(self, data: bytes, file: Path):
        self.file, self.number = file, 0
        self._lines: Iterator[bytes] = io.BytesIO(data)

    def fields(self) -> list[bytes]:
        """Words of the next line."""
        for line in self._lines:
            self.number += 1
            if fields := line.split():
                return fields
        raise MotionError("the file breaks off", self.file, self.number)

    def count(self, what: str, least: int, most: int) -> int:
        """The next line as a count."""
        fields = self.fields()
        if len(fields) == 1 and fields[0].isdigit() and len(fields[0]) < 10:
            value = int(fields[0])
            if least <= value <= most:
                return value
        bound = str(least) if least == most else f"from {least} to {most}"
        raise MotionError(f"not a number of {what}, {bound}", self.file, self.number)
