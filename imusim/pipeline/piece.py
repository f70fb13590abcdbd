"""One piece in a worker: its clips made, in a part of their own, with a receipt."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from imusim.corpus import ClipRecord
from imusim.corpus.check import checked
from imusim.corpus.shard import Finished, ShardWriter
from imusim.errors import MotionError
from imusim.licences import allowed, why_not
from imusim.motion import BodyShape, ClipRef
from imusim.pipeline.clip import simulate_draws
from imusim.pipeline.work import (
    Inputs,
    Piece,
    Receipt,
    Skipped,
    Work,
    own_partial,
    prepared,
    write_whole,
)

UNCAPTIONED = "no caption (no text beside the file, and its name says nothing)"
NOT_FOLLOWED = "the physics engine could not follow; the kinematic engine served"
DEATHS = 3
"""How often a process may die at a clip before the clip is left out."""


def make_piece(work: Work, piece: Piece) -> Receipt:
    """Make the clips of a piece and write its part, if there are any, and its receipt.

    A clip that fails is left out and told; the others are made. The same piece gives the same
    bytes in any process.

    Raises
    ------
    OSError
        If the disk does not take the part.
    """
    inputs = prepared(work)
    path = work.part(piece.number)
    attempts = _Attempts(path.with_suffix(".at"))
    part = _Part(work, path)
    skipped: list[Skipped] = []
    try:
        for number, clip in enumerate(piece.clips):
            try:
                attempts.begin(number, clip)
                part.add(list(_make(clip, inputs, work)))  # with all its draws or not at all
            except MotionError as error:
                skipped.append(_skip(clip, error, work.base))
        receipt = part.finish(piece, skipped)
    except BaseException:
        part.abandon()
        raise
    write_whole(path.with_suffix(".json"), receipt.model_dump_json())
    attempts.end()
    return receipt


class _Part:
    """The clips of a piece in a file, and what the receipt says of them."""

    def __init__(self, work: Work, path: Path):
        self._work = work
        self._path = path
        self._writer: ShardWriter | None = None
        self._keys: list[str] = []
        self._frames: list[int] = []
        self._captions = 0
        self._notes: Counter[str] = Counter()

    def add(self, made: Sequence[tuple[ClipRecord, str]]) -> None:
        """Write the draws of a clip, each with a note."""
        if self._writer is None:
            self._writer = ShardWriter(self._path, self._work.layout.plain, own_partial(self._path))
        for record, note in made:
            self._writer.add(record)
            self._keys.append(record.key)
            self._frames.append(len(record.valid))
            self._captions += len(record.captions)
            followed = record.engine == self._work.config.engine
            notes = (note, "" if followed else NOT_FOLLOWED, "" if record.captions else UNCAPTIONED)
            self._notes.update(filter(None, notes))

    def finish(self, piece: Piece, skipped: Sequence[Skipped]) -> Receipt:
        """Give the file its name, if it has clips; tell what is in it."""
        finished = Finished("", 0)
        if self._writer is not None:
            finished = self._writer.finish(durable=False)
        return Receipt(
            piece=piece.number,
            clips=len(piece.clips),
            keys=tuple(self._keys),
            frames=tuple(self._frames),
            captions=self._captions,
            skipped=tuple(skipped),
            notes=dict(self._notes),
            sha256=finished.sha256,
            bytes=finished.bytes,
        )

    def abandon(self) -> None:
        """Remove the file."""
        if self._writer is not None:
            self._writer.abandon()


class _Attempts:
    """Notes at which clip a piece is, so that one which ends its process is known the next time.

    A crash in a library, or the system that kills what needs too much memory, leaves no error.
    """

    def __init__(self, path: Path):
        self._path = path
        self._died: Counter[int] = Counter()
        with suppress(OSError, ValueError, KeyError):
            left = json.loads(path.read_text())
            self._died.update({int(number): count for number, count in left["died"].items()})
            self._died[int(left["at"])] += 1

    def begin(self, number: int, clip: ClipRef) -> None:
        """Note the clip that comes next. Raises MotionError if it has ended too many processes."""
        if self._died[number] >= DEATHS:
            raise MotionError(
                f"its process died {DEATHS} times while it was made (out of memory, or a crash "
                "in a library)",
                clip.path,
            )
        self._path.write_text(json.dumps({"at": number, "died": self._died}))

    def end(self) -> None:
        """Forget all of it: the piece is made."""
        self._path.unlink(missing_ok=True)


def _make(clip: ClipRef, inputs: Inputs, work: Work) -> Iterator[tuple[ClipRecord, str]]:
    """One clip's draws, each with a note; whatever its data breaks becomes a named MotionError."""
    config = work.config
    try:
        motion = inputs.read(replace(clip, path=work.base / clip.path))
        licence = motion.provenance.licence
        if work.licences and not allowed(licence, work.licences):
            raise MotionError(why_not(licence, work.licences), clip.path)
        body = inputs.body_for(motion.shape)
        note = "" if motion.shape is None else served(motion.shape, body.shape, config.body)
        for record in simulate_draws(motion, body, config, work.plan):
            yield checked(record, work.layout), note
    except OSError as error:
        raise MotionError(f"cannot be read: {error.strerror or error}", clip.path) from error
    except MemoryError as error:
        raise MotionError("the clip does not fit into memory", clip.path) from error
    except (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise MotionError(f"clip could not be simulated: {reason}", clip.path) from error


def served(stated: BodyShape, made: BodyShape | None, name: str) -> str:
    """What a clip's subject did not get of the shape that its source states; empty if all."""
    if made is None:
        return (
            f"their source states {stated.family} shapes; the {name} body served, with its own "
            f"bones (for the subjects' own: --body {stated.family} --body-models FOLDER)"
        )
    if made.gender != stated.gender:
        return f"no {stated.gender} {name} model: the {made.gender} one served"
    if any(stated.betas) and not made.betas:
        return f"{stated.family} shapes do not carry over to {name}: its mean shape served"
    if any(stated.betas[len(made.betas) :]):
        return f"the {name} model has {len(made.betas)} shape coefficients: the rest left out"
    return ""


def _skip(clip: ClipRef, error: MotionError, base: Path) -> Skipped:
    """What is told of a clip that failed, its place as the user gave it."""
    place = str(clip.path if error.file is None else error.file)
    if error.line:
        place = f"{place}:{error.line}"
    reason = str(error).removeprefix(f"{place}: ")
    given = place if clip.path.is_absolute() else place.removeprefix(f"{base}{os.sep}")
    return Skipped(key=clip.key, place=given, reason=reason)
