"""One corpus through one writer, into a folder that appears when it is whole."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imusim.corpus import Corpus
from imusim.corpus.layout import SHARD_SIZE_BYTES
from imusim.corpus.sink import interrupts_held_back
from imusim.corpus.staging import Kind, Staging, disk_error
from imusim.export.card import CARD, FACTS, Tally, card, facts, facts_text
from imusim.export.formats import FORMATS, Format, Writer, find_format
from imusim.export.pieces import Pieces
from imusim.export.plan import Plan, plan_export

Progress = Callable[[int], None]
"""Called with the number of clips that are done."""

EXPORT = Kind(
    "export",
    FACTS,
    re.compile("|".join([re.escape(FACTS), re.escape(CARD), *(f.files for f in FORMATS.values())])),
)


@dataclass(frozen=True)
class Exported:
    """What an export made.

    Parameters
    ----------
    folder : Path
    clips, examples, files, bytes : int
    motion_s : float
        Length of the clips together, s.
    licences : tuple of str
        Of the motions and the bodies, each once; empty text: not stated.
    use : str
        What these allow together, in a sentence.
    notes : tuple of str
        What the user should know.
    """

    folder: Path
    clips: int
    examples: int
    files: int
    bytes: int
    motion_s: float
    licences: tuple[str, ...]
    use: str
    notes: tuple[str, ...]


def export_corpus(
    corpus: Corpus | Path | str,
    to: str,
    out: Path | str,
    *,
    sensors: Sequence[str] | None = None,
    channels: Sequence[str] = (),
    window_s: float | None = None,
    shard_bytes: int = SHARD_SIZE_BYTES,
    overwrite: bool = False,
    bodies: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write a corpus in another layout. The same corpus gives the same bytes.

    Parameters
    ----------
    corpus : Corpus or path
    to : str
        One of :data:`imusim.export.FORMATS`.
    out : path
        Folder to write; it appears whole or not at all.
    sensors : sequence of str, optional
        Which sensors, in this order; ``None``: all.
    channels : sequence of str
        Of the corpus's channels, or ``all``.
    window_s : float, optional
        Cut clips to windows of this length, s; a clip's last holds what is left.
    shard_bytes : int
        Largest size of a file that holds many examples; an example is never split.
    overwrite : bool
        Replace an export that is there.
    bodies : mapping of str to str, optional
        Licences of the model files that bodies came from, by the body's name.
    progress : callable, optional

    Raises
    ------
    ConfigError
        For an unknown format, sensor or channel, or what the layout cannot hold.
    CorpusError
        If the corpus cannot be read, the folder is not empty, or the disk is full.
    MissingExtraError
        If the layout needs a package that is not installed.
    """
    if not isinstance(corpus, Corpus):
        with Corpus(corpus) as opened:
            return export_corpus(
                opened, to, out, sensors=sensors, channels=channels, window_s=window_s,
                shard_bytes=shard_bytes, overwrite=overwrite, bodies=bodies,
                progress=progress,
            )  # fmt: skip
    form = find_format(to)
    plan = plan_export(corpus, sensors, channels, window_s, shard_bytes)
    staging = Staging(Path(out), overwrite, EXPORT)
    try:
        done = _written(form, plan, Tally(bodies or {}), staging.path, progress)
        _sync()
        staging.publish()
    except OSError as error:
        raise disk_error(Path(out), error, EXPORT.noun) from error
    finally:
        staging.discard()
    return replace(done, folder=Path(out))


def _written(
    form: Format, plan: Plan, tally: Tally, folder: Path, progress: Progress | None
) -> Exported:
    """Write all files of an export into a folder."""
    writer = form.writer(plan, folder)
    try:
        _write(plan, writer, tally, progress)
        notes = writer.finish()
    except BaseException:
        with contextlib.suppress(Exception):  # the first failure is the one to tell
            writer.close()
        raise
    values = facts(form, plan, tally, writer.examples)
    (folder / CARD).write_bytes(card(form, plan, tally, writer).encode())
    (folder / FACTS).write_bytes(facts_text(values).encode())
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Exported(
        folder,
        tally.clips,
        writer.examples,
        len([size for size in sizes if size]),  # the lock is empty
        sum(sizes),
        tally.frames / plan.corpus.rate_hz,
        tuple(tally.licences),
        tally.terms.use,
        tuple(notes),
    )


def _write(plan: Plan, writer: Writer, tally: Tally, progress: Progress | None) -> None:
    pieces = Pieces(plan)
    for clip in plan.corpus:
        with interrupts_held_back():  # one that comes amid HDF5's bookkeeping would be lost
            for piece in pieces.of(clip):
                writer.add(piece)
                if not piece.start:
                    tally.count(piece.facts, len(clip))
        if progress is not None:
            progress(tally.clips)


def _sync() -> None:
    """Push what was written to the disk: once, for there may be many small files."""
    if hasattr(os, "sync"):
        os.sync()
