"""Makes again what is damaged in a corpus, from the settings and seeds that it records."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, cast

from joblib import Parallel, delayed

from imusim.body import BodyMaker
from imusim.corpus import ClipRecord
from imusim.corpus.check import checked
from imusim.corpus.hdf5 import clean
from imusim.corpus.layout import Layout, this_run
from imusim.corpus.manifest import REPAIR, Manifest, Shard
from imusim.corpus.mend import (
    Repair,
    Tell,
    foreign,
    locked,
    place,
    put_back,
    recounted,
    remove,
    restore_manifest,
)
from imusim.corpus.shard import ShardWriter
from imusim.corpus.staging import disk_error
from imusim.corpus.verify import ByteProgress, Problem, examine
from imusim.errors import CorpusError, ImusimError
from imusim.motion import ClipRef, Motion
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.recorded import recorded_config
from imusim.pipeline.run import _make
from imusim.pipeline.sensors import SensorPlan, plan_sensors


class Inputs(Protocol):
    """What a configuration names, found: clips in their order, and how to read them."""

    @property
    def clips(self) -> Sequence[ClipRef]:
        """All of them."""
        ...

    @property
    def read(self) -> Callable[[ClipRef], Motion]:
        """A clip as a Motion."""
        ...

    @property
    def body_for(self) -> BodyMaker:
        """The body that wears a motion of a shape."""
        ...


DAMAGED = ("missing", "truncated", "changed")
"""Kinds of problems of shards that are not what they were."""

Find = Callable[[GenerateConfig], Inputs]


def repair(
    folder: Path | str,
    find: Find,
    *,
    paths: Sequence[str] = (),
    workers: int = 1,
    progress: ByteProgress | None = None,
    tell: Tell = lambda _: None,
) -> list[Repair]:
    """Mend a corpus: what is sound in it is not touched, and nothing is lost.

    A damaged copy of the manifest is restored from the other; shards under a wrong name get
    their own; foreign files are moved to a folder beside; and damaged shards are made again. A
    shard is replaced only by one whose SHA-256 is the manifest's.

    Parameters
    ----------
    folder : Path or str
    find : callable
        Finds what a configuration names, as :func:`imusim.api.prepare` does.
    paths : sequence of str
        Where the motion lies now, if it is not where the corpus says.
    workers : int
        Processes that make clips.
    progress : callable, optional
        ``progress(bytes done, bytes in all)`` of the examination.
    tell : callable, optional
        Called with each thing that was done, when it was.

    Returns
    -------
    list of Repair
        Empty for a sound corpus.

    Raises
    ------
    CorpusError
        If something cannot be mended: one line that says what, and why. The rest is mended.
    """
    folder = Path(folder)
    done: list[Repair] = []

    def note(what: Repair) -> None:
        done.append(what)
        tell(what)

    remake = _Remake(folder, find, paths, workers, note)
    try:
        with locked(folder):
            manifests, problems = examine(folder, progress)
            if len(manifests) > 1:  # when all shards are whole they may tell which is right
                for manifest in manifests:
                    with contextlib.suppress(CorpusError):
                        remake.all(manifest, _mend_files(folder, manifest, problems, note))
                manifests, problems = examine(folder, progress)
                if not any(problem.kind in DAMAGED for problem in problems):
                    manifests = tuple({recounted(folder, m).text(): m for m in manifests}.values())
            if len(manifests) != 1:
                raise CorpusError(str(problems[0]))
            if problems:
                _mend(folder, manifests[0], problems, remake, note)
    except OSError as error:
        raise disk_error(folder, error) from error
    return done


def _mend(
    folder: Path, manifest: Manifest, problems: Sequence[Problem], remake: _Remake, tell: Tell
) -> None:
    """Mend all that is wrong. Raises CorpusError for what lasts."""
    damaged = _mend_files(folder, manifest, problems, tell)
    wrong = [p for p in problems if p.kind == "manifest" and REPAIR not in p.message]
    stated = manifest
    manifest = recounted(folder, stated, damaged) if wrong else stated
    restore_manifest(folder, manifest, tell)
    remake.all(manifest, damaged)
    if wrong and damaged:
        manifest = recounted(folder, manifest)
        restore_manifest(folder, manifest, tell)
    lasting = [p for p in problems if p.kind == "content"]
    lasting += wrong if manifest == stated else []
    if lasting:
        raise CorpusError(f"{lasting[0]}; it was so when it was made: make the corpus again")


def _mend_files(
    folder: Path, manifest: Manifest, problems: Sequence[Problem], tell: Tell
) -> list[Shard]:
    """Put shards and foreign files where they belong; the shards that are to be made again."""
    names = {problem.file.name for problem in problems if problem.kind in DAMAGED}
    damaged = [shard for shard in manifest.shards if shard.file in names]
    left = put_back(folder, damaged, foreign(problems), tell)
    for path in foreign(problems):
        remove(path, tell)
    return left


class _Remake:
    """Makes shards of a corpus again, as it says they were made."""

    def __init__(self, folder: Path, find: Find, paths: Sequence[str], workers: int, tell: Tell):
        self.folder = folder
        self.find = find
        self.paths = paths
        self.workers = workers
        self.tell = tell

    def all(self, manifest: Manifest, damaged: Sequence[Shard]) -> None:
        """Replace damaged shards. Raises CorpusError where one cannot be what it was."""
        if not damaged:
            return
        runs = len(manifest.runs)
        if runs > 1:
            raise CorpusError(
                f"{self._which(damaged)} cannot be made again alone: the corpus was merged from "
                f"{runs} runs; repair those corpora and merge them again"
            )
        try:
            with tempfile.TemporaryDirectory() as scratch:
                config = recorded_config(
                    manifest.runs[0], manifest.sensors, self.paths, Path(scratch)
                )
                maker = _Maker(manifest, config, self.find(config), self.workers)
                other = [shard for shard in damaged if not self._remake(shard, maker)]
        except ImusimError as error:
            raise CorpusError(f"{self._which(damaged)} cannot be made again: {error}") from error
        if other:
            why = f"{_why(manifest)}; nothing of it was replaced"
            raise CorpusError(f"{self._which(other)} cannot be made again as before: {why}")

    def _which(self, shards: Sequence[Shard]) -> str:
        more = f" and {len(shards) - 1} more" if len(shards) > 1 else ""
        return f"{self.folder / shards[0].file}{more}"

    def _remake(self, shard: Shard, maker: _Maker) -> bool:
        """Make a shard; whether it is what it was, and so took its place."""
        new = self.folder / f".{shard.file}.made"
        writer = ShardWriter(new, maker.layout, self.folder / f".{shard.file}.partial")
        try:
            for record in maker.records(shard):
                writer.add(record)
            digest, _ = writer.finish()
        except BaseException:
            writer.abandon()
            raise
        if digest != shard.sha256:
            new.unlink()
            return False
        place(new, self.folder / shard.file, self.tell)
        self.tell(Repair(self.folder / shard.file, "made again"))
        return True


class _Maker:
    """Makes the clips of a corpus again, shard by shard."""

    def __init__(self, manifest: Manifest, config: GenerateConfig, inputs: Inputs, workers: int):
        self.layout = Layout(
            manifest.sensors,
            manifest.joints,
            manifest.rate_hz,
            manifest.runs,
            manifest.devices,
            manifest.channels,
        )
        self._shards = manifest.shards
        self._workers = workers
        self._inputs = inputs
        self._config = config
        self._plan = plan_sensors(config)
        skipped = {skip.clip for skip in manifest.skipped}
        self._clips = [clip for clip in inputs.clips if clean(clip.key) not in skipped]
        given = len(self._clips) * self._plan.rotations.draws
        held = sum(shard.clips for shard in manifest.shards)
        if given != held:
            raise CorpusError(
                f"the corpus holds {held:,} clips, and the motion found now gives {given:,}; say "
                "where it is: `imusim repair CORPUS PATH ...`"
            )

    def records(self, shard: Shard) -> Iterator[ClipRecord]:
        """The clips of a shard in their order. Raises MotionError."""
        draws = self._plan.rotations.draws
        first = sum(s.clips for s in self._shards[: self._shards.index(shard)])
        last = first + shard.clips
        clips = self._clips[first // draws : -(-last // draws)]
        make, job = delayed(_draws), self._inputs
        tasks = (make(clip, job.read, job.body_for, self._config, self._plan) for clip in clips)
        parallel = Parallel(n_jobs=min(self._workers, len(clips)), return_as="generator")
        number = first - first % draws
        for records in cast("Iterable[list[ClipRecord]]", parallel(tasks)):
            for record in records:
                if first <= number < last:
                    yield checked(record, self.layout)
                number += 1


def _draws(
    clip: ClipRef, read: Callable[[ClipRef], Motion], body_for: BodyMaker, config: GenerateConfig,
    plan: SensorPlan,
) -> list[ClipRecord]:  # fmt: skip
    return [record for record, _ in _make(clip, read, body_for, config, plan)]


def _why(manifest: Manifest) -> str:
    """Why a shard may come out otherwise than it did."""
    then, now = manifest.runs[0].created_with, this_run({}).created_with
    differ = [name for name, version in then.items() if now.get(name) != version]
    if differ:
        return "it was made with " + ", ".join(f"{n} {then[n]} (here {now.get(n)})" for n in differ)
    return (
        "the versions are the same, so the motion or the body models have changed, or this "
        "machine computes otherwise"
    )
