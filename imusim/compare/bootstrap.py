"""How sure a figure is: intervals by drawing people, then their trials, again and again.

Trials of one person are alike, so that trials drawn one by one would promise too much. The
bootstrap has two levels (Davison and Hinkley 1997, Bootstrap Methods and their Application,
section 3.8): people are drawn with replacement, then as many trials of each as there are. Few
people spread less among the draws than people do; the percentiles are taken further out for
that (Hesterberg 2015, The American Statistician 69:371, section 5.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import t as student

from imusim.compare.result import Interval, Scored, Summary

Array = NDArray[np.float64]
Statistic = Literal["median", "mean"]

CONFIDENCE = 0.95
DRAWS = 2000


def summarise(
    scored: Sequence[Scored], statistic: Statistic = "median", *, seed: int = 0
) -> tuple[Summary, ...]:
    """Sum up scored sensors by group and method, in the order in which they come.

    Parameters
    ----------
    scored : sequence of Scored
    statistic : {"median", "mean"}
        Over recordings.
    seed : int
        The same seed gives the same intervals, whatever else is summed up beside.

    Returns
    -------
    tuple of Summary
        For every metric an interval from as many recordings as tell it. Of a single recording
        its bounds are NaN, as blocks of its time are no repetitions. Of a single person it
        speaks of that person's trials alone.
    """
    lines: dict[tuple[str, str, str], list[Scored]] = {}
    for one in scored:
        lines.setdefault((one.group, one.method, one.kind), []).append(one)
    return tuple(
        Summary(*line, intervals([o.figures for o in own], [_who(o) for o in own], statistic, seed))
        for line, own in lines.items()
    )


def _who(one: Scored) -> str:
    """A recording of nobody known stands for itself."""
    return one.subject or f"recording {one.recording}"


def intervals(
    figures: Sequence[Mapping[str, float]],
    subjects: Sequence[str],
    statistic: Statistic = "median",
    seed: int = 0,
) -> dict[str, Interval]:
    """Statistic and interval of every metric, of trials (N) by their subjects (N)."""
    names = list(dict.fromkeys(name for one in figures for name in one))
    values = np.array([[one.get(name, np.nan) for name in names] for one in figures], float)
    found: dict[str, Interval] = {}
    # Metrics that the same trials tell are drawn together.
    patterns: dict[bytes, list[int]] = {}
    for column in range(len(names)):
        patterns.setdefault(np.isfinite(values[:, column]).tobytes(), []).append(column)
    for columns in patterns.values():
        told = np.isfinite(values[:, columns[0]])
        who = np.unique([s for s, t in zip(subjects, told, strict=True) if t], return_inverse=True)
        parts = _interval(values[told][:, columns], who[1], statistic, seed)
        found |= {names[column]: part for column, part in zip(columns, parts, strict=True)}
    return {name: found[name] for name in names}


def _interval(
    values: Array, subject: NDArray[np.int64], statistic: Statistic, seed: int
) -> list[Interval]:
    """Of metrics (M) of trials (N, M), all finite, of subjects numbered from 0."""
    trials, metrics = values.shape
    if not trials:
        return [Interval(np.nan, np.nan, np.nan, 0)] * metrics
    centre = (np.median if statistic == "median" else np.mean)(values, axis=0)
    if trials == 1:
        return [Interval(float(v), np.nan, np.nan, 1) for v in centre]
    counts = draw_counts(subject, np.random.default_rng(seed))
    people = len(np.unique(subject))
    units = people if people > 1 else trials
    tail = tail_of(units)
    intervals = []
    for column, value in zip(values.T, centre, strict=True):
        drawn = _medians(column, counts) if statistic == "median" else _means(column, counts)
        low, high = np.quantile(drawn, [tail, 1 - tail])
        intervals.append(Interval(float(value), float(low), float(high), trials))
    return intervals


def tail_of(units: int) -> float:
    """Share of the draws beyond either bound, of so many people, two at least.

    Student's quantile, and the spread that n units lack.
    """
    quantile = student.ppf(0.5 + CONFIDENCE / 2, units - 1) * np.sqrt(units / (units - 1))
    return float(ndtr(-quantile))


def draw_counts(subject: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int32]:
    """How often each trial (N) occurs in each draw: (DRAWS, N).

    People are drawn, and of each, as often as drawn, as many trials as there are; of a single
    person, trials.
    """
    _, sizes = np.unique(subject, return_counts=True)
    people = len(sizes)
    times = rng.multinomial(people, np.full(people, 1 / people), size=DRAWS)
    counts = np.zeros((DRAWS, len(subject)), np.int32)
    for person, size in enumerate(sizes):
        drawn = rng.multinomial(times[:, person] * size, np.full(size, 1 / size))
        counts[:, subject == person] = drawn
    return counts


def _means(values: Array, counts: NDArray[np.int32]) -> Array:
    return counts @ values / counts.sum(axis=1)


def _medians(values: Array, counts: NDArray[np.int32]) -> Array:
    """Medians of values (N,) that occur so often (B, N); the mean of two in the middle."""
    order = np.argsort(values, kind="stable")
    ranked, upto = values[order], np.cumsum(counts[:, order], axis=1)
    total = upto[:, -1:]
    low = (upto < (total + 1) // 2).sum(axis=1)
    high = (upto < total // 2 + 1).sum(axis=1)
    return (ranked[low] + ranked[high]) / 2
