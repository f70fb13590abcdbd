"""A comparison in sentences, made from its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from imusim.compare.report.measures import HEADLINE, measure
from imusim.compare.result import Interval, PairedResult, Summary


def paired_words(result: PairedResult) -> tuple[str, ...]:
    """How close, beside what, where it is worst, and what is wrong with the data."""
    groups = dict.fromkeys(s.group for s in result.summaries)
    said = [_group(group, [s for s in result.summaries if s.group == group]) for group in groups]
    said += [_worst(result), _data(result)]
    return tuple(sentence for sentence in said if sentence) or ("Nothing could be compared.",)


def _group(group: str, summaries: Sequence[Summary]) -> str:
    """One group: ours, the best baseline, where it stands among the references."""
    name = next((n for n in HEADLINE if any(n in s.figures for s in summaries)), "")
    known = [s for s in summaries if name in s.figures and np.isfinite(s.figures[name].value)]
    own = [s for s in known if s.kind == "simulated"]
    if not own:
        return f"{group}: nothing simulated could be scored."
    first = own[0].figures[name]
    text = f"{group}: {measure(name).title} {_interval(first)} by {own[0].method}"
    rest = [f"{measure(n).title} {own[0].figures[n].value:.2f}" for n in HEADLINE
            if n != name and n in own[0].figures]  # fmt: skip
    text += f" ({', '.join(rest)})." if rest else "."
    for other in own[1:]:
        text += f" {other.method} gets {other.figures[name].value:.2f}."
    baselines = [s for s in known if s.kind == "baseline"]
    if baselines:
        best = max(baselines, key=lambda s: s.figures[name].value)
        text += f" The best of {len(baselines)} baselines, {best.method}, gets "
        text += f"{best.figures[name].value:.2f}."
    references = sorted(
        (s for s in known if s.kind == "reference"), key=lambda s: -s.figures[name].value
    )
    if references:
        listed = ", ".join(f"{s.method} {s.figures[name].value:.2f}" for s in references)
        text += f" Real recordings held against real ones: {listed}: {_standing(first, references, name)}."
    return text


def _standing(own: Interval, references: Sequence[Summary], name: str) -> str:
    """Where a figure lies among references, which fall."""
    above = [s for s in references if s.figures[name].value > own.value]
    below = [s for s in references if s.figures[name].value <= own.value]
    if not above:
        return f"simulation is closer than {below[0].method}"
    if not below:
        return f"simulation is further off than {above[-1].method}"
    return f"simulation stands between {above[-1].method} and {below[0].method}"


def _worst(result: PairedResult) -> str:
    """The activities that come out worst."""
    name = next((n for n in HEADLINE if any(n in s.figures for s in result.scored)), "")
    first = next((s.method for s in result.summaries if s.kind == "simulated"), "")
    scored = [s for s in result.scored if s.method == first]
    by_activity: dict[str, list[float]] = {}
    for s in scored:
        value = s.figures.get(name, np.nan)
        if s.activity and np.isfinite(value):
            by_activity.setdefault(s.activity, []).append(value)
    if len(by_activity) < 4:
        return ""
    means = sorted((float(np.mean(v)), activity) for activity, v in by_activity.items())
    low = ", ".join(f"{activity} {value:.2f}" for value, activity in means[:3])
    high = ", ".join(f"{activity} {value:.2f}" for value, activity in means[:-3:-1])
    return f"By {measure(name).title}, the worst activities are {low}; the best {high}."


def _data(result: PairedResult) -> str:
    """What was wrong with the recordings."""
    counts = Counter((f.severity, f.code) for f in result.findings)
    parts = []
    for severity, words in (("error", "not scored"), ("warning", "doubtful")):
        listed = [f"{code} × {n}" for (s, code), n in counts.most_common() if s == severity]
        if listed:
            parts.append(f"{words}: {', '.join(listed[:6])}{' …' if len(listed) > 6 else ''}")
    text = f"Found wrong with the data, {'; '.join(parts)}." if parts else ""
    if result.skipped:
        count = len(result.skipped)
        text += f" {count} recording{'s' * (count != 1)} could not be compared."
    return text.strip()


def _interval(interval: Interval) -> str:
    return f"{interval.value:.2f} (95 %: {interval.low:.2f} to {interval.high:.2f})"
