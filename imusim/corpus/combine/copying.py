"""Clips out of corpora that are, into corpora in the making."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from imusim.corpus.counts import Counted
from imusim.corpus.manifest import Manifest, Run, file_digest
from imusim.corpus.reader import Corpus
from imusim.corpus.records import read_records
from imusim.corpus.schema import ClipRecord
from imusim.corpus.staging import first_line
from imusim.corpus.writer import CorpusWriter
from imusim.errors import CorpusError

Progress = Callable[[int], None]
"""``progress(clips done)``, called after every clip."""


def sound_records(corpus: Corpus) -> Iterator[ClipRecord]:
    """The clips of a corpus, each shard held against its digest before it is read.

    Raises
    ------
    CorpusError
        For a shard that is missing or damaged: a copy would hide it under a digest of its own.
    """
    for shard in corpus.manifest.shards:
        path = corpus.folder / shard.file
        try:
            if file_digest(path) != shard.sha256:
                raise CorpusError(f"{path}: the shard is damaged; see `imusim verify`")
            yield from read_records(path)
        except FileNotFoundError:
            raise CorpusError(f"{path}: the shard is missing; see `imusim verify`") from None
        except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CorpusError(f"{path}: cannot be read ({first_line(error)})") from error


def alone(clip: ClipRecord) -> ClipRecord:
    """A clip with arrays of its own.

    Clips that were read together share their memory: one that waits to be written, while those
    beside it went elsewhere, would hold all of it.
    """
    arrays = {
        field.name: value.copy()
        for field in fields(clip)
        if isinstance(value := getattr(clip, field.name), np.ndarray)
    }
    channels = {name: values.copy() for name, values in clip.channels.items()}
    return replace(clip, **arrays, channels=channels)


def writer_like(
    manifest: Manifest,
    folder: Path,
    overwrite: bool,
    shard_size_bytes: int,
    runs: Sequence[Run] | None = None,
    devices: Sequence[str] | None = None,
    counted: Mapping[str, Counted] | None = None,
) -> CorpusWriter:
    """A writer of clips as another corpus has them.

    Of its runs, devices and counts, or of others.
    """
    return CorpusWriter(
        folder,
        manifest.sensors,
        manifest.rate_hz,
        {},
        overwrite,
        joints=manifest.joints,
        runs=manifest.runs if runs is None else runs,
        devices=manifest.devices if devices is None else devices,
        channels=manifest.channels,
        shard_size_bytes=shard_size_bytes,
        counted=manifest.counted if counted is None else counted,
        codec=manifest.codec,
    )
