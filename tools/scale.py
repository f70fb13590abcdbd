"""Measure whole runs: hours of motion made per core-hour, what workers gain, memory over time.

    python tools/scale.py speed ../shared/data/bandai-namco-1 ../shared/data/cmu --times 10
    python tools/scale.py memory --clips 10000 --workers 2

``speed`` times ``imusim generate`` from the files to the published corpus, one and two workers in
turns, and takes the best of each. CPU time is that of all processes together. With ``--times`` the
files are there so many times over, so that the start of processes, some seconds, counts as little
as it does in a large run. ``memory`` makes short clips by rule and samples the resident memory of
all processes and the clips done.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

from imusim.corpus import Corpus

WARM_UP = 0.2
"""Part of a run that memory may take to settle."""


def command(out: str, paths: list[str], *options: str) -> list[str]:
    """A run of the command line in a process of its own."""
    program = "from imusim.cli import main; main()"
    return [sys.executable, "-c", program, "generate", *paths, "-o", out, *options]


def timed(paths: list[str], workers: int, folder: str) -> tuple[float, float, float]:
    """Hours of motion, seconds by the clock and of CPU for a run with so many workers."""
    out = f"{folder}/corpus"
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    call = command(out, paths, "--workers", str(workers), "--overwrite")
    subprocess.run(call, check=True, capture_output=True, env=one_thread())  # noqa: S603
    wall_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Corpus(out).manifest.duration_s / 3600, wall_s, cpu_s


def one_thread() -> dict[str, str]:
    """The environment, with a thread for each process: cores are counted, not hidden."""
    return os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def copied(paths: list[str], times: int, folder: Path) -> list[str]:
    """The same files several times over: links to them, which readers take for other files."""
    for number in range(times):
        for path in map(Path, paths):
            target = folder / str(number) / path.name
            shutil.copytree(path, target, copy_function=os.link)
    return [str(folder)]


def speed(paths: list[str], repeats: int, times: int) -> None:
    """Print what one core makes in an hour, and what a second worker gains."""
    best: dict[int, tuple[float, float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        if times > 1:
            paths = copied(paths, times, Path(folder) / "motion")
        for _ in range(repeats):
            for workers in (1, 2):
                found = timed(paths, workers, folder)
                best[workers] = min(best.get(workers, found), found, key=lambda f: f[1])
    print(f"{best[1][0]:.2f} h of motion, 22 sensors, 50 Hz; the best of {repeats} runs")
    print("workers  wall s    CPU s  h of motion per hour  per core-hour of CPU")
    for workers, (hours, wall_s, cpu_s) in best.items():
        rate, core = hours * 3600 / wall_s, hours * 3600 / cpu_s
        print(f"{workers:7d} {wall_s:7.1f} {cpu_s:8.1f} {rate:21.0f} {core:21.0f}")
    print(f"two workers: {best[1][1] / best[2][1]:.2f} times as fast as one")


def memory(clips: int, workers: int) -> None:
    """Print resident memory and speed over a long run of short clips."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/corpus"
        options = ["--source", "procedural", "--count", str(clips), "--joints", "wrists"]
        options += ["--workers", str(workers), "--shard-size", "16"]
        run = subprocess.Popen(command(out, [], *options), env=one_thread())  # noqa: S603
        samples: list[tuple[float, float, float]] = []
        done = threading.Event()

        def watch() -> None:
            start = time.perf_counter()
            while not done.wait(1.0):
                samples.append((time.perf_counter() - start, *resident_mb(run.pid)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        run.wait()
        done.set()
        watcher.join()
        log = Path(f"{out}.log").read_text().splitlines()
        hours = Corpus(out).manifest.duration_s / 3600
    show_memory(np.array(samples), hours)
    show_times(log, clips)


def resident_mb(pid: int) -> tuple[float, float]:
    """Resident memory of a process and of the largest of its children, MB."""
    try:
        parent = psutil.Process(pid)
        children = [child.memory_info().rss / 1e6 for child in parent.children(recursive=True)]
        return parent.memory_info().rss / 1e6, max(children, default=0.0)
    except psutil.NoSuchProcess:
        return np.nan, np.nan


def show_memory(samples: np.ndarray, hours: float) -> None:
    """Print the memory by tenths of a run, and how far it strays from its mean after warm-up."""
    samples = samples[np.isfinite(samples).all(axis=1)]
    print(f"{hours:.1f} h of motion in {samples[-1, 0]:.0f} s")
    print("tenth of the run   parent MB   largest worker MB")
    for number, part in enumerate(np.array_split(samples, 10), start=1):
        print(f"{number:16d} {part[:, 1].mean():11.0f} {part[:, 2].mean():19.0f}")
    for name, column in (("parent", 1), ("largest worker", 2)):
        settled = samples[int(WARM_UP * len(samples)) : -2, column]
        tenths = np.array([part.mean() for part in np.array_split(settled, 10)])
        means, single = (100 * np.abs(v / settled.mean() - 1).max() for v in (tenths, settled))
        print(
            f"{name}: after warm-up within {means:.1f} % of {settled.mean():.0f} MB by tenths, "
            f"at any second within {single:.1f} %"
        )


def show_times(log: list[str], clips: int) -> None:
    """Print how evenly pieces came in, from the run's own log."""
    made = [line.split()[0] for line in log if " piece " in line]
    moments = np.array([np.datetime64(stamp.rstrip("Z")) for stamp in made]).astype(float)
    tenths = np.array_split(moments - moments[0], 10)
    took = np.diff([0.0, *(part[-1] for part in tenths)])
    shown = " ".join(f"{seconds:.0f}" for seconds in took)
    print(f"seconds for each tenth of {clips:,} clips: {shown}")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    kinds = parser.add_subparsers(dest="kind", required=True)
    fast = kinds.add_parser("speed")
    fast.add_argument("paths", nargs="+")
    fast.add_argument("--repeats", type=int, default=3)
    fast.add_argument("--times", type=int, default=1, help="how often the files are there")
    flat = kinds.add_parser("memory")
    flat.add_argument("--clips", type=int, default=10_000)
    flat.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.kind == "speed":
        speed(arguments.paths, arguments.repeats, arguments.times)
    else:
        memory(arguments.clips, arguments.workers)


if __name__ == "__main__":
    main()
