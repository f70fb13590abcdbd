"""Trains encoders by several objectives, holds them against real recordings, prints the tables.

    python tools/objectives.py CORPORA ../shared/data --out objectives [--minutes 5] [--jobs 2]

CORPORA holds a corpus a source (docs/how-to/zero-shot.md makes them). Each objective is trained for
about ``--minutes`` of one core, by the recipe in ``tools/objectives/``, on all corpora; those that
need neither captions nor poses also on real recordings, never on a dataset that they are tested
on. All are tested on the same windows. Models and figures that are in OUT are not made again, so
that a run which was stopped goes on. ``--selfback FOLDER`` adds that dataset.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import Parallel, delayed
from trainings import train_once

from imusim.errors import ConfigError
from imusim.learn.evaluation import RealWindows, class_features, load_real
from imusim.learn.evaluation.result import (
    CONVOLUTIONS,
    HANDCRAFTED,
    PRETRAINED,
    RANDOM,
    SCRATCH,
    TUNED,
)
from imusim.learn.evaluation.run import evaluate_dataset
from imusim.learn.evaluation.settings import EvaluationSettings
from imusim.learn.evaluation.tuning import Tuning
from imusim.learn.model import ImuTextModel, ModelSettings, load_model
from imusim.learn.text import load_text_encoder
from imusim.learn.training import PRESETS

RECIPES = Path(__file__).parent / "objectives"
MANIFESTS = "*/manifest.json"
RECIPE_MINUTES = 5.0
"""Of one core, which the steps of the recipes take."""
SIMULATED, RECORDED = "simulation", "recordings"
HALVES = (("uci-har", "utd-mhad"), ("geotec", "selfback"))
"""What is trained on recordings is trained on one half and tested on the other."""
DATASETS = tuple(name for half in HALVES for name in half)
SHOTS = 5
COLUMNS = ("random init", "linear probe", f"{SHOTS}-shot", "fine-tuned", "from scratch")
TUNING_BATCH = 16
PROBE, FEW, ALL = "probe", "k-shot", "finetune"
Lines = dict[str, list[float]]
"""By mode and way: macro-F1 and the ends of its interval."""


@dataclass(frozen=True)
class Method:
    """An objective and the encoder that it trains: a recipe of that name."""

    name: str
    encoder: str
    preset: str = "default"
    before: str = ""
    """Another one, by whose model this one is trained."""
    wordless: bool = True
    """Whether recordings suffice, which have neither captions nor poses."""


METHODS = (
    Method("text", "sensor_graph", wordless=False),
    Method("views", "sensor_graph"),
    Method("primus", "cnn_gru", "primus", wordless=False),
    Method("harnet", "harnet10", "harnet"),
    Method("relcon", "resnet", "relcon", before="relcon-distance"),
    Method("limu-bert", "limu_bert", "limu-bert"),
)
SUPERVISED = ("deep_conv_lstm", "cnn")
"""Encoders that are trained on labels alone."""
SUPERVISED_HZ = 50.0
REFERENCES = (HANDCRAFTED, CONVOLUTIONS)
"""Computed of the windows that the last of :data:`SUPERVISED` is shown."""


@dataclass(frozen=True)
class Row:
    """Of a table: a method, or an encoder that is not pretrained, and what it was trained on."""

    method: Method
    trained_on: str = ""

    @property
    def key(self) -> str:
        """Of its files."""
        return "-".join(filter(None, (self.method.name, self.trained_on)))

    @property
    def beside(self) -> tuple[str, ...]:
        """What is measured besides, once of each encoder."""
        if not self.trained_on:
            return REFERENCES if self.method.name == SUPERVISED[-1] else ()
        return (RANDOM, SCRATCH) if self.trained_on == SIMULATED else ()


def rows_of(only: Sequence[str]) -> Iterator[Row]:
    """All rows of the methods that are asked for and that there are."""
    for method in METHODS:
        if only and method.name not in only:
            continue
        if method.preset not in PRESETS:
            print(f"absent: {method.name}, no preset {method.preset}", file=sys.stderr)
            continue
        yield Row(method, SIMULATED)
        if method.wordless:
            yield Row(method, RECORDED)
    for name in SUPERVISED:
        if not only or name in only:
            yield Row(Method(name, name))


def sources_of(row: Row, dataset: str, where: argparse.Namespace) -> tuple[str, list[str]]:
    """What a row of a dataset's table is trained on: a name for it, and the sources."""
    if row.trained_on == SIMULATED:
        found = sorted(manifest.parent for manifest in where.corpora.glob(MANIFESTS))
        return SIMULATED, [str(folder) for folder in found]
    other = next(half for half in HALVES if dataset not in half)
    there = [name for name in other if name in where.folders]
    return "+".join(there), [f"{name}={where.folders[name]}" for name in there]


def train(
    method: Method, sources: tuple[str, list[str]], seed: int, where: argparse.Namespace
) -> Path:
    """Train by the recipe, unless it was done; the model's file."""
    settings = recipe(method.name, where.minutes, where.recipes)
    if method.before:
        distance = train(Method(method.before, "", method.before), sources, seed, where)
        settings["objective_settings"] = {"relative": {"distance": str(distance)}}
    name, folders = sources
    folder = where.out / "models" / f"{method.name}-{name}-{settings['steps']}-{seed}"
    return train_once(folder, folders, settings, ("--preset", method.preset, "--seed", str(seed)))


def recipe(name: str, minutes: float, folder: Path = RECIPES) -> dict[str, Any]:
    """Settings of a training of about so many minutes of one core, validated four times."""
    settings = tomllib.loads((folder / f"{name}.toml").read_text())
    steps = max(2, round(settings["steps"] * minutes / RECIPE_MINUTES))
    return {**settings, "steps": steps, "validation_every": max(1, steps // 4)}


@dataclass(frozen=True)
class Task:
    """A row to be measured on a dataset, and where the figures go."""

    row: Row
    dataset: str
    folder: Path
    files: tuple[Path, ...]
    target: Path
    how: EvaluationSettings
    window_s: float
    most: int
    people: int
    """Of whom windows are taken; 0: all."""

    @property
    def record(self) -> dict[str, Any]:
        """What the figures depend on."""
        files = [str(file.parent.name) for file in self.files]
        made = {"models": files, "window_s": self.window_s, "most": self.most, **asdict(self.how)}
        if self.people:
            made["people"] = self.people
        return json.loads(json.dumps(made))

    @property
    def done(self) -> bool:
        """Whether the figures are there."""
        return (
            self.target.is_file() and json.loads(self.target.read_text())["settings"] == self.record
        )

    def models(self) -> tuple[ImuTextModel, ...]:
        """Read, or made with random weights; shown recordings as they are."""
        if self.files:
            found = [load_model(file) for file in self.files]
        else:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.how.seed)
                settings = ModelSettings(
                    self.row.method.encoder, {}, "", 0, rate_hz=SUPERVISED_HZ,
                    window_s=self.window_s,
                )  # fmt: skip
                found = [ImuTextModel(settings).eval()]
        for model in found:
            model.settings = replace(model.settings, mounting="unknown")
        return tuple(found)


def measure(tasks: Sequence[Task]) -> None:
    """Measure rows that take a dataset at one rate; each one's figures are written at once."""
    torch.set_num_threads(1)
    real: RealWindows | None = None
    for task in tasks:
        models, start_s = task.models(), time.process_time()
        if real is None:
            rate_hz = models[0].settings.rate_hz
            real = load_real(task.dataset, task.folder, rate_hz=rate_hz, window_s=task.window_s)
            real = some_people(real, task.people).thinned(task.most)
        made = figures(task, models, real)
        took_s = time.process_time() - start_s
        task.target.parent.mkdir(parents=True, exist_ok=True)
        part = task.target.with_suffix(".part")
        part.write_text(json.dumps({**made, "cpu_s": round(took_s, 1)}, indent=1))
        part.replace(task.target)
        said = f"measured {task.row.key} on {task.dataset}: {took_s:.0f} s of a core"
        print(said, file=sys.stderr, flush=True)


def some_people(real: RealWindows, count: int) -> RealWindows:
    """Windows of so many people, evenly out of all; 0: of all."""
    every = np.unique(real.subjects)
    if not 0 < count < len(every):
        return real
    chosen = every[np.linspace(0, len(every) - 1, count).round().astype(int)]
    return real.take(np.flatnonzero(np.isin(real.subjects, chosen)))


def figures(task: Task, models: Sequence[ImuTextModel], real: RealWindows) -> dict[str, Any]:
    """Of a row, as they are written.

    They stand apart from :func:`measure`, which pickles cannot take to another process if
    ``torch`` and the name ``classes`` are both in it.
    """
    features = {}
    if models[0].knows_text:
        name = models[0].settings.text_model
        features[name] = class_features(load_text_encoder(name).encode, real.prompts)
    found = evaluate_dataset(models, real, features, task.how)
    lines = {}
    for line in found.lines:
        f1 = line.figures["macro_f1"]
        lines[f"{line.mode} {line.way}"] = [f1.value, f1.low, f1.high]
    return {
        "settings": task.record, "windows": len(real), "subjects": len(found.subjects),
        "classes": len(found.classes), "lines": lines,
    }  # fmt: skip


def plan(rows: Sequence[Row], where: argparse.Namespace) -> list[Task]:
    """Train what is wanting; then every row of every dataset's table."""
    wanted: dict[tuple[str, str], tuple[Method, tuple[str, list[str]]]] = {}
    for row in rows:
        for dataset in where.datasets if row.trained_on else ():
            sources = sources_of(row, dataset, where)
            if sources[1]:
                wanted[row.method.name, sources[0]] = (row.method, sources)
    with ThreadPoolExecutor(where.jobs) as pool:  # each waits for a process of its own
        jobs = {
            key: [pool.submit(train, *job, seed, where) for seed in range(where.seeds)]
            for key, job in wanted.items()
        }
        files = {key: tuple(job.result() for job in own) for key, own in jobs.items()}
    tasks = []
    for dataset in where.datasets:
        for row in rows:
            key = (row.method.name, sources_of(row, dataset, where)[0] if row.trained_on else "")
            if row.trained_on and key not in files:
                continue
            how = EvaluationSettings(
                modes=(PROBE, FEW, ALL), shots=(SHOTS,), folds=where.folds, tune_shots=False,
                tuning=Tuning(steps=where.tuning_steps, batch=TUNING_BATCH), beside=row.beside,
            )  # fmt: skip
            tasks.append(
                Task(
                    row, dataset, where.folders[dataset], files.get(key, ()),
                    where.out / "figures" / dataset / f"{row.key}.json", how, where.window,
                    where.most, where.people,
                )
            )  # fmt: skip
    return tasks


def measure_all(tasks: Sequence[Task], jobs: int) -> None:
    """What is not there yet; a dataset is read once for all rows that take it at one rate."""
    groups: dict[tuple[str, float], list[Task]] = {}
    for task in tasks:
        if not task.done:
            rate_hz = task.models()[0].settings.rate_hz
            groups.setdefault((task.dataset, rate_hz), []).append(task)
    Parallel(jobs)(delayed(measure)(own) for own in groups.values())


def show(tasks: Sequence[Task], where: argparse.Namespace) -> None:
    """A table a dataset."""
    for dataset in where.datasets:
        own = {task.row: json.loads(task.target.read_text()) for task in tasks
               if task.dataset == dataset}  # fmt: skip
        if not own:
            continue
        like = next(iter(own.values()))
        print(
            f"\n{dataset}: {like['windows']} windows of {like['subjects']} people, "
            f"{like['classes']} classes; macro-F1, %\n"
        )
        print("| | pretrained on | " + " | ".join(COLUMNS) + " |")
        print("|---" * (len(COLUMNS) + 2) + "|")
        for row, found in own.items():
            lines: Lines = found["lines"]
            fresh: Lines = own.get(Row(row.method, SIMULATED), found)["lines"]
            _print_row(row, dataset, lines, fresh, where)
            for way in REFERENCES:
                if f"{PROBE} {way}" in lines:
                    cells = (None, lines[f"{PROBE} {way}"], lines[f"{FEW} {way}"], None, None)
                    _print_cells(way, "–", cells)


def _print_row(
    row: Row, dataset: str, lines: Lines, fresh: Lines, where: argparse.Namespace
) -> None:
    few, learnt = lines[f"{FEW} {PRETRAINED}"], lines[f"{ALL} {TUNED}"]
    probed = lines[f"{PROBE} {PRETRAINED}"]
    if not row.trained_on:  # its random weights stand for the pretrained ones
        _print_cells(f"{row.method.name}, labels alone", "–", (probed, None, None, None, learnt))
        return
    cells = (fresh[f"{PROBE} {RANDOM}"], probed, few, learnt, fresh[f"{ALL} {SCRATCH}"])
    _print_cells(
        f"{row.method.name}, {row.method.encoder}", sources_of(row, dataset, where)[0], cells
    )


def _print_cells(name: str, trained_on: str, cells: Sequence[Sequence[float] | None]) -> None:
    shown = [
        "–" if own is None else f"{100 * own[0]:.1f} ({100 * own[1]:.0f} to {100 * own[2]:.0f})"
        for own in cells
    ]
    print(f"| {name} | {trained_on} | " + " | ".join(shown) + " |", flush=True)


def asked() -> argparse.Namespace:
    """What is asked for, with the folders of datasets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder with a corpus a source")
    parser.add_argument("data", type=Path, help="folder with utd-mhad, uci-har and geotec")
    parser.add_argument("--selfback", type=Path, help="folder of selfBACK, with raw in it")
    parser.add_argument("--out", type=Path, default=Path("objectives"))
    parser.add_argument("--recipes", type=Path, default=RECIPES, help="folder of others")
    parser.add_argument("--minutes", type=float, default=RECIPE_MINUTES, help="of each training")
    parser.add_argument("--seeds", type=int, default=1, help="models of each row")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--only", nargs="*", default=(), help="methods; all by default")
    parser.add_argument("--datasets", nargs="*", help="tested on; all that are there by default")
    parser.add_argument("--window", type=float, default=6.0, help="seconds of tested windows")
    parser.add_argument("--most", type=int, default=1000, help="tested windows of a dataset")
    parser.add_argument("--people", type=int, default=0, help="tested at most; 0: all")
    parser.add_argument("--folds", type=int, default=2, help="splits of the people")
    parser.add_argument("--tuning-steps", type=int, default=100, help="at most, of all weights")
    where = parser.parse_args()
    found = {name: where.selfback if name == "selfback" else where.data / name for name in DATASETS}
    where.folders = {name: folder for name, folder in found.items() if folder and folder.is_dir()}
    where.datasets = where.datasets or list(where.folders)
    known = (*(method.name for method in METHODS), *SUPERVISED)
    for given, valid in ((where.only, known), (where.datasets, where.folders)):
        for name in given:
            if name not in valid:
                parser.error(f"there is no {name!r}; there are: {', '.join(valid)}")
    if not any(where.corpora.glob(MANIFESTS)):
        parser.error(f"{where.corpora}: holds no folder of a corpus")
    return where


def main() -> None:
    """Train, measure and print."""
    where = asked()
    tasks = plan(list(rows_of(where.only)), where)
    measure_all(tasks, where.jobs)
    show(tasks, where)


if __name__ == "__main__":
    try:
        main()
    except ConfigError as error:
        sys.exit(f"error: {error}")
