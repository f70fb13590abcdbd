"""Corpora made and mended: what `imusim generate` and :func:`imusim.generate` share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import body_models
import motion_sources
from imusim.body import BodyMaker, BodyOptions
from imusim.corpus import Corpus
from imusim.corpus.integrity.mend import Repair, Tell
from imusim.corpus.integrity.verify import ByteProgress
from imusim.errors import ConfigError
from imusim.licences import check_stated
from imusim.motion import ClipRef, ReadOptions
from imusim.pipeline import GenerateConfig, Inputs, Progress, Summary, load_config
from imusim.pipeline import generate as run_pipeline
from imusim.pipeline.repair import repair as repair_with


@dataclass(frozen=True)
class Job:
    """A configuration with its names turned into objects, ready to run."""

    config: GenerateConfig
    clips: Sequence[ClipRef]
    inputs: Inputs
    notes: tuple[str, ...] = ()

    def run(self, progress: Progress | None = None) -> Summary:
        """Simulate every clip and write the corpus."""
        summary = run_pipeline(self.config, clips=self.clips, inputs=make_inputs, progress=progress)
        return replace(summary, notes=self.notes + summary.notes)


def prepare(config: GenerateConfig) -> Job:
    """Look up the source, the clips and the body that a configuration names.

    Raises
    ------
    ConfigError
        For an unknown source or body, or a joint map that none of the sources takes.
    MotionError
        If there is nothing to read.
    """
    inputs = make_inputs(config)
    clips, unread = find_clips(config)
    _check_map(config, clips)
    return Job(config, clips[: config.count], inputs, unread)


def make_inputs(config: GenerateConfig) -> Inputs:
    """What reads the clips of a configuration and makes their bodies; made in every worker."""
    options = ReadOptions(
        scale=config.scale,
        up=config.up,
        rate_hz=config.source_rate_hz,
        joint_map=config.joint_map,
        seed=config.seed,
        licence=check_stated(config.licence) if config.licence else "",
    )
    return Inputs(partial(motion_sources.read_clip, options=options), find_body(config))


def find_clips(config: GenerateConfig) -> tuple[Sequence[ClipRef], tuple[str, ...]]:
    """List all clips under the paths of a configuration, or the bundled ones without a path.

    Also notes on what is not read there; none where the user named the source.
    """
    if not config.paths:
        return motion_sources.default_clips(config.source, config.count), ()
    found = motion_sources.survey(config.paths, config.source)
    return found.clips, () if config.source else _note(found.unread)


def _check_map(config: GenerateConfig, clips: Sequence[ClipRef]) -> None:
    used = {clip.source for clip in clips}
    if config.joint_map and not any(motion_sources.get_source(s).takes_map for s in used):
        takers = (s.name for s in motion_sources.sources().values() if s.takes_map)
        raise ConfigError(
            f"joint map: the joints of {', '.join(sorted(used))} are known; a map serves "
            f"{', '.join(takers)}"
        )


def _note(files: Sequence[Path]) -> tuple[str, ...]:
    """A note on the files that no source reads, by suffix; none without any."""
    if not files:
        return ()
    kinds = Counter(file.suffix.lower() or "no suffix" for file in files)
    listed = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common(5))
    rest = kinds.total() - sum(count for _, count in kinds.most_common(5))
    more = f", {rest:,} others" if rest else ""
    return (f"no source reads {len(files):,} of the files: {listed}{more}; one is {files[0]}",)


def find_body(config: GenerateConfig) -> BodyMaker:
    """Look up the maker of the bodies that a configuration names."""
    model = body_models.get_body_model(config.body)
    models = None if config.body_models is None else Path(config.body_models)
    if models is not None and not model.from_files:
        raise ConfigError(
            f"the body {model.name!r} is not made from model files: choose one that is, such as "
            "--body smplh, or leave --body-models out"
        )
    return model.tailor(BodyOptions(config.height_m, config.mass_kg, models))


def generate(
    paths: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path = "corpus",
    joints: str | Sequence[str] | None = None,
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
    joints : str or sequence of str, optional
        Joints and named sets: ``"wrists,head"`` or ``["wrists", "head"]``; all by default, none
        where ``placement`` says where sensors sit.
    rotations : str
        ``"none"``, ``"random"``, ``"upright"`` …: how sensors are turned on their segments;
        recorded in the corpus.
    offset : (float, float, float)
        Place of each sensor in its segment's frame, m.
    rate_hz : float
        Output rate.
    seed : int
    overwrite : bool
        Replace a corpus that is there.
    progress : callable, optional
        ``progress(status)``, called again and again, with an :class:`imusim.pipeline.Status`.
    **settings
        Any other of :class:`imusim.pipeline.GenerateConfig`: ``placement``, ``device``,
        ``body`` ….

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


def repair(
    corpus: str | Path,
    paths: str | Path | Sequence[str | Path] = (),
    *,
    workers: int | None = None,
    progress: ByteProgress | None = None,
    tell: Tell = lambda _: None,
) -> list[Repair]:
    """Mend a corpus, as ``imusim repair`` does: make again only what is damaged.

    Parameters
    ----------
    corpus : path
        Its folder.
    paths : path or sequence of paths
        The motion that it was made from, where that is not found as the corpus names it.
    workers : int, optional
        Processes that make clips; by default one for every core, and one for few clips.
    progress : callable, optional
        ``progress(bytes done, bytes in all)`` while the corpus is examined.
    tell : callable, optional
        Called with each thing that was done, when it was.

    Returns
    -------
    list of Repair
        Empty for a sound corpus, in which nothing is changed.

    Raises
    ------
    ImusimError
        If something cannot be mended, or not to the very bytes that it had.
    """
    given = (paths,) if isinstance(paths, str | Path) else paths
    return repair_with(
        corpus, lambda config: prepare(config).clips, make_inputs,
        paths=[str(path) for path in given], workers=workers, progress=progress, tell=tell,
    )  # fmt: skip
