"""Several corpora made into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imusim.corpus.combine.copying import Progress, sound_records, writer_like
from imusim.corpus.counts import join_counted
from imusim.corpus.layout import SHARD_SIZE_BYTES
from imusim.corpus.manifest import Run
from imusim.corpus.paraphrases import hand_on_paraphrases, load_paraphrases
from imusim.corpus.reader import Corpus
from imusim.corpus.videos import hand_on_videos, load_videos
from imusim.errors import CorpusError

_ALIKE = ("sensors", "joints", "rate_hz", "channels")
"""What corpora must have in common."""
_WORDS = {"rate_hz": "rate"}


@dataclass(frozen=True)
class Merged:
    """What was made of several corpora.

    Parameters
    ----------
    folder : Path
    clips : int
    frames : int
    renamed : tuple of int
        How many clips of each corpus got its name in front of their keys.
    labels : tuple of str
        Those names.
    """

    folder: Path
    clips: int
    frames: int
    renamed: tuple[int, ...]
    labels: tuple[str, ...]


def merge(
    folders: Sequence[Path | str],
    out: Path | str,
    *,
    overwrite: bool = False,
    shard_size_bytes: int = SHARD_SIZE_BYTES,
    progress: Progress | None = None,
) -> Merged:
    """Make one corpus of several, clips in the order of the corpora.

    A key that more than one of them has gets the name of its corpus's folder in front, in each.
    The same corpora in the same order give the same bytes. The codec is that of the first; counts
    stay counts where all have them and none has a device's LSB that is another's.

    Parameters
    ----------
    folders : sequence of path
        Two or more corpora with the same sensors on the same joints, rate and channels.
    out : path
        Where the corpus shall appear.
    overwrite : bool
        Replace a corpus that is there.
    shard_size_bytes : int
    progress : callable, optional

    Returns
    -------
    Merged

    Raises
    ------
    CorpusError
        If there are fewer than two, they differ in what they must have in common, or in the
        size of embeddings of videos, one is given twice or damaged, keys clash even so, or the
        folder cannot be written.
    """
    out = Path(out)
    with ExitStack() as stack:
        corpora = [stack.enter_context(Corpus(folder)) for folder in folders]
        _check(corpora, out)
        worded = [load_paraphrases(corpus.folder) for corpus in corpora]
        videos = load_videos(corpora)
        labels = _labels([corpus.folder for corpus in corpora])
        shared = _shared_keys(corpora)
        for corpus in corpora:
            corpus.close()  # HDF5 keeps the indices of what is open in memory
        runs, devices = _runs(corpora), _devices(corpora)
        names: list[dict[str, str]] = [{} for _ in corpora]
        done = 0
        with writer_like(
            corpora[0].manifest,
            out,
            overwrite,
            shard_size_bytes,
            runs,
            devices,
            join_counted(
                [(corpus.devices, corpus.manifest.counted) for corpus in corpora], devices
            ),
        ) as writer:
            for number, corpus in enumerate(corpora):
                new_run = [runs.index(run) for run in corpus.manifest.runs]
                new_device = np.array([devices.index(d) for d in corpus.devices], np.int32)
                for clip in sound_records(corpus):
                    key = f"{labels[number]}/{clip.key}" if clip.key in shared else clip.key
                    names[number][clip.key] = key
                    writer.add(
                        replace(
                            clip, key=key, run=new_run[clip.run], device=new_device[clip.device]
                        )
                    )
                    done += 1
                    if progress is not None:
                        progress(done)
                for skipped in corpus.manifest.skipped:
                    writer.skip(skipped.clip, skipped.reason)
        hand_on_paraphrases(worded, out)
        hand_on_videos(videos, names, out)
        frames = sum(corpus.manifest.counts.frames for corpus in corpora)
    renamed = tuple(len(own.keys() & shared) for own in names)
    return Merged(out, done, frames, renamed, tuple(labels))


def _check(corpora: Sequence[Corpus], out: Path) -> None:
    if len(corpora) < 2:
        raise CorpusError("merge takes two corpora or more")
    places = [corpus.folder.resolve() for corpus in corpora]
    target = out.resolve()
    for number, place in enumerate(places):
        if place in places[:number]:
            raise CorpusError(f"{corpora[number].folder}: is given twice")
        if place in target.parents:
            raise CorpusError(f"{out}: lies in a corpus that is merged; choose another folder")
    first = corpora[0]
    for corpus in corpora[1:]:
        for name in _ALIKE:
            own, other = getattr(corpus.manifest, name), getattr(first.manifest, name)
            if own != other:
                raise CorpusError(
                    f"{corpus.folder}: its {_WORDS.get(name, name)}: {_said(own)}; of "
                    f"{first.folder}: {_said(other)}; merge takes corpora whose sensors, joints, "
                    "rate and channels are the same: make one of them again"
                )


def _said(value: object) -> str:
    if not isinstance(value, tuple):
        return f"{value:g} Hz"
    shown = ", ".join(map(str, value[:6])) + (" …" if len(value) > 6 else "")
    return f"{len(value)} ({shown})" if value else "none"


def _labels(folders: Sequence[Path]) -> list[str]:
    """Names of folders, made different where two are alike by a number behind."""
    names = [folder.resolve().name or "corpus" for folder in folders]
    seen: Counter[str] = Counter()
    labels = []
    for name in names:
        seen[name] += 1
        labels.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    if len(set(labels)) < len(labels):
        raise CorpusError(f"two of the corpora have the name {labels[-1]!r}: rename one")
    return labels


def _shared_keys(corpora: Sequence[Corpus]) -> set[str]:
    seen: set[str] = set()
    shared: set[str] = set()
    for corpus in corpora:
        for key in corpus.keys():  # noqa: SIM118 (a corpus is no mapping)
            (shared if key in seen else seen).add(key)
    return shared


def _runs(corpora: Sequence[Corpus]) -> list[Run]:
    """Runs of all, each once."""
    runs: list[Run] = []
    for corpus in corpora:
        runs += [run for run in corpus.manifest.runs if run not in runs]
    return runs


def _devices(corpora: Sequence[Corpus]) -> list[str]:
    """Devices of all, each once."""
    return list(dict.fromkeys(name for corpus in corpora for name in corpus.devices))
