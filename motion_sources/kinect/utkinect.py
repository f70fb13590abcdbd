"""UTKinect-Action3D: a text file a recording of ten actions, cut by a list of labels.

A line a frame: the frame's number and ``x y z`` of the 20 joints, metres, camera's frame. Only
frames in which a person was tracked are written, so that numbers leap; a number that comes twice
has two guesses, of which either may be taken. ``actionLabel.txt`` names a recording, then for each
action the numbers of its first and last frame, ``NaN`` where it was not recorded.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.math.gaps import whole_frames
from motion_sources.kinect.skeletons import FIRST_KINECT
from motion_sources.kinect.text import LARGEST_NUMBER, lost_to_nan

Array = NDArray[np.float64]

RATE_HZ = 30.0
"""Of the camera, after the dataset's page."""
STEP = 2
"""By which numbers rise from one of the camera's frames to the next: all are even, and one in
4.3 is written, which is the "about 15" a second of the page only if 60 are a second's."""

_LONGEST_BRIDGE = 24
"""Numbers, 0.4 s: what is longer is a gap."""
_MOST_FRAMES = 20_000
_LARGEST_LABELS = 1_000_000
_RECORDING = re.compile(r"(s\d+_e\d+)$", re.IGNORECASE)
_SEGMENT = re.compile(r"(\w+):\s*(\d{1,9})\s+(\d{1,9})$")

CAPTIONS: dict[str, tuple[str, ...]] = {
    "walk": (
        "a person walks",
        "someone takes a few steps",
        "walking through a room",
    ),
    "sitDown": (
        "a person sits down",
        "someone who stands lowers the body onto a chair",
        "from standing to sitting",
    ),
    "standUp": (
        "a person stands up",
        "someone who sits rises from a chair",
        "from sitting to standing",
    ),
    "pickUp": (
        "a person picks something up",
        "someone bends down and takes an object off the floor",
        "picking up an object",
    ),
    "carry": (
        "a person carries something",
        "someone walks with an object in the hands",
        "carrying an object",
    ),
    "throw": (
        "a person throws something",
        "someone swings an arm and throws an object",
        "a throw while standing",
    ),
    "push": (
        "a person pushes something",
        "someone stretches the arms forward to push",
        "a push with the hands",
    ),
    "pull": (
        "a person pulls something",
        "someone draws the arms back towards the body",
        "a pull with the hands",
    ),
    "waveHands": (
        "a person waves both hands",
        "someone raises the arms and waves",
        "waving with the hands",
    ),
    "clapHands": (
        "a person claps the hands",
        "someone applauds",
        "clapping both hands together",
    ),
}


def segments(file: Path) -> dict[str, tuple[int, int]]:
    """Numbers of the first and last frame of each action in a recording, from the labels beside.

    Empty where there are none. An action in whose span lies another whole one is left out: the
    published list has such a slip.
    """
    recording = _RECORDING.search(file.stem)
    if recording is None:
        return {}
    found: dict[str, tuple[int, int]] = {}
    here = False
    for line in _labels(file).splitlines():
        words = line.strip()
        if _RECORDING.fullmatch(words):
            here = words.lower() == recording[1].lower()
        elif here and (match := _SEGMENT.fullmatch(words)) and match[1] in CAPTIONS:
            first, last = int(match[2]), int(match[3])
            if first < last:
                found[match[1]] = first, last
    return {
        action: span
        for action, span in found.items()
        if not any(
            span[0] <= other[0] and other[1] <= span[1]
            for name, other in found.items()
            if name != action
        )
    }


def _labels(file: Path) -> str:
    """The list beside the file or its folder; empty if it is not there."""
    for folder in (file.parent, file.parent.parent):
        try:
            with (folder / "actionLabel.txt").open("rb") as stream:
                return stream.read(_LARGEST_LABELS).decode("latin-1")
        except OSError:
            continue
    return ""


def read(data: bytes, file: Path, action: str) -> Array:
    """Joint positions (T, 20, 3) of an action, of the whole recording for no name of one.

    Camera's frame, m, at :data:`RATE_HZ`; straight lines where frames were not written, NaN where
    that lasts.

    Raises
    ------
    MotionError
        For lines that are not 61 numbers in order, or labels without frames.
    """
    numbers, positions = _frames(data, file)
    first, last = segments(file).get(action, (0, 10**9))
    here = (numbers >= first) & (numbers <= last)
    if not here.any():
        raise MotionError(f"the person was not seen in frames {first} to {last}", file)
    numbers, positions = numbers[here], positions[here]
    if numbers[-1] - numbers[0] > STEP * _MOST_FRAMES:
        raise MotionError("too many frames: cut it into clips", file)
    grid = np.arange(numbers[0], numbers[-1] + 1, STEP)
    after = np.searchsorted(numbers, grid)
    before = np.searchsorted(numbers, grid, side="right") - 1
    span = numbers[after] - numbers[before]
    part = np.where(span > 0, (grid - numbers[before]) / np.maximum(span, 1), 0.0)[:, None, None]
    between = (1 - part) * positions[before] + part * positions[after]
    return np.where((span > _LONGEST_BRIDGE)[:, None, None], np.nan, between)


def _frames(data: bytes, file: Path) -> tuple[NDArray[np.int64], Array]:
    """Numbers and joints of the frames in which the whole person was seen, each number once."""
    rows: list[list[float]] = []
    count = 1 + 3 * len(FIRST_KINECT)
    for line, text in enumerate(io.BytesIO(data), start=1):
        if fields := text.split():
            try:
                values = [float(field) for field in fields]
            except ValueError:
                values = []
            if len(values) != count or not all(abs(v) < LARGEST_NUMBER for v in values):
                raise MotionError(f"not a frame's number and {count - 1} coordinates", file, line)
            if values[0] < 0 or values[0] % 1 or (rows and values[0] < rows[-1][0]):
                raise MotionError("numbers of frames do not rise", file, line)
            if not rows or values[0] > rows[-1][0]:
                rows.append(values)
    table = np.array(rows).reshape(-1, count)
    positions = lost_to_nan(table[:, 1:].reshape(-1, len(FIRST_KINECT), 3))
    seen = whole_frames(positions)
    if not seen.any():
        raise MotionError("the person was lost in every frame", file)
    return table[seen, 0].astype(np.int64), positions[seen]
