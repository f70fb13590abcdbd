"""``imusim compare corpus``: a simulated corpus against unpaired recordings."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from imusim import console
from imusim.commands.compare_paired import named_folder, split_names

if TYPE_CHECKING:
    from imusim.compare.corpora import CorpusResult
    from imusim.compare.meeting import Meeting
    from imusim.compare.report import Condition
    from imusim.compare.transfer import TransferResult


def run_compare_corpus(
    corpus: str, dataset: str, out: str, overwrite: bool, fail_under: Sequence[str], *,
    encoder: str, repeats: int, permutations: int, seed: int, **meeting: Any,
) -> bool:  # fmt: skip
    """Compare and report; whether a figure is worse than asked for."""
    from imusim.compare.corpora import compare_corpora
    from imusim.compare.corpora.encoders import get_encoder
    from imusim.compare.report import check_folder, parse_fail_under

    get_encoder(encoder)
    conditions = parse_fail_under(fail_under)
    check_folder(Path(out), overwrite)
    met = meeting_of(corpus, dataset, seed=seed, **meeting)
    result = compare_corpora(
        met.simulated, met.real, encoder, repeats, permutations, seed=seed, progress=tell
    )
    failed = reported(result, out, overwrite, conditions)
    head, rows = result.activities[0].feature_rows()
    console.show(console.listing(head, rows, right=range(1, len(head))))
    told([*met.notes, *(f"{name}: {why}" for name, why in result.skipped)], out)
    return failed


def meeting_of(
    corpus: str, dataset: str, *, activity: Sequence[str], activities: str | None,
    sensor: Sequence[str], subjects: Sequence[str], **settings: Any,
) -> Meeting:  # fmt: skip
    """Both sides, from what was stated on the command line."""
    from imusim.compare.activities import parse_activity, read_activities
    from imusim.compare.meeting import meet

    name, folder = named_folder(dataset)
    chosen = [parse_activity(text) for text in activity]
    if activities:
        chosen += read_activities(Path(activities))
    return meet(
        corpus, name, folder, sensors=split_names(sensor), activities=chosen,
        subjects=split_names(subjects), **settings,
    )  # fmt: skip


def reported(
    result: CorpusResult | TransferResult, out: str, overwrite: bool, conditions: list[Condition]
) -> bool:
    """Write the report and show its table; whether a condition is not met."""
    from imusim.compare.report import check, summary_table, write_report

    write_report(result, Path(out), overwrite=overwrite)
    columns, rows, right = summary_table(result)
    console.show(console.listing(columns, rows, right=right))
    sys.stdout.flush()
    failures = check(result, conditions)
    for failure in failures:
        typer.echo(f"fail-under: {failure}", err=True)
    return bool(failures)


def tell(doing: str) -> None:
    """Where a person looks on: what is being done."""
    if sys.stderr.isatty():
        typer.echo(doing, err=True)


def told(notes: Sequence[str], out: str) -> None:
    """What was left out, and what was written."""
    sys.stdout.flush()
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(os.path.join(out, "report.html"))  # noqa: PTH118
