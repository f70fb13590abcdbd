"""Which sources there are, and which clips lie at a path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from imusim.errors import ConfigError, MotionError
from imusim.motion import ClipRef, Motion, MotionSource, ReadOptions
from imusim.plugins import get_plugin, load_plugins

GROUP = "imusim.motion_sources"
"""The entry-point group."""

DEFAULT = "bullet-clips"
"""The source whose clips are used when no path is given."""

_COMPANIONS = (
    ".txt", ".csv", ".asf", ".md", ".html", ".pdf", "license", "shape.npz", "_inertial.mat"
)  # fmt: skip
"""How files end that lie beside motions: captions, indices, skeletons, descriptions, a subject's
shape, a trial's sensors."""


def sources() -> dict[str, MotionSource]:
    """All installed sources by name, in alphabetical order.

    Raises
    ------
    ConfigError
        If an installed entry point cannot be loaded or is no source.
    """
    return dict(load_plugins(GROUP, MotionSource, "motion source"))


def get_source(name: str) -> MotionSource:
    """The source of a name. Raises ConfigError with the valid names for any other."""
    return get_plugin(sources(), name, "motion source")


def default_clips(source_name: str | None = None, count: int | None = None) -> list[ClipRef]:
    """The clips that a source has of its own; of the toolkit's dependencies without a name.

    Raises
    ------
    ConfigError
        For an unknown source, or one that has none.
    """
    source = get_source(source_name or DEFAULT)
    if source.default_clips is None:
        raise ConfigError(f"the source {source.name!r} has no clips of its own: give a path")
    return list(source.default_clips(count))


def read_clip(clip: ClipRef, options: ReadOptions | None = None) -> Motion:
    """Read a clip with the source that it names; the options' licence serves where it has none."""
    options = options or ReadOptions()
    motion = get_source(clip.source).read(clip, options)
    if motion.provenance.licence or not options.licence:
        return motion
    return replace(motion, provenance=replace(motion.provenance, licence=options.licence))


@dataclass(frozen=True)
class Survey:
    """What lies under the paths of a user.

    Parameters
    ----------
    clips : tuple of ClipRef
    unread : tuple of Path
        Files in folders that no source reads, without those that go with motions.
    """

    clips: tuple[ClipRef, ...]
    unread: tuple[Path, ...]


def find_clips(paths: Iterable[Path | str], source_name: str | None = None) -> list[ClipRef]:
    """The clips of :func:`survey`."""
    return list(survey(paths, source_name).clips)


def survey(paths: Iterable[Path | str], source_name: str | None = None) -> Survey:
    """Find the clips in files and folders, folders with all that lies under them.

    Keys do not depend on the machine: a file in a folder is named by its path from that folder
    without its suffix, a file given itself by its stem. Where two files would have one key,
    suffixes and as many parent folders as needed are added; a file given twice is taken once.

    Parameters
    ----------
    paths : iterable of Path or str
    source_name : str, optional
        Read all files with this source. In folders, files that it does not recognise are
        skipped even so. ``None``: whichever source recognises a file.

    Returns
    -------
    Survey
        Its clips in the order of ``paths``, sorted by path within a folder.

    Raises
    ------
    MotionError
        For a path that does not exist, a file that no source recognises, a folder without clips.
    ConfigError
        For an unknown source.
    """
    candidates = list(sources().values()) if source_name is None else [get_source(source_name)]
    bundled = source_name is not None and candidates[0].default_clips is not None
    own = f"; without a path, {source_name} has clips of its own" if bundled else ""
    files: dict[Path, tuple[Path, str, MotionSource]] = {}
    unread: list[Path] = []
    for path in map(Path, paths):
        empty = True
        for file, base in _files(path):
            source = next((s for s in candidates if s.recognises(file)), None)
            if source is None and file == path:
                if source_name is None:
                    names = ", ".join(s.name for s in candidates)
                    raise MotionError(f"no motion source reads this file; there are: {names}", file)
                source = candidates[0]
            if source is not None:
                empty = False
                key = file.relative_to(base).with_suffix("").as_posix()
                files.setdefault(file.resolve(), (file, key, source))
            elif not file.name.lower().endswith(_COMPANIONS):
                unread.append(file)
        if empty:
            wanted = source_name or " or ".join(s.name for s in candidates)
            raise MotionError(f"no clips in this folder that {wanted} reads{own}", path)
    if not files:
        raise MotionError("no paths of clips given")
    keys = _unique([(resolved, key) for resolved, (_, key, _) in files.items()])
    found = [
        clip
        for key, (file, _, source) in zip(keys, files.values(), strict=True)
        for clip in source.clips(file, key)
    ]
    if not found:
        raise MotionError(f"no clips in these files that {source_name} reads{own}")
    return Survey(tuple(found), tuple(unread))


def _files(path: Path) -> list[tuple[Path, Path]]:
    """Files at a path with the folder that their keys are relative to."""
    if path.is_dir():
        found = [f for f in path.rglob("*") if f.is_file() and not _hidden(f, path)]
        return [(f, path) for f in sorted(found, key=lambda f: f.relative_to(path).as_posix())]
    if not path.exists():
        raise MotionError("there is no such file or folder", path)
    if not path.is_file():
        raise MotionError("is neither a file nor a folder", path)
    return [(path, path.parent)]


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _unique(files: list[tuple[Path, str]]) -> list[str]:
    """Keys made different: by the suffix, then by folders above, then by a number."""
    keys = [key for _, key in files]
    if len(set(keys)) == len(keys):
        return keys
    depth = max(len(file.parts) for file, _ in files)
    twins = Counter(file.with_suffix("") for file, _ in files)
    for above in range(depth + 1):
        count = Counter(keys)
        if max(count.values()) == 1:
            return keys
        keys = [
            _longer(file, key, above, twins[file.with_suffix("")] > 1)
            if count[current] > 1
            else current
            for (file, key), current in zip(files, keys, strict=True)
        ]
    seen: Counter[str] = Counter()
    for number, key in enumerate(keys):
        seen[key] += 1
        if seen[key] > 1:
            keys[number] = f"{key}~{seen[key]}"
    return keys


def _longer(file: Path, key: str, above: int, suffix: bool) -> str:
    """The key with this many more folders in front, and the suffix where it tells files apart."""
    parts = file.parts[1 if file.is_absolute() else 0 :]
    name = "/".join(parts[-(len(key.split("/")) + above) :])
    return name if suffix else name.removesuffix(file.suffix)
