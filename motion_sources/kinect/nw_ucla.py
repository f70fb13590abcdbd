"""Northwestern-UCLA Multiview Action 3D: a JSON file a view of a performance.

``skeletons`` holds the 20 joints of each frame, metres, camera's frame. Three cameras saw each
performance; ``v01`` to ``v03`` of one name are the same motion, and one person's.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from motion_sources.kinect.skeletons import FIRST_KINECT
from motion_sources.kinect.text import LARGEST_NUMBER, lost_to_nan

Array = NDArray[np.float64]

RATE_HZ = 12.0
"""Not published, and no times are stored: a step of the walks lasts 7 frames, which at the
usual 1.7 steps a second makes 12 Hz."""

_LARGEST_FILE = 16_000_000
"""Bytes: the largest of the dataset has a sixtieth."""
_NAME = re.compile(r"^a(\d{1,2})_s\d+_e\d+_v\d+$", re.IGNORECASE)

CAPTIONS: dict[int, tuple[str, ...]] = {
    1: (
        "a person picks something up with one hand",
        "someone bends down and takes an object off the floor with one hand",
        "picking up an object with one hand",
    ),
    2: (
        "a person picks something up with both hands",
        "someone bends down and lifts an object off the floor with two hands",
        "picking up an object with two hands",
    ),
    3: (
        "a person drops trash",
        "someone reaches out and lets a piece of rubbish fall into a bin",
        "throwing something away",
    ),
    4: (
        "a person walks around",
        "someone walks about in a room and turns",
        "walking around",
    ),
    5: (
        "a person sits down",
        "someone who stands lowers the body onto a chair",
        "from standing to sitting",
    ),
    6: (
        "a person stands up",
        "someone who sits rises from a chair",
        "from sitting to standing",
    ),
    8: (
        "a person puts on a jacket",
        "someone gets dressed, one arm after the other into the sleeves",
        "donning a piece of clothing",
    ),
    9: (
        "a person takes off a jacket",
        "someone undresses, pulling the arms out of the sleeves",
        "doffing a piece of clothing",
    ),
    11: (
        "a person throws something",
        "someone swings an arm and throws an object",
        "a throw while standing",
    ),
    12: (
        "a person carries something",
        "someone walks with an object in the hands",
        "carrying an object",
    ),
}
"""By the action's number; 7 and 10 are not in use."""


def captions(stem: str) -> tuple[str, ...]:
    """Captions of ``a01_s01_e00_v01``; none for another name."""
    found = _NAME.match(stem)
    return CAPTIONS.get(int(found[1]), ()) if found else ()


def read(data: bytes, file: Path) -> Array:
    """Joint positions (T, 20, 3) in the camera's frame, m; NaN where a joint was lost.

    Raises
    ------
    MotionError
        For what is no JSON, or whose ``skeletons`` are not frames of 20 joints.
    """
    if len(data) > _LARGEST_FILE:
        raise MotionError(f"larger than {_LARGEST_FILE / 1e6:.0f} MB: cut it into clips", file)
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise MotionError(f"not whole JSON: {error.msg}", file, error.lineno) from None
    except (RecursionError, ValueError):
        raise MotionError("not usable JSON", file) from None
    frames = content.get("skeletons") if isinstance(content, dict) else None
    if not isinstance(frames, list) or not frames:
        raise MotionError("no frames under 'skeletons'", file)
    for number, frame in enumerate(frames, start=1):
        if not isinstance(frame, list) or len(frame) != len(FIRST_KINECT):
            raise MotionError(f"frame {number} is not {len(FIRST_KINECT)} joints", file)
        for joint in frame:
            if not isinstance(joint, list) or len(joint) != 3 or not all(map(_is_place, joint)):
                raise MotionError(f"frame {number} holds a joint that is no place in metres", file)
    return lost_to_nan(np.array(frames, dtype=np.float64))


def _is_place(value: object) -> bool:
    """Whether a finite number of usual size; booleans are integers to Python."""
    return type(value) in (int, float) and abs(value) < LARGEST_NUMBER  # pyright: ignore
