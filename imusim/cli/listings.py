"""Commands that tell what there is to choose from, and of recordings at rest."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import options
from imusim.cli.app import app

sources = typer.Typer(
    name="sources", help="List the sources of motion; match a file's joints.", no_args_is_help=False
)
app.add_typer(sources)


@sources.callback(invoke_without_command=True)
def list_sources(context: typer.Context) -> None:
    """List the sources of motion, with licence and home; `match` shows a file's joints."""
    if context.invoked_subcommand is None:
        from imusim.commands.listings import run_sources

        run_sources()


@sources.command()
def match(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file of motion capture.")],
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read the file with this source.")
    ] = None,
    joint_map: Annotated[
        str | None, typer.Option("--map", metavar="FILE.toml", help="As for generate.")
    ] = None,
    scale: Annotated[
        float | None, typer.Option(metavar="M", help="Metres in a unit of the file.")
    ] = None,
    up: Annotated[str | None, typer.Option(metavar="y|z", help="The file's upward axis.")] = None,
    source_rate_hz: Annotated[
        float | None,
        typer.Option("--source-rate", metavar="HZ", help="Rate, if the file does not state it."),
    ] = None,
    as_map: Annotated[
        bool, typer.Option("--toml", help="Print a map to edit and give with --map.")
    ] = False,
) -> None:
    """Show which joint of a file is taken for which, and how sure that is."""
    from imusim.commands.listings import run_match

    settings = {
        "source": source, "joint_map": joint_map, "scale": scale, "up": up,
        "source_rate_hz": source_rate_hz,
    }  # fmt: skip
    run_match(file, {k: v for k, v in settings.items() if v is not None}, as_map)


@app.command()
def bodies() -> None:
    """List the bodies."""
    from imusim.commands.listings import run_bodies

    run_bodies()


@app.command()
def placements(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One, with all that is known of it.")
    ] = None,
) -> None:
    """List where sensors can sit, and the layouts of public data sets."""
    from imusim.commands.listings import run_placements

    run_placements(name)


@app.command()
def devices(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One, with its numbers and sources.")
    ] = None,
) -> None:
    """List the devices whose errors can be simulated."""
    from imusim.commands.listings import run_devices

    run_devices(name)


@app.command()
def recordings(
    dataset: Annotated[
        str | None, typer.Argument(metavar="[DATASET]", help="One, with its sensors and labels.")
    ] = None,
    folder: Annotated[
        str | None, typer.Argument(metavar="[FOLDER]", help="Read what is there of it.")
    ] = None,
) -> None:
    """List the datasets of real recordings, or what a folder holds of one."""
    from imusim.commands.recordings import run_recordings

    run_recordings(dataset, folder)


@app.command()
def allan(
    path: options.AtRest,
    rate_hz: options.AtRestRateHz = None,
    acc_unit: options.AccUnit = None,
    gyro_unit: options.GyroUnit = None,
    start_s: options.StartS = None,
    stop_s: options.StopS = None,
    clip: options.AtRestClip = None,
    sensor: options.AtRestSensor = None,
    out: options.DeviceOut = None,
    picture: options.AllanPicture = None,
    name: options.DeviceName = None,
    overwrite: options.ReplaceDevice = False,
) -> None:
    """Allan deviation of a sensor at rest, and the noises that explain it."""
    from imusim.commands.allan import run_allan

    run_allan(
        path, rate_hz=rate_hz, acc_unit=acc_unit, gyro_unit=gyro_unit, start_s=start_s,
        stop_s=stop_s, clip=clip, sensor=sensor, out=out, plot=picture, name=name,
        overwrite=overwrite,
    )  # fmt: skip
