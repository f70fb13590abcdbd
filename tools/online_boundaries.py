"""Frame-wise models that start in several ways, on people whom none of them saw: frames and delays.

    python tools/online_boundaries.py ../shared/data --out online [--corpus CORPUS …] [--seeds 3]

DATA holds a folder a dataset, ``geotec`` and ``uci-har``. Starts: ``scratch``; ``next-step``,
``masked`` and ``autoencode``, pretrained on the training people's frames without their labels, and
on simulated corpora; ``transfer``, trained on the labels of another dataset first. Everybody is
tested once, in folds; intervals are over people and their recordings, of all seeds together. A
model that is in OUT is not trained again.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imusim.compare.transfer.splits import folds
from imusim.corpus import Corpus
from imusim.learn.evaluation.protocol import load_protocol
from imusim.learn.online.config import make_config
from imusim.learn.online.evaluation import Followed, follow, summed_up
from imusim.learn.online.model import FrameModel, load_frame_model
from imusim.learn.online.pretraining import OBJECTIVES
from imusim.learn.online.recorded import Recorded, read_recorded
from imusim.learn.online.training import train_frames
from imusim.learn.online.windows import (
    CorpusStretches,
    JoinedStretches,
    RecordedStretches,
    Stretches,
)

SCRATCH, TRANSFER = "scratch", "transfer"
STARTS = (SCRATCH, *OBJECTIVES, TRANSFER)
FIGURES = ("macro_f1", "accuracy", "delay_median_s", "delay_p90_s", "missed")


@dataclass(frozen=True)
class Bench:
    """What all models of a table share.

    ``base``: settings of every training; ``corpora``: of pretraining; ``other``: of the transfer.
    """

    recorded: Recorded
    other: Recorded | None
    corpora: tuple[Stretches, ...]
    base: dict[str, Any]
    steps: int
    pretrain_steps: int
    out: Path


def trained(
    bench: Bench, name: str, stretches: Sequence[Stretches], recorded: Recorded,
    begin: FrameModel | None = None, **settings: Any,
) -> FrameModel:  # fmt: skip
    """A model of a name, trained or found."""
    folder = bench.out / name
    config = make_config({**bench.base, "sensors": recorded.sensors, **settings})
    if not (folder / "done").is_file():
        train_frames(
            config, JoinedStretches(stretches), folder, recorded.labels, begin, overwrite=True
        )
        (folder / "done").touch()
    return load_frame_model(folder / "model.pt")


def started(
    bench: Bench, start: str, network: str, seed: int, fold: int, own: RecordedStretches
) -> FrameModel | None:
    """What a training begins with."""
    settings = {"network": network, "seed": seed, "steps": bench.pretrain_steps}
    if start == SCRATCH:
        return None
    if start != TRANSFER:
        name = f"{network}-{start}-{seed}-{fold}-before"
        material = [own, *bench.corpora]
        return trained(bench, name, material, bench.recorded, pretrain=start, **settings)
    if bench.other is None:
        raise SystemExit("--transfer names no dataset to begin with")
    samples = make_config(bench.base).samples
    material = [RecordedStretches(bench.other, samples)]
    return trained(bench, f"{network}-{start}-{seed}-before", material, bench.other, **settings)


def line(bench: Bench, start: str, network: str, seeds: int, count: int) -> list[Followed]:
    """What is told of every recording, by models of people who are not in it."""
    recorded, found = bench.recorded, []
    samples = make_config(bench.base).samples
    for seed in range(seeds):
        for fold, split in enumerate(folds(recorded.subjects, count)):
            own = RecordedStretches(recorded, samples, split.test)
            begin = started(bench, start, network, seed, fold, own)
            model = trained(
                bench, f"{network}-{start}-{seed}-{fold}", [own], recorded, begin,
                network=network, seed=seed, steps=bench.steps,
            )  # fmt: skip
            found += [
                follow(each, model.probabilities, recorded.rate_hz, len(recorded.labels))
                for each in recorded.sequences
                if each.subject in split.test
            ]
    return found


def main(arguments: list[str] | None = None) -> None:
    """Train what is missing and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("online"))
    parser.add_argument("--dataset", default="geotec")
    parser.add_argument("--transfer", default="uci-har", metavar="DATASET")
    parser.add_argument("--corpus", type=Path, action="append", default=[])
    parser.add_argument("--networks", default="gru")
    parser.add_argument("--starts", default=",".join(STARTS))
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--pretrain-steps", type=int, default=1500)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--mounting", default="stored", choices=("stored", "unknown"))
    given = parser.parse_args(arguments)
    starts = given.starts.split(",")
    for start in starts:
        if start not in STARTS:
            parser.error(f"no start {start!r}; there are: {', '.join(STARTS)}")
    if TRANSFER in starts and given.transfer == given.dataset:
        parser.error(f"--transfer {given.transfer}: its people are those who are tested")
    base = {"rate_hz": given.rate, "mounting": given.mounting, "batch_size": given.batch_size}

    def read(name: str) -> Recorded:
        return read_recorded(given.data / name, load_protocol(name), given.rate)

    recorded = read(given.dataset)
    samples = make_config(base).samples
    corpora = tuple(
        CorpusStretches(Corpus(folder), recorded.sensors, given.rate, samples)
        for folder in given.corpus
    )
    other = read(given.transfer) if TRANSFER in starts else None
    bench = Bench(recorded, other, corpora, base, given.steps, given.pretrain_steps, given.out)
    print(f"| network | start | {' | '.join(FIGURES)} |\n|{'---|' * (2 + len(FIGURES))}")
    for network in given.networks.split(","):
        for start in starts:
            result = summed_up(
                line(bench, start, network, given.seeds, given.folds), recorded.labels
            )
            told = " | ".join(str(result.figures[name]) for name in FIGURES)
            print(f"| {network} | {start} | {told} |", flush=True)


if __name__ == "__main__":
    main()
