"""HumanML3D's ``index.csv``: which part of which AMASS file each of its clips is.

A row is ``source_path,start_frame,end_frame,new_name``. The frames, of which the last is left
out, count in the pose file that HumanML3D made of the AMASS file by taking every n-th frame,
n = ⌊rate / 20⌋, and of which it then dropped the beginning in five sets (its notebook
``raw_pose_processing``). So where the rate is no multiple of 20 Hz a "second" of its texts is
shorter than one. Mirrored clips have no AMASS file, and rows of HumanAct12 none that is AMASS's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from imusim.errors import MotionError
from motion_sources.humanml3d.texts import listed, read_texts
from motion_sources.parts import PartRef, label
from motion_sources.subjects import SETS, amass

POSE_RATE_HZ = 20
"""Frames a second that HumanML3D takes its pose files to have."""

INDEX = "index.csv"
_COLUMNS = ("source_path", "start_frame", "end_frame", "new_name")
_MAX_BYTES = 2**26
_LAST_FRAME = 10**7

# Frames that are dropped at the beginning, by the folder of the set.
_DROPPED = {
    "Eyes_Japan_Dataset": 60,
    "MPI_HDM05": 60,
    "TotalCapture": 20,
    "MPI_Limits": 20,
    "Transitions_mocap": 10,
}


@dataclass(frozen=True)
class IndexRow:
    """A clip of HumanML3D: its name, and the pose frames [start, end) of its AMASS file."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Index:
    """HumanML3D's index with the folder of its texts.

    Parameters
    ----------
    rows : mapping
        (set, folders …, file without suffix) of an AMASS file to its clips.
    texts : Path
    """

    rows: Mapping[tuple[str, ...], tuple[IndexRow, ...]]
    texts: Path

    def rows_of(self, file: Path) -> tuple[IndexRow, ...]:
        """The clips of an AMASS file, found by the last parts of its path."""
        stem = file.stem.removesuffix("_stageii").removesuffix("_poses")
        parts = (*file.absolute().parts[:-1], stem)
        for depth in range(2, min(6, len(parts)) + 1):
            folder, *rest = parts[-depth:]
            found = self.rows.get((SETS.get(folder, folder), *rest))
            if found:
                return found
        return ()


def index_above(file: Path) -> Index | None:
    """HumanML3D's index in the nearest folder above a file that has it, with its texts.

    The texts are in ``texts`` or ``HumanML3D/texts`` beside it.

    Raises
    ------
    MotionError
        If an index is there and is damaged.
    """
    for path in _indices_above(file):
        for texts in (path.parent / "texts", path.parent / "HumanML3D" / "texts"):
            if texts.is_dir():
                stat = path.stat()
                rows = _read_index(path, stat.st_mtime_ns, stat.st_size)
                if rows is not None:
                    return Index(rows, texts)
    return None


def subject_of(file: Path) -> str:
    """Who moves in one of HumanML3D's own files, ``NAME.npy`` or its mirror image ``MNAME.npy``.

    As an index above the file tells; without one all that is known is that both are the same
    person, and they are named after the clip.
    """
    name = file.stem.removeprefix("M")
    for path in _indices_above(file):
        try:
            stat = path.stat()
            trial = _trials(path, stat.st_mtime_ns, stat.st_size).get(name, ())
        except (OSError, MotionError):  # an index that is no use is no fault of the clip
            continue
        if subject := amass(Path(*trial)):
            return subject
    return f"HumanML3D/{name}"


def _indices_above(file: Path) -> Iterator[Path]:
    paths = (folder / INDEX for folder in file.absolute().parents)
    return (path for path in paths if path.is_file())


@lru_cache(maxsize=4)
def _trials(path: Path, changed: int, size: int) -> dict[str, tuple[str, ...]]:
    """(set, folders …, file without suffix) of each clip's AMASS file."""
    rows = _read_index(path, changed, size) or {}
    return {clip.name: key for key, clips in rows.items() for clip in clips}


@lru_cache(maxsize=4)
def _read_index(
    path: Path, _changed: int, size: int
) -> dict[tuple[str, ...], tuple[IndexRow, ...]] | None:
    """Rows by AMASS file; ``None`` if the file has other columns: it is somebody else's."""
    try:
        data = path.read_bytes() if size <= _MAX_BYTES else b""
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        if tuple(next(rows, ())) != _COLUMNS:
            return None
        found: dict[tuple[str, ...], list[IndexRow]] = {}
        for row in rows:
            if row:
                key, clip = _row(row, path, rows.line_num)
                found.setdefault(key, []).append(clip)
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror}", path) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise MotionError(f"no whole table: {str(error)[:60]}", path) from None
    return {key: tuple(clips) for key, clips in found.items()}


def _row(row: list[str], path: Path, line: int) -> tuple[tuple[str, ...], IndexRow]:
    if len(row) != len(_COLUMNS):
        raise MotionError(f"{len(row)} columns, not {', '.join(_COLUMNS)}", path, line)
    source, first, last, name = row
    try:
        start, end = int(first), int(last)
    except ValueError:
        raise MotionError(f"{first[:20]!r}, {last[:20]!r} are no frames", path, line) from None
    if not (0 <= start < _LAST_FRAME and -1 <= end < _LAST_FRAME):
        raise MotionError(f"frames {start} to {end} are none", path, line)
    stem = name.removesuffix(".npy")
    if not 0 < len(stem.encode()) < 200 or {"/", "\\", "\0"} & set(stem) or stem in {".", ".."}:
        raise MotionError(f"{name[:40]!r} names no clip", path, line)
    parts = [part for part in source.removesuffix(".npy").split("/") if part not in {"", "."}]
    if parts[:1] == ["pose_data"]:
        del parts[0]
    if not parts:
        raise MotionError("the row names no file", path, line)
    dropped = _DROPPED.get(parts[0], 0)
    key = (*parts[:-1], parts[-1].removesuffix("_poses"))
    return key, IndexRow(stem, start + dropped, end + dropped if end >= 0 else _LAST_FRAME)


def captioned_parts(source: str, file: Path, key: str) -> list[PartRef]:
    """Clips of HumanML3D in an AMASS file; none where no index above the file has it.

    Parameters
    ----------
    source, key : str
    file : Path

    Returns
    -------
    list of PartRef
        In seconds of the pose file; :func:`pose_step` tells how those relate to the AMASS file's.

    Raises
    ------
    MotionError
        If an index is there and is damaged.
    """
    index = index_above(file)
    if index is None:
        return []
    clips: dict[str, PartRef] = {}
    for row in index.rows_of(file):
        start_s, end_s = row.start / POSE_RATE_HZ, row.end / POSE_RATE_HZ
        whole = PartRef(source, file, key + label(start_s, end_s), start_s, end_s)
        try:
            parts = listed(whole, read_texts(index.texts / f"{row.name}.txt"))
        except MotionError as error:
            parts = [replace(whole, fault=error)]
        for part in parts:
            twin = clips.get(part.key, part)  # two clips may be one stretch
            captions = tuple(dict.fromkeys((*twin.captions, *part.captions)))
            clips[part.key] = replace(part, captions=captions)
    return list(clips.values())


def pose_step(rate_hz: float) -> int:
    """Frames of an AMASS file, of the rate that it states, from one pose frame to the next."""
    return max(int(rate_hz / POSE_RATE_HZ), 1)
