"""Captions that lie beside a file of motion, or in its name."""

from __future__ import annotations

import re
from pathlib import Path

from imusim.errors import MotionError

_IDLE_WORDS = {
    "dataset", "take", "clip", "motion", "mocap", "bvh", "file", "export", "poses", "stageii",
}  # fmt: skip
_CODE = re.compile(r"(?<![^\W_])[A-Za-z]\d+(?![^\W_])")
"""A letter and a number, which count takes and say nothing: ``B3``."""


def captions_beside(file: Path) -> tuple[str, ...]:
    """Lines of the ``.txt`` file of the same name, up to a ``#`` in each; none without one.

    Raises
    ------
    MotionError
        If that file is not UTF-8 text.
    """
    beside = file.with_suffix(".txt")
    if beside == file or not beside.is_file():
        return ()
    try:
        lines = beside.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise MotionError("the captions are not UTF-8 text", beside) from None
    return tuple(c for c in (line.split("#", 1)[0].strip() for line in lines) if c)


def words_in_name(file: Path) -> tuple[str, ...]:
    """The words in a file's name as one caption; none where it has no telling word."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _CODE.sub(" ", file.stem))
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", spaced)]
    words = [
        word for word in words if word not in _IDLE_WORDS and (len(word) > 1 or not word.isascii())
    ]
    return (" ".join(words),) if words else ()
