"""Commands that hold simulated signals against real ones."""

from __future__ import annotations

import typer

from imusim.cli import compare_options as own
from imusim.cli import options
from imusim.cli.app import app

compare = typer.Typer(
    name="compare",
    help="How close simulated signals come to real ones.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(compare)


@compare.command()
def paired(
    recording: own.Recording = None,
    motion: own.Motion = None,
    dataset: own.Dataset = None,
    out: own.Out = "comparison",
    engine: own.Engine = None,
    device: own.Device = "ideal",
    errors: options.Errors = None,
    placement: own.Placement = "",
    align: own.Align = None,
    acc_unit: own.AccUnit = None,
    gyro_unit: own.GyroUnit = None,
    rate_hz: own.RecordingRateHz = None,
    sensor: own.Sensor = None,
    subjects: own.Subjects = None,
    every: own.Every = 1,
    statistic: own.Statistic = "median",
    baselines: own.Baselines = True,
    references: own.References = True,
    source: options.Source = None,
    joint_map: options.JointMap = None,
    source_rate_hz: options.SourceRateHz = None,
    scale: options.Scale = None,
    up: options.Up = None,
    body: options.Body = None,
    height_m: options.HeightM = None,
    body_models: options.BodyModels = None,
    touchdowns: options.Touchdowns = None,
    seed: options.Seed = None,
    workers: options.Workers = None,
    fail_under: own.FailUnder = None,
    overwrite: options.Replace = False,
) -> None:
    """Hold simulated sensors against the real ones that recorded the same motion.

    `imusim compare paired watch.csv walk.bvh --acc-unit g`, or `--dataset utd-mhad=FOLDER`.
    """
    from imusim.commands.compare_paired import run_compare_paired

    simulation = {
        "source": source, "joint_map": joint_map, "source_rate_hz": source_rate_hz,
        "scale": scale, "up": up, "body": body, "height_m": height_m,
        "body_models": body_models, "touchdowns": touchdowns,
    }  # fmt: skip
    code = run_compare_paired(
        recording, motion, dataset or [], out, overwrite, fail_under or [],
        engine=engine or ["kinematic"], device=device, errors=errors or ["all"],
        placement=placement, align=align or ["all"], subjects=subjects or [], every=every,
        statistic=statistic, baselines=baselines, references=references, seed=seed or 0,
        workers=workers,
        reading={
            "acc_unit": acc_unit, "gyro_unit": gyro_unit, "rate_hz": rate_hz, "sensor": sensor,
        },
        simulation={name: value for name, value in simulation.items() if value is not None},
    )  # fmt: skip
    if code:
        raise typer.Exit(code)
