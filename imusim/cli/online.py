"""Commands of models that go frame by frame."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import options
from imusim.cli.app import app

online = typer.Typer(
    name="online",
    help="Models that say at every frame what is done.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(online)

Named = Annotated[
    list[str],
    typer.Argument(
        metavar="DATASET=FOLDER... CORPUS...",
        help="Recordings, see `imusim recordings`, and corpora. Labels come from one dataset; "
        "--pretrain needs none.",
    ),
]
Out = Annotated[
    str, typer.Option("--out", "-o", metavar="FOLDER", help="Folder to write.", show_default=False)
]
Pretrain = Annotated[
    str | None,
    typer.Option(
        metavar="none|next-step|masked|autoencode",
        help="What is learnt without labels. Default: none, training on labels.",
    ),
]
Begin = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="A model to begin with, pretrained or of another dataset; its classes are left.",
    ),
]
Network = Annotated[
    str | None, typer.Option(metavar="gru|lstm|rnn|tcn", help="Default: that of --from, else gru.")
]
Config = Annotated[
    str | None,
    typer.Option(
        metavar="FILE.toml",
        help="Settings from a file, as the reference of online models lists them; flags override.",
    ),
]
Sensor = Annotated[
    list[str] | None,
    typer.Option(
        metavar="JOINTS",
        help="Where sensors sit, in the order of frames; comma lists, repeatable. Default: those "
        "of the data.",
    ),
]
Mounting = Annotated[
    str | None,
    typer.Option(
        metavar="unknown|stored",
        help="Turn sensors at random, or take them as they are. Default: unknown.",
    ),
]
RateHz = Annotated[
    float | None,
    typer.Option("--rate", metavar="HZ", help="Of frames. Default: that of --from, else 50."),
]
WindowS = Annotated[
    float | None,
    typer.Option("--window", metavar="S", help="Stretches that are trained on. Default: 5."),
]
Fold = Annotated[
    str | None,
    typer.Option(
        metavar="K/N",
        help="Leave out the Kth of N parts of each dataset's people: those whom `imusim online "
        "evaluate` tests.",
    ),
]
Steps = Annotated[int | None, typer.Option(metavar="N", help="Default: 1000.")]
BatchSize = Annotated[int | None, typer.Option(metavar="N", help="Stretches. Default: 64.")]
LearningRate = Annotated[
    float | None, typer.Option("--lr", metavar="RATE", help="The largest. Default: 0.001.")
]
Device = Annotated[str | None, typer.Option(metavar="auto|cpu|cuda", help="Default: auto.")]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on with a training that was stopped: the same weights."),
]
Model = Annotated[str, typer.Argument(metavar="MODEL", help="What `imusim online train` wrote.")]
Recordings = Annotated[
    str, typer.Argument(metavar="DATASET=FOLDER", help="Recordings, see `imusim recordings`.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@online.command()
def train(
    named: Named,
    out: Out,
    pretrain: Pretrain = None,
    begin: Begin = None,
    network: Network = None,
    config: Config = None,
    sensor: Sensor = None,
    mounting: Mounting = None,
    rate_hz: RateHz = None,
    window_s: WindowS = None,
    fold: Fold = None,
    steps: Steps = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    device: Device = None,
    seed: options.Seed = None,
    resume: Resume = False,
    overwrite: options.Replace = False,
) -> None:
    """Train a model on labelled recordings, or pretrain one without labels.

    `imusim online train geotec=./GeoTec --out model --fold 1/5`
    """
    flags = {
        "pretrain": pretrain, "network": network, "mounting": mounting, "rate_hz": rate_hz,
        "window_s": window_s, "steps": steps, "batch_size": batch_size,
        "learning_rate": learning_rate, "device": device, "seed": seed,
    }  # fmt: skip
    from imusim.commands.online import run_train

    run_train(
        named, out, config, {name: value for name, value in flags.items() if value is not None},
        begin=begin, sensor=sensor or [], fold=fold, resume=resume, overwrite=overwrite,
    )  # fmt: skip


@online.command()
def evaluate(model: Model, recordings: Recordings, as_json: AsJson = False) -> None:
    """Hold a model against people whom it was not trained on: frames, and delays at changes.

    `imusim online evaluate model/model.pt geotec=./GeoTec`
    """
    from imusim.commands.online import run_evaluate

    run_evaluate(model, recordings, as_json)
