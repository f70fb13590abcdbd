"""What real recordings say of each other: how near one can come, and how near chance comes.

A simulation of a trial knows how this person moved this time. Another trial of the same person
doing the same tells how much of that is the activity and the person, another person's trial how
much is the activity, and a trial of another activity how much any two recordings agree by
chance once their offset has been chosen well. They are scored by the same metrics as simulations
are, with the same freedom of the clock.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from imusim.compare.metrics import figures
from imusim.compare.result import Scored
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames

if TYPE_CHECKING:
    from imusim.compare.paired.readings import Case

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

TRIAL, SUBJECT, SHUFFLED = "another trial", "another subject", "shuffled"
LEAST_WITHIN_S = 0.3
"""Trials are cut by hand: their beginnings differ by this, if no bound of the clocks is wider."""
MOST_STRETCH = 2.0
"""A trial is stretched to the length of another up to this factor, and cut beyond it."""
_FEWEST = 16


def reference_partners(cases: Sequence[Case]) -> dict[str, list[int | None]]:
    """Which case stands in for each: of the same sensor, at the same place, in the same dataset.

    Returns
    -------
    dict of str to list of int or None
        By reference; ``None`` where nothing serves. ``another trial``: the next of the same
        person and label; ``another subject``: of the next person, the trial of the same number
        where there is one; ``shuffled``: any of another label, drawn by the recording's key.
    """
    found: dict[str, list[int | None]] = {TRIAL: [], SUBJECT: [], SHUFFLED: []}
    pools: dict[tuple[str, str, str], list[int]] = {}
    for number, case in enumerate(cases):
        pools.setdefault(_place(case), []).append(number)
    for numbers in pools.values():
        numbers.sort(key=lambda n: _order(cases[n]))
    for number, case in enumerate(cases):
        own = case.recording
        others = [n for n in pools[_place(case)] if cases[n].recording.key != own.key]
        labelled = [n for n in others if own.label and cases[n].recording.label]
        alike = [n for n in labelled if cases[n].recording.label == own.label]
        known = [n for n in alike if own.subject and cases[n].recording.subject]
        mine = [n for n in known if cases[n].recording.subject == own.subject]
        theirs = [n for n in known if cases[n].recording.subject != own.subject]
        same = [n for n in theirs if cases[n].recording.trial == own.trial]
        strange = [n for n in labelled if cases[n].recording.label != own.label]
        found[TRIAL].append(_next(cases, mine, number))
        found[SUBJECT].append(_next(cases, same or theirs, number))
        draw = zlib.crc32(f"{own.dataset} {own.key}".encode())
        found[SHUFFLED].append(strange[draw % len(strange)] if strange else None)
    return found


def score_references(cases: Sequence[Case]) -> list[Scored]:
    """Score every real sensor against its partners, as if they were simulations of it."""
    scored: list[Scored] = []
    for method, partners in reference_partners(cases).items():
        for case, partner in zip(cases, partners, strict=True):
            if partner is None:
                continue
            values = compared(case, cases[partner])
            if values is None:
                continue
            scored.append(
                Scored(
                    dataset=case.recording.dataset,
                    recording=case.recording.key,
                    subject=case.recording.subject,
                    activity=case.recording.label,
                    trial=case.recording.trial,
                    sensor=case.sensor.name,
                    joint=case.place.link,
                    method=method,
                    kind="reference",
                    figures=values,
                )
            )
    return scored


def compared(case: Case, partner: Case) -> dict[str, float] | None:
    """All metrics of a recording against another that stands in for it.

    The other is stretched to the same length and shifted, by whole samples within the bound of
    the clocks, to where the correlations of norms and axes have the largest mean. None where
    they share no sensor or too little time.
    """
    real, other = _signals(case), _signals(partner)
    use, stretched = (
        case.valid & whole_frames(real[:, _told(real)]),
        _stretched(other, partner, case),
    )
    shared = _told(real) & _told(stretched)
    if not shared.any():
        return None
    real[:, ~shared], stretched[:, ~shared] = 0.0, 0.0
    rate_hz = case.sensor.rate_hz
    most = round(max(case.within_s, LEAST_WITHIN_S) * rate_hz)
    most = max(min(most, len(real) // 4), 0)
    lag = _best_lag(_columns(real), _columns(stretched), use, most)
    if lag is None:
        return None
    moved = np.full_like(real, np.nan)
    here, there = _overlap(len(real), lag)
    moved[here] = stretched[there]
    real[~use] = np.nan
    (real_acc, real_gyro), (acc, gyro) = (
        [values[:, part] if shared[part].all() else None for part in (slice(0, 3), slice(3, 6))]
        for values in (real, moved)
    )
    return figures(real_acc, real_gyro, acc, gyro, rate_hz)


def _place(case: Case) -> tuple[str, str, str]:
    return case.recording.dataset, case.sensor.name, case.sensor.placement


def _order(case: Case) -> tuple[str, str, str]:
    return case.recording.subject, case.recording.trial, case.recording.key


def _next(cases: Sequence[Case], pool: list[int], number: int) -> int | None:
    """The first of an ordered pool that comes after a case, from the start again after the last."""
    after = [n for n in pool if _order(cases[n]) > _order(cases[number])]
    return (after or pool or [None])[0]


def _signals(case: Case) -> Array:
    lost = np.full((len(case.valid), 3), np.nan)
    parts = (lost if a is None else a for a in (case.accelerometer, case.gyroscope))
    return np.concatenate([*parts], axis=1)


def _told(signals: Array) -> Mask:
    """Which columns (6,) hold anything."""
    return np.asarray(np.isfinite(signals).any(axis=0))


def _stretched(other: Array, partner: Case, case: Case) -> Array:
    """Signals (N, 6) of a partner over the time of a case; NaN in its gaps and beyond its end."""
    length, count = len(other), len(case.valid)
    span = (count - 1) / case.sensor.rate_hz * partner.sensor.rate_hz  # in the partner's samples
    factor = (length - 1) / max(span, 1e-9)
    if not 1 / MOST_STRETCH <= factor <= MOST_STRETCH:
        factor = 1.0
    at = np.arange(count) / case.sensor.rate_hz * partner.sensor.rate_hz * factor
    whole = np.where(partner.valid[:, None], other, np.nan)
    read = np.stack([np.interp(at, np.arange(length), column) for column in whole.T], axis=1)
    read[at > length - 1 + 1e-6] = np.nan
    return read


def _columns(signals: Array) -> Array:
    """Norms and axes of both sensors, (N, 8)."""
    norms = (rot.norm(signals[:, part])[:, None] for part in (slice(0, 3), slice(3, 6)))
    return np.concatenate([*norms, signals], axis=1)


def _overlap(count: int, lag: int) -> tuple[slice, slice]:
    """Samples here and there that stand for the same time, of ``there = here + lag``."""
    return slice(max(-lag, 0), count - max(lag, 0)), slice(max(lag, 0), count + min(lag, 0))


def _best_lag(real: Array, other: Array, use: Mask, most: int) -> int | None:
    """Lag of the largest mean correlation, norms and the mean of axes weighing alike."""
    best, found = -np.inf, None
    weight = np.array([3.0, 3.0, *[1.0] * 6])
    usable = whole_frames(other)
    for lag in range(-most, most + 1):
        here, there = _overlap(len(real), lag)
        both = use[here] & usable[there]
        if both.sum() < _FEWEST:
            continue
        a, b = real[here][both], other[there][both]
        a, b = a - a.mean(axis=0), b - b.mean(axis=0)
        power = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
        moving = power > 0
        score = float(weight[moving] @ ((a * b).sum(axis=0)[moving] / power[moving]))
        if score > best:
            best, found = score, lag
    return found
