"""Text files, also those that lie in zip archives."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from imusim.errors import MotionError

MAX_BYTES = 2**31
"""Largest file that is read: twelve hours of six channels at 100 Hz take a third of it."""
_MOST_NESTED = 2**28
"""Bytes of an archive within an archive, which is read as a whole."""
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError)


@contextmanager
def open_text(file: Path) -> Iterator[TextIO]:
    """Open a text file, or one that lies in a zip archive: ``data/walk.zip/walk/chest.csv``.

    The archive may lie in another.

    Raises
    ------
    MotionError
        If it cannot be read, is too large, or is no UTF-8 text.
    """
    try:
        outer = archive_of(file)
        if outer is not None:
            with open_archive(outer) as archive:
                inner = file.relative_to(outer).as_posix()
                _check_size(archive.getinfo(inner).file_size, file)
                with archive.open(inner) as member:
                    yield io.TextIOWrapper(member, encoding="utf-8-sig", newline=None)
        else:
            _check_size(file.stat().st_size, file)
            with file.open(encoding="utf-8-sig", newline=None) as stream:
                yield stream
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None
    except UnicodeDecodeError:
        raise MotionError("is no UTF-8 text", file) from None
    except _BROKEN_ARCHIVE as error:
        raise MotionError(f"cannot be read out of the archive: {error}", file) from None


def archive_of(file: Path) -> Path | None:
    """The innermost zip archive that a path leads through; ``None`` where it leads through none."""
    through = [p for p in file.parents if p.suffix.lower() == ".zip"]
    return through[0] if any(p.is_file() for p in through) else None


@contextmanager
def open_archive(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive, which may lie in another. Raises MotionError if it cannot be read."""
    try:
        outer = archive_of(file)
        if outer is None:
            with zipfile.ZipFile(file) as archive:
                yield archive
        else:
            with open_archive(outer) as archive:
                inner = file.relative_to(outer).as_posix()
                if archive.getinfo(inner).file_size > _MOST_NESTED:
                    raise MotionError(f"larger than {_MOST_NESTED / 1e6:.0f} MB; unpack it", file)
                content = io.BytesIO(archive.read(inner))
            with zipfile.ZipFile(content) as archive:
                yield archive
    except (OSError, *_BROKEN_ARCHIVE) as error:
        raise MotionError(f"is no zip archive that can be read: {error}", file) from None


def _check_size(size: int, file: Path) -> None:
    if size > MAX_BYTES:
        raise MotionError(f"larger than {MAX_BYTES / 1e9:.1f} GB; split it", file)
