"""Commands that hold a corpus against recordings of other motions."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import compare_options as own
from imusim.cli import options
from imusim.cli.compare import compare

Corpus = Annotated[str, typer.Argument(metavar="CORPUS", help="Folder of a simulated corpus.")]
Recordings = Annotated[
    str,
    typer.Argument(metavar="NAME=FOLDER", help="Recordings of a dataset, see `imusim recordings`."),
]
Sensor = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="Sensors of the recordings, or NAME=SENSOR with the corpus's; comma lists, "
        "repeatable. Default: all that the corpus has too.",
    ),
]
Activity = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=WORDS",
        help="A class: a regular expression found in captions and labels; repeatable. "
        "Default: every label of the dataset, by its words.",
    ),
]
Activities = Annotated[
    str | None,
    typer.Option(
        metavar="FILE.toml", help="Classes with expressions for captions and labels apart."
    ),
]
RateHz = Annotated[
    float | None,
    typer.Option("--rate", metavar="HZ", min=0.1, help="Of the windows. Default: the lower one."),
]
LengthS = Annotated[float, typer.Option("--length", metavar="S", min=0.01, help="Of a window.")]
StrideS = Annotated[
    float | None,
    typer.Option(
        "--stride", metavar="S", min=0.01, help="To the next window. Default: half the length."
    ),
]
Encoder = Annotated[
    str, typer.Option(metavar="NAME", help="Space of distances: handcrafted, minirocket.")
]
Repeats = Annotated[
    int, typer.Option(metavar="N", min=1, help="Divisions of the recorded people in halves.")
]
Permutations = Annotated[
    int, typer.Option(metavar="N", min=0, help="Of the test of the MMD; 0: no test.")
]
Model = Annotated[
    str, typer.Option(metavar="NAME", help="The classifier: minirocket, handcrafted, cnn.")
]
Folds = Annotated[int, typer.Option(metavar="N", min=2, help="Splits of the recorded people.")]
Few = Annotated[
    list[str] | None,
    typer.Option(metavar="NUMBERS", help="So many real windows a class beside. Default: 1,2,5."),
]
Draws = Annotated[int, typer.Option(metavar="N", min=1, help="Draws of these few.")]
LowPass = Annotated[
    float | None,
    typer.Option("--low-pass", metavar="HZ", min=0.01, help="Of both sides. Default: none."),
]
RealShare = Annotated[
    float,
    typer.Option(
        "--real-share", metavar="PART", help="Weight of real windows beside simulated ones."
    ),
]
Copies = Annotated[
    int, typer.Option(metavar="N", min=0, help="Augmented copies of each simulated window.")
]
Rotation = Annotated[
    float, typer.Option(metavar="DEG", min=0, help="Copies: how far the sensor is turned.")
]
Scale = Annotated[float, typer.Option(metavar="PART", min=0, help="Copies: factor on signals.")]
Warp = Annotated[float, typer.Option(metavar="PART", min=0, help="Copies: changes of pace.")]
Twist = Annotated[
    float,
    typer.Option(
        metavar="DEG", min=0, help="Copies: a turn about the sensor's x axis that wanders."
    ),
]


@compare.command()
def corpus(
    corpus: Corpus,
    recordings: Recordings,
    out: own.Out = "comparison",
    sensor: Sensor = None,
    activity: Activity = None,
    activities: Activities = None,
    rate_hz: RateHz = None,
    length_s: LengthS = 2.56,
    stride_s: StrideS = None,
    subjects: own.Subjects = None,
    every: own.Every = 1,
    encoder: Encoder = "handcrafted",
    repeats: Repeats = 10,
    permutations: Permutations = 200,
    seed: options.Seed = None,
    fail_under: own.FailUnder = None,
    overwrite: options.Replace = False,
) -> None:
    """Hold a simulated corpus against recordings of other motions, activity by activity.

    `imusim compare corpus walks uci-har=./UCI --activity walking=walk`
    """
    from imusim.commands.compare_corpus import run_compare_corpus

    failed = run_compare_corpus(
        corpus, recordings, out, overwrite, fail_under or [], encoder=encoder, repeats=repeats,
        permutations=permutations, seed=seed or 0, sensor=sensor or [], activity=activity or [],
        activities=activities, rate_hz=rate_hz, length_s=length_s, stride_s=stride_s,
        subjects=subjects or [], every=every,
    )  # fmt: skip
    if failed:
        raise typer.Exit(1)


@compare.command()
def transfer(
    corpus: Corpus,
    recordings: Recordings,
    out: own.Out = "comparison",
    sensor: Sensor = None,
    activity: Activity = None,
    activities: Activities = None,
    rate_hz: RateHz = None,
    length_s: LengthS = 2.56,
    stride_s: StrideS = None,
    subjects: own.Subjects = None,
    every: own.Every = 1,
    model: Model = "minirocket",
    folds: Folds = 5,
    few: Few = None,
    draws: Draws = 3,
    low_pass_hz: LowPass = None,
    real_share: RealShare = 0.5,
    copies: Copies = 0,
    rotation: Rotation = 0.0,
    scale: Scale = 0.0,
    warp: Warp = 0.0,
    twist: Twist = 0.0,
    seed: options.Seed = None,
    fail_under: own.FailUnder = None,
    overwrite: options.Replace = False,
) -> None:
    """Train on a simulated corpus, on recordings, on both; test on recordings of other people.

    `imusim compare transfer walks uci-har=./UCI --model handcrafted --low-pass 5`
    """
    from imusim.commands.compare_transfer import run_compare_transfer

    failed = run_compare_transfer(
        corpus, recordings, out, overwrite, fail_under or [], model=model, folds=folds,
        few=few or ["1,2,5"], draws=draws, low_pass_hz=low_pass_hz, real_share=real_share,
        augmentation={
            "copies": copies, "rotation_deg": rotation, "scale": scale, "warp": warp,
            "twist_deg": twist,
        },
        seed=seed or 0, sensor=sensor or [], activity=activity or [], activities=activities,
        rate_hz=rate_hz, length_s=length_s, stride_s=stride_s, subjects=subjects or [],
        every=every,
    )  # fmt: skip
    if failed:
        raise typer.Exit(1)
