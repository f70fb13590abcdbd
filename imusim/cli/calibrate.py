"""The command that finds how sensors sat and what they are."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import compare_options as own
from imusim.cli import options
from imusim.cli.app import app


@app.command()
def calibrate(
    recording: own.Recording = None,
    motion: own.Motion = None,
    dataset: own.Dataset = None,
    subjects: own.Subjects = None,
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="FOLDER", help="Folder of the files written.")
    ] = "calibrated",
    limbs: Annotated[
        bool | None,
        typer.Option(
            "--limbs/--no-limbs",
            help="Find the lengths of limbs as well. Default: where motion is positions alone.",
        ),
    ] = None,
    placement: own.Placement = "",
    align: own.Align = None,
    acc_unit: own.AccUnit = None,
    gyro_unit: own.GyroUnit = None,
    rate_hz: own.RecordingRateHz = None,
    sensor: own.Sensor = None,
    every: own.Every = 1,
    source: options.Source = None,
    joint_map: options.JointMap = None,
    source_rate_hz: options.SourceRateHz = None,
    scale: options.Scale = None,
    up: options.Up = None,
    body: options.Body = None,
    height_m: options.HeightM = None,
    body_models: options.BodyModels = None,
    touchdowns: options.Touchdowns = None,
    overwrite: options.Replace = False,
) -> None:
    """Find mounting, lever arm, device and limbs from a recording and its motion.

    Writes a layout of placements, device files, and settings that `imusim generate --config`
    takes: it then makes just those sensors on any other motion.
    """
    from imusim.commands.calibrate import run_calibrate

    simulation = {
        "source": source, "joint_map": joint_map, "source_rate_hz": source_rate_hz,
        "scale": scale, "up": up, "body": body, "height_m": height_m,
        "body_models": body_models, "touchdowns": touchdowns,
    }  # fmt: skip
    run_calibrate(
        recording, motion, dataset or [], out, overwrite, subjects=subjects or [], limbs=limbs,
        placement=placement, align=align or ["all"], every=every,
        reading={
            "acc_unit": acc_unit, "gyro_unit": gyro_unit, "rate_hz": rate_hz, "sensor": sensor,
        },
        simulation={name: value for name, value in simulation.items() if value is not None},
    )  # fmt: skip
