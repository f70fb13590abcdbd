"""What is done of a run and what is to do: pieces, then shards of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from imusim.corpus.manifest import Shard, file_digest
from imusim.errors import CorpusError
from imusim.pipeline.piece import make_piece
from imusim.pipeline.shards import Filling, ShardPlan, assemble
from imusim.pipeline.work import Piece, Receipt, Work
from imusim.pipeline.workers import Task, attempt

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Status:
    """How far a run is.

    Parameters
    ----------
    clips, total : int
        Clips that were tried, and all of them.
    motion_s : float
        Duration of the clips that were made.
    failed : int
        Clips that could not be made.
    """

    clips: int
    total: int
    motion_s: float
    failed: int


class Agenda:
    """What is done of a run and what is to do.

    Parameters
    ----------
    work : Work
    pieces : sequence of Piece

    Raises
    ------
    CorpusError
        From ``take``, if two clips have one key, or a piece is not what it was before.
    """

    def __init__(self, work: Work, pieces: Sequence[Piece]):
        self._work = work
        self._pieces = pieces
        self._filling = Filling(work.layout)
        self._next = 0
        self._keys: set[str] = set()
        self._total = sum(len(piece.clips) for piece in pieces)
        self._clips, self._frames, self._failed = 0, 0, 0
        self._parts: set[int] = set()
        """Pieces whose part is whole, or needed no more."""
        self.receipts: dict[int, Receipt] = {}
        self.shards: dict[int, Shard] = {}

    def resume(self) -> None:
        """Take up what an earlier run left: receipts, parts that are whole, shards."""
        stale = (file for kind in ("*.at", ".*.partial") for file in self._work.parts.glob(kind))
        for file in stale:
            file.unlink(missing_ok=True)
        for piece in self._pieces:
            receipt = _read(Receipt, self._work.part(piece.number).with_suffix(".json"))
            if receipt is not None:
                self._receive(receipt)
        for plan in self._filling.plans:
            shard = _read(Shard, (self._work.parts / plan.name).with_suffix(".json"))
            file = self._work.folder / plan.name
            if shard is not None and file.is_file() and file.stat().st_size == shard.bytes:
                self.shards[plan.number] = shard
        for number, receipt in self.receipts.items():
            path = self._work.part(number)
            if not self._needed(number):
                path.unlink(missing_ok=True)
            elif receipt.sha256 and not _is_whole(path, receipt):
                continue
            self._parts.add(number)

    @property
    def status(self) -> Status:
        """How far the run is."""
        motion_s = self._frames / self._work.layout.rate_hz
        return Status(self._clips, self._total, motion_s, self._failed)

    @property
    def in_order(self) -> list[Receipt]:
        """What is done, by the order of the clips."""
        return [receipt for _, receipt in sorted(self.receipts.items())]

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self._next == len(self._pieces) and len(self.shards) == len(self._filling.plans)

    @property
    def ended_early(self) -> list[Piece]:
        """Pieces that a worker began and did not end."""
        begun = (p for p in self._pieces if p.number not in self._parts)
        return [p for p in begun if self._work.part(p.number).with_suffix(".at").exists()]

    def tasks(self) -> Iterator[Task]:
        """All that can be done now, shards first; what comes in meanwhile adds to it."""
        handed: set[int] = set()
        pieces = (piece for piece in self._pieces if piece.number not in self._parts)
        while True:
            plan = self._ready(handed)
            if plan is not None:
                handed.add(plan.number)
                yield self._task(assemble, plan)
                continue
            piece = next(pieces, None)
            if piece is None:
                return
            yield self.make(piece)

    def make(self, piece: Piece) -> Task:
        """What a worker does for a piece."""
        return self._task(make_piece, piece)

    def _task(self, function: Callable[[Work, Any], Any], what: Any) -> Task:
        return partial(attempt, self._work, function, what)

    def _ready(self, handed: set[int]) -> ShardPlan | None:
        """A shard whose parts are all there."""
        for plan in self._filling.plans:
            waits = plan.number not in self.shards and plan.number not in handed
            if waits and all(span.piece in self._parts for span in plan.spans):
                return plan
        return None

    def take(self, result: Receipt | Shard) -> None:
        """Take what a worker has made. Parts that no shard needs any more are removed."""
        if isinstance(result, Receipt):
            self._receive(result)
            self._parts.add(result.piece)
            return
        number = int(Path(result.file).stem.split("-")[1])
        self.shards[number] = result
        for span in self._filling.plans[number].spans:
            if not self._needed(span.piece):
                self._work.part(span.piece).unlink(missing_ok=True)

    def _receive(self, receipt: Receipt) -> None:
        before = self.receipts.get(receipt.piece)
        if before is not None:
            if before != receipt:
                first = self._pieces[receipt.piece].clips[0]
                raise CorpusError(
                    f"{first.path}: this clip or one of the next {receipt.clips - 1} is not what "
                    "it was when the run was stopped; start again with --overwrite"
                )
            return
        self.receipts[receipt.piece] = receipt
        self._clips += receipt.clips
        self._frames += sum(receipt.frames)
        self._failed += len(receipt.skipped)
        for key in receipt.keys:
            if key in self._keys:
                raise CorpusError(
                    f"{self._work.config.out}: clip {key!r}: the key is already in the corpus"
                )
            self._keys.add(key)
        while self._next in self.receipts:
            self._filling.add(self.receipts[self._next])
            self._next += 1
            if self._next == len(self._pieces):
                self._filling.close()

    def _needed(self, piece: int) -> bool:
        """Whether a shard that is not whole takes clips of a piece."""
        return piece >= self._next or not self._filling.shards_of[piece] <= self.shards.keys()


def _read(model: type[_Model], path: Path) -> _Model | None:
    """A receipt; none where it is missing or torn."""
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _is_whole(path: Path, receipt: Receipt) -> bool:
    """Whether a part is there as its receipt tells."""
    with suppress(OSError):
        return file_digest(path) == receipt.sha256
    return False
