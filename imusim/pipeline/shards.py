"""Shards out of parts: which clips each holds, and how a worker puts it together."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from imusim.corpus.check import checked
from imusim.corpus.layout import Layout
from imusim.corpus.manifest import Shard
from imusim.corpus.records import read_records
from imusim.corpus.shard import ShardWriter
from imusim.corpus.staging import sync_folder
from imusim.pipeline.work import Receipt, Span, Work, own_partial, write_whole


class ShardPlan(NamedTuple):
    """A shard to be: its number and the clips that it holds."""

    number: int
    spans: tuple[Span, ...]

    @property
    def name(self) -> str:
        """Name of its file."""
        return f"shard-{self.number:05d}.h5"


class Filling:
    """Fills shards with clips in their order, as receipts of consecutive pieces come in."""

    def __init__(self, layout: Layout):
        self._layout = layout
        self._spans: list[Span] = []
        self._frames = 0
        self.plans: list[ShardPlan] = []
        self.shards_of: defaultdict[int, set[int]] = defaultdict(set)
        """Of each piece, the shards that need its part."""

    def add(self, receipt: Receipt) -> None:
        """Take the clips of the next piece."""
        for row, frames in enumerate(receipt.frames):
            if self._spans and not self._layout.fits(self._frames + frames):
                self.close()
            if self._spans and self._spans[-1].piece == receipt.piece:
                self._spans[-1] = self._spans[-1]._replace(last=row + 1)
            else:
                self._spans.append(Span(receipt.piece, row, row + 1))
            self._frames += frames
            self.shards_of[receipt.piece].add(len(self.plans))

    def close(self) -> None:
        """End the shard that is being filled, if it has clips."""
        if self._spans:
            self.plans.append(ShardPlan(len(self.plans), tuple(self._spans)))
            self._spans, self._frames = [], 0


def assemble(work: Work, plan: ShardPlan) -> Shard:
    """Put a shard together from parts; it is on the disk, and has its name, when this returns.

    Raises
    ------
    OSError
        If the disk does not take it, or a part is not there.
    """
    path = work.folder / plan.name
    writer = ShardWriter(path, work.layout, own_partial(work.parts / plan.name))
    try:
        for span in plan.spans:
            for record in read_records(work.part(span.piece), span.first, span.last):
                writer.add(checked(record, work.layout))
        finished = writer.finish()
    except BaseException:
        writer.abandon()
        raise
    sync_folder(work.folder)
    shard = Shard(
        file=plan.name,
        sha256=finished.sha256,
        bytes=finished.bytes,
        clips=writer.clips,
        frames=writer.frames,
    )
    write_whole((work.parts / plan.name).with_suffix(".json"), shard.model_dump_json())
    return shard
