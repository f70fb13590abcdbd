"""Captions that lie beside a motion or in its name."""

from __future__ import annotations

import re
from pathlib import Path

from imusim.errors import MotionError

_IDLE_WORDS = {
    "dataset", "take", "clip", "motion", "mocap", "bvh", "file", "export", "poses", "stageii",
}  # fmt: skip
_CODE = re.compile(r"(?<![^\W_])[A-Za-z]\d+(?![^\W_])")
"""A letter and a number, which count takes and say nothing: ``B3``."""


def captions_of(file: Path) -> tuple[str, ...]:
    """What a clip shows, in words.

    The lines of a ``.txt`` file of the same name beside the motion, up to a ``#`` in each;
    without one, the words in the file's name, if it has any.

    Raises
    ------
    MotionError
        If the text file is not UTF-8.
    """
    beside = file.with_suffix(".txt")
    if beside.is_file() and beside != file:
        try:
            lines = beside.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise MotionError("the captions are not UTF-8 text", beside) from None
        captions = tuple(c for c in (line.split("#", 1)[0].strip() for line in lines) if c)
        if captions:
            return captions
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _CODE.sub(" ", file.stem))
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", spaced)]
    words = [word for word in words if word not in _IDLE_WORDS]
    return (" ".join(words),) if words else ()
