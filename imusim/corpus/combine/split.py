"""One corpus divided into several, so that what belongs together stays together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.corpus.combine.copying import Progress, alone, sound_records, writer_like
from imusim.corpus.combine.shares import deal
from imusim.corpus.layout import SHARD_SIZE_BYTES
from imusim.corpus.paraphrases import hand_on_paraphrases, load_paraphrases
from imusim.corpus.reader import Corpus
from imusim.corpus.videos import hand_on_videos, load_videos
from imusim.errors import ConfigError, CorpusError
from imusim.names import did_you_mean

UNKNOWN = "subject not known"


def subject_group(source: str, subject: str) -> str:
    """Name of a person over sources: of a dataset that the subject names, else of the source."""
    if not subject:
        return f"{source}: {UNKNOWN}"
    return subject if "/" in subject else f"{source}: {subject}"


WAYS: dict[str, Callable[[str, str], str]] = {
    "subject": subject_group,
    "source": lambda source, subject: source,  # noqa: ARG005
}
"""How clips can be grouped: the group of a clip of a source and a subject."""


class Part(NamedTuple):
    """A part that was made: its folder, clips, frames, groups, and the share asked for."""

    name: str
    folder: Path
    clips: int
    frames: int
    groups: tuple[str, ...]
    share: float


@dataclass(frozen=True, eq=False)
class Plan:
    """Which clip goes where.

    Parameters
    ----------
    groups : tuple of str
        Names of the groups. Those that clips of one file tie together have one name.
    group_of : (N,) int array
        The group of each clip.
    part_of : (G,) int array
        The part of each group.
    """

    groups: tuple[str, ...]
    group_of: NDArray[np.intp]
    part_of: NDArray[np.intp]


def split(
    folder: Path | str,
    out: Path | str,
    *,
    shares: Mapping[str, float],
    by: str = "subject",
    seed: int = 0,
    keep: Mapping[str, str] | None = None,
    overwrite: bool = False,
    shard_size_bytes: int = SHARD_SIZE_BYTES,
    progress: Progress | None = None,
) -> tuple[Part, ...]:
    """Divide a corpus into parts, corpora of their own in folders within one.

    No subject, or source, is in two parts, nor are clips of one file: draws and mirror images
    stay with theirs. Clips of a source that does not tell who moved stay together. The same
    corpus, shares and seed give the same bytes.

    Parameters
    ----------
    folder : path
        The corpus.
    out : path
        Folder in which the parts appear.
    shares : mapping of str to float
        Names of the parts and their shares of the motion's length, in any unit.
    by : {"subject", "source"}
    seed : int
        Which of the ways to divide it.
    keep : mapping of str to str, optional
        Groups, by name, that go to a part in any case.
    overwrite : bool
        Replace parts that are there.
    shard_size_bytes : int
    progress : callable, optional

    Returns
    -------
    tuple of Part

    Raises
    ------
    ConfigError
        For shares, names or groups that do not hold, and fewer groups than parts.
    CorpusError
        If the corpus is damaged, or the folder is not free or cannot be written.
    """
    out = Path(out)
    names = tuple(shares)
    with Corpus(folder) as corpus:
        plan = plan_split(corpus, shares, by, seed, keep)
        _check_folder(corpus, out, names)
        worded, videos = load_paraphrases(corpus.folder), load_videos([corpus])
        keys = list(corpus.keys())
        part_of_clip = plan.part_of[plan.group_of]
        lengths = corpus.column("length")
        corpus.close()  # HDF5 keeps the indices of what is open in memory
        with ExitStack() as stack:
            writers = [
                stack.enter_context(
                    writer_like(corpus.manifest, out / name, overwrite, shard_size_bytes)
                )
                for name in names
            ]
            for number, clip in enumerate(sound_records(corpus)):
                writers[part_of_clip[number]].add(alone(clip))
                if progress is not None:
                    progress(number + 1)
        for part, name in enumerate(names):
            hand_on_paraphrases([worded], out / name)
            own = {key: key for key, of in zip(keys, part_of_clip, strict=True) if of == part}
            hand_on_videos(videos, [own], out / name)
    total = sum(shares.values())
    made = []
    for number, (name, share) in enumerate(shares.items()):
        inside = part_of_clip == number
        groups = tuple(plan.groups[g] for g in np.flatnonzero(plan.part_of == number))
        frames = int(lengths[inside].sum())
        made.append(Part(name, out / name, int(inside.sum()), frames, groups, share / total))
    return tuple(made)


def plan_split(
    corpus: Corpus,
    shares: Mapping[str, float],
    by: str = "subject",
    seed: int = 0,
    keep: Mapping[str, str] | None = None,
) -> Plan:
    """Which clip of a corpus goes to which part. Raises ConfigError, as :func:`split` does."""
    if by not in WAYS:
        raise ConfigError(f"split goes by {' or '.join(WAYS)}, not by {by!r}")
    _check_shares(shares, keep or {})
    groups, group_of = _groups(corpus, WAYS[by])
    lengths = corpus.column("length")
    sizes = np.bincount(group_of, weights=lengths, minlength=len(groups)).astype(np.int64)
    kept = _kept(groups, tuple(shares), keep or {})
    try:
        part_of = deal(sizes.tolist(), tuple(shares.values()), seed, kept)
    except ConfigError as error:
        raise ConfigError(
            f"{corpus.folder}: by {by}, {error}; there are: {_listed(groups)}"
        ) from None
    return Plan(groups, group_of, part_of)


def _groups(
    corpus: Corpus, name_of: Callable[[str, str], str]
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Names of the groups, in order, and each clip's. Those that share a file are one."""
    names = [
        name_of(str(source), str(subject))
        for source, subject in zip(corpus.column("source"), corpus.column("subject"), strict=True)
    ]
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while name in above:
            name = above[name]
        return name

    first: dict[str, str] = {}
    for name, digest in zip(names, corpus.column("file_sha256"), strict=True):
        one, other = root(name), root(first.setdefault(digest, name) if digest else name)
        if one != other:
            above[max(one, other)] = min(one, other)
    tied: dict[str, set[str]] = {}
    for name in set(names):
        tied.setdefault(root(name), set()).add(name)
    title = {top: " + ".join(sorted(members)) for top, members in tied.items()}
    groups = tuple(sorted(title.values()))
    place = {name: number for number, name in enumerate(groups)}
    return groups, np.array([place[title[root(name)]] for name in names], np.intp)


def _kept(
    groups: tuple[str, ...], parts: tuple[str, ...], keep: Mapping[str, str]
) -> dict[int, int]:
    known = {
        name: number for number, group in enumerate(groups) for name in (group, *group.split(" + "))
    }
    kept: dict[int, int] = {}
    for name, part in keep.items():
        if part not in parts:
            raise ConfigError(f"no part {part!r}; there are: {', '.join(parts)}")
        if name not in known:
            raise ConfigError(
                f"no clips of {name!r}.{did_you_mean(name, known)} There are: {_listed(groups)}"
            )
        number = known[name]
        if kept.setdefault(number, parts.index(part)) != parts.index(part):
            raise ConfigError(f"{name!r} cannot go to two parts: {groups[number]} is one group")
    return kept


def _listed(groups: tuple[str, ...], shown: int = 8) -> str:
    more = f" … and {len(groups) - shown:,} more" if len(groups) > shown else ""
    return ", ".join(groups[:shown]) + more


def _check_shares(shares: Mapping[str, float], keep: Mapping[str, str]) -> None:
    if len(shares) < 2:
        raise ConfigError("a split has two parts or more, such as train=0.8,test=0.2")
    for name, share in shares.items():
        if not name or name.startswith(".") or {"/", "\\", "\0"} & set(name):
            raise ConfigError(f"{name!r} is no name of a folder")
        if not (np.isfinite(share) and share >= 0):
            raise ConfigError(f"the share of {name!r} is {share}; it must be a positive number")
        if share == 0 and name not in keep.values():
            raise ConfigError(f"the share of {name!r} is 0, and nothing is kept for it")
    if not 0 < sum(shares.values()) < np.inf:
        raise ConfigError("the shares are all 0: one part must take the rest")


def _check_folder(corpus: Corpus, out: Path, names: tuple[str, ...]) -> None:
    """A part of another split beside these would hold clips that these hold too."""
    if corpus.folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise CorpusError(f"{out}: lies in the corpus that is split; choose another folder")
    if not out.exists():
        return
    if not out.is_dir():
        raise CorpusError(f"{out}: is a file; choose a folder for the parts")
    strange = sorted(p.name for p in out.iterdir() if p.name not in names and p.name[0] != ".")
    if strange:
        raise CorpusError(
            f"{out}: holds {strange[0]!r}, which is none of the parts {', '.join(names)}; choose "
            "another folder"
        )
