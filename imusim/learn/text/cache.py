"""Embeddings on disk: what a model made of a text once is not computed again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.motion.npz import read_npz

Vector = NDArray[np.float32]

MOST_FILES = 16
"""More are put together into one."""
_ARRAYS = ("keys", "vectors")
_KEY_BYTES = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """``IMUSIM_CACHE`` if that is set, else imusim's folder among the user's caches."""
    stated = os.environ.get("IMUSIM_CACHE")
    if stated:
        return Path(stated).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "imusim"


class EmbeddingCache:
    """Vectors of one model by text, in npz files that appear whole or not at all.

    Any number of processes may read and write: each writes files of its own, and a file says all
    of itself. A file that is damaged is removed, and so made anew; where nothing can be written,
    nothing is kept.

    Parameters
    ----------
    folder : Path
        Of this model alone.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._held: dict[bytes, Vector] = {}
        self._read: set[str] = set()

    @property
    def width(self) -> int | None:
        """Of the vectors; none where there are none."""
        self.refresh()
        return next((len(vector) for vector in self._held.values()), None)

    def refresh(self) -> None:
        """Read what has been written since."""
        with contextlib.suppress(OSError):
            files = sorted(
                file for file in self.folder.glob("*.npz") if file.name not in self._read
            )
            for file in files:
                self._held.update(_read(file))
                self._read.add(file.name)
            if len(self._read) > MOST_FILES:
                self._join()

    def get(self, text: str) -> Vector | None:
        """What is held of a text."""
        return self._held.get(_key(text))

    def add(self, vectors: Mapping[str, Vector]) -> None:
        """Hold vectors, and write them."""
        fresh = {_key(text): vector for text, vector in vectors.items()}
        self._held.update(fresh)
        if fresh:
            with contextlib.suppress(OSError):
                self._write(fresh)

    def clear(self) -> None:
        """Forget all, on disk too."""
        self._held.clear()
        _remove(self.folder / name for name in self._read)
        self._read.clear()

    def _write(self, vectors: Mapping[bytes, Vector]) -> None:
        keys = sorted(vectors)
        name = hashlib.sha256(b"".join(keys)).hexdigest()[:32] + ".npz"
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(".part", ".", self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(
                    file,
                    keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, _KEY_BYTES),
                    vectors=np.stack([vectors[key] for key in keys]),
                )
            Path(part).replace(self.folder / name)
        finally:
            Path(part).unlink(missing_ok=True)
        self._read.add(name)

    def _join(self) -> None:
        before = set(self._read)
        self._write(self._held)
        after = self._read - before
        if after:  # else the whole is one of the files already
            _remove(self.folder / name for name in before)
            self._read = after


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink()


def _read(file: Path) -> dict[bytes, Vector]:
    """The vectors of a file; none of one that is damaged, which is removed."""
    try:
        arrays = read_npz(file, _ARRAYS)
    except MotionError:
        arrays = {}
    keys, vectors = (arrays.get(name, np.zeros(0)) for name in _ARRAYS)
    sound = (
        (keys.dtype, vectors.dtype) == (np.uint8, np.float32)
        and vectors.ndim == 2
        and keys.shape == (len(vectors), _KEY_BYTES)
        and vectors.size > 0
        and bool(np.isfinite(vectors).all())
    )
    if not sound:
        _remove([file])
        return {}
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
