"""Recordings out of text files with one sample a line."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.characterise.names import read_name
from imusim.characterise.recording import Recording, assemble
from imusim.characterise.settings import Settings
from imusim.errors import MotionError

Array = NDArray[np.float64]

MAX_BYTES = 2**31
"""Largest file that is read: twelve hours of six channels at 100 Hz take a third of it."""
_LONGEST_LINE = 2**16
_MISSING = {"", "nan", "na", "null", "none", "-"}


def read_csv(file: Path, settings: Settings) -> Recording:
    """Read a CSV file whose first line names its columns.

    Commas, semicolons, tabs and blanks part columns; an empty cell is a missing sample; lines
    that begin with ``#`` are passed over.

    Raises
    ------
    MotionError
        With the line, if it cannot be read.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise MotionError(f"larger than {MAX_BYTES / 1e9:.1f} GB; split it", file)
        with file.open(encoding="utf-8-sig", newline=None) as stream:
            head, number = "", 0
            while not head or head.startswith("#"):
                line = stream.readline(_LONGEST_LINE)
                if not line:
                    raise MotionError("is empty", file)
                number += 1
                head = line.strip()
        split = _splitter(head)
        names = [name.strip().strip('"') for name in split(head)]
        if not any(read_name(name) for name in names) and _all_numbers(names):
            raise MotionError("the first line must name the columns: acc_x … gyr_z", file, number)
        used = [k for k, name in enumerate(names) if read_name(name)]
        values = _read_table(file, number, split, used, len(names))
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", file) from None
    except UnicodeDecodeError:
        raise MotionError("is no UTF-8 text", file) from None
    columns = [(names[k], lambda column=column: values[:, column]) for column, k in enumerate(used)]
    if not len(values) and used:
        raise MotionError("holds no samples", file)
    return assemble(columns, settings, file, line=number + 1)


def _splitter(head: str) -> Callable[[str], list[str]]:
    for mark in ("\t", ";", ","):
        if mark in head:
            return lambda line: line.split(mark)
    return lambda line: line.split()


def _all_numbers(cells: list[str]) -> bool:
    try:
        [float(cell) for cell in cells]
    except ValueError:
        return False
    return True


def _read_table(
    file: Path, header_line: int, split: Callable[[str], list[str]], used: list[int], width: int
) -> Array:
    """The used columns as numbers (n, len(used)); the fast way, or cell by cell with the line."""
    mark = next((m for m in ("\t", ";", ",") if len(split(f"a{m}b")) == 2), None)
    if not used:
        return np.zeros((0, 0))
    try:
        with warnings.catch_warnings():  # of files without samples
            warnings.simplefilter("ignore")
            return np.loadtxt(
            file, delimiter=mark, skiprows=header_line, usecols=used, ndmin=2,
            encoding="utf-8-sig", comments="#",
        )  # fmt: skip
    except (ValueError, OverflowError):
        pass
    rows: list[list[float]] = []
    with file.open(encoding="utf-8-sig", newline=None) as stream:
        number = 0
        while line := stream.readline(_LONGEST_LINE):
            number += 1
            text = line.strip("\r\n")
            if number <= header_line or not text.strip() or text.startswith("#"):
                continue
            cells = split(text)
            if len(cells) != width:
                raise MotionError(f"{len(cells)} cells where {width} are named", file, number)
            rows.append([_number(cells[k], mark, file, number) for k in used])
    return np.array(rows, float).reshape(-1, len(used))


def _number(cell: str, mark: str | None, file: Path, line: int) -> float:
    text = cell.strip().strip('"')
    if text.lower() in _MISSING:
        return math.nan
    if mark == ";" and re.fullmatch(r"[^.,]*,[^.,]*", text):
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise MotionError(f"{text!r} is no number", file, line) from None
