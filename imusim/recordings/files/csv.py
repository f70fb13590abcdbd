"""Recordings out of text files with one sample a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.recordings.files.columns import assemble
from imusim.recordings.files.names import is_label, read_name
from imusim.recordings.files.settings import FileSettings
from imusim.recordings.model import Recording, Span
from imusim.recordings.tables import read_number, read_numbers, read_rows

Array = NDArray[np.float64]

_DECIMAL_COMMA = re.compile(r"[^.,]*,[^.,]*")


def read_csv(file: Path, settings: FileSettings) -> Recording:
    """Read a CSV file whose first line names its columns.

    Commas, semicolons, tabs and blanks part columns; an empty cell is a missing sample; lines
    that begin with ``#`` are passed over. A column ``label`` or ``activity`` says what was done.

    Raises
    ------
    MotionError
        With the line, if it cannot be read.
    """
    line, (head,) = next(read_rows(file, "\n"), (0, [""]))
    if not line:
        raise MotionError("is empty", file)
    mark = next((m for m in ("\t", ";", ",") if m in head), None)
    names = [name.strip().strip('"') for name in head.strip().split(mark)]
    used = [k for k, name in enumerate(names) if read_name(name)]
    if not used and all(_is_number(name) for name in names):
        raise MotionError("the first line must name the columns: acc_x … gyr_z", file, line)
    values = _values(file, mark, line + 1, used, len(names)) if used else np.zeros((0, 0))
    columns = [(names[k], lambda column=column: values[:, column]) for column, k in enumerate(used)]
    recording = assemble(columns, settings, file, line=line + 1)
    label = next((k for k, name in enumerate(names) if is_label(name)), None)
    if label is None:
        return recording
    labels = [cells[label].strip().strip('"') for _, cells in read_rows(file, mark, line + 1)]
    return replace(recording, spans=_spans(labels, recording.sensors[0].time_s))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _values(file: Path, mark: str | None, first: int, used: Sequence[int], width: int) -> Array:
    """The used columns as numbers (n, len(used)); commas for points where semicolons part cells."""
    if mark != ";":
        return read_numbers(file, mark, first, used, width)
    rows = []
    for line, cells in read_rows(file, mark, first):
        if len(cells) != width:
            raise MotionError(f"{len(cells)} cells where {width} were expected", file, line)
        texts = [cells[k].strip().strip('"') for k in used]
        rows.append(
            [
                read_number(t.replace(",", ".") if _DECIMAL_COMMA.fullmatch(t) else t, file, line)
                for t in texts
            ]
        )
    if not rows:
        raise MotionError("holds no samples", file)
    return np.array(rows, float)


def _spans(labels: Sequence[str], time_s: Array) -> tuple[Span, ...]:
    """Stretches of samples with one label; empty cells say nothing."""
    if len(labels) != len(time_s):
        return ()
    starts = [k for k in range(len(labels)) if k == 0 or labels[k] != labels[k - 1]]
    return tuple(
        Span(float(time_s[a]), float(time_s[b - 1]), labels[a])
        for a, b in zip(starts, [*starts[1:], len(labels)], strict=True)
        if labels[a]
    )
