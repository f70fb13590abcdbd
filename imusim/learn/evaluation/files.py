"""An evaluation as files: the page, JSON and CSV for programs."""

from __future__ import annotations

from pathlib import Path

from imusim.compare.report.page import report_page
from imusim.compare.report.tables import Line as Row
from imusim.compare.report.tables import lines_csv, of_fields, strict_json, to_csv
from imusim.errors import ConfigError
from imusim.learn.evaluation.figures import FIGURES
from imusim.learn.evaluation.report import evaluation_report
from imusim.learn.evaluation.result import EvaluationResult
from imusim.view.document import check_free, plotly_script, write_whole

FILES = ("report.html", "report.json", "summary.csv", "classes.csv")
HEAD = ("dataset", "mounting", "mode", "shots", "way")


def check_folder(folder: Path, overwrite: bool = False) -> None:
    """Refuse a folder that :data:`FILES` could not be written to.

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
    for name in FILES:
        check_free(folder / name, overwrite, "--out")


def write_evaluation(result: EvaluationResult, folder: Path, overwrite: bool = False) -> None:
    """Write :data:`FILES`; all are made before the first, and each appears whole or not at all.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`check_folder`.
    """
    check_folder(folder, overwrite)
    made = {
        "report.html": report_page(evaluation_report(result)),
        "report.json": strict_json("evaluation", of_fields(result), FIGURES),
        "summary.csv": lines_csv(HEAD, summary_rows(result)),
        "classes.csv": _classes_csv(result),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        write_whole(folder / name, text.encode())


def summary_rows(result: EvaluationResult) -> list[Row]:
    """Of each line what it is and its figures."""
    return [
        (
            (found.dataset, found.mounting, line.mode, str(line.shots or ""), line.way),
            line.figures,
        )
        for found in result.datasets
        for line in found.lines
    ]


def _classes_csv(result: EvaluationResult) -> str:
    head = [*HEAD, "class", "windows", "precision", "recall", "f1"]
    rows = [
        [
            found.dataset, found.mounting, line.mode, str(line.shots or ""), line.way, name,
            of.windows, of.precision, of.recall, of.f1,
        ]
        for found in result.datasets
        for line in found.lines
        for name, of in line.classes.items()
    ]  # fmt: skip
    return to_csv(head, rows)
