"""What datasets share: files by name, stamps that rise, runs of one label, units."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.recordings.archives import archive_of, open_archive
from imusim.recordings.dataset import RecordingRef
from imusim.recordings.model import Sensor, Span

Array = NDArray[np.float64]

G = STANDARD_GRAVITY
"""m/s² in one g."""
_BREAK_S = 1.0


def matching(folder: Path, pattern: str, archives: str = "") -> list[tuple[Path, re.Match[str]]]:
    """Files in a folder whose path ends in a pattern, in the order of their names.

    Numbers in a name count as such, so that 2 comes before 10. The case of letters is ignored.

    Parameters
    ----------
    folder : Path
    pattern : str
        Regular expression.
    archives : str
        The same, of zip archives in which, and in archives within them, such files are looked for
        too; see :func:`imusim.recordings.archives.open_text`. They come last.
    """
    files = sorted(_listed(folder), key=lambda file: natural(file.as_posix()))
    waiting = [archive for archive, _ in _ending_in(archives, files)] if archives else []
    while waiting:
        archive = waiting.pop(0)
        with open_archive(archive) as opened:
            members = [archive / member for member in sorted(opened.namelist(), key=natural)]
        files += members
        if archive_of(archive) is None:  # in an archive, those within it are looked into
            waiting += [member for member in members if member.suffix.lower() == ".zip"]
    return _ending_in(pattern, files)


def _listed(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _ending_in(pattern: str, files: Sequence[Path]) -> list[tuple[Path, re.Match[str]]]:
    expression = re.compile(rf"(?:.*/)?{pattern}", re.IGNORECASE)
    matched = [(file, expression.fullmatch(file.as_posix())) for file in files]
    return [(file, match) for file, match in matched if match]


def natural(text: str) -> list[tuple[int, str]]:
    """A key to sort by in which numbers count as numbers."""
    parts = re.split(r"(\d+)", text)
    return [(int(p) if k % 2 else 0, "" if k % 2 else p) for k, p in enumerate(parts)]


def finder(
    dataset: str, pattern: str, key: Callable[[re.Match[str]], str], archives: str = ""
) -> Callable[[Path], Sequence[RecordingRef]]:
    """``find`` of a dataset that has one file a recording; of copies, the unpacked one."""

    def find(folder: Path) -> list[RecordingRef]:
        found: dict[str, RecordingRef] = {}
        for file, match in matching(folder, pattern, archives):
            found.setdefault(key(match), RecordingRef(dataset, file, key(match)))
        return list(found.values())

    return find


def even_times(count: int, rate_hz: float) -> Array:
    """Times of samples without stamps, s."""
    return np.arange(count) / rate_hz


def rising(stamps: Array, resolution: float) -> tuple[NDArray[np.intp], Array, tuple[str, ...]]:
    """Put stamps into the order of time.

    Stamps that are alike are parted evenly within what the clock resolves, in the order of the
    file; samples without a stamp are left out. Stamps are given in the unit in which they are
    whole numbers, so that nothing is rounded.

    Returns
    -------
    order : (N,) array
        Samples that are kept, in the order of time.
    times : (N,) array
        Their stamps, rising.
    notes : tuple of str
        What had to be done.
    """
    order = np.argsort(stamps, kind="stable")
    order = order[np.isfinite(stamps[order])]
    times = stamps[order].copy()
    notes = []
    if len(order) < len(stamps):
        notes.append(f"samples without a time, left out: {len(stamps) - len(order)}")
    if (np.diff(order) < 0).any():
        notes.append(f"stamps that go back, put in order: {(np.diff(order) < 0).sum()}")
    starts = np.flatnonzero(np.diff(times, prepend=-np.inf) > 0)
    if len(starts) < len(times):
        notes.append(f"stamps like the one before, parted evenly: {len(times) - len(starts)}")
        count = np.diff(starts, append=len(times))
        room = np.minimum(np.diff(times[starts], append=np.inf), resolution)
        rank = np.arange(len(times)) - np.repeat(starts, count)
        times += rank * np.repeat(room / count, count)
    return order, times, tuple(notes)


def spans_of(
    time_s: Array, labels: NDArray[np.generic], names: Mapping[int, str], rate_hz: float
) -> tuple[Span, ...]:
    """Runs of one label, which a gap of more than a second ends.

    A number without a name is no label: nothing is known of what was done.

    Parameters
    ----------
    time_s, labels : (N,) arrays
    names : mapping
        Number to label.
    rate_hz : float
        A run lasts a sample longer than from its first to its last, but not into the next.
    """
    if not len(labels):
        return ()
    ended = (np.diff(labels) != 0) | (np.diff(time_s) > _BREAK_S)
    starts = np.append(0, np.flatnonzero(ended) + 1)
    last = np.append(starts[1:], len(labels)) - 1
    following = np.append(time_s[starts[1:]], np.inf)
    ends = np.minimum(time_s[last] + 1 / rate_hz, following)
    return tuple(
        Span(float(time_s[start]), float(end), names[int(labels[start])])
        for start, end in zip(starts, ends, strict=True)
        if np.isfinite(labels[start]) and int(labels[start]) in names
    )


def whole(label: str, *sensors: Sensor) -> tuple[Span, ...]:
    """The one label of a whole recording."""
    end = max(float(s.time_s[-1]) + 1 / s.rate_hz for s in sensors)
    return (Span(min(float(s.time_s[0]) for s in sensors), end, label),)


def stamp_ms(cell: str) -> float:
    """Milliseconds of a date and a time as ISO 8601 writes them; differences mean something."""
    try:
        moment = datetime.fromisoformat(cell.strip().strip('"'))
    except ValueError:
        raise ValueError(f"{cell.strip()!r} is no date and time") from None
    return (moment.replace(tzinfo=None) - datetime(2000, 1, 1)) / timedelta(milliseconds=1)


def stated(file: Path, pattern: str) -> re.Match[str]:
    """What the end of a file's path says by a pattern. Raises MotionError where it does not."""
    found = _ending_in(pattern, [file])
    if not found:
        raise MotionError("is not named as its publisher names it", file)
    return found[0][1]
