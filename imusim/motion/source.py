"""The contract that every motion source fulfils."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imusim.motion.model import Motion


@dataclass(frozen=True)
class ReadOptions:
    """What a user may state about files that do not say it themselves, and the run's seed.

    Parameters
    ----------
    scale : float, optional
        Metres in one unit of length of the file. ``None``: as the format says, or inferred.
    up : str, optional
        The file's upward axis, ``"y"`` or ``"z"``. ``None``: as the format says, or inferred.
    rate_hz : float, optional
        Frames a second, for formats that do not state it. ``None``: as is usual for them.
    joint_map : mapping, optional
        Canonical joint to joint of the file, instead of what the names tell.
    seed : int
        The run's seed, for sources that make motion by rule.
    licence : str
        SPDX identifier of files whose format or dataset states none.
    """

    scale: float | None = None
    up: str | None = None
    rate_hz: float | None = None
    joint_map: Mapping[str, str] | None = None
    seed: int = 0
    licence: str = ""


@dataclass(frozen=True)
class ClipRef:
    """A clip that can be read: which source reads it, from which file, under which key."""

    source: str
    path: Path
    key: str


@dataclass(frozen=True)
class MotionSource:
    """One format or dataset: an entry of the registry.

    Parameters
    ----------
    name, summary : str
    licence : str
        SPDX identifier of the data's licence, or ``""`` where the format has none of its own.
    home : str
        Web page.
    obtain : str
        How a user gets the files.
    citation : str
    recognises : callable
        ``recognises(file)``: whether this source reads the file, judged by its head.
    clips : callable
        ``clips(file, key)``: the clips in a file that is recognised; ``key`` names the file.
    read : callable
        ``read(clip, options)``: the clip as a Motion. Raises MotionError.
    default_clips : callable, optional
        ``default_clips(count)``: the clips that come without a path, for a source that is
        bundled; at most ``count`` of them, or as many as wished where the source is endless.
        ``None`` as the count: the source's usual number.
    noise : str
        The noise that its capture is known for.
    takes_map : bool
        Whether ``options.joint_map`` holds for its files, because their joints may have any name.
    """

    name: str
    summary: str
    licence: str
    home: str
    obtain: str
    citation: str
    recognises: Callable[[Path], bool]
    clips: Callable[[Path, str], Sequence[ClipRef]]
    read: Callable[[ClipRef, ReadOptions], Motion]
    default_clips: Callable[[int | None], Sequence[ClipRef]] | None = None
    noise: str = ""
    takes_map: bool = False
