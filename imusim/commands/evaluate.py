"""``imusim evaluate``: what a model is worth on real recordings."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from imusim import console
from imusim.commands.compare_corpus import tell
from imusim.commands.compare_paired import split_names
from imusim.commands.named import datasets_among
from imusim.errors import ConfigError

if TYPE_CHECKING:
    from imusim.learn.evaluation.protocol import Protocol
    from imusim.learn.evaluation.result import DatasetResult, EvaluationResult
    from imusim.learn.evaluation.settings import EvaluationSettings
    from imusim.learn.model import ImuTextModel


def run_evaluate(
    named: Sequence[str], out: str, overwrite: bool, *, modes: Sequence[str],
    shots: Sequence[str], protocol: Sequence[str], control: Sequence[str], mounting: str | None,
    sensor: Sequence[str], steps: int, **settings: Any,
) -> None:  # fmt: skip
    """Evaluate, write the report, show the summary."""
    models, datasets = datasets_among(named)
    if not models:
        raise ConfigError("name a model's file, and DATASET=FOLDER of recordings")
    if not datasets:
        raise ConfigError(f"{models[-1]}: name recordings too, as in uci-har=./UCI")
    from imusim.compare.report import check_folder
    from imusim.learn.evaluation.files import FILES, write_evaluation
    from imusim.learn.evaluation.result import EvaluationResult
    from imusim.learn.evaluation.settings import EvaluationSettings
    from imusim.learn.evaluation.tuning import Tuning
    from imusim.learn.model import load_model

    loaded = [load_model(file) for file in models]
    controls = [load_model(file) for file in control]
    _check_alike(
        [*zip(models, loaded, strict=True), *zip(control, controls, strict=True)], mounting
    )
    how = EvaluationSettings(
        modes=tuple(split_names(modes)) if modes else _usual_modes(models[0], loaded[0]),
        shots=tuple(map(_count, split_names(shots))), tuning=Tuning(steps=steps), **settings,
    )  # fmt: skip
    _check_text(models[0], loaded[0], how.modes, control)
    protocols = _protocols([name for name, _ in datasets], protocol)
    check_folder(Path(out), overwrite, FILES)
    found = [
        _evaluated(loaded, controls, protocols[name], folder, split_names(sensor), how)
        for name, folder in datasets
    ]
    record = _record(models, loaded, control, protocols, how)
    result = EvaluationResult(record, tuple(found))
    write_evaluation(result, Path(out), overwrite)
    _show(result)
    typer.echo(os.path.join(out, "report.html"))  # noqa: PTH118


def _protocols(names: Sequence[str], files: Sequence[str]) -> dict[str, Protocol]:
    """Of each dataset, its own or that of a user's file."""
    from imusim.learn.evaluation.protocol import load_protocol
    from imusim.recordings import get_dataset

    own = {(read := load_protocol(Path(file))).dataset: read for file in files}
    for name in own:
        if name not in names:
            raise ConfigError(f"a protocol for {name}, of which no recordings are named")
    for name in names:
        if not get_dataset(name).labels:
            raise ConfigError(f"{name} has no labels to evaluate on")
    return {name: own[name] if name in own else load_protocol(name) for name in names}


def _check_alike(models: Sequence[tuple[str, ImuTextModel]], mounting: str | None) -> None:
    """Raise ConfigError for models that do not take the same windows, or others than asked for."""
    (first, like), *_ = models
    for file, model in models:
        made = model.settings
        if mounting is not None and made.mounting != mounting:
            raise ConfigError(
                f"{file}: was trained with mounting {made.mounting}, not {mounting}; "
                "leave --mounting out, or give another model"
            )
        for name in ("mounting", "rate_hz", "window_s"):
            if getattr(made, name) != getattr(like.settings, name):
                raise ConfigError(
                    f"{file} and {first} differ in {name}, {getattr(made, name)} and "
                    f"{getattr(like.settings, name)}: evaluate them one by one"
                )
        if model.knows_text != like.knows_text:
            told, untold = (file, first) if model.knows_text else (first, file)
            raise ConfigError(
                f"{told} was trained with captions, {untold} without: evaluate them one by one"
            )


def _usual_modes(file: str, model: ImuTextModel) -> tuple[str, ...]:
    """Naming classes, of a model that can."""
    if model.knows_text:
        return ("zero-shot",)
    typer.echo(
        f"note: {file}: was trained without captions, so that it names no classes; --modes is "
        "probe, not zero-shot",
        err=True,
    )
    return ("probe",)


def _check_text(
    file: str, model: ImuTextModel, modes: Sequence[str], controls: Sequence[str]
) -> None:
    """Raise ConfigError where captions are needed of models that were trained without."""
    if model.knows_text:
        return
    if "zero-shot" in modes:
        raise ConfigError(
            f"{file}: was trained without captions, so that it names no classes; leave zero-shot "
            "out of --modes"
        )
    if controls:
        raise ConfigError(
            f"{controls[0]}: was trained without captions, none of which could be shuffled; leave "
            "--control out"
        )


def _evaluated(
    models: Sequence[ImuTextModel], controls: Sequence[ImuTextModel], protocol: Protocol,
    folder: str, sensors: Sequence[str], how: EvaluationSettings,
) -> DatasetResult:  # fmt: skip
    from imusim.bars import stage_bar
    from imusim.learn.evaluation.real import load_real
    from imusim.learn.evaluation.run import evaluate_dataset
    from imusim.learn.evaluation.zero_shot import class_features
    from imusim.learn.text import load_text_encoder

    made = models[0].settings
    name = protocol.dataset
    with stage_bar() as bar:
        progress = None if bar is None else (lambda done, total: bar(name, done, total))
        real = load_real(
            name, folder, protocol, made.rate_hz, made.window_s, made.mounting, sensors or None,
            progress=progress,
        )  # fmt: skip
    texts = {model.settings.text_model for model in (*models, *controls) if model.knows_text}
    features = {
        text: class_features(load_text_encoder(text).encode, real.prompts) for text in sorted(texts)
    }
    return evaluate_dataset(
        models, real, features, how, controls, protocol.test_subjects,
        lambda doing: tell(f"{name}: {doing}"),
    )  # fmt: skip


def _record(
    files: Sequence[str], models: Sequence[ImuTextModel], controls: Sequence[str],
    protocols: dict[str, Protocol], how: EvaluationSettings,
) -> dict[str, object]:  # fmt: skip
    """What was asked for, and of which models."""
    from dataclasses import asdict
    from hashlib import sha256

    from imusim.corpus.layout import own_version

    made = models[0].settings
    return {
        "models": {file: sha256(Path(file).read_bytes()).hexdigest() for file in files},
        "controls": {file: sha256(Path(file).read_bytes()).hexdigest() for file in controls},
        "encoder": made.encoder,
        "parameters": sum(p.numel() for p in models[0].parameters()),
        "text_model": made.text_model,
        "rate_hz": made.rate_hz,
        "window_s": made.window_s,
        "mounting": made.mounting,
        "protocols": {
            name: sha256(protocol.model_dump_json().encode()).hexdigest()
            for name, protocol in protocols.items()
        },
        **asdict(how),
        "imusim": own_version(),
    }


def _show(result: EvaluationResult) -> None:
    from imusim.learn.evaluation.figures import FIGURES
    from imusim.learn.evaluation.files import HEAD, summary_rows

    rows = [
        (*stated, *(str(figures[name]) for name in FIGURES))
        for stated, figures in summary_rows(result)
    ]
    columns = (*HEAD, *FIGURES)
    told = [k for k, name in enumerate(columns) if name != "shots" or any(row[k] for row in rows)]
    right = [place for place, k in enumerate(told) if k >= len(HEAD)]
    shown = [[row[k] for k in told] for row in rows]
    console.show(console.listing([columns[k] for k in told], shown, right=right))
    sys.stdout.flush()
    for found in result.datasets:
        for note in found.notes:
            typer.echo(f"note: {found.dataset}: {note}", err=True)


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() and len(text) < 7 else 0
    if count < 1:
        raise ConfigError(f"--shots {text!r}: numbers of windows of each class, such as 1,2,5")
    return count
