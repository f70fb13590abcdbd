"""The report of a paired comparison."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np

from imusim.compare.report.curves import overlay_lines, spectrum_lines
from imusim.compare.report.found import alignment_table
from imusim.compare.report.lookup import Lookup, as_kind, score
from imusim.compare.report.measures import HEADLINE, Measure
from imusim.compare.report.model import (
    Bars,
    Block,
    BodyMap,
    Column,
    Findings,
    Heat,
    Method,
    Report,
    Row,
    Section,
    Table,
)
from imusim.compare.report.words import paired_words
from imusim.compare.result import Interval, PairedResult

_STATED = ("dataset", "recording", "subject", "activity", "trial", "sensor", "method")
_AXIS = re.compile("_[xyz]_")
_CHOICES = ("dataset", "subject", "activity", "sensor", "method")


def paired_report(result: PairedResult) -> Report:
    """Put what a paired comparison found in order, the worst first."""
    lookup = Lookup(result)
    found = {group: [s.alignment for s in lookup.leading(group)] for group in lookup.groups}
    aligned = any(any(listed) for listed in found.values())
    sections = [
        *(Section(group, _group(lookup, group)) for group in lookup.groups),
        Section("Alignment", (alignment_table(found, lookup.own[0]),) if aligned else ()),
        Section("Recordings", (_recordings(lookup),) if result.scored else ()),
        Section("Findings", (Findings(result.findings), *skipped_table(result.skipped))),
        Section("Settings", (settings_table(result.settings),)),
    ]
    return Report(
        "Real and simulated sensors",
        _facts(lookup),
        paired_words(result),
        tuple(Method(name, kind) for name, kind in lookup.kinds.items()),
        tuple(section for section in sections if section.blocks),
        _body(lookup) if lookup.own and result.summaries else None,
    )


def _facts(lookup: Lookup) -> str:
    """How much was compared."""
    scored = lookup.result.scored
    recordings = {(s.dataset, s.recording) for s in scored}
    subjects = {(s.dataset, s.subject) for s in scored if s.subject}
    counts = [(len(recordings), "recording"), (len(subjects), "subject")]
    counts.append((len(lookup.groups), "sensor"))
    return ", ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counts if count)


def _group(lookup: Lookup, group: str) -> tuple[Block, ...]:
    """All of one dataset and placement."""
    blocks: list[Block] = [_main_table(lookup, group), paired_bars(lookup, group)]
    blocks += overlay_lines(lookup, group)
    if lookup.result.spectra.get(group):
        blocks.append(spectrum_lines(lookup, group))
    return (*blocks, *_activities(lookup, group))


def _main_table(lookup: Lookup, group: str) -> Table:
    """Methods by figures."""
    summaries = lookup.summaries(group)
    used = [m for m in lookup.measures if any(m.name in s.figures for s in summaries)]
    rows = [
        Row((s.method, *(s.figures.get(m.name, np.nan) for m in used)), as_kind(s.kind))
        for s in summaries
    ]
    note = f"{lookup.what} over recordings, with 95 % intervals."
    if any(s.kind == "reference" for s in summaries):
        note += (
            " References, below the rule, are real signals held against real ones: what another "
            "recording would get."
        )
    columns = (Column("method"), *map(_column, used))
    return Table("Figures", columns, tuple(rows), note, methods=True)


def paired_bars(lookup: Lookup, group: str) -> Bars:
    """The headline with intervals."""
    used = [m for m in lookup.measures if m.name in HEADLINE]
    return Bars(
        "Methods",
        tuple((m.title, m.best) for m in used),
        {s.method: tuple(s.figures.get(m.name) for m in used) for s in lookup.summaries(group)},
    )


def _activities(lookup: Lookup, group: str) -> tuple[Heat, ...]:
    """By activity, the worst first."""
    used = [m for m in lookup.measures if m.name in HEADLINE]
    by_activity: dict[str, list[int]] = {}
    leading = lookup.leading(group)
    for at, s in enumerate(leading):
        if s.activity:
            by_activity.setdefault(s.activity, []).append(at)
    if len(by_activity) < 2 or not used:
        return ()
    values = np.array(
        [
            [lookup.typical([leading[at].figures.get(m.name, np.nan) for at in own]) for m in used]
            for own in by_activity.values()
        ]
    )
    ranks = [lookup.typical([score(leading[at]) for at in own]) for own in by_activity.values()]
    order = np.argsort(np.nan_to_num(ranks, nan=-np.inf), kind="stable")
    names = [f"{name} ({len(own)})" for name, own in by_activity.items()]
    return (
        Heat(
            "Activities, the worst first",
            tuple(names[at] for at in order),
            tuple(m.title for m in used),
            values[order],
            0.0,
            1.0,
            f"{lookup.what} over recordings, by {lookup.own[0]}; in brackets, how many.",
        ),
    )


def _body(lookup: Lookup) -> BodyMap:
    """Correlations by joint."""
    layers = {}
    for m in [m for m in lookup.measures if m.name in HEADLINE]:
        joints: dict[str, list[tuple[str, Interval]]] = {}
        for s in lookup.result.summaries:
            found = s.figures.get(m.name)
            own = lookup.leading(s.group)
            if s.method == lookup.own[0] and own and found and np.isfinite(found.value):
                joints.setdefault(own[0].joint, []).append((s.group, found))
        layers[m.title] = {joint: _together(listed) for joint, listed in joints.items()}
    note = f"{lookup.what} by {lookup.own[0]}, by the segment that carries the sensor."
    return BodyMap("Where on the body", layers, 0.0, 1.0, note)


def _together(found: Sequence[tuple[str, Interval]]) -> tuple[float, str]:
    """The mean over groups, weighted by recordings, and each group in words."""
    weights = [max(interval.count, 1) for _, interval in found]
    value = float(np.average([interval.value for _, interval in found], weights=weights))
    return value, "; ".join(
        f"{group} {i.value:.2f}, {i.count} recording{'s' * (i.count != 1)}" for group, i in found
    )


def _recordings(lookup: Lookup) -> Table:
    """Every recording by every method."""
    scored = sorted(lookup.result.scored, key=score)
    used = [m for m in lookup.measures if not _AXIS.search(m.name)]
    several = len({s.dataset for s in scored}) > 1
    columns = [
        Column(name, choices=name in _CHOICES, shown=several or name != "dataset")
        for name in _STATED
    ]
    rows = [
        Row(
            (
                *(getattr(s, name) for name in _STATED),
                *(float(s.figures.get(m.name, np.nan)) for m in used),
            ),
            as_kind(s.kind),
        )
        for s in scored
    ]
    return Table(
        "Every recording, the worst first",
        (*columns, *map(_column, used)),
        tuple(rows),
        "Ordered by the mean correlation of all axes; those of each axis are in recordings.csv.",
        search=True,
        chosen={_STATED.index("method"): lookup.own[0]} if lookup.own else {},
    )


def _column(m: Measure) -> Column:
    return Column(m.title, m.unit, m.note, m.best, m.headline)


def skipped_table(skipped: Sequence[tuple[str, str]]) -> tuple[Table, ...]:
    """What could not be compared, and why."""
    rows = tuple(Row(pair) for pair in skipped)
    columns = (Column("what"), Column("why"))
    return (Table("Skipped", columns, rows, search=len(rows) > 8),) if rows else ()


def settings_table(settings: Mapping[str, object]) -> Table:
    """What was asked for, to make it again."""
    rows = [
        Row((str(k), v if isinstance(v, str) else json.dumps(v, default=str, ensure_ascii=False)))
        for k, v in settings.items()
    ]
    return Table("To make it again", (Column("setting"), Column("value")), tuple(rows))
