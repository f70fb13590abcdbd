"""What a run hands to its workers, and what comes back: pieces, receipts, shards in spans."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from imusim.body import BodyMaker
from imusim.corpus.layout import Layout
from imusim.licences import parse_allowed
from imusim.motion import ClipRef, Motion
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.sensors import SensorPlan


@dataclass(frozen=True)
class Inputs:
    """What turns a clip's name into motion on a body.

    Parameters
    ----------
    read : callable
        ``read(clip)``: the clip as a Motion. Raises MotionError.
    body_for : callable
        ``body_for(shape)``: the body that wears a motion of a shape.
    """

    read: Callable[[ClipRef], Motion]
    body_for: BodyMaker


InputsMaker = Callable[[GenerateConfig], Inputs]
"""Makes the inputs of a configuration; called once in every process, so that they need not be
sent."""


@dataclass(frozen=True)
class Work:
    """What every task of a run needs; small, for it goes with each.

    Parameters
    ----------
    config : GenerateConfig
    plan : SensorPlan
    layout : Layout
    inputs : callable
    folder : Path
        Where parts and shards are written: seen by all workers.
    name : str
        Unlike that of any other run.
    parent : int
        Process that hands out the work.
    base : Path
        Folder from which the clips' paths count: a worker may stand in another.
    """

    config: GenerateConfig
    plan: SensorPlan
    layout: Layout
    inputs: InputsMaker
    folder: Path
    name: str
    parent: int
    base: Path

    @classmethod
    def here(
        cls,
        config: GenerateConfig,
        plan: SensorPlan,
        layout: Layout,
        inputs: InputsMaker,
        folder: Path,
    ) -> Work:
        """The work that this process hands out."""
        base = Path.cwd()
        if config.body_models is not None:
            models = str(base / config.body_models)
            config = config.model_copy(update={"body_models": models})
        name = uuid.uuid4().hex
        return cls(config, plan, layout, inputs, base / folder, name, os.getpid(), base)

    @property
    def parts(self) -> Path:
        """Folder of the parts and receipts."""
        return self.folder / "parts"

    @property
    def licences(self) -> tuple[str, ...]:
        """Under which a clip is made; none: under any."""
        return parse_allowed(self.config.licence_allow) if self.config.licence_allow else ()

    def part(self, piece: int) -> Path:
        """File of a piece's clips, until they are in a shard."""
        return self.parts / f"part-{piece:06d}.h5"


class Piece(NamedTuple):
    """Consecutive clips that one worker makes at a time."""

    number: int
    clips: tuple[ClipRef, ...]


class Span(NamedTuple):
    """Some of a part's clips: from ``first``, before ``last``."""

    piece: int
    first: int
    last: int


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Skipped(_Model):
    """A clip that could not be made: its file, with the line where that is known, and why."""

    key: str
    place: str
    reason: str


class Receipt(_Model):
    """What became of a piece: the clips in its part, those left out, notes with their counts."""

    piece: int
    clips: int
    keys: tuple[str, ...]
    frames: tuple[int, ...]
    captions: int
    skipped: tuple[Skipped, ...]
    notes: dict[str, int]
    sha256: str
    bytes: int


def cut(clips: Sequence[ClipRef], size: int) -> list[Piece]:
    """Clips in pieces of ``size``."""
    starts = range(0, len(clips), size)
    return [Piece(n, tuple(clips[start : start + size])) for n, start in enumerate(starts)]


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all. Raises OSError."""
    partial = own_partial(path)
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def own_partial(path: Path) -> Path:
    """A hidden name beside a file that no other process or thread uses."""
    return path.parent / f".{path.name}.{os.getpid()}-{threading.get_ident()}.partial"


_prepared: dict[str, Inputs] = {}


def prepared(work: Work) -> Inputs:
    """The inputs of a run, made when this process first works for it."""
    found = _prepared.get(work.name)
    if found is None:
        if os.getppid() == work.parent:
            _live_and_die_with(work.parent)
        found = work.inputs(work.config)
        _prepared.clear()
        _prepared[work.name] = found
    return found


def _live_and_die_with(parent: int) -> None:
    """Leave the keyboard's interrupt to the parent, and end when it is killed."""
    with suppress(ValueError):  # not the main thread of this process
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
