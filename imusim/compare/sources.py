"""Windows of a corpus and of recordings, in one form and of the same sensors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from imusim.compare.activities import Activity, named
from imusim.compare.windows import Windows, joined
from imusim.corpus import Corpus
from imusim.corpus import Windows as CorpusWindows
from imusim.errors import ConfigError, MotionError
from imusim.recordings import Recording
from imusim.recordings.windows import cut
from imusim.sensor.placement import find_placements

MOST = 20_000
"""Windows of a corpus that are read, drawn at random where there are more."""
_BATCH = 512


def matched_sensors(corpus: Corpus, placements: Mapping[str, str]) -> dict[str, str]:
    """Which sensor of a corpus stands where a recording's does.

    The one of the placement's name, or else the one and only on its joint.

    Parameters
    ----------
    corpus : Corpus
    placements : mapping of str to str
        Sensor of the recording to its placement.

    Returns
    -------
    dict
        Sensor of the recording to that of the corpus, for those that have one.
    """
    found = {}
    for sensor, name in placements.items():
        try:
            placement = find_placements([name])[0] if name else None
        except ConfigError:
            placement = None
        if placement is None:
            continue
        same = [s for s in corpus.sensors if s in (name, placement.name)]
        on_joint = [
            s for s, j in zip(corpus.sensors, corpus.joints, strict=True) if j == placement.segment
        ]
        if same:
            found[sensor] = same[0]
        elif len(on_joint) == 1:
            found[sensor] = on_joint[0]
    return found


def windows_of_corpus(
    corpus: Corpus,
    sensors: Sequence[str],
    activities: Sequence[Activity],
    rate_hz: float,
    length_s: float,
    stride_s: float | None = None,
    seed: int = 0,
    most: int = MOST,
) -> Windows:
    """Windows of the clips whose captions are of an activity.

    A clip of nobody known is a person of its own.

    Raises
    ------
    ConfigError, CorpusError
        If a setting is out of range, or no window is left.
    """
    names = [activity.name for activity in activities]

    def label(captions: tuple[str, ...]) -> int | None:
        name = named(captions, activities)
        return None if name is None else names.index(name)

    found = CorpusWindows(
        corpus,
        length_s,
        stride_s,
        rate_hz=rate_hz,
        sensors=sensors,
        columns=("subject",),
        label=label,
    )
    numbers = np.arange(len(found))
    if len(numbers) > most:
        numbers = np.sort(np.random.default_rng(seed).choice(numbers, most, replace=False))
    parts = []
    for first in range(0, len(numbers), _BATCH):
        batch = found.batch(numbers[first : first + _BATCH].tolist())
        count, samples = batch.signals.shape[:2]
        keys = np.array(batch.key, str)
        subjects = np.asarray(batch.columns["subject"]).astype(str)
        labels = np.array([names[number] for number in np.asarray(batch.label)], str)
        parts.append(
            Windows(
                batch.signals.reshape(count, samples, -1).transpose(0, 2, 1).astype(float),
                labels,
                np.array([person(name) for name in np.where(subjects == "", keys, subjects)]),
                keys,
                rate_hz,
            )
        )
    return joined(*parts)


def windows_of_recordings(
    recordings: Iterable[Recording],
    sensors: Sequence[str],
    activities: Sequence[Activity],
    words: Mapping[str, str],
    rate_hz: float,
    length_s: float,
    stride_s: float | None = None,
    skipped: Callable[[str, str], None] = lambda _key, _why: None,
) -> Windows:
    """Windows of the stretches of recordings whose labels are of an activity.

    Windows in which a sensor has a gap are left out. A sensor without a gyroscope, or without an
    accelerometer, has zeros there: see :func:`silenced`. Subjects are named ``dataset/person``, as
    motion sources name them.

    Parameters
    ----------
    recordings : iterable of Recording
    sensors : sequence of str
        Which sensors, as the recordings name them, in this order.
    activities : sequence of Activity
    words : mapping of str to str
        What the dataset's labels mean.
    rate_hz, length_s, stride_s : float
    skipped : callable
        Told recordings that give no window, and why.

    Raises
    ------
    ConfigError
        If no window is left.
    """
    parts = []
    for recording in recordings:
        try:
            found = cut(recording, rate_hz, length_s, stride_s)
        except MotionError as error:
            skipped(recording.key, str(error))
            continue
        if not set(sensors) <= set(found.sensors):
            skipped(recording.key, f"has no sensor {', '.join(set(sensors) - set(found.sensors))}")
            continue
        at = [found.sensors.index(sensor) for sensor in sensors]
        signals, valid = found.signals[:, at], found.valid[:, at]
        has = valid.any(axis=0)  # what a sensor has in no window, it has not
        labels = [named((label, words.get(label, "")), activities, "labels") or ""
                  for label in found.labels.tolist()]  # fmt: skip
        kept = (valid | ~has).all(axis=(1, 2)) & (np.array(labels, str) != "")
        if not kept.any():
            skipped(recording.key, "no window of an activity without a gap")
            continue
        count = int(kept.sum())
        parts.append(
            Windows(
                np.nan_to_num(signals[kept]).reshape(count, 6 * len(at), -1),
                np.array(labels, str)[kept],
                np.full(count, person(f"{recording.dataset}/{recording.subject or recording.key}")),
                np.full(count, recording.key),
                rate_hz,
            )
        )
    if not parts:
        raise ConfigError("no window is left of the recordings: shorter windows, other activities?")
    return joined(*parts)


def person(name: str) -> str:
    """A person's name as both sides have it: small letters, and of ``s03`` the number alone."""
    dataset, slash, who = name.lower().rpartition("/")
    number = re.fullmatch(r"[a-z_]*0*(\d+)", who)
    return dataset + slash + (number[1] if number else who)


def silenced(windows: Windows, other: Windows) -> Windows:
    """The windows with zeros in the channels that are zero all over the other ones."""
    silent = ~other.signals.any(axis=(0, 2))
    signals = windows.signals.copy()
    signals[:, silent] = 0
    return windows.with_signals(signals)


def common_sensors(recordings: Sequence[Recording]) -> dict[str, str]:
    """Sensors that all, or most, recordings have, with their placements."""
    counts: Counter[tuple[str, ...]] = Counter(
        tuple(sorted(sensor.name for sensor in recording.sensors)) for recording in recordings
    )
    names = set(counts.most_common(1)[0][0]) if counts else set()
    for recording in recordings:
        placed = {s.name: s.placement for s in recording.sensors if s.name in names}
        if set(placed) == names:
            return placed
    return {}
