"""A comparison in sentences, made from its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from imusim.compare.report.measures import HEADLINE
from imusim.compare.result import Interval, PairedResult, Summary

Said = tuple[str, str]
_SHORT = {
    "acc_norm_r": "acceleration norm", "acc_r": "acceleration axes",
    "gyro_norm_r": "angular rate norm", "gyro_r": "angular rate axes",
}  # fmt: skip
_FEWEST_ACTIVITIES = 4


def paired_words(result: PairedResult) -> tuple[Said, ...]:
    """How close, beside what, where it is worst, what is wrong with the data: about what, what."""
    groups = dict.fromkeys(s.group for s in result.summaries)
    said = [(group, _group([s for s in result.summaries if s.group == group])) for group in groups]
    said += [("Activities", _activities(result)), ("Data", _data(result))]
    return tuple((about, text) for about, text in said if text) or (
        ("", "Nothing could be compared."),
    )


def _group(summaries: Sequence[Summary]) -> str:
    """One group: ours, the best baseline, where it stands among the references."""
    own = [s for s in summaries if s.kind == "simulated"]
    found = {n: own[0].figures[n] for n in HEADLINE if own and _known(own[0], n)}
    if not found:
        return "Nothing simulated could be scored."
    name, first = next(iter(found.items()))
    references = [s for s in summaries if s.kind == "reference" and _known(s, name)]
    references.sort(key=lambda s: -s.figures[name].value)
    listed = [f"{_SHORT[name]} {interval_words(first)}"]
    listed += [f"{_SHORT[n]} {found[n].value:.2f}" for n in found if n != name]
    text = _standing(own[0].method, first, references, name)
    text += f"Correlations with the real sensor: {', '.join(listed)}."
    others = [f"{s.method} {s.figures[name].value:.2f}" for s in own[1:] if _known(s, name)]
    baselines = [s for s in summaries if s.kind == "baseline" and _known(s, name)]
    if baselines:
        best = max(baselines, key=lambda s: s.figures[name].value)
        which = f"the best of {len(baselines)} baselines" if len(baselines) > 1 else "the baseline"
        others.append(f"{which} ({best.method}) {best.figures[name].value:.2f}")
    if others:
        text += f" On the {_SHORT[name]}, {'; '.join(others)}."
    return text


def _known(summary: Summary, name: str) -> bool:
    return name in summary.figures and bool(np.isfinite(summary.figures[name].value))


def _standing(method: str, own: Interval, references: Sequence[Summary], name: str) -> str:
    """Where a figure lies among references, which fall: as far as its interval tells."""
    low, high = np.nan_to_num([own.low, own.high], nan=own.value)
    above, alike, below = [], [], []
    for s in references:
        value = s.figures[name].value
        part = above if value > high else below if value < low else alike
        part.append(f"{s.method} ({value:.2f})")
    parts = [f"about as close to the real sensor as {' and '.join(alike)}"] if alike else []
    if below:
        parts.append(f"closer {'' if alike else 'to the real sensor '}than {' and '.join(below)}")
    if above:
        parts.append(f"not as close as {above[-1]}" if parts else f"further off than {above[-1]}")
    return f"Simulation ({method}) is {', '.join(parts)}. " if parts else ""


def _activities(result: PairedResult) -> str:
    """Which come out worst and best."""
    first = next((s.method for s in result.summaries if s.kind == "simulated"), "")
    name = next((n for n in HEADLINE if any(n in s.figures for s in result.scored)), "")
    values: dict[str, list[float]] = {}
    for s in result.scored:
        value = s.figures.get(name, np.nan)
        if s.method == first and s.activity and np.isfinite(value):
            values.setdefault(s.activity, []).append(value)
    if len(values) < _FEWEST_ACTIVITIES:
        return ""
    means = sorted((float(np.mean(own)), activity) for activity, own in values.items())
    low = ", ".join(f"{activity} {value:.2f}" for value, activity in means[:3])
    high = ", ".join(f"{activity} {value:.2f}" for value, activity in means[:-3:-1])
    return f"By the mean {_SHORT[name]}, the worst are {low}; the best {high}."


def _data(result: PairedResult) -> str:
    """What was wrong with the recordings."""
    counts = Counter((f.severity, f.code) for f in result.findings)
    parts = []
    for severity, words in (("error", "Not scored"), ("warning", "Doubtful")):
        listed = [f"{code} × {n}" for (s, code), n in counts.most_common() if s == severity]
        if listed:
            parts.append(f"{words}: {', '.join(listed[:6])}{' …' if len(listed) > 6 else ''}.")
    if result.skipped:
        count = len(result.skipped)
        parts.append(f"{count} recording{'s' * (count != 1)} could not be compared.")
    return " ".join(parts)


def interval_words(interval: Interval) -> str:
    """A figure with its interval, where there is one."""
    if np.isfinite([interval.low, interval.high]).all():
        return f"{interval.value:.2f} (95 %: {interval.low:.2f} to {interval.high:.2f})"
    return f"{interval.value:.2f}{' (one recording: no interval)' * (interval.count == 1)}"
