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


@app.command()
def embed(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CORPUS|RECORDING", help="Folder of a corpus, or a file of sensors."
        ),
    ],
    model: own.Model = "model.pt",
    out: Annotated[
        str,
        typer.Option(
            "--out", "-o", metavar="FILE.npy", help="A CSV of keys and labels comes beside it."
        ),
    ] = "embeddings.npy",
    text: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="Show which windows are nearest to it; repeatable."),
    ] = None,
    nearest: Annotated[int, typer.Option(metavar="N", help="How many of these.")] = 5,
    page: own.Picture = None,
    sensors: own.Sensors = None,
    stride_s: own.StrideS = None,
    placement: own.Placement = None,
    up: own.Up = None,
    acc_unit: compare_options.AccUnit = None,
    gyro_unit: compare_options.GyroUnit = None,
    rate_hz: compare_options.RecordingRateHz = None,
    device: own.Device = "cpu",
    overwrite: options.Replace = False,
) -> None:
    """Embed windows of a corpus or a recording; find those nearest to a text.

    `imusim embed corpus --model model.pt --sensors left_wrist --text "a person waves"`
    """
    from imusim.commands.models import run_embed

    run_embed(
        what, model, out, texts=text or [], nearest=nearest, page=page, sensors=sensors,
        reading={"acc_unit": acc_unit, "gyro_unit": gyro_unit, "rate_hz": rate_hz},
        placement=placement or [], up=up or [], stride_s=stride_s, device=device,
        overwrite=overwrite,
    )  # fmt: skip


@app.command()
def export_model(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="What `imusim pretrain` wrote.")
    ] = "model.pt",
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="FILE.onnx", help="Default: the model's name, .onnx."),
    ] = None,
    overwrite: options.Replace = False,
) -> None:
    """Write a model as ONNX, for where there is no PyTorch; checked against PyTorch."""
    from imusim.commands.models import run_export_model

    run_export_model(model, out, overwrite)
