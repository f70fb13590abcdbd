"""Measure how fast windows of a corpus are read, and whether a training waits for them.

    python tools/reading.py [--hours 2]

A corpus of motion made by rule, 22 sensors (MPU-6050) at 50 Hz, is written and its clips are
repeated under other keys until it is long enough. Windows of 4 s, one a second, of 5 sensors are
then read from a warm cache in every way there is, in random order. Printed are windows a second of
time and of CPU, workers' included: on a machine that others use, only the latter tells what a core
can do.

The training is a small convolutional net over (batch, 30 channels, 200 samples) on one thread;
"waits" is the share of its time until the next batch is there, after an epoch that warms up.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader

import imusim
from imusim.corpus import ClipRecord, Corpus, CorpusWriter, Windows
from imusim.corpus.codecs import Codec
from imusim.corpus.records import read_records
from imusim.learn import CorpusDataset, CorpusSampler

SENSORS = ("pelvis", "left_wrist", "right_wrist", "left_ankle", "right_ankle")
LENGTH_S, STRIDE_S, BATCH, EPOCHS = 4.0, 1.0, 64, 3


def repeated(folder: Path, frames: int) -> Iterator[ClipRecord]:
    """Clips of a corpus, again and again under other keys, until there are so many frames."""
    turn = 0
    while True:
        for shard in sorted(folder.glob("shard-*.h5")):
            for record in read_records(shard):
                if frames <= 0:
                    return
                frames -= len(record.valid)
                yield dataclasses.replace(record, key=f"{turn}/{record.key}")
        turn += 1


STORES: dict[str, tuple[bool, Codec]] = {
    "float32": (False, "none"),
    "float32, lz4": (False, "lz4"),
    "counts": (True, "none"),
    "counts, lz4": (True, "lz4"),
    "counts, zstd": (True, "zstd"),
}
"""Whether a store holds counts, and its codec."""


def make(folder: Path, hours: float, clips: int) -> dict[str, Corpus]:
    """A corpus of so many hours, in every store."""
    made = folder / "made"
    imusim.generate(
        source="procedural", count=clips, seed=0, rate_hz=50, rotations="random", out=made,
        device="mpu-6050", store="device",
    )  # fmt: skip
    source = Corpus(made)
    for store, (counts, codec) in STORES.items():
        with CorpusWriter(
            folder / store, source.sensors, 50.0, {}, devices=source.devices, codec=codec,
            counted=source.manifest.counted if counts else None,
        ) as writer:  # fmt: skip
            for record in repeated(made, round(hours * 3600 * 50)):
                writer.add(record)
    return {store: Corpus(folder / store) for store in STORES}


def cpu_s() -> float:
    """CPU time of this process and of the children that have ended, s."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def speed(name: str, run: Callable[[], int], repeats: int) -> None:
    """Print the best of several passes after one that warms up."""
    run()
    best = best_cpu = 0.0
    for _ in range(repeats):
        start, start_cpu = time.perf_counter(), cpu_s()
        windows = run()
        best = max(best, windows / (time.perf_counter() - start))
        best_cpu = max(best_cpu, windows / (cpu_s() - start_cpu))
    print(f"| {name} | {best:.0f} | {best_cpu:.0f} |", flush=True)


def clip_by_clip(corpus: Corpus, windows: Windows, places: list[tuple[str, float]]) -> int:
    """Read windows as clips give them."""
    for key, start_s in places:
        start = round(start_s * corpus.rate_hz)
        corpus[key].signals(start, start + windows.samples, SENSORS)
    return len(places)


def loader(
    dataset: CorpusDataset, workers: int, together: bool, stay: bool = False
) -> Iterable[dict]:
    """Batches, shuffled; of windows put together by PyTorch or read together."""
    sampler = CorpusSampler(dataset, seed=1)
    options = {"num_workers": workers, "persistent_workers": stay and workers > 0}
    if together:
        lists = BatchSampler(sampler, BATCH, drop_last=False)
        return DataLoader(dataset, sampler=lists, batch_size=None, **options)
    return DataLoader(dataset, sampler=sampler, batch_size=BATCH, **options)


def count(batches: Iterable[dict]) -> int:
    """Windows of all batches."""
    return sum(len(batch["signals"]) for batch in batches)


def train(batches: Iterable[dict]) -> tuple[float, float]:
    """Share of the time that a training waits, and the windows it sees a second."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv1d(30, 64, 5, stride=2), torch.nn.ReLU(),
        torch.nn.Conv1d(64, 128, 5, stride=2), torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool1d(1), torch.nn.Flatten(), torch.nn.Linear(128, 10),
    )  # fmt: skip
    descent = torch.optim.Adam(net.parameters())
    waited = seen = begin = 0.0
    for epoch in range(EPOCHS):
        if epoch == 1:
            waited, seen, begin = 0.0, 0, time.perf_counter()
        each = iter(batches)
        while True:
            asked = time.perf_counter()
            batch = next(each, None)
            waited += time.perf_counter() - asked
            if batch is None:
                break
            signals = batch["signals"].flatten(2).transpose(1, 2)
            classes = torch.arange(len(signals)) % 10
            loss = torch.nn.functional.cross_entropy(net(signals), classes)
            descent.zero_grad()
            loss.backward()
            descent.step()
            seen += len(signals)
    whole = time.perf_counter() - begin
    return waited / whole, seen / whole


def stores(corpora: dict[str, Corpus], repeats: int) -> None:
    """Print how fast windows are read out of every store."""
    print("\n| store, MB | windows/s | windows/s of CPU |\n|---|---|---|")
    for store, corpus in corpora.items():
        windows = Windows(corpus, LENGTH_S, STRIDE_S, sensors=SENSORS)
        numbers = np.random.default_rng(0).permutation(len(windows))[:3000]
        size = sum(shard.bytes for shard in corpus.manifest.shards)
        name = f"{store}, {size / 1e6:.0f}"
        speed(name, lambda w=windows, n=numbers: len([w[int(i)] and None for i in n]), repeats)


def ways(corpus: Corpus, repeats: int) -> None:
    """Print how fast windows are read in every way, and whether a training waits."""
    windows = Windows(corpus, LENGTH_S, STRIDE_S, sensors=SENSORS)
    slow = Windows(corpus, LENGTH_S, STRIDE_S, sensors=SENSORS, rate_hz=20)
    print(f"{windows}\n")
    numbers = np.random.default_rng(0).permutation(len(windows))
    places = [(window.key, window.start_s) for window in (windows[int(n)] for n in numbers)]
    dataset = CorpusDataset(windows)

    print("| how | windows/s | windows/s of CPU |\n|---|---|---|")
    speed("`clip.signals`", lambda: clip_by_clip(corpus, windows, places), repeats)
    speed("`windows[i]`", lambda: len([windows[int(n)] and None for n in numbers]), repeats)
    speed("the same at 20 Hz", lambda: len([slow[int(n)] and None for n in numbers]), repeats)
    shuffled = {"shuffle": True, "seed": 1}
    speed("`windows.batches`", lambda: sum(map(len, windows.batches(BATCH, **shuffled))), repeats)
    for together in (False, True):
        for workers in (0, 1, 2):
            name = f"`DataLoader`, {'lists, ' if together else ''}{workers} workers"
            speed(name, lambda w=workers, t=together: count(loader(dataset, w, t)), repeats)

    print("\n| training | windows/s | waits |\n|---|---|---|")
    for together in (False, True):
        for workers in (0, 1, 2):
            found = [train(loader(dataset, workers, together, stay=True)) for _ in range(repeats)]
            share, rate = min(found)
            name = f"{'lists, ' if together else ''}{workers} workers"
            print(f"| {name} | {rate:.0f} | {100 * share:.1f} % |", flush=True)


def main() -> None:
    """Make the corpus and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--clips", type=int, default=200, help="clips made by rule")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        corpora = make(Path(name), arguments.hours, arguments.clips)
        ways(corpora["float32"], arguments.repeats)
        stores(corpora, arguments.repeats)


if __name__ == "__main__":
    main()
