"""Many clips to one corpus, one at a time, so that memory stays flat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imusim.body import BodyMaker
from imusim.corpus import ClipRecord, CorpusWriter
from imusim.errors import ImusimError, MotionError
from imusim.motion import BodyShape, ClipRef, Motion
from imusim.pipeline.clip import simulate_draws
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.sensors import SensorPlan, plan_sensors
from imusim.sensor.device import dump_device

UNCAPTIONED = "no caption (no text beside the file, and its name says nothing)"


NOT_FOLLOWED = "the physics engine could not follow; the kinematic engine served"


@dataclass(frozen=True)
class Skipped:
    """A clip that could not be made: its file, with the line where that is known, and why."""

    key: str
    place: str
    reason: str


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


Progress = Callable[[int, float], None]
"""``progress(clips done, seconds of motion done)``, called after every clip."""


def generate(
    config: GenerateConfig,
    *,
    clips: Sequence[ClipRef],
    read: Callable[[ClipRef], Motion],
    body_for: BodyMaker,
    progress: Progress | None = None,
) -> Summary:
    """Simulate clips and write a corpus.

    A clip that fails is left out and told in the summary; the others are made.

    Parameters
    ----------
    config : GenerateConfig
    clips : sequence of ClipRef
    read : callable
        ``read(clip)``: the clip as a Motion. Raises MotionError.
    body_for : callable
        ``body_for(shape)``: the body that wears a motion of a shape.
    progress : callable, optional

    Raises
    ------
    MotionError
        If no clip could be made; nothing is written then.
    CorpusError
        If the folder cannot be written.
    """
    plan = plan_sensors(config)
    _check_seats(plan, body_for)
    skipped: list[Skipped] = []
    notes: Counter[str] = Counter()
    made, frames, motion_s = 0, 0, 0.0
    with CorpusWriter(
        config.out,
        plan.names,
        config.rate_hz,
        config.recorded() | {"devices": {d.name: dump_device(d) for d in plan.devices}},
        shard_size_bytes=max(1, round(config.shard_size_mb * 1e6)),
        overwrite=config.overwrite,
        joints=plan.joints,
        devices=[device.name for device in plan.devices],
        channels=plan.channels,
    ) as writer:
        for number, clip in enumerate(clips, start=1):
            try:
                for record, note in _make(clip, read, body_for, config, plan):
                    writer.add(record)
                    notes.update([note] if note else [])
                    notes.update([] if record.engine == config.engine else [NOT_FOLLOWED])
                    notes.update([] if record.captions else [UNCAPTIONED])
                    made += 1
                    frames += len(record.accelerometer)
                    motion_s += len(record.accelerometer) / config.rate_hz
                    del record
            except MotionError as error:
                skipped.append(_skip(clip, error))
                writer.skip(clip.key, skipped[-1].reason)
            if progress is not None:
                progress(number, motion_s)
        if made == 0:
            raise MotionError(_none_made(skipped))
    folder = Path(config.out)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Summary(
        folder,
        plan.names,
        config.rate_hz,
        made,
        frames,
        motion_s,
        size,
        tuple(skipped),
        tuple(f"{count} clip{'s' if count > 1 else ''}: {note}" for note, count in notes.items()),
    )


def _check_seats(plan: SensorPlan, body_for: BodyMaker) -> None:
    """Refuse sensors off the body before any motion is simulated. Raises ConfigError."""
    try:
        body = body_for(None)
    except ImusimError:  # made only for shapes that sources state: its clips will tell
        return
    plan.seats(body)


def _make(
    clip: ClipRef,
    read: Callable[[ClipRef], Motion],
    body_for: BodyMaker,
    config: GenerateConfig,
    plan: SensorPlan,
) -> Iterator[tuple[ClipRecord, str]]:
    """One clip's draws, each with a note; whatever its data breaks becomes a named MotionError."""
    try:
        motion = read(clip)
        body = body_for(motion.shape)
        note = "" if motion.shape is None else served(motion.shape, body.shape, config.body)
        for record in simulate_draws(motion, body, config, plan):
            yield record, note
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


def _skip(clip: ClipRef, error: MotionError) -> Skipped:
    place = str(clip.path if error.file is None else error.file)
    if error.line:
        place = f"{place}:{error.line}"
    return Skipped(clip.key, place, str(error).removeprefix(f"{place}: "))


def _none_made(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "there is no clip to simulate"
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"no clip could be made: {skipped[0].place}: {skipped[0].reason}{more}"
