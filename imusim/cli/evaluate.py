"""What a model is worth on real recordings."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import compare_options as own
from imusim.cli import options
from imusim.cli.app import app

Named = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL... DATASET=FOLDER...",
        help="Models of one training with several seeds, and recordings, see `imusim recordings`.",
    ),
]
Modes = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="zero-shot, k-shot, probe, finetune; comma lists. Default: zero-shot; of models "
        "without captions: probe.",
    ),
]
Shots = Annotated[
    list[str] | None,
    typer.Option(metavar="NUMBERS", help="Labelled windows of each class. Default: 1,2,3,5,10."),
]
Draws = Annotated[int, typer.Option(metavar="N", min=1, help="How often these are drawn.")]
Folds = Annotated[int, typer.Option(metavar="N", min=2, help="Splits of the people.")]
TuneShots = Annotated[
    bool,
    typer.Option(
        "--tune-shots/--no-tune-shots",
        help="Whether all weights are trained on the few windows too, and from scratch.",
    ),
]
Steps = Annotated[int, typer.Option(metavar="N", min=1, help="Of training all weights, at most.")]
Protocol = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE.toml", help="Sensors, classes and prompts of one's own; repeatable."
    ),
]
Control = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="A model of shuffled captions; repeatable."),
]
Mounting = Annotated[
    str | None,
    typer.Option(metavar="unknown|upright", help="What the models must be trained for."),
]
Sensor = Annotated[
    list[str] | None,
    typer.Option(metavar="NAMES", help="Sensors of the dataset. Default: its protocol's."),
]


@app.command()
def evaluate(
    named: Named,
    out: own.Out = "evaluation",
    modes: Modes = None,
    shots: Shots = None,
    draws: Draws = 5,
    folds: Folds = 5,
    tune_shots: TuneShots = True,
    steps: Steps = 200,
    protocol: Protocol = None,
    control: Control = None,
    mounting: Mounting = None,
    sensor: Sensor = None,
    seed: options.Seed = None,
    overwrite: options.Replace = False,
) -> None:
    """Hold a pretrained model against real recordings, beside what it must beat.

    `imusim evaluate model.pt uci-har=./UCI --modes zero-shot,probe`
    """
    from imusim.commands.evaluate import run_evaluate

    run_evaluate(
        named, out, overwrite, modes=modes or [], shots=shots or ["1,2,3,5,10"],
        draws=draws, folds=folds, tune_shots=tune_shots, steps=steps, protocol=protocol or [],
        control=control or [], mounting=mounting, sensor=sensor or [], seed=seed or 0,
    )  # fmt: skip
