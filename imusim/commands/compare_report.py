"""What the comparisons on the command line share: names of what is compared, and the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from imusim import console
from imusim.errors import ConfigError

if TYPE_CHECKING:
    from imusim.compare.corpora import CorpusResult
    from imusim.compare.report import Condition
    from imusim.compare.result import PairedResult
    from imusim.compare.transfer import TransferResult

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Head and rows."""


def reported(
    result: PairedResult | CorpusResult | TransferResult,
    out: str,
    overwrite: bool,
    conditions: Sequence[Condition],
    said: Iterable[str],
    more: Sequence[Table] = (),
) -> bool:
    """Write the report, show its table and more of them, and say what else is to be known.

    Returns whether a condition is not met.
    """
    from imusim.compare.report import check, summary_table, write_report

    write_report(result, Path(out), overwrite=overwrite)
    columns, rows, right = summary_table(result)
    console.show(console.listing(columns, rows, right=right))
    for head, lines in more:
        console.show(console.listing(head, lines, right=range(1, len(head))))
    sys.stdout.flush()
    for line in said:
        typer.echo(line, err=True)
    typer.echo(os.path.join(out, "report.html"))  # noqa: PTH118
    failures = check(result, conditions)
    for failure in failures:
        typer.echo(f"fail-under: {failure}", err=True)
    return bool(failures)


def tell(doing: str) -> None:
    """Where a person looks on: what is being done."""
    if sys.stderr.isatty():
        typer.echo(doing, err=True)


def split_names(names: Sequence[str]) -> list[str]:
    """Names out of comma lists."""
    return [part.strip() for name in names for part in name.split(",") if part.strip()]


def named_folder(text: str) -> tuple[str, str]:
    """Dataset and folder of ``NAME=FOLDER``; ConfigError for anything else."""
    name, equals, folder = text.partition("=")
    if not equals or not folder:
        raise ConfigError(f"--dataset {text!r}: write it as NAME=FOLDER, as in utd-mhad=./UTD")
    return name.strip(), folder
