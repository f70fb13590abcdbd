"""The command line. Heavy packages are imported within the commands that need them."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from imusim import export_options, options
from imusim.errors import ImusimError, Interrupted

INTERRUPTED = 130
"""Exit code after the keyboard's interrupt, as shells have it."""

app = typer.Typer(
    name="imusim",
    help="Accelerometer and gyroscope corpora with activity text, from motion capture.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        import imusim

        typer.echo(f"imusim {imusim.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Accelerometer and gyroscope corpora with activity text, from motion capture."""


@app.command()
def generate(
    paths: options.Paths = None,
    joints: options.Joints = None,
    placement: options.Placement = None,
    rotations: options.Rotations = None,
    offset: options.Offset = None,
    soft_tissue: options.SoftTissue = None,
    device: options.Device = None,
    errors: options.Errors = None,
    temperature_c: options.TemperatureC = None,
    simulation_rate_hz: options.SimulationRateHz = None,
    rate_hz: options.RateHz = None,
    seed: options.Seed = None,
    out: options.Out = None,
    overwrite: options.Overwrite = None,
    source: options.Source = None,
    count: options.Count = None,
    joint_map: options.JointMap = None,
    source_rate_hz: options.SourceRateHz = None,
    scale: options.Scale = None,
    up: options.Up = None,
    body: options.Body = None,
    height_m: options.HeightM = None,
    mass_kg: options.MassKg = None,
    body_models: options.BodyModels = None,
    vertices: options.Vertices = None,
    engine: options.Engine = None,
    touchdowns: options.Touchdowns = None,
    contact: options.Contact = None,
    load_share: options.LoadShare = None,
    physics_rate_hz: options.PhysicsRateHz = None,
    on_failure: options.OnFailure = None,
    channels: options.Channels = None,
    magnetic_field: options.MagneticField = None,
    magnetic_disturbance_ut: options.MagneticDisturbanceUt = None,
    keep_truth: options.KeepTruth = None,
    quality: options.Quality = None,
    licence_allow: options.LicenceAllow = None,
    licence: options.Licence = None,
    store: options.Store = None,
    codec: options.Codec = None,
    shard_size_mb: options.ShardSizeMb = None,
    workers: options.Workers = None,
    backend: options.Backend = None,
    scheduler: options.Scheduler = None,
    resume: options.Resume = None,
    config: options.Config = None,
) -> None:
    """Make a corpus of IMU signals with activity text.

    Without a path, the clips that ship with pybullet are used.
    """
    flags = {
        "paths": paths, "joints": joints, "rotations": rotations, "offset": offset,
        "placement": placement, "soft_tissue": soft_tissue, "device": device, "errors": errors,
        "temperature_c": temperature_c, "simulation_rate_hz": simulation_rate_hz,
        "magnetic_field": magnetic_field, "magnetic_disturbance_ut": magnetic_disturbance_ut,
        "keep_truth": keep_truth,
        "rate_hz": rate_hz, "seed": seed, "out": out, "overwrite": overwrite, "source": source,
        "scale": scale, "up": up, "body": body, "height_m": height_m, "mass_kg": mass_kg,
        "body_models": body_models, "vertices": vertices or None, "engine": engine,
        "touchdowns": touchdowns, "contact": contact, "load_share": load_share,
        "physics_rate_hz": physics_rate_hz, "on_failure": on_failure, "channels": channels,
        "quality": quality, "shard_size_mb": shard_size_mb, "count": count,
        "joint_map": joint_map, "source_rate_hz": source_rate_hz, "workers": workers,
        "backend": backend, "scheduler": scheduler, "resume": resume,
        "licence_allow": licence_allow, "licence": licence,
        "store": store, "codec": codec,
    }  # fmt: skip
    from imusim.commands import run_generate

    run_generate(config, {name: value for name, value in flags.items() if value is not None})


@app.command()
def inspect(
    corpus: options.CorpusFolder = "corpus",
    clip: Annotated[
        str | None, typer.Option(metavar="KEY|INDEX", help="Show one clip instead.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
    licences: Annotated[
        bool, typer.Option("--licences", help="What it may be used for, and whom to cite.")
    ] = False,
) -> None:
    """Show what is in a corpus."""
    if licences:
        from imusim.corpora import run_licences

        run_licences(corpus, json)
        return
    from imusim.commands import run_inspect

    run_inspect(corpus, clip, json)


@app.command()
def plot(
    corpus: options.CorpusFolder = "corpus",
    clip: Annotated[str, typer.Option(metavar="KEY|INDEX", help="Which clip.")] = "0",
    sensors: options.ShownSensors = None,
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="FILE.png", help="Default: the clip's key, .png."),
    ] = None,
) -> None:
    """Draw a clip: its signals over time, its skeleton at moments under them."""
    from imusim.commands import run_plot

    run_plot(corpus, clip, sensors, out)


@app.command()
def view(
    corpus: options.CorpusFolder = "corpus",
    clip: Annotated[
        str, typer.Argument(metavar="[CLIP]", help="Key or number.", show_default=False)
    ] = "0",
    named: Annotated[
        str | None, typer.Option("--clip", metavar="KEY|INDEX", help="The same, as for plot.")
    ] = None,
    sensors: options.ShownSensors = None,
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="FILE.html", help="Default: the clip's key, .html."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that is there.")
    ] = False,
) -> None:
    """Write a page on which a clip moves: its source and its body, its signals under them."""
    from imusim.commands import run_view

    run_view(corpus, named or clip, sensors, out, overwrite)


@app.command()
def export(
    to: export_options.To,
    corpus: options.CorpusFolder = "corpus",
    out: export_options.Out = None,
    sensors: export_options.Sensors = None,
    channels: export_options.Channels = None,
    window_s: export_options.WindowS = None,
    shard_size_mb: options.ShardSizeMb = None,
    overwrite: export_options.Overwrite = False,
) -> None:
    """Write a corpus in a layout that other tools read."""
    from imusim.exchange import run_export

    run_export(
        corpus, to, out, sensors=sensors, channels=channels, window_s=window_s,
        shard_size_mb=shard_size_mb, overwrite=overwrite,
    )  # fmt: skip


@app.command()
def verify(corpus: options.CorpusFolder = "corpus") -> None:
    """Check a corpus: digests, schema, finite values, counts."""
    from imusim.integrity import run_verify

    if not run_verify(corpus):
        raise typer.Exit(2)


@app.command()
def repair(
    corpus: options.CorpusFolder = "corpus",
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...", help="The motion it was made from, if that lies elsewhere now."
        ),
    ] = None,
    workers: options.Workers = None,
) -> None:
    """Make again what is damaged in a corpus; what is sound is not touched."""
    from imusim.integrity import run_repair

    run_repair(corpus, paths or [], workers)


@app.command()
def merge(
    corpora: Annotated[list[str], typer.Argument(metavar="CORPUS…", help="Two or more corpora.")],
    out: options.CorpusOut,
    overwrite: options.Replace = False,
    shard_size_mb: options.ShardSizeMb = None,
) -> None:
    """Make one corpus of several that have the same sensors, rate and channels."""
    from imusim.corpora import run_merge

    run_merge(corpora, out, overwrite, shard_size_mb)


@app.command()
def split(
    corpus: options.CorpusFolder,
    out: options.CorpusOut,
    parts: options.Parts = "train=0.8,test=0.2",
    by: options.By = "subject",
    seed: Annotated[int, typer.Option(metavar="N", help="Which of the ways to divide it.")] = 0,
    keep: options.Keep = None,
    overwrite: options.Replace = False,
    shard_size_mb: options.ShardSizeMb = None,
) -> None:
    """Divide a corpus into parts, such as train and test, by whose motion it is."""
    from imusim.corpora import run_split

    run_split(corpus, out, parts, by, seed, keep or [], overwrite, shard_size_mb)


@app.command()
def stats(
    corpus: options.CorpusFolder = "corpus",
    page: options.Page = None,
    json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
    overwrite: options.Replace = False,
) -> None:
    """Count what is in a corpus: hours, people, activities, words, what the sensors read."""
    from imusim.corpora import run_stats

    run_stats(corpus, page, json, overwrite)


sources = typer.Typer(
    name="sources", help="List the sources of motion; match a file's joints.", no_args_is_help=False
)
app.add_typer(sources)


@sources.callback(invoke_without_command=True)
def list_sources(context: typer.Context) -> None:
    """List the sources of motion, with licence and home; `match` shows a file's joints."""
    if context.invoked_subcommand is None:
        from imusim.listings import run_sources

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
    from imusim.listings import run_match

    settings = {
        "source": source, "joint_map": joint_map, "scale": scale, "up": up,
        "source_rate_hz": source_rate_hz,
    }  # fmt: skip
    run_match(file, {k: v for k, v in settings.items() if v is not None}, as_map)


@app.command()
def bodies() -> None:
    """List the bodies."""
    from imusim.listings import run_bodies

    run_bodies()


@app.command()
def placements(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One, with all that is known of it.")
    ] = None,
) -> None:
    """List where sensors can sit, and the layouts of public data sets."""
    from imusim.listings import run_placements

    run_placements(name)


@app.command()
def devices(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One, with its numbers and sources.")
    ] = None,
) -> None:
    """List the devices whose errors can be simulated."""
    from imusim.listings import run_devices

    run_devices(name)


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
    from imusim.commands import run_allan

    run_allan(
        path, rate_hz=rate_hz, acc_unit=acc_unit, gyro_unit=gyro_unit, start_s=start_s,
        stop_s=stop_s, clip=clip, sensor=sensor, out=out, plot=picture, name=name,
        overwrite=overwrite,
    )  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; bad input ends in one line and exit code 2."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        code = _call(arguments)
        sys.stdout.flush()
    except Interrupted as error:
        return _fail(str(error), INTERRUPTED)
    except ImusimError as error:
        return _fail("; ".join([str(error), *getattr(error, "__notes__", ())]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", INTERRUPTED)
    except MemoryError:
        return _fail("out of memory")
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}")
    return code


def _call(arguments: list[str] | None) -> int:
    """Call typer without its own handling of errors; usage errors become one line."""
    try:
        code: Any = app(arguments, prog_name="imusim", standalone_mode=False)
    except Exception as error:
        message = getattr(error, "format_message", None)  # typer's usage errors, by any base
        if message is None:
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(message())
            return 2
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "imusim"
        return _fail(f"{message().rstrip('.')} (see `{command} --help`)")
    if code == INTERRUPTED:  # typer turns the keyboard's interrupt into this
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int = 2) -> int:
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    return code
