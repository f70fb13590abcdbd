"""The exceptions that a user sees: one line each, naming the place and the remedy."""

from __future__ import annotations

import re
from pathlib import Path

_LONG_WORD = re.compile(r"(\S{60})\S{21,}")


class ImusimError(Exception):
    """Base of every error that bad input or a bad environment can cause."""


class MotionError(ImusimError):
    """A motion file or clip cannot be read or used.

    Parameters
    ----------
    message : str
        What is wrong and what to do. Words out of a broken file are cut to a readable length.
    file : Path, optional
        The file at fault.
    line : int, optional
        Its line, counted from 1.
    """

    def __init__(self, message: str, file: Path | str | None = None, line: int | None = None):
        self.file = file
        self.line = line
        place = "" if file is None else f"{file}:{line}: " if line else f"{file}: "
        super().__init__(place + _LONG_WORD.sub(r"\1…", message))

    def __reduce__(self):
        return (_restore, (type(self), str(self), self.file, self.line))


class RetargetError(MotionError):
    """A skeleton cannot be put onto the body."""


class ConfigError(ImusimError):
    """A setting is unknown or out of range."""


class CorpusError(ImusimError):
    """A corpus cannot be written, read or trusted."""


class MissingExtraError(ImusimError):
    """An optional dependency is not installed; the message says which ``pip install`` brings it."""


class Interrupted(ImusimError):
    """The user stopped the command; the message says what is kept."""


def _restore(kind: type[MotionError], text: str, file: Path | str | None, line: int | None):
    error = kind(text)
    error.file, error.line = file, line
    return error
