"""An evaluation as files: the page, JSON and CSV for programs."""

from __future__ import annotations

from pathlib import Path

from imusim.compare.report.files import check_folder
from imusim.compare.report.page import report_page
from imusim.compare.report.tables import Line as Row
from imusim.compare.report.tables import lines_csv, of_fields, strict_json, to_csv
from imusim.learn.evaluation.figures import FIGURES
from imusim.learn.evaluation.report import evaluation_report
from imusim.learn.evaluation.result import EvaluationResult
from imusim.view.document import write_whole

FILES = ("report.html", "report.json", "summary.csv", "classes.csv")
HEAD = ("dataset", "mounting", "mode", "shots", "way")


def write_evaluation(result: EvaluationResult, folder: Path, overwrite: bool = False) -> None:
    """Write :data:`FILES`; all are made before the first, and each appears whole or not at all.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`imusim.compare.report.files.check_folder`.
    """
    check_folder(folder, overwrite, FILES)
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
