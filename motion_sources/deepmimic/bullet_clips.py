"""The fifteen human clips that come with pybullet, in DeepMimic's format."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from imusim.errors import MissingExtraError
from imusim.motion import ClipRef, MotionSource
from motion_sources.deepmimic import source as deepmimic

NAME = "bullet-clips"


def default_clips(count: int | None = None) -> list[ClipRef]:
    """The fifteen clips of the installed pybullet, in alphabetical order; the first ``count``.

    Raises
    ------
    MissingExtraError
        If pybullet is not installed.
    """
    spec = importlib.util.find_spec("pybullet_data")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [
        file
        for folder in folders
        for file in sorted((Path(folder) / "data" / "motions").glob(f"{deepmimic.PREFIX}*.txt"))
    ]
    if not found:
        raise MissingExtraError(
            "the bundled clips come with pybullet: pip install 'imusim-toolkit[bullet]' "
            "(on Python 3.12 and later this needs a C++ compiler)"
        )
    return [ClipRef(NAME, file, file.stem.removeprefix(deepmimic.PREFIX)) for file in found[:count]]


SOURCE = MotionSource(
    name=NAME,
    summary="15 human clips that come with pybullet (DeepMimic): walk, run, jump, dance, fight",
    licence="MIT",
    home="https://github.com/bulletphysics/bullet3",
    obtain="pip install 'imusim-toolkit[bullet]'; pybullet (zlib licence) carries the files",
    citation=deepmimic.CITATION,
    recognises=lambda _file: False,  # a file of the user's is read as deepmimic
    clips=lambda file, key: (ClipRef(NAME, file, key),),
    read=deepmimic.read,
    default_clips=default_clips,
    noise="optical, smoothed by its makers: estimated clip by clip",
)
