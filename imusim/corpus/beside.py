"""Files beside a corpus's own, of which neither its shards nor its manifest know."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from imusim.corpus.staging import disk_error


def write_beside(path: Path, content: bytes, noun: str) -> None:
    """Write a file that is there whole, or as it was before.

    Raises
    ------
    CorpusError
        If it cannot be written; of a ``noun``.
    """
    try:
        handle, part = tempfile.mkstemp(".partial", f".{path.name}.", path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(part).chmod(0o644)
            Path(part).replace(path)
        finally:
            Path(part).unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(path, error, noun) from None
