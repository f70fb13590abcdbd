"""What CMU's trials show, from a descriptions file that lies with them.

Such a file is CSV with columns for subject, trial and description, in that order or another,
named so: ``Subject``, ``Trial #``, ``Motion Description``. A column ``framerate`` tells the
rate of the trial's AMC file, which the file itself does not.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

UP = 3
"""Folders above the trial's own in which a descriptions file is looked for."""

LARGEST_FILE = 8_000_000
"""Bytes."""

_TRIAL = re.compile(r"^(\d{1,3})_(\d{1,3})$")
_COLUMNS = {
    "subject": lambda head: head.startswith("subject"),
    "trial": lambda head: head.startswith("trial"),
    "description": lambda head: head.endswith("description"),
    "rate": lambda head: head.replace(" ", "").startswith("framerate"),
}
"""How a column's head is recognised, in lower case."""


@dataclass(frozen=True)
class Trial:
    """A line of a descriptions file."""

    description: str
    rate_hz: float | None


def cmu_trial(file: Path) -> Trial | None:
    """The trial of a file named ``SUBJECT_TRIAL``, if a descriptions file near it has it."""
    named = _TRIAL.match(file.stem)
    if named is None:
        return None
    key = (int(named.group(1)), int(named.group(2)))
    folder = file.absolute().parent
    for above in [folder, *folder.parents][: UP + 1]:
        for table in _tables(above, _last_change_ns(above)):
            if key in table:
                return table[key]
    return None


def _last_change_ns(folder: Path) -> int:
    """When a file last came to a folder or left it; zero where that cannot be told."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=256)
def _tables(folder: Path, _changed_ns: int) -> tuple[dict[tuple[int, int], Trial], ...]:
    try:
        files = sorted(f for f in folder.glob("*.csv") if f.is_file())
        return tuple(t for t in map(_table, files) if t)
    except OSError:
        return ()


def _table(file: Path) -> dict[tuple[int, int], Trial]:
    """The trials of a file; none if it is something else."""
    if file.stat().st_size > LARGEST_FILE:
        return {}
    lines = csv.reader(file.read_text("utf-8-sig", "replace").splitlines())
    try:
        head = [cell.strip().lower() for cell in next(lines, [])]
        columns = {
            wanted: next((i for i, cell in enumerate(head) if test(cell)), None)
            for wanted, test in _COLUMNS.items()
        }
        at = [columns[name] for name in ("subject", "trial", "description")]
        if None in at:
            return {}
        found = {}
        for row in lines:
            trial = _row(row, columns)
            if trial is not None:
                found[trial[0]] = trial[1]
    except csv.Error:
        return {}
    return found


def _row(row: list[str], columns: dict[str, int | None]) -> tuple[tuple[int, int], Trial] | None:
    def cell(name: str) -> str:
        at = columns[name]
        return row[at].strip() if at is not None and at < len(row) else ""

    subject, trial = cell("subject"), cell("trial")
    if not (subject.isdecimal() and trial.isdecimal() and len(subject + trial) < 9):
        return None
    text = " ".join(cell("description").split())
    try:
        rate_hz = float(cell("rate"))
    except ValueError:
        rate_hz = 0.0
    stated = rate_hz if 10 <= rate_hz <= 1000 else None
    return (int(subject), int(trial)), Trial(text, stated)
