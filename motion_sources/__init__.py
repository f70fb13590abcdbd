"""Motion sources: one module a format or dataset, and the registry of them.

The registry is the entry-point group ``imusim.motion_sources``. The bundled sources come
through it like those of anybody else: a package that declares an entry point there whose object
is a :class:`imusim.motion.MotionSource` adds a source.
"""

from motion_sources.registry import (
    default_clips,
    find_clips,
    get_source,
    read_clip,
    sources,
    survey,
)

__all__ = ["default_clips", "find_clips", "get_source", "read_clip", "sources", "survey"]
