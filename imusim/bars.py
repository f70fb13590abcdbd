"""Bars on standard error that show how far long work is; none where that is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console

from imusim.console import duration

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from imusim.corpus.integrity.verify import ByteProgress
    from imusim.learn.training.recorder import Progress as TrainingProgress
    from imusim.learn.training.recorder import Status as TrainingStatus
    from imusim.pipeline import Progress, Status


@contextmanager
def run_bar() -> Iterator[Progress | None]:
    """Of a run that makes clips, with rates, failures and time left.

    Rates are those of this run: what an earlier one had made does not count.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("clips · {task.fields[rates]}"),
    )
    with _bar(columns) as bar:
        if bar is None:
            yield None
            return
        start = time.perf_counter()
        task = bar.add_task("simulating", total=None, rates="starting")
        first: Status | None = None

        def advance(status: Status) -> None:
            nonlocal first
            first = first or status
            rates = _rates(first, status, time.perf_counter() - start)
            words = "simulating" if status.clips < status.total else "writing shards"
            bar.update(
                task, completed=status.clips, total=status.total, rates=rates, description=words
            )

        yield advance


def _rates(first: Status, now: Status, elapsed_s: float) -> str:
    """Clips a second, hours of motion an hour, time left, failures."""
    done = now.clips - first.clips
    if not done:
        return "going on" if first.clips else "starting"
    speed = done / elapsed_s
    parts = [
        f"{speed:,.1f} clips/s",
        f"{(now.motion_s - first.motion_s) / elapsed_s:,.0f} h of motion/h",
    ]
    if now.clips < now.total:
        parts.append(f"{duration((now.total - now.clips) / speed)} left")
    if now.failed:
        parts.append(f"{now.failed:,} failed")
    return " · ".join(parts)


@contextmanager
def clip_bar(doing: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """Of work over the clips of corpora; it is told how many are done."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn("clips ·"))
    with _bar((*columns, TimeRemainingColumn(), TextColumn("left"))) as bar:
        if bar is None:
            yield None
            return
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def training_bar() -> Iterator[TrainingProgress | None]:
    """Of a training, with its loss, how captions are found, speed and time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn())
    figures = TextColumn("steps · {task.fields[figures]} ·")
    with _bar((*columns, figures, TimeRemainingColumn(), TextColumn("left"))) as bar:
        if bar is None:
            yield None
            return
        task = bar.add_task("", total=None, figures="reading")

        def advance(status: TrainingStatus) -> None:
            parts = [f"loss {status.loss:.2f}"]
            if status.found is not None:
                parts.append(status.found.headline)
            parts.append(f"{status.samples_s:,.0f} windows/s")
            if status.waiting >= 0.05:
                parts.append(f"{status.waiting:.0%} waiting for data")
            done, total = status.step, status.steps
            bar.update(task, completed=done, total=total, figures=" · ".join(parts))

        yield advance


@contextmanager
def stage_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Of work in stages; it is told which, how much is done, and of how much."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with _bar((*columns, TextColumn("·"), TimeRemainingColumn(), TextColumn("left"))) as bar:
        if bar is None:
            yield None
            return
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance


@contextmanager
def byte_bar(doing: str) -> Iterator[ByteProgress | None]:
    """Of work over bytes; it is told how many are done, and of how many."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn(doing), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with _bar((*columns, TimeRemainingColumn(), TextColumn("left"))) as bar:
        if bar is None:
            yield None
            return
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _bar(columns: tuple[Any, ...]) -> Iterator[Bar | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar
