"""The figures of a paired comparison in the order in which reports have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imusim.compare.report.measures import measures
from imusim.compare.report.model import Kind
from imusim.compare.result import PairedResult, Scored, Summary, closeness

RANKS: dict[str, int] = {"real": 0, "simulated": 1, "baseline": 2, "reference": 3}


class Lookup:
    """A result by group and method.

    Attributes
    ----------
    groups : tuple of str
    kinds : dict of str to Kind
        Methods in order: the real sensor, ours, baselines, references.
    measures : tuple of Measure
    own : list of str
        Our methods; what is told of one is told of the first.
    what : str
        ``Medians`` or ``Means``, as the summaries are.
    """

    def __init__(self, result: PairedResult) -> None:
        self.result = result
        self.groups = tuple(dict.fromkeys(s.group for s in result.summaries))
        found = {s.method: s.kind for s in (*result.summaries, *result.scored)}
        ranked = sorted(found.items(), key=lambda item: RANKS.get(item[1], len(RANKS)))
        self.kinds: dict[str, Kind] = {"real": "real"}
        self.kinds |= {name: as_kind(kind) for name, kind in ranked}
        self.measures = measures(s.figures for s in (*result.summaries, *result.scored))
        self.own = [name for name, kind in self.kinds.items() if kind == "simulated"]
        mean = result.settings.get("statistic") == "mean"
        self.what = "Means" if mean else "Medians"
        self._middle = np.mean if mean else np.median
        self._leading: dict[str, list[Scored]] = {}
        for s in result.scored:
            if s.method in self.own[:1]:
                self._leading.setdefault(s.group, []).append(s)

    def summaries(self, group: str) -> list[Summary]:
        """Of one group, in the methods' order."""
        order = list(self.kinds)
        found = [s for s in self.result.summaries if s.group == group]
        return sorted(found, key=lambda s: order.index(s.method))

    def ordered(self, names: Sequence[str]) -> list[str]:
        """Methods in their order, those that no table has last."""
        order = list(self.kinds)
        return sorted(names, key=lambda n: order.index(n) if n in order else len(order))

    def shown(self, method: str) -> bool:
        """Whether its lines are drawn before they are asked for."""
        return method == "real" or method in self.own

    def leading(self, group: str) -> list[Scored]:
        """The recordings of a group by our first method."""
        return self._leading.get(group, [])

    def typical(self, values: Sequence[float]) -> float:
        """Median or mean, as the summaries are, of what is known."""
        known = [value for value in values if np.isfinite(value)]
        return float(self._middle(known)) if known else np.nan


def score(scored: Scored) -> float:
    """What recordings are ordered by; those of which nothing is known come first."""
    value = closeness(scored.figures)
    return value if np.isfinite(value) else -np.inf


def as_kind(kind: str) -> Kind:
    """A method's kind, ``""`` where it is none of those known."""
    return kind if kind in RANKS else ""  # pyright: ignore[reportReturnType]
