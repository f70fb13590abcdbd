"""A comparison as files: the page, JSON and CSV for programs, a picture."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imusim.compare.report.measures import measures
from imusim.compare.report.packing import clean, number
from imusim.compare.report.page import report_page
from imusim.compare.report.paired import paired_report
from imusim.compare.report.picture import draw_overview
from imusim.compare.result import Interval, PairedResult
from imusim.errors import ConfigError
from imusim.view.document import check_free, plotly_script, write_whole

SCHEMA = 1
"""Version of ``report.json``; it grows when a name changes or goes."""
FILES = ("report.html", "report.json", "summary.csv", "recordings.csv", "overview.png")
_STATED = ("dataset", "recording", "subject", "activity", "trial", "sensor", "joint", "method",
           "kind")  # fmt: skip
_FORMULA = tuple("=+-@\t\r")


def check_folder(folder: Path, overwrite: bool = False) -> None:
    """Refuse a folder that reports could not be written to.

    Raises
    ------
    ConfigError
        If it is no folder, or holds one of :data:`FILES`, and ``overwrite`` is not stated.
    MissingExtraError
        If plotly is not installed.
    """
    plotly_script()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file; choose a folder with --out")
    for name in FILES:
        check_free(folder / name, overwrite, "--out")


def write_report(result: PairedResult, folder: Path, overwrite: bool = False) -> None:
    """Write :data:`FILES`; each appears whole or not at all, and all are made before the first.

    Parameters
    ----------
    result : PairedResult
    folder : Path
        Made if it is not there.
    overwrite : bool
        Replace files that are there.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`check_folder`; also where matplotlib is not installed.
    """
    check_folder(folder, overwrite)
    made = {
        "report.html": report_page(paired_report(result)).encode(),
        "report.json": to_json(result).encode(),
        "summary.csv": summary_csv(result).encode(),
        "recordings.csv": recordings_csv(result).encode(),
        "overview.png": draw_overview(result),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        write_whole(folder / name, content)


def to_json(result: PairedResult) -> str:
    """All that was found, strictly JSON: ``null`` where there is no number."""
    used = measures(s.figures for s in (*result.summaries, *result.scored))
    value = {
        "schema": SCHEMA,
        "kind": "paired",
        "settings": result.settings,
        "metrics": {
            m.name: {"title": m.title, "unit": m.unit, "best": m.best, "says": m.note} for m in used
        },
        "summaries": result.summaries,
        "findings": result.findings,
        "skipped": [{"recording": name, "why": why} for name, why in result.skipped],
        "recordings": result.scored,
        "spectra": {
            group: {
                method: {"frequency_hz": f, "accelerometer": d[0], "gyroscope": d[1]}
                for method, (f, d) in found.items()
            }
            for group, found in result.spectra.items()
        },
        "overlays": result.overlays,
    }
    return json.dumps(_strict(value), ensure_ascii=False, allow_nan=False) + "\n"


def _strict(value: object) -> Any:
    """Plain JSON of dataclasses, arrays, mappings; what is none of these, in words."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.ndarray):
        return _strict(value.tolist())
    if is_dataclass(value):
        return {part.name: _strict(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {clean(str(key)): _strict(part) for key, part in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_strict(part) for part in value]
    return clean(str(value))


def summary_csv(result: PairedResult) -> str:
    """A row a group and method; a figure and its interval's bounds in three columns."""
    used = measures(s.figures for s in result.summaries)
    head = ["group", "method", "kind"]
    for m in used:
        head += [m.name, f"{m.name}_low", f"{m.name}_high", f"{m.name}_count"]
    nothing = Interval(np.nan, np.nan, np.nan, 0)
    rows = []
    for s in result.summaries:
        row: list[str | float | int] = [s.group, s.method, s.kind]
        for m in used:
            found = s.figures.get(m.name, nothing)
            row += [found.value, found.low, found.high, found.count]
        rows.append(row)
    return _csv(head, rows)


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
    return _csv([*_STATED, *(m.name for m in used), *(f"found_{key}" for key in found)], rows)


def _csv(head: Sequence[str], rows: Sequence[Sequence[str | float | int]]) -> str:
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
