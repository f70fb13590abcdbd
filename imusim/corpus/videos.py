"""What a user's own model made of videos of a corpus's clips: a file beside its shards.

Neither the shards nor the manifest know of it: a corpus is the same with it and without.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus.beside import write_beside
from imusim.corpus.reader import Corpus
from imusim.errors import CorpusError

VIDEOS = "video.npz"
_FAULTS = (
    OSError, ValueError, EOFError, KeyError, MemoryError, NotImplementedError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip
"""What a damaged file makes of the reader."""
_NEEDED, _PERHAPS = ("keys", "embeddings"), ("start_s", "end_s")


@dataclass(frozen=True, eq=False)
class Videos:
    """Embeddings of M stretches of clips.

    Parameters
    ----------
    keys : (M,) str array
        The clips'.
    start_s, end_s : (M,) float64 array
        Of each stretch, from the clip's start.
    embeddings : (M, D) float32 array
        None of them zero.
    """

    keys: NDArray[np.str_]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    embeddings: NDArray[np.float32]

    def of(self, keys: Sequence[str], start_s: Sequence[float], length_s: float) -> NDArray[Any]:
        """Of windows of clips the stretch (N,) that overlaps each most; -1 where none does."""
        own: dict[str, list[int]] = {}
        for number, key in enumerate(self.keys.tolist()):
            own.setdefault(key, []).append(number)
        found = np.full(len(keys), -1)
        for window, (key, begin_s) in enumerate(zip(keys, start_s, strict=True)):
            stretches = np.array(own.get(key, ()), int)
            end_s = np.minimum(self.end_s[stretches], begin_s + length_s)
            overlap_s = end_s - np.maximum(self.start_s[stretches], begin_s)
            if len(stretches) and overlap_s.max() > 0:
                found[window] = stretches[overlap_s.argmax()]
        return found


def read_videos(folder: Path | str, clips: Sequence[str]) -> Videos | None:
    """Read ``video.npz`` of a corpus's folder; None of one without it.

    Parameters
    ----------
    folder : Path or str
    clips : sequence of str
        Keys of the corpus.

    Raises
    ------
    CorpusError
        If the file cannot be read, or its arrays are not what they should be.
    """
    path = Path(folder) / VIDEOS
    if not path.exists():
        return None
    try:
        held = _arrays(path)
        _check(held, set(clips))
    except CorpusError as error:
        raise CorpusError(f"{path}: {error}") from None
    count = len(held["keys"])
    return Videos(
        held["keys"],
        np.asarray(held.get("start_s", np.zeros(count)), np.float64),
        np.asarray(held.get("end_s", np.full(count, np.inf)), np.float64),
        np.asarray(held["embeddings"], np.float32),
    )


def digest_of_videos(folder: Path | str) -> str:
    """SHA-256 of ``video.npz`` of a corpus's folder; empty for one without it.

    Raises
    ------
    CorpusError
        If it cannot be read.
    """
    path = Path(folder) / VIDEOS
    if not path.exists():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror or error}") from None


def load_videos(corpora: Sequence[Corpus]) -> list[Videos | None]:
    """Of corpora that become one.

    Raises
    ------
    CorpusError
        As :func:`read_videos`, and for embeddings of more than one size.
    """
    found = [read_videos(corpus.folder, list(corpus.keys())) for corpus in corpora]
    widths = {
        videos.embeddings.shape[1]: str(corpus.folder)
        for corpus, videos in zip(corpora, found, strict=True)
        if videos is not None
    }
    if len(widths) > 1:
        said = "; ".join(f"{folder}: {width} numbers" for width, folder in sorted(widths.items()))
        raise CorpusError(
            f"{VIDEOS} is of different models: {said}; make them of one, or remove it"
        )
    return found


def hand_on_videos(
    held: Sequence[Videos | None], names: Sequence[Mapping[str, str]], folder: Path
) -> None:
    """Give a corpus the embeddings of its clips, as it was made of others'.

    Parameters
    ----------
    held : sequence of Videos or None
        Of one width, of each corpus that it was made of.
    names : sequence of mapping
        Keys of those of its clips that went into the new one, and what they are there.
    folder : Path

    Raises
    ------
    CorpusError
        If nothing can be written.
    """
    parts: list[Videos] = []
    for videos, own in zip(held, names, strict=True):
        if videos is None:
            continue
        there = np.isin(videos.keys, list(own))
        keys = np.array([own[key] for key in videos.keys[there].tolist()], str)
        parts.append(
            Videos(keys, videos.start_s[there], videos.end_s[there], videos.embeddings[there])
        )
    if not sum(len(part.keys) for part in parts):
        return
    made = io.BytesIO()
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("keys", "start_s", "end_s", "embeddings")
    }
    np.savez(made, **joined)
    write_beside(folder / VIDEOS, made.getvalue(), "embeddings of videos")


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    damaged = "is no file of numpy.savez, or it is damaged; write it anew"
    try:
        if not zipfile.is_zipfile(path):
            raise CorpusError(damaged)
        with np.load(path, allow_pickle=False) as file:
            strange = sorted({*file.files} - {*_NEEDED, *_PERHAPS})
            lacking = [name for name in _NEEDED if name not in file.files]
            if strange or lacking:
                what = f"unknown array {strange[0]!r}" if strange else f"no array {lacking[0]!r}"
                raise CorpusError(
                    f"{what}; it holds {', '.join(_NEEDED)}, and perhaps {' and '.join(_PERHAPS)}"
                )
            return {name: file[name] for name in file.files}
    except _FAULTS as error:
        if "allow_pickle" in str(error):
            raise CorpusError(
                "holds Python objects, which are not read; make keys an array of str, the others "
                "of numbers"
            ) from None
        raise CorpusError(damaged) from None


def _check(held: dict[str, NDArray[Any]], clips: set[str]) -> None:
    keys, embeddings = held["keys"], held["embeddings"]
    count = len(keys) if keys.ndim else 0
    if keys.ndim != 1 or keys.dtype.kind != "U" or not count:
        raise CorpusError(f"keys must be (N,) of str, not {keys.shape} of {keys.dtype}")
    if embeddings.ndim != 2 or embeddings.dtype.kind != "f" or not embeddings.shape[1]:
        shape = f"{embeddings.shape} of {embeddings.dtype}"
        raise CorpusError(f"embeddings must be (N, D) of float32, not {shape}")
    if len(embeddings) != count:
        raise CorpusError(f"there are {count} keys and {len(embeddings)} embeddings")
    with np.errstate(over="ignore"):
        embeddings = embeddings.astype(np.float32)
    _only(np.isfinite(embeddings).all(axis=1), keys, "its embedding is not finite")
    _only(embeddings.any(axis=1), keys, "its embedding is all zeros")
    _only(np.isin(keys, sorted(clips)), keys, "the corpus has no such clip")
    if "start_s" not in held and "end_s" not in held:
        return
    if "start_s" not in held or "end_s" not in held:
        raise CorpusError("start_s and end_s must be there both, or none of them")
    start_s, end_s = held["start_s"], held["end_s"]
    for name, values in (("start_s", start_s), ("end_s", end_s)):
        if values.shape != (count,) or values.dtype.kind not in "fiu":
            shape = f"{values.shape} of {values.dtype}"
            raise CorpusError(f"{name} must be ({count},) of float, not {shape}")
    _only(np.isfinite(start_s) & (end_s > start_s), keys, "its stretch ends before it begins")


def _only(good: NDArray[np.bool_] | np.bool_, keys: NDArray[np.str_], fault: str) -> None:
    if not good.all():
        bad = int(np.argmin(good))
        raise CorpusError(f"entry {bad}, of clip {str(keys[bad])!r}: {fault}")
