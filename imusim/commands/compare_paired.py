"""``imusim compare paired``: simulated sensors beside the real ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from imusim import console
from imusim.bars import stage_bar
from imusim.errors import ConfigError


def run_compare_paired(
    recording: str | None,
    motion: str | None,
    dataset: Sequence[str],
    out: str,
    overwrite: bool,
    fail_under: Sequence[str],
    *,
    reading: dict[str, Any],
    simulation: dict[str, Any],
    **settings: Any,
) -> bool:
    """Compare, write the report, show the summary; whether a figure is worse than asked for."""
    from imusim.api.comparing import prepare_paired
    from imusim.compare.report import check, parse_fail_under, summary_table, write_report
    from imusim.recordings.files import FileSettings

    conditions = parse_fail_under(fail_under)
    folder = Path(out)
    if folder.exists() and not overwrite:
        raise ConfigError(f"{out}: exists already; choose another with --out, or --overwrite")
    for name in ("engine", "errors", "align", "subjects"):
        settings[name] = _split(settings[name])
    job = prepare_paired(
        recording, motion, dataset=dict(map(_named, dataset)), reading=FileSettings(**reading),
        **settings, **simulation,
    )  # fmt: skip
    with stage_bar() as progress:
        result = job.run(progress)
    write_report(result, folder, overwrite=overwrite)
    columns, rows, right = summary_table(result)
    console.show(console.listing(columns, rows, right=right))
    sys.stdout.flush()
    for finding in result.findings:
        typer.echo(
            f"{finding.severity}: {finding.recording} {finding.sensor}: {finding.message}", err=True
        )
    for key, why in result.skipped:
        typer.echo(f"skipped: {key}: {why}", err=True)
    typer.echo(os.path.join(out, "report.html"))  # noqa: PTH118
    failures = check(result, conditions)
    for failure in failures:
        typer.echo(f"fail-under: {failure}", err=True)
    return bool(failures)


def _split(names: Sequence[str]) -> list[str]:
    return [part.strip() for name in names for part in name.split(",") if part.strip()]


def _named(text: str) -> tuple[str, str]:
    name, equals, folder = text.partition("=")
    if not equals or not folder:
        raise ConfigError(f"--dataset {text!r}: write it as NAME=FOLDER, as in utd-mhad=./UTD")
    return name.strip(), folder
