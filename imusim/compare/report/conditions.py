"""Conditions that a comparison must meet, for use where nobody looks at the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imusim.compare.report.measures import gain, measure
from imusim.compare.result import PairedResult, Summary
from imusim.errors import ConfigError
from imusim.names import did_you_mean


@dataclass(frozen=True)
class Condition:
    """A figure must not be worse than a bound; ``group`` ``""``: in every group."""

    metric: str
    bound: float
    group: str = ""

    def __str__(self) -> str:
        where = f"{self.group}:" if self.group else ""
        return f"{where}{self.metric}={self.bound:g}"


def parse_fail_under(texts: Sequence[str]) -> list[Condition]:
    """Read conditions such as ``acc_norm_r=0.7`` or ``utd-mhad wrist:acc_norm_r=0.7``.

    Of a figure of which less is better, the bound is the most that it may be; of one that should
    be zero or one, it is the value that lies as far from there as is allowed.

    Raises
    ------
    ConfigError
        If one is not of that form.
    """
    return [_parse(text) for text in texts]


def _parse(text: str) -> Condition:
    left, sign, right = text.rpartition("=")
    group, _, metric = left.rpartition(":")
    try:
        bound = float(right)
    except ValueError:
        bound = math.nan
    if not sign or not metric.strip() or not math.isfinite(bound):
        raise ConfigError(
            f"--fail-under {text!r}: give METRIC=VALUE or GROUP:METRIC=VALUE, as acc_norm_r=0.7"
        )
    return Condition(metric.strip(), bound, group.strip())


def check(result: PairedResult, conditions: Sequence[Condition]) -> list[str]:
    """Which conditions are not met, in one line each.

    A condition holds for the best of what was simulated in each group that it speaks of. A figure
    that could not be said fails.

    Raises
    ------
    ConfigError
        If a condition names a metric or a group that the result does not have: it would never fail.
    """
    own = [s for s in result.summaries if s.kind == "simulated"]
    failures = []
    for condition in conditions:
        groups = {s.group: None for s in own if condition.group in ("", s.group)}
        if not groups:
            listed = ", ".join(dict.fromkeys(s.group for s in own)) or "none"
            raise ConfigError(f"--fail-under {condition}: no such group; there are: {listed}")
        if not any(condition.metric in s.figures for s in own):
            known = sorted({name for s in own for name in s.figures})
            hint = did_you_mean(condition.metric, known)
            raise ConfigError(
                f"--fail-under {condition}: no metric {condition.metric!r}.{hint} "
                f"There are: {', '.join(known)}"
            )
        failures += [
            failure
            for group in groups
            if (failure := _failure(condition, [s for s in own if s.group == group]))
        ]
    return failures


def _failure(condition: Condition, own: Sequence[Summary]) -> str:
    best = measure(condition.metric).best
    values = [s.figures[condition.metric].value for s in own if condition.metric in s.figures]
    known = [value for value in values if math.isfinite(value)]
    where = f"{own[0].group}: {condition.metric}"
    if not known:
        return f"{where} could not be said, {condition.bound:g} is asked for"
    value = max(known, key=lambda found: gain(found, best))
    if gain(value, best) >= gain(condition.bound, best):
        return ""
    words = {"lower": "above", "zero": "further from 0 than", "one": "further from 1 than"}
    return f"{where} is {value:.4g}, {words.get(best, 'below')} {condition.bound:g}"
