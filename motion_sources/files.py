"""Files as bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from imusim.errors import MotionError


def read_bytes(file: Path, most_bytes: int | None = None) -> bytes:
    """The whole of a file.

    Raises
    ------
    MotionError
        If it cannot be read, or is larger than ``most_bytes``.
    """
    try:
        if most_bytes is not None and file.stat().st_size > most_bytes:
            raise MotionError(f"larger than {most_bytes / 1e6:.0f} MB: cut it into clips", file)
        return file.read_bytes()
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None


def sha256_of(file: Path) -> str:
    """Digest of a file, which is read in pieces.

    Raises
    ------
    MotionError
        If it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None
