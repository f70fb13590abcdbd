"""A comparison as rows for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from imusim.compare.report.measures import measures
from imusim.compare.report.packing import clean, number
from imusim.compare.result import Interval, PairedResult

SCHEMA = 1
"""Version of ``report.json``; it grows when a name changes or goes."""
_STATED = ("dataset", "recording", "subject", "activity", "trial", "sensor", "joint", "method",
           "kind")  # fmt: skip
_FORMULA = tuple("=+-@\t\r")
Figures = Mapping[str, Interval]
Line = tuple[tuple[str, ...], Figures]


def strict_json(kind: str, value: Mapping[str, object], names: Iterable[str]) -> str:
    """JSON without ``NaN``: ``null`` where there is no number.

    ``names``: of the figures, which it explains.
    """
    told = {
        m.name: {"title": m.title, "unit": m.unit, "best": m.best, "says": m.note}
        for m in measures([names])
    }
    whole = {"schema": SCHEMA, "kind": kind, "metrics": told, **value}
    return json.dumps(_plain(whole), ensure_ascii=False, allow_nan=False) + "\n"


def of_fields(result: object) -> dict[str, object]:
    """The fields of a dataclass by name."""
    return {part.name: getattr(result, part.name) for part in fields(result)}  # pyright: ignore


def paired_value(result: PairedResult) -> dict[str, object]:
    """What ``report.json`` holds of pairs."""
    value = of_fields(result)
    value["skipped"] = [{"recording": name, "why": why} for name, why in result.skipped]
    value["recordings"] = value.pop("scored")
    value["spectra"] = {
        group: {
            method: {"frequency_hz": f, "accelerometer": d[0], "gyroscope": d[1]}
            for method, (f, d) in found.items()
        }
        for group, found in result.spectra.items()
    }
    return value


def _plain(value: object) -> Any:
    """What JSON has, of dataclasses, arrays, mappings; what is none of these, in words."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if is_dataclass(value):
        return {name: _plain(part) for name, part in of_fields(value).items()}
    if isinstance(value, Mapping):
        return {clean(str(key)): _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain(part) for part in value]
    return clean(str(value))


def lines_csv(head: Sequence[str], lines: Sequence[Line]) -> str:
    """A row a line; a figure, its interval's bounds and what it counts in four columns."""
    used = measures(figures for _, figures in lines)
    titles = [f"{m.name}{end}" for m in used for end in ("", "_low", "_high", "_count")]
    nothing = Interval(np.nan, np.nan, np.nan, 0)
    rows = []
    for stated, figures in lines:
        row: list[str | float | int] = [*stated]
        for m in used:
            found = figures.get(m.name, nothing)
            row += [found.value, found.low, found.high, found.count]
        rows.append(row)
    return to_csv([*head, *titles], rows)


def recordings_csv(result: PairedResult) -> str:
    """A row a recording, sensor and method, with figures and what alignment found."""
    used = measures(s.figures for s in result.scored)
    found = dict.fromkeys(key for s in result.scored for key in s.alignment)
    rows = [
        [
            *(getattr(s, name) for name in _STATED),
            *(s.figures.get(m.name, np.nan) for m in used),
            *(s.alignment.get(key, np.nan) for key in found),
        ]
        for s in result.scored
    ]
    return to_csv([*_STATED, *(m.name for m in used), *(f"found_{key}" for key in found)], rows)


def to_csv(head: Sequence[str], rows: Iterable[Sequence[str | float | int]]) -> str:
    """Text of a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: str | float | int) -> str:
    """Text that no spreadsheet takes for a formula; nothing where there is no number."""
    if isinstance(value, str):
        value = clean(value)
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if np.isnan(value) else f"{value:.6g}"
