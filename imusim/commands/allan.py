"""``imusim allan``: characterises a recording at rest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from imusim import console
from imusim.errors import ConfigError


def run_allan(
    path: str, *, out: str | None, plot: str | None, overwrite: bool, **settings: Any
) -> None:
    """Characterise a recording at rest; write the device file and the picture asked for."""
    from imusim.characterise import HEADER, run

    if out and not overwrite and Path(out).is_file():  # it may hold what was added by hand
        raise ConfigError(f"{out}: exists already; choose another with --out, or --overwrite")
    report = run(
        path, **settings, out=Path(out) if out else None, plot=Path(plot) if plot else None
    )
    console.show(console.listing(HEADER, report.rows(), right=(2, 5)))
    sys.stdout.flush()
    for note in report.notes:
        typer.echo(f"note: {note}", err=True)
    for file in (out, plot):
        if file:
            typer.echo(file)
