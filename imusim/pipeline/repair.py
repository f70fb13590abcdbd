"""Makes again what is damaged in a corpus, from the settings and seeds that it records."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from imusim.corpus.hdf5 import clean
from imusim.corpus.integrity.mend import (
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
from imusim.corpus.integrity.verify import ByteProgress, Problem, examine
from imusim.corpus.layout import Layout, this_run
from imusim.corpus.manifest import Manifest, Shard
from imusim.corpus.staging import PARTS, disk_error
from imusim.errors import CorpusError, ImusimError, MotionError
from imusim.motion import ClipRef
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.piece import make_piece
from imusim.pipeline.recorded import recorded_config
from imusim.pipeline.run import PIECE_CLIPS
from imusim.pipeline.sensors import plan_sensors
from imusim.pipeline.shards import ShardPlan, assemble
from imusim.pipeline.work import InputsMaker, Piece, Receipt, Span, Work, cut
from imusim.pipeline.workers import Failure, Workers, attempt, usable_workers

DAMAGED = ("missing", "truncated", "changed")
"""Kinds of problems of shards that are not what they were."""

SCRATCH = ".repair"
"""Folder inside the corpus in which shards are made again: on its disk, and gone afterwards."""

Find = Callable[[GenerateConfig], Sequence[ClipRef]]
"""Lists the clips that a configuration names."""


def repair(
    folder: Path | str,
    find: Find,
    inputs: InputsMaker,
    *,
    paths: Sequence[str] = (),
    workers: int | None = None,
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
        Lists the clips that a configuration names.
    inputs : callable
        What reads clips and makes bodies, made in every worker.
    paths : sequence of str
        Where the motion lies now, if it is not where the corpus says.
    workers : int, optional
        Processes that make clips; by default one for every core, and one for few clips.
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

    remake = _Remake(folder, find, inputs, paths, workers, note)
    try:
        with locked(folder):
            shutil.rmtree(folder / SCRATCH, ignore_errors=True)  # of a repair that was stopped
            manifests, problems = examine(folder, progress)
            if len(manifests) > 1 and _of_same_shards(manifests):
                # When all shards are whole they may tell which is right.
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


def _of_same_shards(manifests: Sequence[Manifest]) -> bool:
    return len({tuple((s.file, s.sha256) for s in m.shards) for m in manifests}) == 1


def _mend(
    folder: Path, manifest: Manifest, problems: Sequence[Problem], remake: _Remake, tell: Tell
) -> None:
    """Mend all that is wrong. Raises CorpusError for what lasts."""
    damaged = _mend_files(folder, manifest, problems, tell)
    wrong = [problem for problem in problems if problem.kind == "counts"]
    stated = manifest
    manifest = recounted(folder, stated, damaged) if wrong else stated
    restore_manifest(folder, manifest, tell)
    remake.all(manifest, damaged)
    if damaged:  # what they hold could not be counted before
        manifest = recounted(folder, manifest)
        restore_manifest(folder, manifest, tell)
    lasting = [problem for problem in problems if problem.kind == "content"]
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

    def __init__(
        self, folder: Path, find: Find, inputs: InputsMaker, paths: Sequence[str],
        workers: int | None, tell: Tell,
    ):  # fmt: skip
        self.folder = folder
        self.find = find
        self.inputs = inputs
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
        other: list[Shard] = []
        failed: dict[Shard, ImusimError] = {}
        with tempfile.TemporaryDirectory() as scratch, self._folder() as made:
            try:
                run, sensors = manifest.runs[0], manifest.sensors
                config = recorded_config(run, sensors, self.paths, Path(scratch), self.workers)
                maker = _Maker(manifest, config, self.find(config), self.inputs, made)
            except ImusimError as error:
                raise CorpusError(
                    f"{self._which(damaged)} cannot be made again: {error}"
                ) from error
            for shard in damaged:
                try:
                    if maker.make(shard).sha256 != shard.sha256:
                        other.append(shard)
                        continue
                except ImusimError as error:
                    failed[shard] = error
                    continue
                place(made / shard.file, self.folder / shard.file, self.tell)
                self.tell(Repair(self.folder / shard.file, "made again"))
        if failed:
            (error, *_) = failed.values()
            raise CorpusError(f"{self._which([*failed])} cannot be made again: {error}") from error
        if other:
            why = f"{_why(manifest)}; nothing of it was replaced"
            raise CorpusError(f"{self._which(other)} cannot be made again as before: {why}")

    @contextlib.contextmanager
    def _folder(self) -> Iterator[Path]:
        """An empty folder on the disk of the corpus."""
        folder = self.folder / SCRATCH
        (folder / PARTS).mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _which(self, shards: Sequence[Shard]) -> str:
        more = f" and {len(shards) - 1} more" if len(shards) > 1 else ""
        return f"{self.folder / shards[0].file}{more}"


class _Maker:
    """Makes shards of a corpus again in a folder, each from the clips that it held."""

    def __init__(
        self, manifest: Manifest, config: GenerateConfig, clips: Sequence[ClipRef],
        inputs: InputsMaker, folder: Path,
    ):  # fmt: skip
        layout = Layout(
            manifest.sensors,
            manifest.joints,
            manifest.rate_hz,
            manifest.runs,
            manifest.devices,
            manifest.channels,
            counted=manifest.counted,
            codec=manifest.codec,
        )
        plan = plan_sensors(config)
        self._work = Work.here(config, plan, layout, inputs, folder)
        self._shards = manifest.shards
        self._draws = plan.rotations.draws
        skipped = {skip.clip for skip in manifest.skipped}
        self._clips = [clip for clip in clips if clean(clip.key) not in skipped]
        given = len(self._clips) * self._draws
        held = sum(shard.clips for shard in manifest.shards)
        if given != held:
            raise CorpusError(
                f"the corpus holds {held:,} clips, and the motion found now gives {given:,}; say "
                "where it is: `imusim repair CORPUS PATH ...`; a part that was split off is made "
                "again by splitting"
            )

    def make(self, shard: Shard) -> Shard:
        """Make a shard. Raises ImusimError."""
        number = self._shards.index(shard)
        first = sum(s.clips for s in self._shards[:number])
        last = first + shard.clips
        start = first // self._draws
        clips = self._clips[start : -(-last // self._draws)]
        size = max(1, PIECE_CLIPS[self._work.config.engine] // self._draws)
        receipts = self._receipts(cut(clips, size))
        spans, row = [], start * self._draws
        for receipt in receipts:
            low, high = max(first - row, 0), min(last - row, len(receipt.keys))
            spans.append(Span(receipt.piece, low, high))
            row += len(receipt.keys)
        made = assemble(self._work, ShardPlan(int(shard.file[6:-3]), tuple(spans)))
        for receipt in receipts:
            self._work.part(receipt.piece).unlink()
        return made

    def _receipts(self, pieces: Sequence[Piece]) -> list[Receipt]:
        """Make pieces; what was made before must be made now."""
        tasks = (partial(attempt, self._work, make_piece, piece) for piece in pieces)
        receipts: dict[int, Receipt] = {}
        config = self._work.config
        try:
            with Workers(config, usable_workers(config, len(pieces))) as workers:
                for result in workers.run(tasks):
                    if isinstance(result, Failure):
                        result.throw()
                    if result.skipped:
                        lost = result.skipped[0]
                        raise MotionError(f"{lost.place}: {lost.reason}")
                    receipts[result.piece] = result
        except BrokenProcessPool:
            raise CorpusError("a worker process died (out of memory?); try --workers 1") from None
        return [receipt for _, receipt in sorted(receipts.items())]


def _why(manifest: Manifest) -> str:
    """Why a shard may come out otherwise than it did."""
    run = manifest.runs[0]
    then, now = run.created_with, this_run(run.configuration).created_with
    differ = [name for name, version in then.items() if now.get(name) != version]
    if differ:
        return "it was made with " + ", ".join(f"{n} {then[n]} (here {now.get(n)})" for n in differ)
    return (
        "the versions are the same, so the motion or the body models have changed, or this "
        "machine computes otherwise"
    )
