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
from imusim.corpus.layout import Layout, this_run
from imusim.corpus.manifest import REPAIR, Manifest, Shard
from imusim.corpus.mend import (
    Repair,
    Tell,
    foreign,
    locked,
    place,
    put_back,
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

    try:
        with locked(folder):
            manifests, problems = examine(folder, progress)

            def mend(manifest: Manifest) -> None:
                damaged = _mend(folder, manifest, problems, note)
                if damaged:
                    _Remake(folder, manifest, workers).all(damaged, find, paths, note)

            if len(manifests) > 1:  # shards that are whole may tell which of them is right
                for manifest in manifests:
                    with contextlib.suppress(CorpusError):
                        mend(manifest)
                manifests, problems = examine(folder, progress)
            if len(manifests) != 1:
                raise CorpusError(str(problems[0]))
            mend(manifests[0])
            restore_manifest(folder, manifests[0], note)
    except OSError as error:
        raise disk_error(folder, error) from error
    lasting = [p for p in problems if p.kind == "content" or _in_both(p)]
    if lasting:
        raise CorpusError(f"{lasting[0]}; it was so when it was made: make the corpus again")
    return done


def _mend(folder: Path, manifest: Manifest, problems: Sequence[Problem], tell: Tell) -> list[Shard]:
    """Do what needs no motion; the shards that are left to be made again."""
    names = {p.file.name for p in problems if p.kind in ("missing", "truncated", "changed")}
    damaged = [shard for shard in manifest.shards if shard.file in names]
    damaged = put_back(folder, damaged, foreign(problems), tell)
    for path in foreign(problems):
        remove(path, tell)
    return damaged


def _in_both(problem: Problem) -> bool:
    """Whether a problem of the manifest is one of both copies."""
    return problem.kind == "manifest" and REPAIR not in problem.message


class _Remake:
    """Makes shards of a corpus again, as it says they were made."""

    def __init__(self, folder: Path, manifest: Manifest, workers: int):
        self.folder = folder
        self.manifest = manifest
        self.workers = workers
        self.layout = Layout(
            manifest.sensors,
            manifest.joints,
            manifest.rate_hz,
            manifest.runs,
            manifest.devices,
            manifest.channels,
        )

    def all(self, damaged: Sequence[Shard], find: Find, paths: Sequence[str], tell: Tell) -> None:
        """Replace the shards. Raises CorpusError where one is not what it was."""
        runs = len(self.manifest.runs)
        if runs > 1:
            raise CorpusError(
                f"{self._which(damaged)} cannot be made again alone: the corpus was merged from "
                f"{runs} runs; repair those corpora and merge them again"
            )
        other: list[Shard] = []
        try:
            with tempfile.TemporaryDirectory() as scratch:
                run, sensors = self.manifest.runs[0], self.manifest.sensors
                config = recorded_config(run, sensors, paths, Path(scratch))
                inputs, plan = find(config), plan_sensors(config)
                made = self._made(inputs.clips, plan)
                for shard in damaged:
                    records = self._records(shard, made, inputs, config, plan)
                    other += [] if self._remake(shard, records, tell) else [shard]
        except ImusimError as error:
            raise CorpusError(f"{self._which(damaged)} cannot be made again: {error}") from error
        if other:
            raise CorpusError(f"{self._which(other)} cannot be made again as before: {self._why()}")

    def _which(self, shards: Sequence[Shard]) -> str:
        more = f" and {len(shards) - 1} more" if len(shards) > 1 else ""
        return f"{self.folder / shards[0].file}{more}"

    def _made(self, clips: Sequence[ClipRef], plan: SensorPlan) -> list[ClipRef]:
        """The clips of which the corpus holds draws."""
        skipped = {skip.clip for skip in self.manifest.skipped}
        made = [clip for clip in clips if clip.key not in skipped]
        count, draws = self.manifest.counts.clips, plan.rotations.draws
        if len(made) * draws != count:
            raise CorpusError(
                f"it holds {count:,} clips, and what is found now gives {len(made) * draws:,}; "
                "name the files that it was made from: `imusim repair CORPUS PATH ...`"
            )
        return made

    def _records(
        self, shard: Shard, made: Sequence[ClipRef], inputs: Inputs, config: GenerateConfig,
        plan: SensorPlan,
    ) -> Iterator[ClipRecord]:  # fmt: skip
        """The clips of a shard in their order."""
        before = self.manifest.shards[: self.manifest.shards.index(shard)]
        draws = plan.rotations.draws
        number = sum(s.clips for s in before)
        last = number + shard.clips
        clips = made[number // draws : -(-last // draws)]
        number -= number % draws
        tasks = (
            delayed(_draws)(clip, inputs.read, inputs.body_for, config, plan) for clip in clips
        )
        parallel = Parallel(n_jobs=min(self.workers, len(clips)), return_as="generator")
        for records in cast("Iterable[list[ClipRecord]]", parallel(tasks)):
            for record in records:
                if last - shard.clips <= number < last:
                    yield record
                number += 1

    def _remake(self, shard: Shard, records: Iterator[ClipRecord], tell: Tell) -> bool:
        """Make a shard; whether it is what it was, and so took its place."""
        new = self.folder / f".{shard.file}.made"
        writer = ShardWriter(new, self.layout, self.folder / f".{shard.file}.partial")
        try:
            for record in records:
                writer.add(checked(record, self.layout))
            digest, _ = writer.finish()
        except BaseException:
            writer.abandon()
            raise
        if digest != shard.sha256:
            new.unlink()
            return False
        place(new, self.folder / shard.file, tell)
        tell(Repair(self.folder / shard.file, "made again"))
        return True

    def _why(self) -> str:
        then, now = self.manifest.runs[0].created_with, this_run({}).created_with
        others = [
            f"{k} {v} (here {now.get(k, 'none')})" for k, v in then.items() if now.get(k) != v
        ]
        if others:
            return f"it was made with {', '.join(others)}; nothing of it was replaced"
        return (
            "the versions are the same, so the motion or the body models that were read have "
            "changed, or this machine computes otherwise; nothing of it was replaced"
        )


def _draws(
    clip: ClipRef, read: Callable[[ClipRef], Motion], body_for: BodyMaker, config: GenerateConfig,
    plan: SensorPlan,
) -> list[ClipRecord]:  # fmt: skip
    return [record for record, _ in _make(clip, read, body_for, config, plan)]
