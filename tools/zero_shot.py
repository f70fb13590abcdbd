"""Trains the models of the zero-shot table, holds them against real recordings, prints the table.

    python tools/zero_shot.py CORPORA ../shared/data --out zero-shot [--ablations] [--seeds 3]

CORPORA holds a corpus a source (docs/how-to/zero-shot.md makes them); with --ablations also, of
five sources, ``ideal/SOURCE`` without device errors and ``bullet/SOURCE`` moved by physics. A model
that is in OUT is not trained again. ``--selfback FOLDER`` adds that dataset.
"""

from __future__ import annotations

import argparse
import json
import os
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from trainings import train_once

from imusim.learn.augment.rotations import about_z, uniform
from imusim.learn.evaluation import RealWindows, class_features, load_real
from imusim.learn.evaluation.figures import ranked
from imusim.learn.evaluation.result import (
    HANDCRAFTED,
    MAJORITY,
    PRETRAINED,
    RANDOM,
    SCRATCH,
    TUNED,
    UNPLACED,
    Line,
    make_line,
)
from imusim.learn.evaluation.run import evaluate_dataset
from imusim.learn.evaluation.settings import EvaluationSettings
from imusim.learn.evaluation.tuning import Tuning
from imusim.learn.evaluation.zero_shot import class_scores, embed_windows
from imusim.learn.model import ImuTextModel, load_model
from imusim.learn.text import load_text_encoder

CONFIG = Path(__file__).parent / "zero_shot" / "pretrain.toml"
PROCEDURAL = "procedural"
CAPTURED = (
    "bandai-namco-1", "bandai-namco-2", "cmu", "msr-action3d", "nw-ucla", "utkinect", "deepmimic",
    "bullet-clips",
)  # fmt: skip
SOURCES = (*CAPTURED, PROCEDURAL)
FIVE = ("cmu", "msr-action3d", "utkinect", "deepmimic", "bullet-clips")
"""Sources that are short enough to be made in several ways."""
STEPS = {"unknown": 2000, "upright": 3000}
"""Of a training of the main table, by what is known of the mounting."""
ABLATION_STEPS = 250
SHOT_STEPS = 60
"""Of a fine-tuning on a few windows, at most."""
SHARE_OF = {
    "bandai-namco-1": "bvh CC-BY-NC", "bandai-namco-2": "bvh CC-BY-NC", "deepmimic": "deepmimic",
    "msr-action3d": "kinect LicenseRef-MSR", "nw-ucla": "kinect LicenseRef-NW-UCLA",
    "bullet-clips": "bullet-clips",
}  # fmt: skip
"""Under which names the recipe weighs sources."""
FIGURES = ("accuracy", "macro_f1", "recall_at_2")
DATASETS = ("utd-mhad", "uci-har", "geotec")


@dataclass(frozen=True)
class Variant:
    """What is trained: a name, the corpora, flags and settings that differ from the recipe."""

    name: str
    mounting: str = "unknown"
    corpora: tuple[str, ...] = SOURCES
    flags: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


def main_table() -> Iterator[Variant]:
    """Both mountings, with and without procedural motion, and a control."""
    for mounting in STEPS:
        yield Variant(mounting, mounting)
        yield Variant(f"{mounting}, no procedural motion", mounting, CAPTURED)
    yield Variant("unknown, shuffled captions", flags=("--shuffled-captions",))


def ablations() -> Iterator[Variant]:
    """One thing left out at a time, with nothing known of the mounting."""
    yield Variant("all of it")
    yield Variant("no rotation augmentation", settings={"augment.mounting": "stored"})
    yield Variant("no text augmentation", settings={"wordings": 0, "opposites": False})
    yield Variant("no graph", settings={"encoder_settings.graph_layers": 0})
    yield Variant("accelerometer only", settings={"augment.no_gyroscope": 1.0})
    yield Variant("shuffled captions", flags=("--shuffled-captions",))
    yield Variant("no procedural motion", corpora=CAPTURED)
    pairs = (("bandai-namco-1", "bandai-namco-2"), ("deepmimic", "bullet-clips"))
    single = [(name,) for name in CAPTURED if not any(name in pair for pair in pairs)]
    for left in (*pairs, *single):
        yield Variant(
            f"without {' and '.join(left)}",
            corpora=tuple(name for name in SOURCES if name not in left),
        )
    ideal: dict[str, Any] = dict.fromkeys(
        ("augment.accelerometer_noise", "augment.gyroscope_noise", "augment.accelerometer_bias",
         "augment.gyroscope_bias", "augment.clip", "augment.scale"), 0.0,
    )  # fmt: skip
    yield Variant("five sources", corpora=FIVE)
    yield Variant("five sources, Bullet", corpora=tuple(f"bullet/{n}" for n in FIVE))
    yield Variant(
        "five sources, ideal devices", corpora=tuple(f"ideal/{n}" for n in FIVE), settings=ideal
    )


def train(variant: Variant, seed: int, where: argparse.Namespace) -> Path:
    """Train with the command line, unless it was done; the model's file."""
    usual = ABLATION_STEPS if where.ablations else STEPS[variant.mounting]
    steps = where.steps or usual
    folder = where.out / f"{variant.name.replace(', ', '-').replace(' ', '-')}-{steps}-{seed}"
    flags = [*variant.flags, "--seed", str(seed), "--steps", str(steps)]
    if "augment.mounting" not in variant.settings:
        flags += ["--mounting", variant.mounting]
    sources = [str(where.corpora / name) for name in variant.corpora]
    return train_once(folder, sources, _settings(variant), flags)


def _settings(variant: Variant) -> dict[str, Any]:
    """The recipe's settings with some changed; keys of tables are ``table.key``."""
    settings = tomllib.loads(CONFIG.read_text())
    there = {SHARE_OF.get(Path(name).name) for name in variant.corpora}
    settings["shares"] = {name: f for name, f in settings["shares"].items() if name in there}
    for name, value in variant.settings.items():
        table, dot, key = name.rpartition(".")
        (settings.setdefault(table, {}) if dot else settings)[key] = value
    return settings


@dataclass(frozen=True)
class Evaluated:
    """Models that differ by their seeds, and what they are held against."""

    models: tuple[ImuTextModel, ...]
    real: dict[str, RealWindows]
    features: dict[str, dict[str, list[Tensor]]]


def evaluated(files: Sequence[Path], where: argparse.Namespace) -> Evaluated:
    """Read models, and recordings as they take them."""
    models = tuple(load_model(file) for file in files)
    like = models[0].settings
    mounting = "upright" if like.mounting == "upright" else "unknown"
    for model in models:  # one trained without rotations is shown the same recordings as others
        model.settings = replace(model.settings, mounting=mounting)
    real = {
        name: _recorded(name, folder, like.rate_hz, like.window_s, mounting, where.most)
        for name, folder in where.datasets.items()
    }
    encoder = load_text_encoder(like.text_model)
    features = {
        name: {like.text_model: class_features(encoder.encode, windows.prompts)}
        for name, windows in real.items()
    }
    return Evaluated(models, real, features)


@cache
def _recorded(
    name: str, folder: Path, rate_hz: float, window_s: float, mounting: str, most: int
) -> RealWindows:
    real = load_real(name, folder, rate_hz=rate_hz, window_s=window_s, mounting=mounting)
    return real.thinned(most)


Lines = dict[str, list[Line]]
"""By dataset, what stands beside each other."""


def zero_shot(name: str, found: Evaluated, where: argparse.Namespace, beside: bool) -> Lines:
    """Figures without a label; also written as JSON. ``beside``: what they must beat, too."""
    how = EvaluationSettings(modes=("zero-shot",))
    lines: Lines = {}
    for dataset, real in found.real.items():
        features = found.features[dataset]
        if beside:
            lines[dataset] = list(evaluate_dataset(found.models, real, features, how).lines)
            continue
        scores = [class_scores(m, real, features[m.settings.text_model]) for m in found.models]
        outcome = ranked(scores, real.labels, real.subjects, real.groups)
        lines[dataset] = [
            make_line(
                "zero-shot", PRETRAINED, None, outcome, real.classes, len(found.models),
                how.n_resamples, how.seed,
            )
        ]  # fmt: skip
    (where.out / f"{name}.json").write_text(json.dumps(_record(lines), indent=1))
    return lines


def show_shots(name: str, found: Evaluated) -> None:
    """Macro-F1 by how many labelled windows a class are shown; two folds of people, five draws."""
    how = EvaluationSettings(modes=("k-shot",), folds=2, tuning=Tuning(steps=SHOT_STEPS))
    ways = (PRETRAINED, TUNED, SCRATCH, RANDOM, HANDCRAFTED)
    print(f"\n{name}: macro-F1, %, by labelled windows of each class\n")
    for dataset, windows in found.real.items():
        result = evaluate_dataset(found.models, windows, found.features[dataset], how)
        print(f"| {dataset} | " + " | ".join(map(str, how.shots)) + " |")
        print("|---" * (len(how.shots) + 1) + "|")
        for way in ways:
            cells = []
            for shots in how.shots:
                f1 = result.line("k-shot", way, shots).figures["macro_f1"]
                cells.append(f"{100 * f1.value:.0f} ({100 * f1.low:.0f} to {100 * f1.high:.0f})")
            print(f"| {way} | " + " | ".join(cells) + " |", flush=True)


def show_turned(name: str, found: Evaluated) -> None:
    """How far embeddings move if every sensor is mounted anew, beside how far windows are apart."""
    print(f"\n{name}: 1 - cosine of embeddings, mean\n")
    print("| | sensors turned | other windows |\n|---|---|---|")
    for dataset, windows in found.real.items():
        moved, apart = [], []
        for number, model in enumerate(found.models):
            generator = torch.Generator().manual_seed(number)
            shape = tuple(windows.batch.placement.shape)
            upright = model.settings.mounting == "upright"
            turn = about_z(shape, 0.0, generator) if upright else uniform(shape, generator)
            vectors = windows.batch.signals.unflatten(2, (2, 3))
            turned = (turn[:, :, None] @ vectors).flatten(2, 3)
            one = embed_windows(model, windows.batch)
            other = embed_windows(model, replace(windows.batch, signals=turned))
            moved.append(1 - (one * other).sum(dim=1).mean().item())
            apart.append(1 - (one @ one.T).mean().item())
        print(f"| {dataset} | {np.mean(moved):.4f} | {np.mean(apart):.3f} |", flush=True)


def _record(found: Lines) -> dict[str, Any]:
    return {
        dataset: {
            line.way: {
                "figures": {n: [f.value, f.low, f.high] for n, f in line.figures.items()},
                "by_model": [dict(one) for one in line.by_model],
            }
            for line in lines
        }
        for dataset, lines in found.items()
    }


def show(name: str, found: Lines, ways: Sequence[str]) -> None:
    """One line a way: of each dataset accuracy, macro-F1 and R@2 in percent, with intervals."""
    for way in ways:
        cells = []
        for lines in found.values():
            line = next((one for one in lines if one.way == way), None)
            cells.append("–" if line is None else _cell(line))
        shown = name if way == PRETRAINED else f"{name}: {way}"
        print(f"| {shown} | " + " | ".join(cells) + " |", flush=True)


def _cell(line: Line) -> str:
    figures = [line.figures[name] for name in FIGURES]
    values = " / ".join(f"{100 * figure.value:.1f}" for figure in figures)
    spread = np.array([[100 * one["macro_f1"] for one in line.by_model]])
    f1 = figures[1]
    seeds = f", seeds {spread.min():.0f}–{spread.max():.0f}" if spread.size > 1 else ""
    return f"{values} (F1 {100 * f1.low:.0f} to {100 * f1.high:.0f}{seeds})"


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder with a corpus a source")
    parser.add_argument("data", type=Path, help="folder with utd-mhad, uci-har and geotec")
    parser.add_argument("--selfback", type=Path, help="folder of selfBACK, with raw in it")
    parser.add_argument("--out", type=Path, default=Path("zero-shot"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="of each training; by default by the table")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="trainings at a time")
    parser.add_argument("--ablations", action="store_true", help="instead of the main table")
    parser.add_argument(
        "--few-shot", action="store_true", help="instead, curves over labelled windows"
    )
    parser.add_argument("--most", type=int, default=2000, help="tested windows of a dataset")
    parser.add_argument("--only", nargs="*", help="names of variants; all by default")
    where = parser.parse_args()
    where.datasets = {name: where.data / name for name in DATASETS}
    if where.selfback:
        where.datasets["selfback"] = where.selfback
    variants = list(ablations() if where.ablations else main_table())
    variants = [v for v in variants if not where.only or v.name in where.only]
    files: dict[str, list[Path]] = {}
    with ThreadPoolExecutor(where.jobs) as pool:  # each waits for a process of its own
        jobs = [(v, pool.submit(train, v, s, where)) for s in range(where.seeds) for v in variants]
        for variant, job in jobs:
            files.setdefault(variant.name, []).append(job.result())
    torch.set_num_threads(where.jobs)
    if where.few_shot:
        for variant in variants:
            show_shots(variant.name, evaluated(files[variant.name], where))
        return
    print("\naccuracy / macro-F1 / R@2, %; intervals of macro-F1 over subjects, range of seeds\n")
    print("| | " + " | ".join(where.datasets) + " |\n" + "|---" * (len(where.datasets) + 1) + "|")
    for number, variant in enumerate(variants):
        found = evaluated(files[variant.name], where)
        ways = [PRETRAINED, *((UNPLACED, RANDOM, MAJORITY) if not number else ())]
        show(variant.name, zero_shot(variant.name, found, where, not number), ways)
    for name in STEPS:
        if name in files:
            show_turned(name, evaluated(files[name], where))


if __name__ == "__main__":
    main()
