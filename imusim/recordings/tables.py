"""Text tables of numbers, one sample a line; what is wrong is told with the line."""

from __future__ import annotations

import math
import warnings
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.errors import MotionError
from imusim.recordings.archives import open_text

Array = NDArray[np.float64]

LONGEST_LINE = 2**16
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
"""Cells, in small letters, of a sample that is missing."""
Read = Callable[[str], float]
"""Makes a number of a cell, or raises ValueError with what is wrong."""


class Words(dict[str, int]):
    """Numbers words in the order in which they come; given as what reads a column of them."""

    def __call__(self, cell: str) -> float:
        """The number of a word."""
        return self.setdefault(cell.strip().strip('"'), len(self))


def read_rows(
    file: Path, delimiter: str | None = ",", first_line: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells of a text file, one line after the other.

    Parameters
    ----------
    file : Path
    delimiter : str or None
        What parts the cells; ``None``: any blanks.
    first_line : int
        Lines before this one, counted from 1, are passed over, as are empty ones and those that
        begin with ``#``.

    Raises
    ------
    MotionError
        If the file cannot be read, is too large, is no UTF-8 text, or has a line of more than
        65,536 characters.
    """
    with open_text(file) as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                raise MotionError(f"a line of over {LONGEST_LINE:,} characters", file, number)
            text = line.rstrip("\r\n")
            if number >= first_line and text.strip() and not text.startswith("#"):
                yield number, text.split(delimiter)


def read_numbers(
    file: Path,
    delimiter: str | None = ",",
    first_line: int = 1,
    columns: Sequence[int] | None = None,
    width: int | None = None,
    readers: Mapping[int, Read] | None = None,
) -> Array:
    """Columns of a text file as numbers, NaN where a cell is empty or says so.

    Parameters
    ----------
    file, delimiter, first_line
        As :func:`read_rows`.
    columns : sequence of int, optional
        Those to read, counted from 0, in this order; by default all.
    width : int, optional
        Cells that a line must have; by default as many as the first.
    readers : mapping of int to callable, optional
        What reads the cells of a column, where they are not plain numbers.

    Returns
    -------
    (N, C) array

    Raises
    ------
    MotionError
        As :func:`read_rows`, for a line with another number of cells, and for a cell that is no
        number; with the line. If there are no numbers at all.
    """
    found = next(read_rows(file, delimiter, first_line), None)
    if found is None:
        raise MotionError("holds no samples", file)
    line, first = found
    width = len(first) if width is None else width
    used = range(width) if columns is None else columns
    if len(first) != width or (used and max(used) >= width):
        expected = width if len(first) != width else max(used) + 1
        raise MotionError(f"{len(first)} cells where {expected} were expected", file, line)
    readers = readers or {}
    # the last column is looked at too, for lines that are cut short
    looked_at = None if columns is None else [*used, width - 1]
    fast = _fast(file, delimiter, first_line, looked_at, readers, width - 1 in used)
    if fast is not None:
        return fast[:, : len(used)]
    values = array("d")
    for number, cells in read_rows(file, delimiter, first_line):
        if len(cells) != width:
            raise MotionError(f"{len(cells)} cells where {width} were expected", file, number)
        for k in used:
            values.append(_read_cell(cells[k], readers.get(k), file, number))
    return np.frombuffer(values).reshape(-1, len(used))


def _read_cell(cell: str, read: Read | None, file: Path, line: int) -> float:
    if read is None:
        return read_number(cell, file, line)
    try:
        return read(cell)
    except (ValueError, OverflowError) as error:
        raise MotionError(str(error), file, line) from None


def _fast(
    file: Path,
    delimiter: str | None,
    first_line: int,
    columns: Sequence[int] | None,
    readers: Mapping[int, Read],
    last_is_read: bool,
) -> Array | None:
    """By NumPy's reader, which knows no missing cells; ``None`` where it stumbles."""
    own: dict[int | str, Read] = dict(readers.items())
    if columns and not last_is_read:
        own[columns[-1]] = lambda _: 0.0
    try:
        with warnings.catch_warnings(), open_text(file) as stream:
            warnings.simplefilter("ignore")
            return np.loadtxt(
                stream, delimiter=delimiter, skiprows=first_line - 1, converters=own,
                usecols=columns, ndmin=2, encoding="utf-8-sig", comments="#",
            )  # fmt: skip
    except (ValueError, OverflowError):
        return None


def read_header(file: Path, delimiter: str | None = ",") -> tuple[int, list[str]]:
    """Number of the first line that says something, and its cells, bare of blanks and quotes.

    Raises
    ------
    MotionError
        As :func:`read_rows`, and for an empty file.
    """
    for number, cells in read_rows(file, delimiter):
        return number, [cell.strip().strip('"') for cell in cells]
    raise MotionError("is empty", file)


def read_columns(
    file: Path,
    names: Sequence[str],
    delimiter: str | None = ",",
    readers: Mapping[str, Read] | None = None,
) -> Array:
    """Columns (N, C) of a text file whose first line names them, in the order of the names.

    ``readers`` says what reads the cells of a column, where they are not plain numbers.

    Raises
    ------
    MotionError
        As :func:`read_numbers`, and where a column is missing.
    """
    line, header = read_header(file, delimiter)
    lacking = [name for name in names if name not in header]
    if lacking:
        raise MotionError(f"has no column {lacking[0]!r}; {', '.join(header[:20])}", file, line)
    columns = [header.index(name) for name in names]
    by_column = {header.index(name): read for name, read in (readers or {}).items()}
    return read_numbers(file, delimiter, line + 1, columns, len(header), by_column)


def read_number(cell: str, file: Path, line: int) -> float:
    """The number of a cell; NaN where it is missing. Raises MotionError for any other text."""
    text = cell.strip().strip('"')
    if text.lower() in MISSING:
        return math.nan
    try:
        return float(text)
    except ValueError:
        raise MotionError(f"{text!r} is no number", file, line) from None
