"""Motion made by rule and inverse kinematics: what collections of motion capture lack.

Every clip is drawn anew from the run's seed and its key: the person, the speed, the side, the
places of objects, amplitudes, repetitions and posture. The gait family edits two real clips
that come with pybullet; without pybullet it is left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from imusim.errors import ConfigError, MotionError
from imusim.motion import ClipRef, Motion, MotionSource, ReadOptions

MOST_CLIPS = 1_000_000
"""Of one run: to list them takes half a gigabyte."""

_KEY = re.compile(r"([a-z]+/[a-z0-9-]+)/(\d{5,9})")


def recognises(file: Path) -> bool:  # noqa: ARG001 (there are no files)
    """No file is read."""
    return False


def clips(file: Path, key: str) -> list[ClipRef]:  # noqa: ARG001
    """No file holds clips."""
    return []


def default_clips(count: int | None = None) -> list[ClipRef]:
    """``count`` clips, recipes in turn so that any count is balanced; ``None``: two of each.

    Raises
    ------
    ConfigError
        For more than MOST_CLIPS.
    """
    from motion_sources.procedural.catalogue import RECIPES

    if count is not None and count > MOST_CLIPS:
        raise ConfigError(
            f"a run makes at most {MOST_CLIPS:,} procedural clips, not {count:,}; another seed "
            "makes others"
        )
    names = list(RECIPES)
    count = 2 * len(names) if count is None else max(count, 0)
    return [
        ClipRef("procedural", Path("procedural"), f"{names[i % len(names)]}/{i // len(names):05d}")
        for i in range(count)
    ]


def read(clip: ClipRef, options: ReadOptions) -> Motion:
    """Make the clip that a key names.

    Raises
    ------
    MotionError
        For a key that is not ``family/recipe/number`` of a known recipe.
    """
    from motion_sources.procedural.catalogue import RECIPES
    from motion_sources.procedural.recipe import make_clip

    match = _KEY.fullmatch(clip.key)
    if match is None or match[1] not in RECIPES:
        raise MotionError(
            f"no clip {clip.key!r}; keys are family/recipe/number, as postures/standing/00000"
        )
    return make_clip(RECIPES[match[1]], options.seed, clip.key)[0]


SOURCE = MotionSource(
    name="procedural",
    summary="postures, transitions, arm activities, gestures, exercises, cycling, stairs by rule",
    licence="MIT",
    home="https://pacompendium.com",
    obtain="bundled; endless: --count says how many clips",
    citation="Ainsworth et al. 2011, Compendium of Physical Activities, MSSE 43(8):1575-1581",
    recognises=recognises,
    clips=clips,
    read=read,
    default_clips=default_clips,
    noise="none: made by rule; gait is read up to 12 Hz, jumps up to 15 Hz",
)
