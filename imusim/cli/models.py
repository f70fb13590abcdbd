"""Commands that use a trained model."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import compare_options, options
from imusim.cli import model_options as own
from imusim.cli.app import app


@app.command()
def classify(
    recording: Annotated[
        str,
        typer.Argument(
            metavar="RECORDING", help="What sensors recorded: CSV, TSV, npz or HDF5, named columns."
        ),
    ],
    more_labels: own.MoreLabels = None,
    model: own.Model = "model.pt",
    labels: own.Labels = None,
    prompts: own.Prompts = None,
    placement: own.Placement = None,
    up: own.Up = None,
    window_s: own.WindowS = None,
    stride_s: own.StrideS = None,
    acc_unit: compare_options.AccUnit = None,
    gyro_unit: compare_options.GyroUnit = None,
    rate_hz: compare_options.RecordingRateHz = None,
    sensor: compare_options.Sensor = None,
    device: own.Device = "cpu",
    json: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Every window, for machines; - for the output."),
    ] = None,
    csv: Annotated[
        str | None, typer.Option(metavar="FILE", help="Every window, as a table.")
    ] = None,
    overwrite: options.Replace = False,
) -> None:
    """Name what is done in a recording, by labels of your own.

    `imusim classify watch.csv --model model.pt -p left_wrist --labels walking "climbing stairs"`
    """
    from imusim.commands.classify import run_classify

    run_classify(
        recording, model, [*(labels or []), *(more_labels or [])], prompts,
        reading={
            "acc_unit": acc_unit, "gyro_unit": gyro_unit, "rate_hz": rate_hz, "sensor": sensor,
        },
        placement=placement or [], up=up or [], window_s=window_s, stride_s=stride_s,
        device=device, json_file=json, csv_file=csv, overwrite=overwrite,
    )  # fmt: skip
