"""Options of the commands that use a trained model."""

from __future__ import annotations

from typing import Annotated

import typer

Model = Annotated[
    str,
    typer.Option("--model", "-m", metavar="FILE", help="What `imusim pretrain` wrote."),
]
Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        "--labels",
        metavar="TEXT…",
        help="What may be done: two or more, in words of your own; repeatable.",
    ),
]
MoreLabels = Annotated[
    list[str] | None, typer.Argument(metavar="LABEL", help="Further labels.", hidden=True)
]
Prompts = Annotated[
    str | None,
    typer.Option(
        metavar="FILE.toml|DATASET",
        help="Labels with sentences that tell of each: a file of classes, or the protocol of a "
        "dataset such as uci-har.",
    ),
]
Placement = Annotated[
    list[str] | None,
    typer.Option(
        "--placement",
        "-p",
        metavar="NAME|SENSOR=NAME",
        help="Where the sensor is worn, see `imusim placements`, or unknown; of each sensor of "
        "several; repeatable. Default: as the recording says, else unknown.",
    ),
]
Up = Annotated[
    list[str] | None,
    typer.Option(
        "--up",
        metavar="AXIS|SENSOR=AXIS",
        help="Which axis points up along the limb of a person who stands: x, -x … -z, or gravity: "
        "where the mean force points. For models of upright sensors; repeatable.",
    ),
]
WindowS = Annotated[
    float | None,
    typer.Option("--window", metavar="S", min=0.1, help="Length. Default: the model's."),
]
StrideS = Annotated[
    float | None,
    typer.Option(
        "--stride", metavar="S", min=0.01, help="To the next window. Default: the window."
    ),
]
Device = Annotated[str, typer.Option(metavar="cpu|cuda|auto", help="Where to compute.")]
Picture = Annotated[
    str | None,
    typer.Option(
        "--page",
        metavar="FILE.html",
        help="A picture by caption or label: t-SNE.",
    ),
]
Sensors = Annotated[
    list[str] | None,
    typer.Option(
        "--sensor",
        "--sensors",
        "--joint",
        "--joints",
        "-j",
        metavar="NAMES",
        help="Sensors of a corpus, or sets of joints; comma lists, repeatable. Default: all.",
    ),
]
