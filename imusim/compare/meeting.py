"""A corpus and a dataset of recordings, cut into windows of the same sensors and activities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imusim.compare.activities import Activity, activities_of
from imusim.compare.sources import (
    common_sensors,
    matched_sensors,
    silenced,
    windows_of_corpus,
    windows_of_recordings,
)
from imusim.compare.windows import Windows
from imusim.corpus import Corpus
from imusim.errors import ConfigError, MotionError
from imusim.recordings import Recording, find_recordings, get_dataset, read_recording

LENGTH_S = 2.56
"""Of a window, as UCI-HAR has it; half of it from one to the next."""


@dataclass(frozen=True, eq=False)
class Meeting:
    """Both sides, alike but for where they are from.

    ``sensors``: sensor of the recordings to that of the corpus; ``notes``: what was left out.
    """

    simulated: Windows
    real: Windows
    sensors: dict[str, str]
    notes: tuple[str, ...]


def meet(
    corpus: Path | str,
    dataset: str,
    folder: Path | str,
    *,
    sensors: Sequence[str] = (),
    activities: Sequence[Activity] = (),
    rate_hz: float | None = None,
    length_s: float = LENGTH_S,
    stride_s: float | None = None,
    subjects: Sequence[str] = (),
    every: int = 1,
    seed: int = 0,
) -> Meeting:
    """Windows of a corpus and of the recordings of a dataset.

    Parameters
    ----------
    corpus : path
    dataset : str
        A name of the registry, see :func:`imusim.recordings.datasets`.
    folder : path
        Where its recordings are.
    sensors : sequence of str
        Which sensors of the recordings; by default all that have one of the corpus beside them.
        ``NAME=SENSOR`` states the corpus's sensor as well.
    activities : sequence of Activity
        By default one for each label of the dataset, by its words.
    rate_hz : float, optional
        The lower rate of both by default.
    length_s, stride_s : float
        Of windows; ``stride_s`` half the length by default.
    subjects : sequence of str
        Only these people of the recordings; by default all.
    every : int
        Every so-manieth recording.
    seed : int
        Of the windows that are drawn where there are very many.

    Raises
    ------
    ConfigError, CorpusError, MotionError
        If something is unknown, cannot be read, or no window is left.
    """
    known = get_dataset(dataset)
    skipped: list[str] = []
    found: list[Recording] = []
    for ref in find_recordings(dataset, folder)[:: max(every, 1)]:
        try:
            recording = read_recording(ref)
        except MotionError as error:
            skipped.append(str(error))
            continue
        if not subjects or recording.subject in subjects:
            found.append(recording)
    if not found:
        raise ConfigError(f"no recordings of {dataset}{_of(subjects)} in {folder}")
    with Corpus(corpus) as opened:
        pairs = _pairs(opened, found, sensors)
        rate = rate_hz or min(opened.rate_hz, known.rate_hz)
        stride = stride_s or length_s / 2
        chosen = tuple(activities) or activities_of(known.labels)
        why: Counter[str] = Counter()
        real = windows_of_recordings(
            found, list(pairs), chosen, known.labels, rate, length_s, stride,
            lambda _key, reason: why.update([reason]),
        )  # fmt: skip
        occur = tuple(activity for activity in chosen if activity.name in real.classes)
        simulated = windows_of_corpus(
            opened, list(pairs.values()), occur, rate, length_s, stride, seed
        )
    skipped += [f"{count} recordings: {reason}" for reason, count in why.items()]
    return Meeting(silenced(simulated, real), real, pairs, tuple(skipped))


def _pairs(corpus: Corpus, found: Sequence[Recording], wanted: Sequence[str]) -> dict[str, str]:
    """Sensor of the recordings to that of the corpus."""
    placed = {s.name: s.placement for recording in found for s in recording.sensors}
    stated = dict(name.split("=", 1) for name in wanted if "=" in name)
    names = [name.partition("=")[0] for name in wanted] or list(common_sensors(found))
    for name in names:
        if name not in placed:
            raise ConfigError(f"no sensor {name!r} in the recordings: {', '.join(placed)}")
    for sensor in stated.values():
        if sensor not in corpus.sensors:
            raise ConfigError(f"no sensor {sensor!r} in the corpus: {', '.join(corpus.sensors)}")
    matched = {**matched_sensors(corpus, {name: placed[name] for name in names}), **stated}
    pairs = {name: matched[name] for name in names if name in matched}
    if not pairs or (wanted and len(pairs) < len(names)):
        alone = ", ".join(f"{name} ({placed[name]})" for name in names if name not in matched)
        raise ConfigError(
            f"no sensor of the corpus ({', '.join(corpus.sensors)}) where the recordings have "
            f"{alone}: generate them there (--placement), or state --sensor NAME=SENSOR"
        )
    return pairs


def _of(subjects: Sequence[str]) -> str:
    return f" by {', '.join(subjects)}" if subjects else ""
