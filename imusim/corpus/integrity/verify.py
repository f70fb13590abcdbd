"""Holds a corpus against its manifest and its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

import h5py
import numpy as np

from imusim.corpus import schema
from imusim.corpus.codecs import open_shard
from imusim.corpus.hdf5 import dataset, texts
from imusim.corpus.integrity.content import shard_problems
from imusim.corpus.manifest import (
    MANIFESTS,
    REPAIR,
    Manifest,
    Shard,
    file_digest,
    read_manifest,
)
from imusim.corpus.paraphrases import PARAPHRASES
from imusim.corpus.staging import first_line
from imusim.corpus.videos import VIDEOS
from imusim.errors import CorpusError

Kind = Literal["missing", "truncated", "changed", "content", "manifest", "counts", "foreign"]
"""A shard that is not there, is too short, has other bytes than it had, or never held what it
should; a copy of the manifest that is damaged; a manifest that contradicts itself or its shards;
a file that no manifest names."""

ByteProgress = Callable[[int, int], None]
"""``progress(bytes done, bytes in all)``, called some times a second."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a corpus; as text, one line.

    Parameters
    ----------
    kind : str
        One of :data:`Kind`.
    file : Path
        The file at fault.
    message : str
        What is wrong with it.
    """

    kind: Kind
    file: Path
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


class Findings(NamedTuple):
    """What an examination of a corpus found.

    ``manifests`` are those to trust: none, one, or two that contradict each other though the
    shards tell against neither.
    """

    manifests: tuple[Manifest, ...]
    problems: list[Problem]


def verify(folder: Path | str, progress: ByteProgress | None = None) -> list[Problem]:
    """List what is wrong with a corpus.

    A shard whose bytes are not those of the manifest is not opened, and what follows from a
    fault is not told again. Memory is bounded by a block of frames and a shard's clip table.

    Parameters
    ----------
    folder : Path or str
    progress : callable, optional

    Returns
    -------
    list of Problem
        Empty for a good corpus.
    """
    return examine(Path(folder), progress).problems


def examine(folder: Path, progress: ByteProgress | None = None) -> Findings:
    """As :func:`verify`, and which manifest is to be trusted."""
    twins, problems = _read_twins(folder)
    if not twins:
        return Findings((), problems)
    seen = {name: _held_against(folder / name, twin, progress) for name, twin in twins.items()}
    good = min(seen, key=lambda name: len(seen[name]))
    problems += seen[good]
    trusted = [twins[good]]
    for name in seen.keys() - {good}:  # they differ: the shards tell which is right
        undecided = len(seen[name]) == len(seen[good])
        trusted += [twins[name]] if undecided else []
        remedy = "the shards fit both: remove the wrong one" if undecided else REPAIR
        message = f"is not the same as {good}, though its own SHA-256 is right; {remedy}"
        problems.insert(0, Problem("manifest", folder / name, message))
    return Findings(tuple(trusted), problems)


def _read_twins(folder: Path) -> tuple[dict[str, Manifest], list[Problem]]:
    """The manifest by the name of its copy; both where they differ. And what is wrong with them."""
    twins: dict[str, Manifest] = {}
    problems: list[Problem] = []
    for name in MANIFESTS:
        try:
            found = read_manifest(folder, name)
        except CorpusError as error:
            problems.append(_of_manifest(folder, name, error))
            continue
        if found not in twins.values():
            twins[name] = found
    if not twins:
        problems = [_lost(problem) for problem in problems]
        if len({problem.message for problem in problems}) == 1:
            problems = problems[:1]  # no such folder, no corpus, another version
    return twins, problems


def _of_manifest(folder: Path, name: str, error: CorpusError) -> Problem:
    for place in (folder / name, folder):
        message = str(error).removeprefix(f"{place}: ")
        if message != str(error):
            return Problem("manifest", place, message)
    return Problem("manifest", folder / name, str(error))


def _lost(problem: Problem) -> Problem:
    """A problem of one copy where the other is no better."""
    remedy = "so is its other copy: make the corpus again"
    return replace(problem, message=problem.message.replace(REPAIR, remedy))


def _held_against(path: Path, manifest: Manifest, progress: ByteProgress | None) -> list[Problem]:
    """What is wrong with a corpus if the manifest at the path is right."""
    check = _Check(path, manifest, progress or (lambda *_: None))
    problems = [problem for shard in manifest.shards for problem in check.shard(shard)]
    own = [Problem("counts", path, fault) for fault in _contradictions(manifest, check)]
    return [*own, *problems, *_strangers(path.parent, manifest)]


class _Check:
    """The shards of a corpus, one after another, and what they hold together."""

    def __init__(self, path: Path, manifest: Manifest, progress: ByteProgress):
        self.path = path
        self.manifest = manifest
        self.whole = True
        """Whether every shard so far could be read."""
        self.captions = 0
        self.miscounted = False
        """Whether the manifest's numbers of a shard are not the shard's."""
        self._keys: dict[str, str] = {}
        self._progress = progress
        # Every byte is read twice: for the digest, and for what it means.
        self._total = 2 * sum(shard.bytes for shard in manifest.shards)
        self._done = 0

    def shard(self, shard: Shard) -> Iterator[Problem]:
        """What is wrong with a shard."""
        start = self._done
        path = self.path.parent / shard.file
        found = self._bytes_problem(path, shard)
        self._at(start + shard.bytes)
        if found is None:
            try:
                with open_shard(path) as file:
                    yield from self._content(file, path, shard)
            except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
                message = f"not a readable shard: {first_line(error)}"
                found = Problem("content", path, message)
        if found is not None:
            self.whole = False
            yield found
        self._at(start + 2 * shard.bytes)

    def _at(self, done: int) -> None:
        self._done = done
        self._progress(done // 2, self._total // 2)

    def _bytes_problem(self, path: Path, shard: Shard) -> Problem | None:
        try:
            size = path.stat().st_size
            if size != shard.bytes:
                kind = "truncated" if size < shard.bytes else "changed"
                message = f"{size} bytes where the manifest says {shard.bytes}"
                return Problem(kind, path, message)
            start = self._done
            sha256 = file_digest(path, lambda count: self._at(start + count))
        except FileNotFoundError:
            return Problem("missing", path, "the shard is missing")
        except OSError as error:
            return Problem("changed", path, f"cannot be read: {error.strerror or error}")
        if sha256 == shard.sha256:
            return None
        message = "its SHA-256 is not the manifest's: the file was changed or damaged"
        return Problem("changed", path, message)

    def _content(self, file: h5py.File, path: Path, shard: Shard) -> Iterator[Problem]:
        keys = texts(file, f"{schema.CLIPS}/key")
        held = {"clips": len(keys), "frames": len(dataset(file, schema.ACCELEROMETER))}
        for name, count in held.items():
            if count != getattr(shard, name):
                self.miscounted = True
                message = f"says {getattr(shard, name)} {name} of {shard.file}, which holds {count}"
                yield Problem("counts", self.path, message)
        shard = shard.model_copy(update=held)  # the rest is held against what it does hold
        for message in shard_problems(file, shard, self.manifest):
            yield Problem("content", path, message)
        for key in keys:
            if key in self._keys:
                yield Problem("content", path, f"clip {key!r} is also in {self._keys[key]}")
            self._keys[key] = shard.file
        if schema.CAPTION_TEXT in file:
            self.captions += len(dataset(file, schema.CAPTION_TEXT))


def _strangers(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Files of a corpus's folder that its manifest does not name."""
    own = {*MANIFESTS, PARAPHRASES, VIDEOS, *(shard.file for shard in manifest.shards)}
    for path in sorted(folder.iterdir()):
        if path.name not in own:
            message = "not in the manifest; `imusim repair` moves it out of the way"
            yield Problem("foreign", path, message)


def _contradictions(manifest: Manifest, check: _Check) -> Iterator[str]:
    """Where the manifest contradicts itself, or what its shards hold together."""
    counts = manifest.counts
    for name in ("clips", "frames"):
        listed = sum(getattr(shard, name) for shard in manifest.shards)
        if listed != getattr(counts, name) and not check.miscounted:
            yield f"counts {getattr(counts, name)} {name}; its shards add up to {listed}"
    if check.whole and check.captions != counts.captions:
        yield f"counts {counts.captions} captions; the shards hold {check.captions}"
    duration = counts.frames / manifest.rate_hz
    if not np.isclose(duration, manifest.duration_s, rtol=1e-9):
        yield f"duration_s is {manifest.duration_s}; the frames last {duration}"
    files = [shard.file for shard in manifest.shards]
    if len(set(files)) != len(files):
        yield "names a shard twice"
    for name in ("sensors", "devices"):
        if len(set(getattr(manifest, name))) != len(getattr(manifest, name)):
            yield f"names one of its {name} twice"
    if len(manifest.joints) != len(manifest.sensors):
        yield f"{len(manifest.sensors)} sensors on {len(manifest.joints)} joints"
