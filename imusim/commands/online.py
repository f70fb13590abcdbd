"""``imusim online``: trains models that go frame by frame, and tells what they are worth."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from imusim import console
from imusim.bars import stage_bar
from imusim.commands.compare_paired import split_names
from imusim.commands.named import datasets_among
from imusim.errors import ConfigError

if TYPE_CHECKING:
    from imusim.learn.online.config import FrameConfig
    from imusim.learn.online.evaluation import FrameResult
    from imusim.learn.online.model import FrameModel
    from imusim.learn.online.recorded import Recorded
    from imusim.learn.online.windows import Stretches


def run_train(
    named: Sequence[str], out: str, file: str | None, flags: dict[str, Any], *,
    begin: str | None, sensor: Sequence[str], fold: str | None, resume: bool, overwrite: bool,
) -> None:  # fmt: skip
    """Train and show what was made."""
    from imusim.learn.online.model import load_frame_model
    from imusim.learn.online.training import train_frames

    if resume and overwrite:
        raise ConfigError("--resume goes on with what --overwrite replaces: give one of them")
    corpora, datasets = datasets_among(named)
    start = None if begin is None else load_frame_model(begin)
    config = _config(out, file, flags, start, split_names(sensor), resume)
    if config.pretrain == "none" and (len(datasets) != 1 or corpora):
        raise ConfigError(
            "labels come from one dataset: name one DATASET=FOLDER and no corpus, or say with "
            "--pretrain what to learn without labels"
        )
    with stage_bar() as bar:
        config = config.model_copy(update={"sensors": _sensors(config, datasets, corpora)})
        stretches, labels = _stretches(config, datasets, corpora, fold, bar)
        made = train_frames(
            config, stretches, out, labels, start, resume=resume, overwrite=overwrite,
            progress=None if bar is None else (lambda done, total, _: bar("training", done, total)),
        )  # fmt: skip
    rows = [
        ("stretches", f"{made.stretches:,} of {made.people:,} people"),
        ("sensors", ", ".join(config.sensors)),
        ("steps", f"{made.steps:,}"),
        ("weights", f"{made.weights:,}"),
        ("best step", f"{made.best['step']:,}{_score(made.best, made.held)}"),
        ("licences", ", ".join(each or "not stated" for each in made.licences)),
        ("together", made.use),
        ("took", console.duration(made.elapsed_s)),
        ("model", str(made.folder / "model.pt")),
    ]
    console.show(console.fields(rows))
    sys.stdout.flush()


def run_evaluate(file: str, recordings: str, as_json: bool) -> None:
    """Evaluate and show the figures."""
    from imusim.learn.evaluation.protocol import load_protocol
    from imusim.learn.online.evaluation import evaluate_frames
    from imusim.learn.online.model import load_frame_model
    from imusim.learn.online.recorded import read_recorded

    corpora, datasets = datasets_among([recordings])
    if corpora:
        raise ConfigError(f"{recordings!r}: write recordings as DATASET=FOLDER")
    ((name, folder),) = datasets
    model = load_frame_model(file)
    made = model.settings
    with stage_bar() as bar:
        recorded = read_recorded(
            folder, load_protocol(name), made.rate_hz, made.sensors,
            progress=None if bar is None else (lambda done, total: bar(name, done, total)),
        )  # fmt: skip
        result = evaluate_frames(
            model, recorded,
            progress=None if bar is None else (lambda done, total: bar("following", done, total)),
        )  # fmt: skip
    _show_json(result) if as_json else _show(result)
    sys.stdout.flush()
    for key, why in recorded.unread:
        typer.echo(f"note: {name}: {key}: {why}", err=True)


def _config(
    out: str, file: str | None, flags: dict[str, Any], start: FrameModel | None,
    sensors: Sequence[str], resume: bool,
) -> FrameConfig:  # fmt: skip
    """Settings: those of the training that is resumed or of the start, of the file, flags."""
    from imusim.learn.online.config import make_config
    from imusim.learn.online.pretraining import make_objective
    from imusim.learn.online.registry import make_network
    from imusim.learn.training.checkpoint import read_settings
    from imusim.toml import read_toml

    base: dict[str, Any] = {}
    if start is not None:
        begun = start.settings
        base = {
            "network": begun.network,
            "network_settings": dict(begun.network_settings),
            "rate_hz": begun.rate_hz,
        }
    if resume:
        base = read_settings(Path(out))
    own = {"sensors": tuple(sensors)} if sensors else {}
    config = make_config({**base, **({} if file is None else read_toml(file)), **flags, **own})
    network = make_network(config.network, 1, config.network_settings)  # before anything is read
    if config.pretrain != "none":
        make_objective(config.pretrain, network)
    return config


def _sensors(
    config: FrameConfig, datasets: Sequence[tuple[str, str]], corpora: Sequence[str]
) -> tuple[str, ...]:
    """Joints asked for, or all at which the data have sensors."""
    from imusim.corpus import Corpus
    from imusim.learn.evaluation.protocol import load_protocol
    from imusim.learn.online.model import check_sensors
    from imusim.learn.online.recorded import joints_of
    from imusim.learn.places import joints_of as corpus_joints

    found = list(config.sensors)
    if not found:
        found += [joint for name, _ in datasets for joint in joints_of(load_protocol(name))]
        found += [joint for folder in corpora for joint in corpus_joints(Corpus(folder))]
        found = list(dict.fromkeys(found))
    check_sensors(found)
    return tuple(found)


def _stretches(
    config: FrameConfig, datasets: Sequence[tuple[str, str]], corpora: Sequence[str],
    fold: str | None, bar: Any,
) -> tuple[Stretches, tuple[str, ...]]:  # fmt: skip
    """What is trained on, and the classes of its labels."""
    from imusim.corpus import Corpus
    from imusim.learn.evaluation.protocol import load_protocol
    from imusim.learn.online.recorded import read_recorded
    from imusim.learn.online.windows import CorpusStretches, JoinedStretches, RecordedStretches

    parts: list[Stretches] = []
    labels: tuple[str, ...] = ()
    for name, folder in datasets:
        recorded = read_recorded(
            folder, load_protocol(name), config.rate_hz, config.sensors,
            progress=None if bar is None else partial(bar, name),
        )  # fmt: skip
        for key, why in recorded.unread:
            typer.echo(f"note: {name}: {key}: {why}", err=True)
        labels = recorded.labels
        parts.append(RecordedStretches(recorded, config.samples, _left_out(recorded, fold)))
    parts += [
        CorpusStretches(Corpus(folder), config.sensors, config.rate_hz, config.samples)
        for folder in corpora
    ]
    return JoinedStretches(parts), labels


def _left_out(recorded: Recorded, fold: str | None) -> tuple[str, ...]:
    """The people of a fold, as K/N."""
    from imusim.compare.transfer.splits import folds

    if fold is None:
        return ()
    place, _, count = fold.partition("/")
    if not (place.isdecimal() and count.isdecimal() and 1 <= int(place) <= int(count) > 1):
        raise ConfigError(f"--fold {fold!r}: write K/N, as in 1/5")
    splits = folds(recorded.subjects, int(count))
    if int(place) > len(splits):
        raise ConfigError(f"--fold {fold}: {recorded.dataset} has {len(splits)} people")
    return splits[int(place) - 1].test


def _score(best: dict[str, Any], held: int) -> str:
    if "score" not in best:
        return ""
    people = f"{held} held-out {'person' if held == 1 else 'people'}"
    if best["of"] == "macro_f1":
        return f": frame-wise macro-F1 {best['score']:.2f} of {people}"
    return f": loss {-best['score']:.3f} of {people}"


def _show(result: FrameResult) -> None:
    told = result.figures
    frames = result.confusion.sum()
    rows = [
        ("people", console.name_list(result.people)),
        ("frames", f"{int(frames):,}"),
        ("macro-F1", str(told["macro_f1"])),
        ("accuracy", str(told["accuracy"])),
    ]
    if result.changes:
        rows += [
            ("changes", f"{result.changes:,}, missed {told['missed']}"),
            ("delay", f"median {told['delay_median_s']} s, 90 % within {told['delay_p90_s']} s"),
        ]
    else:
        rows.append(("changes", "none: the label of a recording never changes"))
    console.show(console.fields(rows))
    lines = [
        (name, f"{int(result.confusion[k].sum()):,}", f"{_f1(result, k):.2f}")
        for k, name in enumerate(result.classes)
    ]
    console.show(console.listing(("class", "frames", "F1"), lines, right=(1, 2)))


def _f1(result: FrameResult, number: int) -> float:
    confusion = result.confusion
    both = confusion[number].sum() + confusion[:, number].sum()
    return float(2 * confusion[number, number] / both) if both else 0.0


def _show_json(result: FrameResult) -> None:
    def plain(value: float) -> float | None:
        return value if value == value else None  # NaN: there is none

    console.show_json(
        {
            "figures": {
                name: {"value": plain(f.value), "low": plain(f.low), "high": plain(f.high)}
                for name, f in result.figures.items()
            },
            "changes": result.changes,
            "people": result.people,
            "classes": result.classes,
            "confusion": result.confusion.astype(int).tolist(),
        }
    )
