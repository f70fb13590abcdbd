"""Listening: sources in, everything else out, until they end or somebody stops it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from imusim.live.feed import Feed
from imusim.live.frames import Framer, Frames
from imusim.live.log import LogWriter
from imusim.live.recognise import Recogniser
from imusim.live.samples import Sample
from imusim.live.sources import Source
from imusim.live.state import State

_WAITING = 64
Told = NDArray[np.float64] | None
Viewer = Callable[[State], Coroutine[Any, Any, None]]
"""Shows a state until it is cancelled."""


@dataclass
class Session:
    """All that takes part.

    Parameters
    ----------
    sources : sequence of Source
    feed : Feed
    framer : Framer
    state : State
    recogniser : Recogniser, optional
    log : LogWriter, optional
    told : text file, optional
        Takes a line of JSON for every answer of the model.
    """

    sources: Sequence[Source]
    feed: Feed
    framer: Framer
    state: State
    recogniser: Recogniser | None = None
    log: LogWriter | None = None
    told: TextIO | None = None

    def __post_init__(self) -> None:
        self._sensors: tuple[str, ...] = ()

    async def run(self, viewers: Sequence[Viewer] = (), seconds: float | None = None) -> None:
        """Listen until all sources have ended, a signal comes, or so many seconds have passed.

        Raises
        ------
        ImusimError
            What sources, the log or viewers raise.
        """
        stop = asyncio.Event()
        queue: asyncio.Queue[list[Sample]] = asyncio.Queue(_WAITING)
        pumps = [asyncio.create_task(self._pump(source, queue)) for source in self.sources]
        ended = asyncio.ensure_future(asyncio.gather(*pumps))
        shown = [asyncio.create_task(viewer(self.state)) for viewer in viewers]
        work = asyncio.create_task(self._work(queue))
        stopped = asyncio.create_task(stop.wait())
        with _stopped_by_signals(stop):
            try:
                waiting = {ended, stopped, work, *shown}
                async with asyncio.timeout(seconds) if seconds else contextlib.nullcontext():
                    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done - {stopped}:
                    task.result()
                if ended in done:
                    await _first(queue.join(), work)
            except TimeoutError:
                pass
            finally:
                for task in (ended, stopped, *pumps):
                    task.cancel()
                await asyncio.gather(ended, stopped, *pumps, return_exceptions=True)
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                for task in shown:
                    task.cancel()
                await asyncio.gather(*shown, return_exceptions=True)
            while not queue.empty():
                self.take(queue.get_nowait())
            self._give(self.framer.flush())

    async def _pump(self, source: Source, queue: asyncio.Queue[list[Sample]]) -> None:
        async with contextlib.aclosing(source.batches(self.feed)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                await queue.put(batch)

    async def _work(self, queue: asyncio.Queue[list[Sample]]) -> None:
        """Work in a thread, so that viewers are not held up by a model; one batch at a time."""
        while True:
            batch = await queue.get()
            work = asyncio.create_task(asyncio.to_thread(self.take, batch))
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                await work
                raise
            finally:
                queue.task_done()

    def take(self, batch: Sequence[Sample]) -> None:
        """All that a batch brings: frames, answers, what is shown and stored."""
        samples = self.feed.placed(batch)
        self.state.take(samples)
        self._give(self.framer.push(samples))
        for note in (*self.framer.notes, *(self.log.notes if self.log else ())):
            self.feed.note(note)

    def _give(self, made: Sequence[Frames]) -> None:
        for frames in made:
            told = self._recognise(frames)
            if self.log is not None:
                self.log.add(frames, told)

    def _recognise(self, frames: Frames) -> list[Told]:
        if self.recogniser is None:
            return []
        if frames.begins or frames.sensors != self._sensors:
            self._sensors = frames.sensors
            self.recogniser.start(frames.sensors)
        told: list[Told] = []
        for at, frame, present in zip(
            frames.time_s.tolist(), frames.values, frames.present, strict=True
        ):
            answer = self.recogniser.push(frame, present)
            told.append(answer)
            if answer is not None:
                self.state.tell(at, answer.tolist())
                self._write(at, answer)
        return told

    def _write(self, at_s: float, answer: NDArray[np.float64]) -> None:
        if self.told is None or self.recogniser is None:
            return
        labels = self.recogniser.labels
        line = {
            "time_s": round(at_s, 6),
            "label": labels[int(answer.argmax())],
            "probabilities": dict(zip(labels, answer.tolist(), strict=True)),
        }
        self.told.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.told.flush()


async def _first(*awaited: Awaitable[object]) -> None:
    """Wait for the first of several, and raise what it raised."""
    tasks = [asyncio.ensure_future(each) for each in awaited]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """The first interrupt ends the listening, whole; a second one is as everywhere."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def end() -> None:
        stop.set()
        for number in numbers:
            loop.remove_signal_handler(number)

    try:
        for number in numbers:
            loop.add_signal_handler(number, end)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        pass
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            for number in numbers:
                loop.remove_signal_handler(number)
