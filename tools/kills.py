"""Kill runs at random moments, resume them, and hold every byte against an undisturbed run.

    python tools/kills.py [--mode NAME ...] [--kills N] [--clips N] [--seed N]

Each mode makes corpora by rule with `imusim generate --resume` until N runs were killed, at a
random time or right after a random change on the disk; whenever a corpus is whole, its bytes and
what lies beside it are compared. Modes: the parent, a worker, or all processes killed, with one
and two workers; Ctrl-C; a disk that fills up; a Dask cluster of two processes over TCP, of which
a worker, the client, or all but the client is killed. A run that hangs, ends in more than one
line, or leaves other bytes is a fault; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

LONGEST_S = 300.0
AHEAD = 0.7
"""How far into an undisturbed run the latest blow falls; a run that is resumed has less to do."""
IMUSIM = (sys.executable, "-c", "from imusim.cli import main; main()")
INTERRUPTED = 130
CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", protocol="tcp",
        dashboard_address=None,
    )
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
    cluster.close()
"""


@dataclass(frozen=True)
class Mode:
    """Who is struck, of how many workers, on which backend, by which signal."""

    name: str
    target: str
    workers: int = 1
    dask: bool = False
    number: int = signal.SIGKILL


MODES = {
    mode.name: mode
    for mode in (
        Mode("parent, 1 worker", "parent"),
        Mode("parent, 2 workers", "parent", 2),
        Mode("all, 2 workers", "group", 2),
        Mode("worker, 2 workers", "worker", 2),
        Mode("dask worker", "worker", 2, dask=True),
        Mode("dask client", "parent", 2, dask=True),
        Mode("dask cluster", "cluster", 2, dask=True),
        Mode("Ctrl-C, 1 worker", "group", 1, number=signal.SIGINT),
        Mode("Ctrl-C, 2 workers", "group", 2, number=signal.SIGINT),
        Mode("full disk, 1 worker", "disk", 1),
        Mode("full disk, 2 workers", "disk", 2),
    )
}


@dataclass
class Tally:
    """What a mode saw: blows, runs that they ended, all runs, corpora that became whole."""

    kills: int = 0
    ended: int = 0
    runs: int = 0
    corpora: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """The corpus that is made again and again.

    Parameters
    ----------
    settings : tuple of str
        Arguments of ``imusim generate`` that shape the corpus.
    sound : dict
        Its digests by name.
    whole_s : float
        How long the undisturbed run took.
    changes : int
        How often what lies on the disk was seen to change in it.
    """

    settings: tuple[str, ...]
    sound: dict[str, str]
    whole_s: float
    changes: int


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of all files below a folder, by name."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def on_disk(folder: Path) -> frozenset[tuple[str, int]]:
    """Names and sizes of all files below a folder, as far as they stand still."""
    seen = set()
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                path = Path(place, name)
                seen.add((str(path), path.stat().st_size))
    return frozenset(seen)


def children(pid: int) -> list[int]:
    """Worker processes right below a process (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid and b"resource_tracker" not in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return sorted(found)


@contextlib.contextmanager
def cluster() -> Iterator[tuple[str, int]]:
    """A Dask cluster of two processes: its address, and the process above them."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


class Run:
    """One run of the command line in a process group of its own."""

    def __init__(
        self, task: Task, mode: Mode, root: Path, address: str = "", limit: int | None = None
    ):
        arguments = ["generate", *task.settings, "--out", "corpus", "--resume"]
        arguments += ["--workers", str(mode.workers)]
        arguments += ["--backend", "dask", "--scheduler", address] if address else []

        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        self.root = root
        self.log = root.with_suffix(".log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [*IMUSIM, *arguments], cwd=root, stdout=subprocess.DEVNULL, stderr=log,
                start_new_session=True, preexec_fn=prepare,
            )  # fmt: skip

    def wait_for(self, ready: Callable[[], bool], longest_s: float = LONGEST_S) -> bool:
        """Whether it came to that before the run's end."""
        end = time.monotonic() + longest_s
        while self.process.poll() is None and time.monotonic() < end:
            if ready():
                return True
            time.sleep(0.001)
        return False

    def changes(self) -> Callable[[], int]:
        """A counter of what was seen to change on the disk."""
        seen, count = on_disk(self.root), 0

        def counted() -> int:
            nonlocal seen, count
            now = on_disk(self.root)
            if now != seen:
                seen, count = now, count + 1
            return count

        return counted

    def end(self) -> tuple[int, list[str]]:
        """Exit code and lines of errors; a run that hangs is killed: ``-1``."""
        try:
            code = self.process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            code = -1
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return code, self.log.read_text().splitlines()


def strike(run: Run, mode: Mode, above: int, rng: np.random.Generator) -> bool:
    """Send the signal; whether there was someone to send it to."""
    with contextlib.suppress(ProcessLookupError):
        if mode.target == "worker":
            workers = children(above or run.process.pid)
            if not workers:
                return False
            os.kill(workers[rng.integers(len(workers))], mode.number)
        elif mode.target == "cluster":
            os.killpg(above, mode.number)
        elif mode.target == "group":
            os.killpg(run.process.pid, mode.number)
        else:
            os.kill(run.process.pid, mode.number)
        return True
    return False


def moment(run: Run, task: Task, mode: Mode, rng: np.random.Generator) -> bool:
    """Wait for a random time, or a random change on the disk; false where the run ended first."""
    counted = run.changes()
    if mode.number == signal.SIGINT and not run.wait_for(lambda: counted() > 0):
        return False  # before the first change Python itself may still be starting
    if rng.random() < 0.5:
        till = time.monotonic() + float(rng.uniform(0, AHEAD * task.whole_s))
        return run.wait_for(lambda: time.monotonic() >= till)
    wanted = 1 + int(rng.uniform(0, AHEAD) * task.changes)
    return run.wait_for(lambda: counted() >= wanted)


def expected(code: int, lines: list[str], mode: Mode) -> str:
    """What is wrong with the end of a run that was struck; empty where it is as it should be."""
    if code == 0:
        return ""
    shown = f"exit code {code}: {' / '.join(lines[-3:])}"
    if code == -1:
        return f"hangs: {shown}"
    if mode.number == signal.SIGINT:
        fine = code == INTERRUPTED and len(lines) == 1
    elif mode.target in ("worker", "cluster"):
        fine = code == 2 and len(lines) == 1 and lines[0].startswith("error: ")
    else:
        fine = code == -signal.SIGKILL
    return "" if fine else shown


def compare(task: Task, root: Path) -> str:
    """What is wrong with a corpus that is whole; empty where it is as it should be."""
    found = digests(root / "corpus")
    wrong = sorted(n for n in found.keys() | task.sound.keys() if found.get(n) != task.sound.get(n))
    beside = sorted(p.name for p in root.iterdir() if p.name not in ("corpus", "corpus.log"))
    if wrong:
        return f"not the bytes of an undisturbed run: {', '.join(wrong)}"
    return f"left beside the corpus: {', '.join(beside)}" if beside else ""


def undisturbed(settings: tuple[str, ...], scratch: Path) -> Task:
    """Make the corpus once, and see how long that takes and how often the disk changes."""
    root = scratch / "sound"
    root.mkdir()
    task = Task(settings, {}, 0.0, 0)
    start = time.perf_counter()
    run = Run(task, MODES["parent, 1 worker"], root)
    counted = run.changes()
    run.wait_for(lambda: counted() < 0)
    code, lines = run.end()
    assert code == 0, lines
    return Task(settings, digests(root / "corpus"), time.perf_counter() - start, max(1, counted()))


def kill_runs(task: Task, mode: Mode, kills: int, scratch: Path, seed: int = 0) -> Tally:
    """Kill runs so many times, resuming each; the corpora they end in are compared."""
    rng = np.random.default_rng(seed)
    tally = Tally()
    with contextlib.ExitStack() as stack:
        address, above = stack.enter_context(cluster()) if mode.dask else ("", 0)
        while tally.kills < kills or (scratch / "root").exists():
            root = scratch / "root"
            root.mkdir(exist_ok=True)
            run = Run(task, mode, root, address)
            tally.runs += 1
            struck = tally.kills < kills and moment(run, task, mode, rng)
            if struck:
                struck = strike(run, mode, above, rng)
                tally.kills += struck
            code, lines = run.end()
            tally.ended += struck and code != 0
            fault = expected(code, lines, mode) if struck else ""
            if code == 0:
                fault = fault or compare(task, root)
                tally.corpora += 1
                shutil.rmtree(root)
            elif not struck:
                fault = f"exit code {code}: {' / '.join(lines[-3:])}"
                shutil.rmtree(root)
            if struck and mode.dask and mode.target != "parent":  # not all Dasks start workers anew
                stack.close()
                address, above = stack.enter_context(cluster())
            if fault:
                tally.faults.append(f"{mode.name}, run {tally.runs}: {fault}")
            if rng.random() < 0.5:  # orphans may still be writing, or not
                time.sleep(rng.uniform(0, 1))
            if len(tally.faults) > 5:
                shutil.rmtree(root, ignore_errors=True)
                break
    return tally


def fill_disk(task: Task, mode: Mode, fills: int, scratch: Path, seed: int = 0) -> Tally:
    """Make corpora on a disk that takes only files of a size, then resume on one that takes all."""
    rng = np.random.default_rng(seed)
    tally = Tally()
    for _ in range(fills):
        root = scratch / "root"
        root.mkdir()
        limit = int(rng.choice([3000, *rng.integers(1000, 120_000, 6)]))
        run = Run(task, mode, root, limit=limit)
        code, lines = run.end()
        tally.runs += 1
        tally.kills += 1
        tally.ended += code != 0
        if code not in (0, 2) or len(lines) > 1:
            tally.faults.append(f"{mode.name}, {limit} bytes: exit code {code}: {lines[-3:]}")
        if code:
            run = Run(task, mode, root)
            code, lines = run.end()
            tally.runs += 1
        tally.corpora += code == 0
        fault = compare(task, root) if code == 0 else f"exit code {code}: {lines[-3:]}"
        if fault:
            tally.faults.append(f"{mode.name}, {limit} bytes: {fault}")
        shutil.rmtree(root)
    return tally


def strikes(mode: Mode) -> Callable[..., Tally]:
    """What carries a mode out."""
    return fill_disk if mode.target == "disk" else kill_runs


def settings_of(clips: int) -> tuple[str, ...]:
    """Settings of a small corpus of several shards."""
    return (
        "--source", "procedural", "--joints", "wrists", "--count", str(clips),
        "--shard-size", "0.2", "--rotations", "random:8",
    )  # fmt: skip


def main() -> None:
    """Print a table, a line for each mode."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", nargs="+", choices=list(MODES), default=list(MODES))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        task = undisturbed(settings_of(arguments.clips), scratch)
        print("| struck | times | ended by it | runs | corpora whole | faults | took, s |")
        print("|---|---|---|---|---|---|---|")
        for mode in (MODES[name] for name in arguments.mode):
            start = time.perf_counter()
            tally = strikes(mode)(task, mode, arguments.kills, scratch, arguments.seed)
            faults += tally.faults
            print(
                f"| {mode.name} | {tally.kills} | {tally.ended} | {tally.runs} | {tally.corpora} "
                f"| {len(tally.faults)} | {time.perf_counter() - start:.0f} |",
                flush=True,
            )
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
