"""Recordings by name and file, ready to be compared with what is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import motion_sources
from imusim.api.corpora import make_inputs
from imusim.compare.align import Steps
from imusim.compare.paired.run import Progress, ReadRecording
from imusim.compare.paired.run import compare_paired as run_paired
from imusim.compare.paired.settings import PairedSettings
from imusim.compare.result import PairedResult
from imusim.errors import ConfigError, MotionError
from imusim.motion import ClipRef
from imusim.names import choose, did_you_mean
from imusim.pipeline import load_config
from imusim.recordings import Recording, find_recordings, read_recording
from imusim.recordings.files import WITH_MOTION, FileSettings, read_file
from imusim.sensor.device import EFFECTS, load_device
from imusim.sensor.placement import find_placements

ENGINES = ("kinematic", "bullet", "mujoco")
UNKNOWN_S = 60.0
"""Most that clocks differ which nobody set alike: a person starts both within a minute."""
STEPS = ("offset", "clock", "rotation", "lever_arm", "bias", "scale")
"""What alignment finds of a sensor; each can be left out."""


@dataclass(frozen=True)
class PairedJob:
    """A comparison with its names turned into objects, ready to run."""

    recordings: Mapping[str, ReadRecording]
    settings: PairedSettings

    def run(self, progress: Progress | None = None) -> PairedResult:
        """Read, simulate, align, score."""
        return run_paired(self.recordings, self.settings, make_inputs, progress)


def prepare_paired(
    recording: str | Path | None = None,
    motion: str | Path | None = None,
    *,
    dataset: Mapping[str, str | Path] | None = None,
    engine: Sequence[str] = ("kinematic",),
    device: str = "ideal",
    errors: Sequence[str] = ("all",),
    placement: str = "",
    align: Sequence[str] = ("all",),
    reading: FileSettings | None = None,
    subjects: Sequence[str] = (),
    every: int = 1,
    folds: int = 5,
    baselines: bool = True,
    references: bool = True,
    statistic: str = "median",
    seed: int = 0,
    workers: int | None = None,
    **simulation: Any,
) -> PairedJob:
    """Look up what a comparison names.

    Parameters are those of :func:`compare_paired`.

    Raises
    ------
    ConfigError
        For a name that does not exist, or a recording without its motion.
    MotionError
        If there is nothing to read.
    """
    for name in engine:
        if name not in ENGINES:
            hint = did_you_mean(name, ENGINES)
            raise ConfigError(f"no engine {name!r}.{hint} There are: {', '.join(ENGINES)}")
    if placement and len(find_placements([placement])) > 1:
        raise ConfigError(f"placement {placement!r} is several places; state one")
    if statistic not in ("median", "mean"):
        raise ConfigError(f"statistic {statistic!r}: choose median or mean")
    found = choose(align, STEPS, "step")
    recordings: dict[str, ReadRecording] = {}
    for name, folder in (dataset or {}).items():
        recordings |= _of_dataset(name, Path(folder), subjects, every)
    if recording is not None:
        if motion is None and Path(recording).suffix.lower() not in WITH_MOTION:
            raise ConfigError(
                f"{recording}: name the motion that was captured along, as in "
                "`imusim compare paired recording.csv motion.bvh`; of a dataset, "
                "--dataset NAME=FOLDER"
            )
        source = simulation.get("source")
        reading = reading or FileSettings()
        if motion is None:
            recordings[Path(recording).stem] = partial(read_file, Path(recording), reading)
        else:
            recordings |= _of_files(Path(recording), Path(motion), source, reading)
    if not recordings:
        raise ConfigError("nothing to compare: give a recording and its motion, or a --dataset")
    settings = PairedSettings(
        simulation=load_config(None, simulation),
        engines=tuple(dict.fromkeys(engine)),
        device=load_device(device).only(*choose(errors, tuple(EFFECTS), "error")),
        placement=placement,
        steps=Steps(**{step: step in found for step in STEPS}),
        folds=folds,
        baselines=baselines,
        references=references,
        statistic=statistic,  # type: ignore[arg-type]
        seed=seed,
        workers=workers,
    )
    return PairedJob(recordings, settings)


def compare_paired(
    recording: str | Path | None = None,
    motion: str | Path | None = None,
    *,
    progress: Progress | None = None,
    **settings: Any,
) -> PairedResult:
    """Compare simulated sensors with real ones, as ``imusim compare paired`` does.

    Parameters
    ----------
    recording : path, optional
        A CSV, TSV, npz or HDF5 file of sensors, named columns; or MVNX.
    motion : path, optional
        The motion that was captured along, of any motion source; by default an MVNX file's own.
    progress : callable, optional
        ``progress(stage, done, total)``.
    **settings
        ``dataset`` (name to folder), ``engine`` (sequence of ``kinematic``, ``bullet``,
        ``mujoco``), ``device``, ``errors``, ``placement``, ``align``, ``reading``
        (:class:`imusim.recordings.files.FileSettings`), ``subjects``, ``every``, ``folds``,
        ``baselines``, ``references``, ``statistic``, ``seed``, ``workers``, and those of
        :class:`imusim.pipeline.GenerateConfig` that say how motion is read and moved.

    Returns
    -------
    PairedResult

    Raises
    ------
    ImusimError
        For settings that do not hold, or if nothing can be compared.
    """
    return prepare_paired(recording, motion, **settings).run(progress)


def _of_dataset(
    name: str, folder: Path, subjects: Sequence[str], every: int
) -> dict[str, ReadRecording]:
    found = find_recordings(name, folder)[::every]
    return {f"{name} {ref.key}": partial(_read, ref, tuple(subjects)) for ref in found}


def _read(ref: Any, subjects: tuple[str, ...]) -> Recording | None:
    recording = read_recording(ref)
    return None if subjects and recording.subject not in subjects else recording


def _of_files(
    file: Path, motion: Path, source: str | None, reading: FileSettings
) -> dict[str, ReadRecording]:
    clips = motion_sources.find_clips([motion], source)
    if len(clips) != 1:
        raise MotionError(f"holds {len(clips):,} clips; name the file of one", motion)
    return {file.stem: partial(_read_files, file, clips[0], reading)}


def _read_files(file: Path, clip: ClipRef, reading: FileSettings) -> Recording:
    """A recording and its motion, whose clocks nobody set alike."""
    recording = read_file(file, reading)
    span_s = max(float(sensor.time_s[-1]) for sensor in recording.sensors)
    return replace(recording, motion=clip, offset_within_s=max(span_s, UNKNOWN_S))
