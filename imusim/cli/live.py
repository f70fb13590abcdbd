"""The command that listens to sensors as they send."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import model_options as own
from imusim.cli import options
from imusim.cli.app import app


@app.command()
def live(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="- for lines of standard input, udp://HOST:PORT, ws://HOST:PORT/PATH, "
            "listen://HOST:PORT for phones that push, phyphox://HOST:PORT, lsl:NAME, or a "
            "recording to replay.",
        ),
    ] = "-",
    more_labels: own.MoreLabels = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="SOURCE", help="A further source; repeatable."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="FILE",
            help="What `imusim pretrain` or `imusim online train` wrote; none: signals alone.",
        ),
    ] = None,
    labels: own.Labels = None,
    prompts: own.Prompts = None,
    placement: own.Placement = None,
    up: own.Up = None,
    window_s: own.WindowS = None,
    every_s: Annotated[
        float,
        typer.Option("--every", metavar="S", help="From one answer of the model to the next."),
    ] = 1.0,
    sensors: Annotated[
        list[str] | None,
        typer.Option(
            "--sensors", metavar="NAMES", help="Take these alone; comma lists, repeatable."
        ),
    ] = None,
    acc_unit: Annotated[
        str | None,
        typer.Option(metavar="UNIT", help="Of accelerometers, such as g. Default: SI, or stated."),
    ] = None,
    gyro_unit: Annotated[
        str | None,
        typer.Option(metavar="UNIT", help="Of gyroscopes, such as deg/s. Default: SI, or stated."),
    ] = None,
    rate_hz: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="HZ", help="Of frames. Default: the model's, or 50 without one."
        ),
    ] = None,
    latency_ms: Annotated[
        float,
        typer.Option(
            "--latency", metavar="MS", help="How long a sample that is late is waited for."
        ),
    ] = 300.0,
    speed: Annotated[
        float,
        typer.Option(metavar="X", help="Of a replay, times real time; 0: as fast as can be."),
    ] = 1.0,
    repeat: Annotated[
        bool, typer.Option("--repeat", help="Begin a replay again at its end.")
    ] = False,
    recording_rate_hz: Annotated[
        float | None,
        typer.Option("--recording-rate", metavar="HZ", help="Of a replayed file that says none."),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="SOURCE is a folder of it, see `imusim recordings`."),
    ] = None,
    recording: Annotated[
        str | None,
        typer.Option(
            metavar="KEY|NUMBER", help="Which recording of the dataset. Default: the first."
        ),
    ] = None,
    log: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Store the stream as a corpus.")
    ] = None,
    clip_s: Annotated[
        float, typer.Option("--clip", metavar="S", help="Longest clip of that corpus.")
    ] = 60.0,
    json: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="A line for every answer, for machines; - for the output."
        ),
    ] = None,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Whether to serve a page.")] = True,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of the page; another lets others see it.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Of the page; 0: any.")
    ] = 8765,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing in the terminal but notes at the end.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option("--for", metavar="S", min=0.1, help="Stop after so long.")
    ] = None,
    device: own.Device = "cpu",
    overwrite: options.Replace = False,
) -> None:
    """Show sensors as they send, name what is done, store it; stopped with Ctrl-C.

    `imusim live udp://0.0.0.0:5555 --model model.pt --labels walking "climbing stairs"`
    """
    from imusim.commands.live import LiveSettings, run_live

    run_live(
        LiveSettings(
            sources=(source, *(also or [])), model=model,
            labels=(*(labels or []), *(more_labels or [])), prompts=prompts,
            placement=tuple(placement or ()), up=tuple(up or ()), window_s=window_s,
            every_s=every_s, sensors=tuple(sensors or ()), acc_unit=acc_unit, gyro_unit=gyro_unit,
            rate_hz=rate_hz, latency_ms=latency_ms, speed=speed, repeat=repeat,
            recording_rate_hz=recording_rate_hz, dataset=dataset, recording=recording, log=log,
            clip_s=clip_s, json=json, page=page, host=host, port=port, quiet=quiet,
            seconds=seconds, device=device, overwrite=overwrite,
        )
    )  # fmt: skip
