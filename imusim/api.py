"""Names to objects: what the command line and :func:`imusim.generate` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import body_models
import motion_sources
from imusim.body import BodyMaker, BodyOptions
from imusim.corpus import Corpus
from imusim.motion import ClipRef, Motion, ReadOptions
from imusim.pipeline import GenerateConfig, Progress, Summary, load_config
from imusim.pipeline import generate as run_pipeline


@dataclass(frozen=True)
class Job:
    """A configuration with its names turned into objects, ready to run."""

    config: GenerateConfig
    clips: Sequence[ClipRef]
    read: Callable[[ClipRef], Motion]
    body_for: BodyMaker

    def run(self, progress: Progress | None = None) -> Summary:
        """Simulate every clip and write the corpus."""
        return run_pipeline(
            self.config, clips=self.clips, read=self.read, body_for=self.body_for, progress=progress
        )


def prepare(config: GenerateConfig) -> Job:
    """Look up the source, the clips and the body that a configuration names.

    Raises
    ------
    ConfigError
        For an unknown source or body.
    MotionError
        If there is nothing to read.
    """
    body_for = find_body(config)
    clips = find_clips(config)
    options = ReadOptions(
        scale=config.scale,
        up=config.up,
        rate_hz=config.source_rate_hz,
        joint_map=config.joint_map,
        seed=config.seed,
    )
    return Job(config, clips, partial(motion_sources.read_clip, options=options), body_for)


def find_clips(config: GenerateConfig) -> Sequence[ClipRef]:
    """List the clips under the paths of a configuration, or the bundled ones without a path."""
    if not config.paths:
        return motion_sources.default_clips(config.source, config.count)
    clips = motion_sources.find_clips([Path(path) for path in config.paths], config.source)
    return clips[: config.count]


def find_body(config: GenerateConfig) -> BodyMaker:
    """Look up the maker of the bodies that a configuration names."""
    models = None if config.body_models is None else Path(config.body_models)
    options = BodyOptions(config.height_m, config.mass_kg, models)
    return body_models.get_body_model(config.body).tailor(options)


def generate(
    paths: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path = "corpus",
    joints: str | Sequence[str] = "all",
    rotations: str = "none",
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rate_hz: float = 50.0,
    seed: int = 0,
    overwrite: bool = False,
    progress: Progress | None = None,
    **settings: Any,
) -> Corpus:
    """Make a corpus, as ``imusim generate`` does; the same settings give the same bytes.

    Parameters
    ----------
    paths : path or sequence of paths
        Files and folders of motion capture; none: the bundled clips.
    out : path
        Folder to write.
    joints : str or sequence of str
        Joints and named sets: ``"wrists,head"`` or ``["wrists", "head"]``.
    rotations : {"none", "random"}
        How sensors are turned on their segments; recorded in the corpus.
    offset : (float, float, float)
        Place of each sensor in its segment's frame, m.
    rate_hz : float
        Output rate.
    seed : int
    overwrite : bool
        Replace a corpus that is there.
    progress : callable, optional
        ``progress(clips done, seconds of motion done)``, called after every clip.
    **settings
        Any other of :class:`imusim.pipeline.GenerateConfig`: ``source``, ``scale``, ``body`` ….

    Returns
    -------
    Corpus
        Its ``manifest.skipped`` lists the clips that could not be made, and why.

    Raises
    ------
    ImusimError
        For settings that do not hold, motion of which no clip can be made, or a folder that
        cannot be written.
    """
    settings |= {
        "paths": paths, "out": out, "joints": joints, "rotations": rotations, "offset": offset,
        "rate_hz": rate_hz, "seed": seed, "overwrite": overwrite,
    }  # fmt: skip
    summary = prepare(load_config(None, settings)).run(progress)
    return Corpus(summary.folder)
