"""Mends of a corpus what needs no motion: its manifest, shards out of place, foreign files."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imusim.corpus.codecs import open_shard
from imusim.corpus.hdf5 import dataset
from imusim.corpus.integrity.verify import Problem
from imusim.corpus.manifest import (
    MANIFESTS,
    Counts,
    Manifest,
    Shard,
    file_digest,
    write_manifest,
)
from imusim.corpus.schema import ACCELEROMETER, CAPTION_TEXT, CLIPS
from imusim.corpus.staging import lock, sync_folder
from imusim.errors import CorpusError

REMOVED = ".removed"
"""What the name of the folder beside a corpus ends in that holds its foreign files."""


@dataclass(frozen=True)
class Repair:
    """One thing that was done for a corpus; as text, one line."""

    file: Path
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


Tell = Callable[[Repair], None]


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other repairs out of a folder. Raises CorpusError where there is one."""
    if os.name == "nt" or not folder.is_dir():  # Windows opens no folders
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not lock(handle):
            raise CorpusError(f"{folder}: another repair is at work; wait for it")
        yield
    finally:
        os.close(handle)


def restore_manifest(folder: Path, manifest: Manifest, tell: Tell) -> None:
    """Write both copies of the manifest where one of them is not what it should be."""
    text = manifest.text().encode()
    damaged = []
    for path in (folder / name for name in MANIFESTS):
        if path.is_dir():
            remove(path, tell)
        if not path.is_file() or path.read_bytes() != text:
            damaged.append(path)
    if damaged:
        write_manifest(folder, manifest)
        sync_folder(folder)
    for path in damaged:
        tell(Repair(path, "written anew"))


def put_back(
    folder: Path, damaged: Sequence[Shard], strangers: Sequence[Path], tell: Tell
) -> list[Shard]:
    """Give shards that lie under a wrong name their own; those that are not found are returned.

    A file is known by its size and SHA-256, whatever it is called.
    """
    wanted = {(shard.bytes, shard.sha256): shard for shard in damaged}
    sizes = {shard.bytes for shard in damaged}
    found: list[tuple[Path, Shard]] = []
    for path in (*(folder / shard.file for shard in damaged), *strangers):
        with contextlib.suppress(OSError):  # what cannot be read is no shard
            size = path.stat().st_size
            shard = wanted.pop((size, file_digest(path)), None) if size in sizes else None
            found += [] if shard is None else [(path, shard)]
    # Two shards may have changed places: all leave theirs before one comes.
    aside = [folder / f".{shard.file}.partial" for _, shard in found]
    for (path, _), way in zip(found, aside, strict=True):
        path.rename(way)
    for (path, shard), way in zip(found, aside, strict=True):
        place(way, folder / shard.file, tell)
        tell(Repair(folder / shard.file, f"put back; it was called {path.name}"))
    return list(wanted.values())


def place(file: Path, target: Path, tell: Tell) -> None:
    """Give a file, which is whole, its name in place of what bears it."""
    if target.is_dir():
        remove(target, tell)
    file.replace(target)
    sync_folder(target.parent)


def remove(path: Path, tell: Tell) -> None:
    """Move a foreign file or folder into the folder beside the corpus's; nothing is lost."""
    folder = path.parent.resolve() if path.parent.name in ("", "..") else path.parent
    beside = folder.with_name(folder.name + REMOVED)
    beside.mkdir(exist_ok=True)
    target, number = beside / path.name, 1
    while target.exists() or target.is_symlink():
        number += 1
        target = beside / f"{path.name}.{number}"
    shutil.move(path, target)
    tell(Repair(path, f"moved to {target}"))


def foreign(problems: Sequence[Problem]) -> list[Path]:
    """The foreign files among what is wrong, as far as they are still there."""
    found = [problem.file for problem in problems if problem.kind == "foreign"]
    return [path for path in found if path.exists() or path.is_symlink()]


def recounted(folder: Path, manifest: Manifest, damaged: Sequence[Shard] = ()) -> Manifest:
    """The manifest with the numbers of its shards, but for those that are damaged."""
    shards, captions = [], 0
    for shard in manifest.shards:
        held = {}
        if shard not in damaged:
            with open_shard(folder / shard.file) as file:
                held["clips"] = len(dataset(file, f"{CLIPS}/key"))
                held["frames"] = len(dataset(file, ACCELEROMETER))
                captions += len(dataset(file, CAPTION_TEXT))
        shards.append(shard.model_copy(update=held))
    clips, frames = sum(shard.clips for shard in shards), sum(shard.frames for shard in shards)
    captions = manifest.counts.captions if damaged else captions
    counts = Counts(clips=clips, frames=frames, captions=captions)
    changed = {
        "counts": counts,
        "shards": tuple(shards),
        "duration_s": frames / manifest.rate_hz,
        "sha256": "",
    }
    return Manifest.model_validate_json(manifest.model_copy(update=changed).text())
