"""``imusim calibrate``: what `generate` needs to make the very sensors of a recording."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from imusim import console
from imusim.bars import stage_bar
from imusim.commands.compare_report import named_folder, split_names
from imusim.errors import ConfigError

SHOWN = (
    "offset_{}_m", "rotation_{}_deg", "lever_arm_{}_m", "accelerometer_bias_{}_m_s2",
    "gyroscope_bias_{}_rad_s", "accelerometer_scale_{}", "gyroscope_scale_{}",
)  # fmt: skip


def run_calibrate(
    recording: str | None,
    motion: str | None,
    dataset: Sequence[str],
    out: str,
    overwrite: bool,
    *,
    reading: dict[str, Any],
    simulation: dict[str, Any],
    **settings: Any,
) -> None:
    """Calibrate, write the files, show what was found."""
    from imusim.api.calibrating import calibrate
    from imusim.recordings.files import FileSettings

    folder = Path(out)
    if folder.exists() and not overwrite:
        raise ConfigError(f"{out}: exists already; choose another with --out, or --overwrite")
    for name in ("align", "subjects"):
        settings[name] = split_names(settings[name])
    with stage_bar() as progress:
        found, skipped = calibrate(
            recording, motion, dataset=dict(map(named_folder, dataset)), progress=progress,
            reading=FileSettings(**reading), **settings, **simulation,
        )  # fmt: skip
    config = found.write(folder)
    console.show(console.listing(("sensor", "what", "x", "y", "z"), _rows(found.figures())))
    for joint, (length, error) in found.limb_lengths.items():
        typer.echo(f"bone to {joint}: {length:.4f} ± {error:.4f} m")
    sys.stdout.flush()
    for key, why in skipped:
        typer.echo(f"skipped: {key}: {why}", err=True)
    typer.echo(f"imusim generate MOTION --config {config}")


def _rows(figures: dict[str, dict[str, float]]) -> list[tuple[str, ...]]:
    rows = []
    for sensor, values in figures.items():
        for pattern in SHOWN:
            names = [pattern.format(axis) for axis in "xyz"]
            if not all(name in values for name in names):
                continue
            cells = [
                f"{values[n]:.4f}" + (f" ± {values[n + '_se']:.4f}" if n + "_se" in values else "")
                for n in names
            ]
            rows.append((sensor, pattern.replace("_{}", "").replace("_", " "), *cells))
    return rows
