"""Names to objects: what the command line and :func:`imusim.generate` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import body_models
import motion_sources
from imusim.body import Body
from imusim.corpus import Corpus
from imusim.errors import ConfigError
from imusim.motion import ClipRef, Motion, ReadOptions
from imusim.pipeline import GenerateConfig, Progress, Summary, load_config
from imusim.pipeline import generate as run_pipeline

DEFAULT_HEIGHT_M = 1.738
"""Height of a body for which none is stated; its bones are fitted to the source in any case."""


@dataclass(frozen=True)
class Job:
    """A configuration with its names turned into objects, ready to run."""

    config: GenerateConfig
    clips: Sequence[ClipRef]
    read: Callable[[ClipRef], Motion]
    body: Body

    def run(self, progress: Progress | None = None) -> Summary:
        """Simulate every clip and write the corpus."""
        return run_pipeline(
            self.config, clips=self.clips, read=self.read, body=self.body, progress=progress
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
    body = build_body(config)
    clips = find_clips(config)
    options = ReadOptions(config.scale, config.up)
    return Job(config, clips, partial(motion_sources.read_clip, options=options), body)


def find_clips(config: GenerateConfig) -> Sequence[ClipRef]:
    """List the clips under the paths of a configuration, or the bundled ones without a path."""
    if not config.paths:
        if config.source is not None:
            source = motion_sources.get_source(config.source)
            if source.default_clips is None:
                raise ConfigError(
                    f"the source {source.name!r} has no clips of its own: give a path"
                )
            return source.default_clips()
        return motion_sources.default_clips()
    return motion_sources.find_clips([Path(path) for path in config.paths], config.source)


def build_body(config: GenerateConfig) -> Body:
    """Build the body that a configuration names."""
    height_m = DEFAULT_HEIGHT_M if config.height_m is None else config.height_m
    return body_models.get_body_model(config.body).build(height_m, config.mass_kg)


def generate(
    paths: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path = "corpus",
    joints: str | Sequence[str] = "all",
    rotations: Literal["none", "random"] = "none",
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rate_hz: float = 50.0,
    seed: int = 0,
    source: str | None = None,
    scale: float | None = None,
    up: Literal["y", "z"] | None = None,
    body: str = "anthropometric",
    height_m: float | None = None,
    mass_kg: float = 70.0,
    engine: Literal["kinematic"] = "kinematic",
    overwrite: bool = False,
    shard_size_mb: float = 512.0,
    progress: Progress | None = None,
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
    rate_hz, seed, source, scale, up, body, height_m, mass_kg, engine
        See :class:`imusim.pipeline.GenerateConfig`.
    overwrite : bool
        Replace a corpus that is there.
    shard_size_mb : float
        Largest size of a shard.
    progress : callable, optional
        ``progress(clips done, seconds of motion done)``, called after every clip.

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
    settings = {
        "paths": paths, "out": out, "joints": joints, "rotations": rotations, "offset": offset,
        "rate_hz": rate_hz, "seed": seed, "source": source, "scale": scale, "up": up,
        "body": body, "height_m": height_m, "mass_kg": mass_kg, "engine": engine,
        "overwrite": overwrite, "shard_size_mb": shard_size_mb,
    }  # fmt: skip
    summary = prepare(load_config(None, settings)).run(progress)
    return Corpus(summary.folder)
