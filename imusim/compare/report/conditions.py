"""Conditions that a comparison must meet, for use where nobody looks at the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imusim.compare.report.lines import Result, result_lines
from imusim.compare.report.measures import TARGETS, gain, measure
from imusim.compare.report.tables import Figures
from imusim.compare.result import PairedResult
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


def check(result: Result, conditions: Sequence[Condition]) -> list[str]:
    """Which conditions are not met, in one line each.

    A condition speaks of groups: of pairs, a dataset's sensor, by the first engine; of corpora, an
    activity, by default ``all`` of them together; of transfer, a way to train, by default on
    simulated data alone. A figure that could not be said fails.

    Raises
    ------
    ConfigError
        If a condition names a metric or a group that the result does not have: it would never fail.
    """
    own: dict[str, Figures] = {}
    for stated, figures in result_lines(result)[1]:
        own.setdefault(stated[0], {})
        if stated[-1] not in ("baseline", "reference"):
            own[stated[0]] = own[stated[0]] or figures
    known = sorted({name for figures in own.values() for name in figures})
    failures = []
    for condition in conditions:
        if condition.metric not in known:
            hint = did_you_mean(condition.metric, known)
            raise ConfigError(
                f"--fail-under {condition}: no metric {condition.metric!r}.{hint} "
                f"There are: {', '.join(known) or 'none'}"
            )
        groups = [condition.group] if condition.group else _usual(result, list(own))
        if not groups or groups[0] not in own:
            listed = ", ".join(own) or "none"
            raise ConfigError(f"--fail-under {condition}: no such group; there are: {listed}")
        found = (_failure(condition, group, own[group]) for group in groups)
        failures += [failure for failure in found if failure]
    return failures


def _usual(result: Result, groups: list[str]) -> list[str]:
    """The groups that a condition without one speaks of."""
    if isinstance(result, PairedResult):
        return groups
    return [group for group in groups if group in ("all", "simulated")] or groups


def _failure(condition: Condition, group: str, own: Figures) -> str:
    best = measure(condition.metric).best
    value = own[condition.metric].value if condition.metric in own else math.nan
    where = f"{group}: {condition.metric}"
    if not math.isfinite(value):
        return f"{where} could not be said, {condition.bound:g} is asked for"
    if gain(value, best) >= gain(condition.bound, best):
        return ""
    words = {"lower": "above"} | {
        target: f"further from {at:g} than" for target, at in TARGETS.items()
    }
    return f"{where} is {value:.4g}, {words.get(best, 'below')} {condition.bound:g}"
