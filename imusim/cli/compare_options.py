"""Options of ``imusim compare``."""

from __future__ import annotations

from typing import Annotated

import typer

Recording = Annotated[
    str | None,
    typer.Argument(
        metavar="[RECORDING]",
        help="What a sensor recorded: CSV, TSV, npz or HDF5, named columns; or MVNX.",
    ),
]
Motion = Annotated[
    str | None,
    typer.Argument(
        metavar="[MOTION]", help="The motion that was captured along: BVH, AMC …; MVNX has its own."
    ),
]
Dataset = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="NAME=FOLDER",
        help="Recordings of a dataset, see `imusim recordings`; repeatable.",
    ),
]
Engine = Annotated[
    list[str] | None,
    typer.Option(
        "--engine",
        metavar="NAMES",
        help="kinematic, bullet, mujoco; comma lists, repeatable. Default: kinematic.",
    ),
]
Device = Annotated[
    str,
    typer.Option(metavar="NAME", help="Whose errors simulated sensors have, see `imusim devices`."),
]
Placement = Annotated[
    str,
    typer.Option(
        "--placement",
        "-p",
        metavar="NAME",
        help="Where the sensor sat, see `imusim placements`. Default: as the recording says, "
        "else it is found.",
    ),
]
Align = Annotated[
    list[str] | None,
    typer.Option(
        metavar="STEPS",
        help="What is found of a sensor before it is scored: offset, clock, rotation, lever_arm, "
        "bias, scale; all, none, -NAME to leave one out. Default: all.",
    ),
]
AccUnit = Annotated[
    str | None, typer.Option(metavar="UNIT", help="Of the file's accelerometer, such as g.")
]
GyroUnit = Annotated[
    str | None, typer.Option(metavar="UNIT", help="Of the file's gyroscope, such as deg/s.")
]
RecordingRateHz = Annotated[
    float | None,
    typer.Option("--rate", metavar="HZ", help="Of the recording, if the file does not say."),
]
Sensor = Annotated[
    str | None, typer.Option(metavar="NAME", help="One of several sensors in the file.")
]
Subjects = Annotated[
    list[str] | None,
    typer.Option(metavar="NAMES", help="Only these people; comma lists, repeatable."),
]
Every = Annotated[int, typer.Option(metavar="N", min=1, help="Take every Nth recording.")]
Statistic = Annotated[
    str, typer.Option(metavar="median|mean", help="Over recordings, in summaries.")
]
Baselines = Annotated[
    bool, typer.Option("--baselines/--no-baselines", help="Score others' methods as well.")
]
References = Annotated[
    bool,
    typer.Option(
        "--references/--no-references",
        help="Score noise ceilings as well: other trials, other people, other activities.",
    ),
]
Out = Annotated[str, typer.Option("--out", "-o", metavar="FOLDER", help="Folder of the report.")]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        metavar="METRIC=VALUE",
        help="Exit with 1 if a figure of the first engine is worse, such as acc_r=0.7, or "
        "'utd-mhad wrist:gyro_r=0.6'; repeatable.",
    ),
]
