"""A simulated corpus against unpaired recordings, activity by activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.corpora.detect import auc, detect
from imusim.compare.corpora.distances import frechet, mmd, neighbourhoods, wasserstein
from imusim.compare.corpora.encoders import Encode, Encoder, get_encoder, standardised
from imusim.compare.corpora.result import (
    FIGURES,
    ActivityResult,
    CorpusResult,
    FeatureDistance,
)
from imusim.compare.features import Features, handcrafted
from imusim.compare.result import Interval
from imusim.compare.windows import Array, Windows, match
from imusim.errors import ConfigError

ALL = "all"
REPEATS = 10
PERMUTATIONS = 200
MOST = 1_000
"""Windows a side, drawn at random where there are more: cost grows with their square."""
LEAST = 6
"""Windows a side, below which an activity is skipped."""


@dataclass(frozen=True)
class _Settings:
    encoder: Encoder
    repeats: int
    permutations: int
    most: int
    seed: int


def compare_corpora(
    simulated: Windows,
    real: Windows,
    encoder: str | Encoder = "handcrafted",
    repeats: int = REPEATS,
    permutations: int = PERMUTATIONS,
    most: int = MOST,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> CorpusResult:
    """What tells simulated windows from real ones, beside what tells real ones from real ones.

    Time and again the people of the recordings are divided in two. The one half is held against
    as many simulated windows (of nobody of that half, as far as names tell), and for reference
    against as many of the other half. So both comparisons are of the same sizes and the same
    windows, and a corpus that is as good as more recordings has the figures of the reference.

    Parameters
    ----------
    simulated, real : Windows
        Of the same channels, length and rate.
    encoder : str or Encoder
        One of :data:`imusim.compare.corpora.encoders.ENCODERS`, or one of your own.
    repeats : int
        Divisions of the people; intervals are percentiles over them.
    permutations : int
        Of the test of the MMD.
    most : int
        Windows a side, drawn where there are more.
    seed : int
    progress : callable
        Told the activity.

    Returns
    -------
    CorpusResult
        Of all activities that both have, together and one by one.

    Raises
    ------
    ConfigError
        If windows do not fit each other, or no activity is in both.
    MissingExtraError
        Where scikit-learn, or what the encoder needs, is not installed.
    """
    match(simulated, real)
    if repeats < 1 or permutations < 0 or most < LEAST:
        raise ConfigError(f"repeats 1 or more, permutations 0 or more, most {LEAST} or more")
    chosen = get_encoder(encoder) if isinstance(encoder, str) else encoder
    shared = np.intersect1d(simulated.classes, real.classes).tolist()
    skipped = [
        (label, "only in the simulated corpus" if label in simulated.classes else "only recorded")
        for label in np.setxor1d(simulated.classes, real.classes).tolist()
    ]
    if not shared:
        raise ConfigError(
            f"no activity in both; simulated: {', '.join(simulated.classes)}; "
            f"real: {', '.join(real.classes)}"
        )
    simulated, real = simulated.of(labels=shared), real.of(labels=shared)
    settings = _Settings(chosen, repeats, permutations, most, seed)
    encode = chosen.fit(real, seed)
    progress(ALL)
    # Together, each activity is to have the same part of both.
    found = [_compared(ALL, _levelled(simulated, real, seed), real, encode, settings)]
    for label in shared if len(shared) > 1 else ():
        progress(label)
        own = simulated.of(labels=[label]), real.of(labels=[label])
        if min(map(len, own)) < LEAST:
            skipped.append(
                (label, f"{len(own[0])} simulated and {len(own[1])} real windows: {LEAST} at least")
            )
            continue
        found.append(_compared(label, *own, encode, settings))
    return CorpusResult(
        {
            "repeats": repeats,
            "permutations": permutations,
            "most": most,
            "seed": seed,
        },
        chosen.name,
        tuple(found),
        tuple(skipped),
    )


def _levelled(simulated: Windows, real: Windows, seed: int) -> Windows:
    """Simulated windows whose activities have the shares that they have among the real ones."""
    rng = np.random.default_rng(seed)
    have = {c: np.flatnonzero(simulated.labels == c) for c in real.classes}
    share = {c: float((real.labels == c).mean()) for c in real.classes}
    total = min(len(numbers) / share[c] for c, numbers in have.items())
    kept = [
        rng.permutation(numbers)[: max(1, round(total * share[c]))] for c, numbers in have.items()
    ]
    return simulated.take(np.sort(np.concatenate(kept)))


def _compared(
    activity: str, simulated: Windows, real: Windows, encode: Encode, settings: _Settings
) -> ActivityResult:
    notes = []
    people = np.unique(real.subjects)
    if len(people) < 2:
        notes.append("one person was recorded: recordings are divided instead of people")
    rng = np.random.default_rng(settings.seed)
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    apart: list[Array] = []
    for _ in range(settings.repeats):
        near, far = _halves(real, rng)
        free = _not_of(simulated, real, near) if len(people) > 1 else np.arange(len(simulated))
        size = min(len(near), len(far), len(free), settings.most)
        if size < 3:
            continue
        target = real.take(rng.choice(near, size, replace=False))
        scale = standardised(encode, target)
        for candidates, whole, into in ((free, simulated, ours), (far, real, theirs)):
            candidate = whole.take(rng.choice(candidates, size, replace=False))
            figures, distances = _figures(candidate, target, scale, settings.permutations, rng)
            into.append(figures)
            if whole is real:
                apart.append(distances)
    if not ours:
        notes.append("too few people or recordings to divide: no figures")
    return ActivityResult(
        activity,
        len(simulated),
        len(real),
        len(np.unique(simulated.subjects)),
        len(people),
        _intervals(ours),
        _intervals(theirs),
        _features(simulated, real, apart, settings, rng),
        tuple(notes),
    )


def _halves(real: Windows, rng: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Numbers of the windows of either half of the people, or recordings where there is one."""
    names = real.subjects if len(np.unique(real.subjects)) > 1 else real.groups
    known = rng.permutation(np.unique(names))
    first = np.isin(names, known[: (len(known) + 1) // 2])
    return np.flatnonzero(first), np.flatnonzero(~first)


def _not_of(simulated: Windows, real: Windows, near: NDArray[np.intp]) -> NDArray[np.intp]:
    """Simulated windows of nobody who is in the half, unless all are."""
    others = np.flatnonzero(~np.isin(simulated.subjects, real.subjects[near]))
    return others if len(others) >= LEAST else np.arange(len(simulated))


def _figures(
    candidate: Windows,
    target: Windows,
    encode: Encode,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[dict[str, float], Array]:
    """Keys of FIGURES; and the Wasserstein distance of each feature."""
    one, other = encode(candidate), encode(target)
    raw = handcrafted(candidate).values, handcrafted(target).values
    spread = raw[1].std(axis=0)
    distances = wasserstein(*raw) / np.where(spread > 1e-9, spread, np.inf)
    blocks = tuple(
        np.char.add(np.char.add(w.subjects, "\n"), w.groups) for w in (candidate, target)
    )
    value, p = mmd(one, other, (blocks[0], blocks[1]), permutations, rng)
    figures = {
        "auc": detect((candidate, raw[0]), (target, raw[1]), rng).auc,
        "wasserstein": float(distances.mean()),
        "mmd": value,
        "mmd_p": p,
        "frechet": frechet(one, other),
        **neighbourhoods(one, other),
    }
    return figures, distances


def _intervals(found: list[dict[str, float]]) -> dict[str, Interval]:
    """Means, with percentiles over divisions."""
    result = {}
    for name in FIGURES:
        values = np.array([figures[name] for figures in found], float)
        values = values[np.isfinite(values)]
        if not len(values):
            result[name] = Interval(np.nan, np.nan, np.nan, 0)
            continue
        low, high = np.quantile(values, [0.025, 0.975])
        result[name] = Interval(float(values.mean()), float(low), float(high), len(values))
    return result


def _features(
    simulated: Windows,
    real: Windows,
    apart: list[Array],
    settings: _Settings,
    rng: np.random.Generator,
) -> tuple[FeatureDistance, ...]:
    """Each feature over all windows, the one that gives most away first."""
    simulated, real = (_some(windows, settings.most, rng) for windows in (simulated, real))
    ours, theirs = handcrafted(simulated), handcrafted(real)
    first = np.repeat([True, False], [len(simulated), len(real)])
    areas = np.asarray(auc(np.vstack([ours.values, theirs.values]).T, first))
    areas = np.abs(areas - 0.5) + 0.5
    importance = detect((simulated, ours.values), (real, theirs.values), rng).importance
    spread = theirs.values.std(axis=0)
    distances = wasserstein(ours.values, theirs.values) / np.where(spread > 1e-9, spread, np.inf)
    reference = np.mean(apart, axis=0) if apart else np.full(len(spread), np.nan)
    quartiles = [_quartiles(found) for found in (theirs, ours)]
    return tuple(
        FeatureDistance(
            ours.names[k],
            ours.meanings[k],
            float(distances[k]),
            float(reference[k]),
            quartiles[0][k],
            quartiles[1][k],
            float(areas[k]),
            float(importance[k]),
        )
        for k in np.lexsort((-distances, -areas))
    )


def _quartiles(found: Features) -> list[tuple[float, float, float]]:
    low, middle, high = np.quantile(found.values, (0.25, 0.5, 0.75), axis=0).tolist()
    return list(zip(low, middle, high, strict=True))


def _some(windows: Windows, most: int, rng: np.random.Generator) -> Windows:
    if len(windows) <= most:
        return windows
    return windows.take(np.sort(rng.choice(len(windows), most, replace=False)))
