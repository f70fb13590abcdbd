"""The command that trains a model on corpora."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import options
from imusim.cli.app import app

Corpora = Annotated[
    list[str],
    typer.Argument(
        metavar="CORPUS|DATASET=FOLDER",
        help="Folders of corpora; real recordings too, for objectives without captions.",
    ),
]
Out = Annotated[
    str, typer.Option("--out", "-o", metavar="FOLDER", help="Folder to write.", show_default=False)
]
PresetName = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="Settings to begin with: default, unimts-paper, unimts-code, primus, harnet, "
        "limu-bert, relcon-distance, relcon. "
        "Default: default.",
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        metavar="FILE.toml",
        help="Settings from a file, as the reference of presets lists them; flags override.",
    ),
]
Encoder = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Network for signals, as the reference of encoders lists them. Default: sensor_graph.",
    ),
]
TextModel = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FOLDER",
        help="Text encoder, of sentence-transformers or CLIP. Default: all-MiniLM-L6-v2.",
    ),
]
Mounting = Annotated[
    str | None,
    typer.Option(
        metavar="unknown|upright|stored",
        help="What is known of how sensors are turned: nothing, the segment's long axis, or all, "
        "as the corpus has it. Default: unknown.",
    ),
]
RateHz = Annotated[
    float | None, typer.Option("--rate", metavar="HZ", help="Rate of the windows. Default: 20.")
]
WindowS = Annotated[
    float | None, typer.Option("--window", metavar="S", help="Length of windows. Default: 10.")
]
Objective = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[=WEIGHT]",
        help="What is made small; several are added by their weights. Default: text.",
        show_default=False,
    ),
]
Direction = Annotated[
    str | None,
    typer.Option(
        metavar="symmetric|imu2text",
        help="Of texts: contrast in both directions, or from signals to texts. Default: symmetric.",
    ),
]
Wordings = Annotated[
    int | None,
    typer.Option(metavar="N", help="Other wordings of each caption, made by rule. Default: 8."),
]
Paraphrases = Annotated[
    bool | None,
    typer.Option(
        "--paraphrases/--no-paraphrases",
        help="Whether what `imusim captions` had paraphrased is used too. Default: yes.",
    ),
]
Opposites = Annotated[
    bool | None,
    typer.Option(
        "--opposites/--no-opposites",
        help="Whether texts that say the opposite are hard negatives. Default: yes.",
    ),
]
ShuffledCaptions = Annotated[
    bool | None,
    typer.Option(
        "--shuffled-captions",
        help="Deal captions out anew over clips: a control that learns nothing that holds.",
    ),
]
Steps = Annotated[int | None, typer.Option(metavar="N", help="Default: 3000.")]
Epochs = Annotated[
    float | None,
    typer.Option(metavar="N", help="Instead of steps: how often windows are seen, in the mean."),
]
BatchSize = Annotated[
    int | None,
    typer.Option(metavar="N", help="Windows that meet in one loss. Default: 256."),
]
Accumulate = Annotated[int | None, typer.Option(metavar="N", help="Batches a step. Default: 1.")]
CachedGradients = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Encode N windows of a batch at a time: its gradient, in little memory. Default: all.",
    ),
]
LearningRate = Annotated[
    float | None, typer.Option("--lr", metavar="RATE", help="The largest. Default: 0.001.")
]
Precision = Annotated[
    str | None,
    typer.Option(metavar="auto|bf16|fp32", help="Of the encoder; auto: bf16 where it is faster."),
]
Device = Annotated[str | None, typer.Option(metavar="auto|cpu|cuda", help="Default: auto.")]
Devices = Annotated[
    int | None, typer.Option(metavar="N", help="GPUs, or processes without one. Default: 1.")
]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", help="Processes that read, for each device. Default: none."),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on with a training that was stopped: the same weights."),
]


@app.command()
def pretrain(
    corpora: Corpora,
    out: Out,
    preset: PresetName = None,
    config: Config = None,
    encoder: Encoder = None,
    text_model: TextModel = None,
    mounting: Mounting = None,
    rate_hz: RateHz = None,
    window_s: WindowS = None,
    objective: Objective = None,
    direction: Direction = None,
    wordings: Wordings = None,
    paraphrases: Paraphrases = None,
    opposites: Opposites = None,
    shuffled_captions: ShuffledCaptions = None,
    steps: Steps = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    accumulate: Accumulate = None,
    cached_gradients: CachedGradients = None,
    learning_rate: LearningRate = None,
    precision: Precision = None,
    device: Device = None,
    devices: Devices = None,
    workers: Workers = None,
    seed: options.Seed = None,
    resume: Resume = False,
    overwrite: options.Replace = False,
) -> None:
    """Train a model on signals and captions of corpora.

    `imusim pretrain walks gestures --out model`
    """
    flags = {
        "encoder": encoder, "text_model": text_model, "mounting": mounting, "rate_hz": rate_hz,
        "window_s": window_s, "direction": direction, "wordings": wordings,
        "paraphrases": paraphrases, "opposites": opposites, "steps": steps, "epochs": epochs,
        "batch_size": batch_size, "shuffled_captions": shuffled_captions,
        "accumulate": accumulate, "cached_gradients": cached_gradients,
        "learning_rate": learning_rate, "precision": precision, "device": device,
        "devices": devices, "workers": workers, "seed": seed,
    }  # fmt: skip
    from imusim.commands.pretrain import run_pretrain

    run_pretrain(
        corpora, out, preset, config,
        {name: value for name, value in flags.items() if value is not None},
        objectives=objective or (), resume=resume, overwrite=overwrite,
    )  # fmt: skip
