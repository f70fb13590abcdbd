"""Many clips to one corpus, over many workers, in a hidden folder that can be taken up again."""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from imusim.corpus import Manifest
from imusim.corpus import manifest as manifests
from imusim.corpus.codecs import load_codec
from imusim.corpus.hdf5 import clean
from imusim.corpus.layout import Layout, this_run
from imusim.corpus.manifest import read_manifest, write_manifest
from imusim.corpus.staging import PARTS, RUN, Staging, disk_error, remove_replaced
from imusim.errors import CorpusError, ImusimError, MotionError
from imusim.motion import ClipRef
from imusim.pipeline.agenda import Agenda, Status
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.log import RunLog
from imusim.pipeline.resume import RunRecord, whole_corpus
from imusim.pipeline.sensors import SensorPlan, plan_sensors
from imusim.pipeline.work import InputsMaker, Skipped, Work, cut
from imusim.pipeline.workers import Failure, Task, Workers, usable_workers
from imusim.sensor.device import dump_device

PIECE_CLIPS = {"kinematic": 16, "bullet": 4, "mujoco": 4}
"""Clips that a worker makes at a time: some seconds of work, so that a kill costs no more."""
WHOLE = "the corpus was whole already: nothing was made"
PATIENCE = 8
"""How often in a row a process may die without a piece being made."""


@dataclass(frozen=True)
class Summary:
    """What a run made.

    Parameters
    ----------
    folder : Path
    sensors : tuple of str
    rate_hz : float
    clips, frames : int
    motion_s : float
        Duration of all clips together.
    bytes : int
        Size of the corpus on disk.
    skipped : tuple of Skipped
    notes : tuple of str
        What a user should know of the bodies that served and of what is lacking, a line each.
    made_before_s : float
        Motion that an earlier run had made, which this one went on with, s.
    log : Path, optional
        File that tells what happened.
    """

    folder: Path
    sensors: tuple[str, ...]
    rate_hz: float
    clips: int
    frames: int
    motion_s: float
    bytes: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()
    made_before_s: float = 0.0
    log: Path | None = None


Progress = Callable[[Status], None]
"""``progress(status)``, called at the start and after every piece."""


def generate(
    config: GenerateConfig,
    *,
    clips: Sequence[ClipRef],
    inputs: InputsMaker,
    progress: Progress | None = None,
) -> Summary:
    """Simulate clips and write a corpus.

    A clip that fails is left out and told in the summary; the others are made. What is written
    depends on the clips and the settings, not on the workers. A run that is stopped leaves what
    is whole in a hidden folder beside the corpus, and one with ``config.resume`` goes on there.

    Parameters
    ----------
    config : GenerateConfig
    clips : sequence of ClipRef
    inputs : callable
        What reads clips and makes bodies, made in every worker.
    progress : callable, optional

    Raises
    ------
    MotionError
        If no clip could be made; nothing is written then.
    CorpusError
        If the folder cannot be written, another run writes into it, or an earlier one with other
        settings was stopped there.
    ConfigError
        If a sensor has no place on the body, or the workers cannot be reached.
    MissingExtraError
        If the codec of the settings is not installed.
    """
    plan = plan_sensors(config)
    _check_seats(plan, inputs, config)
    layout = layout_of(config, plan)
    folder = Path(config.out)
    drawn_once = len(clips) if plan.rotations.draws == 1 else None
    if config.resume:
        whole = whole_corpus(folder, layout, drawn_once)
        if whole is not None:
            remove_replaced(folder.resolve())
            return _nothing_made(_summary(folder, whole))
    staging = Staging(folder, config.overwrite, keep=config.resume)
    try:
        if config.resume and whole_corpus(staging.path, layout, drawn_once) is not None:
            return _nothing_made(_publish(staging))
        return _run(config, clips, inputs, plan, layout, staging, progress)
    except OSError as error:
        raise disk_error(folder, error) from error
    finally:
        staging.release()


def layout_of(config: GenerateConfig, plan: SensorPlan) -> Layout:
    """How a configuration's corpus is laid out. Raises MissingExtraError if its codec is."""
    load_codec(config.codec)
    devices = {"devices": {d.name: dump_device(d) for d in plan.devices}}
    return Layout(
        plan.names,
        plan.joints,
        config.rate_hz,
        (this_run(config.recorded() | devices),),
        tuple(device.name for device in plan.devices),
        plan.channels,
        max(1, round(config.shard_size_mb * 1e6)),
        plan.counted,
        config.codec,
    )


def _run(
    config: GenerateConfig,
    clips: Sequence[ClipRef],
    inputs: InputsMaker,
    plan: SensorPlan,
    layout: Layout,
    staging: Staging,
    progress: Progress | None,
) -> Summary:
    """Make what is not made yet and publish it."""
    log = RunLog(staging.folder)
    record = RunRecord.of(layout, clips, max(1, PIECE_CLIPS[config.engine] // plan.rotations.draws))
    record = record.settle(staging.path, config.out)
    pieces = cut(clips, record.piece_clips)
    work = Work.here(config, plan, layout, inputs, staging.path)
    agenda = Agenda(work, pieces)
    agenda.resume()
    made_before_s = agenda.status.motion_s
    try:
        with Workers(config, usable_workers(config, len(pieces) - len(agenda.receipts))) as workers:
            log.start(config, workers.count, agenda.status)
            _make_all(agenda, workers, log, progress or (lambda _: None))
        manifest = _manifest(layout, agenda)
        write_manifest(staging.path, manifest)
        summary = _publish(staging)
    except BaseException as error:
        log.stop(error, agenda.status)
        if agenda.status.motion_s == 0:
            staging.discard()
            log.remove()
        else:
            status = agenda.status
            error.add_note(
                f"{status.clips:,} of {status.total:,} clips are done and kept: go on with --resume"
            )
        raise
    log.end(manifest)
    notes: Counter[str] = Counter()
    for receipt in agenda.in_order:
        notes.update(receipt.notes)
    lines = (f"{count} clip{'s' if count > 1 else ''}: {note}" for note, count in notes.items())
    return dataclasses.replace(
        summary,
        skipped=tuple(skip for receipt in agenda.in_order for skip in receipt.skipped),
        notes=tuple(lines),
        made_before_s=made_before_s,
        log=log.path,
    )


def _manifest(layout: Layout, agenda: Agenda) -> Manifest:
    """The manifest of all that was made. Raises MotionError if that is nothing."""
    receipts = agenda.in_order
    skipped = [skip for receipt in receipts for skip in receipt.skipped]
    if not agenda.shards:
        raise MotionError(_none_made(skipped))
    return layout.manifest(
        [shard for _, shard in sorted(agenda.shards.items())],
        sum(receipt.captions for receipt in receipts),
        [manifests.Skipped(clip=clean(s.key), reason=clean(s.reason)) for s in skipped],
    )


def _publish(staging: Staging) -> Summary:
    """Give a corpus that is whole its name."""
    shutil.rmtree(staging.path / PARTS, ignore_errors=True)
    (staging.path / RUN).unlink(missing_ok=True)
    staging.publish()
    return _summary(staging.given, read_manifest(staging.given))


def _make_all(agenda: Agenda, workers: Workers, log: RunLog, progress: Progress) -> None:
    """Do all that is on an agenda, also when processes die at it."""
    progress(agenda.status)
    deaths = 0
    alone: list[Task] = []
    while not agenda.done:
        try:
            with closing(workers.run(alone or agenda.tasks())) as results:
                for result in results:
                    if isinstance(result, Failure):
                        result.throw()
                    deaths = 0
                    log.result(result)
                    agenda.take(result)
                    progress(agenda.status)
            alone = []
        except BrokenProcessPool:
            deaths += 1
            log.line(f"a worker process died ({deaths} in a row)")
            if deaths > PATIENCE:
                raise CorpusError(
                    "worker processes keep dying (out of memory?): try fewer --workers, or "
                    "--workers 1 to see why"
                ) from None
            # One at a time, so that the clip at which a process dies is known.
            alone = [agenda.make(piece) for piece in agenda.ended_early[:1]]


def _check_seats(plan: SensorPlan, inputs: InputsMaker, config: GenerateConfig) -> None:
    """Refuse sensors off the body before any motion is simulated. Raises ConfigError."""
    try:
        body = inputs(config).body_for(None)
    except ImusimError:  # made only for shapes that sources state: its clips will tell
        return
    plan.seats(body)


def _summary(folder: Path, manifest: Manifest) -> Summary:
    """What a corpus holds, as a run that made it would tell."""
    return Summary(
        folder,
        manifest.sensors,
        manifest.rate_hz,
        manifest.counts.clips,
        manifest.counts.frames,
        manifest.duration_s,
        sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
        tuple(Skipped(key=s.clip, place=s.clip, reason=s.reason) for s in manifest.skipped),
    )


def _nothing_made(summary: Summary) -> Summary:
    return dataclasses.replace(summary, made_before_s=summary.motion_s, notes=(WHOLE,))


def _none_made(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "there is no clip to simulate"
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"no clip could be made: {skipped[0].place}: {skipped[0].reason}{more}"
