"""A comparison as files: the page, JSON and CSV for programs, a picture."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import scipy

from imusim.compare.corpora.result import CorpusResult, FeatureDistance
from imusim.compare.report.corpus import by_detection, corpus_bars, corpus_report
from imusim.compare.report.lines import Result, result_lines
from imusim.compare.report.lookup import Lookup
from imusim.compare.report.model import Bars, Report
from imusim.compare.report.page import report_page
from imusim.compare.report.paired import paired_bars, paired_report
from imusim.compare.report.picture import draw_overview
from imusim.compare.report.tables import (
    lines_csv,
    of_fields,
    paired_value,
    recordings_csv,
    strict_json,
    to_csv,
)
from imusim.compare.report.transfer import transfer_bars, transfer_report
from imusim.compare.result import PairedResult
from imusim.corpus.layout import own_version
from imusim.errors import ConfigError
from imusim.view.document import check_free, plotly_script, write_whole

DETAILS = {"paired": "recordings.csv", "corpus": "features.csv", "transfer": "classes.csv"}
"""What is told of the finest parts, by the kind of comparison."""
FILES = ("report.html", "report.json", "summary.csv", *DETAILS.values(), "overview.png")


def check_folder(folder: Path, overwrite: bool = False, files: Sequence[str] = FILES) -> None:
    """Refuse a folder that a report of some files could not be written to.

    Raises
    ------
    ConfigError
        If it is no folder, or holds one of them, and ``overwrite`` is not stated.
    MissingExtraError
        If plotly is not installed.
    """
    plotly_script()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file; choose a folder with --out")
    for name in files:
        check_free(folder / name, overwrite, "--out")


def write_report(result: Result, folder: Path, overwrite: bool = False) -> None:
    """Write :data:`FILES`; each appears whole or not at all, and all are made before the first.

    Parameters
    ----------
    result : PairedResult, CorpusResult or TransferResult
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
    result = replace(result, settings={**_made_by(), **result.settings})
    kind, details = _details(result)
    head, lines = result_lines(result)
    made = {
        "report.html": report_page(make_report(result)).encode(),
        "report.json": to_json(result).encode(),
        "summary.csv": lines_csv(head, lines).encode(),
        DETAILS[kind]: details.encode(),
        "overview.png": _picture(result),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        write_whole(folder / name, content)


def _made_by() -> dict[str, object]:
    """What was typed, where it was at a terminal, and the versions of what ran."""
    program, *arguments = sys.argv or [""]
    known = Path(program).stem == "imusim"
    typed = {"command": shlex.join(["imusim", *arguments])} if known else {}
    versions = {"imusim": own_version(), "numpy": np.__version__, "scipy": scipy.__version__}
    return {**typed, "versions": versions}


def make_report(result: Result) -> Report:
    """What the page shows."""
    if isinstance(result, PairedResult):
        return paired_report(result)
    return corpus_report(result) if isinstance(result, CorpusResult) else transfer_report(result)


def to_json(result: Result) -> str:
    """All that was found, strictly JSON."""
    kind, _ = _details(result)
    value = paired_value(result) if isinstance(result, PairedResult) else of_fields(result)
    names = dict.fromkeys(name for _, figures in result_lines(result)[1] for name in figures)
    if isinstance(result, PairedResult):
        names |= dict.fromkeys(name for s in result.scored for name in s.figures)
    return strict_json(kind, value, names)


def _details(result: Result) -> tuple[str, str]:
    """The kind of comparison, and its finest table."""
    if isinstance(result, PairedResult):
        return "paired", recordings_csv(result)
    if isinstance(result, CorpusResult):
        names = [field.name for field in fields(FeatureDistance)]
        parts = ("25", "50", "75")
        head = ["activity", *names[:4], *(f"{n}_{p}" for n in names[4:6] for p in parts)]
        rows = []
        for a in result.activities:
            for f in a.features:
                stated = (f.name, f.meaning, f.wasserstein, f.reference)
                rows.append([a.activity, *stated, *f.real, *f.simulated, f.auc, f.importance])
        return "corpus", to_csv([*head, *names[6:]], rows)
    rows = [
        [regime.name, name, regime.recall.get(name, float("nan")), *result.counts.get(name, (0, 0))]
        for regime in result.regimes
        for name in result.classes
    ]
    head = ["trained_on", "class", "recall", "simulated_windows", "real_windows"]
    return "transfer", to_csv(head, rows)


def _picture(result: Result) -> bytes:
    rows: dict[str, Bars]
    if isinstance(result, PairedResult):
        lookup = Lookup(result)
        rows = {group: paired_bars(lookup, group) for group in lookup.groups}
        return draw_overview(rows, lookup.kinds, lookup)
    if isinstance(result, CorpusResult):
        ordered = [*(a for a in result.activities if a.activity == "all"), *by_detection(result)]
        rows = {a.activity: corpus_bars(a) for a in ordered}
    else:
        rows = {result.model: transfer_bars(result)}
    return draw_overview(rows, {m.name: m.kind for m in make_report(result).methods})
