"""The report of what tells a simulated corpus from real recordings."""

from __future__ import annotations

import numpy as np

from imusim.compare.corpora.result import FIGURES, ActivityResult, CorpusResult
from imusim.compare.report.measures import Measure, measure
from imusim.compare.report.model import (
    Bars,
    Block,
    Cell,
    Column,
    Heat,
    Method,
    Report,
    Row,
    Section,
    Table,
)
from imusim.compare.report.paired import settings_table, skipped_table
from imusim.compare.report.words import Said, interval_words
from imusim.compare.result import Interval

OURS, REFERENCE = "simulated", "other real people"
HEADLINE = ("auc", "wasserstein", "precision", "recall")
_NOTHING = Interval(np.nan, np.nan, np.nan, 0)
_FEATURES = 12
"""How many features stand beside the activities."""


def corpus_report(result: CorpusResult) -> Report:
    """Put the activities and features that give the simulation away first."""
    ordered = by_detection(result)
    together = [a for a in result.activities if a.activity == "all"] or list(result.activities[:1])
    sections = (
        Section("All activities", tuple(block for a in together for block in _one(a, result))),
        Section("Activities", (_activities(ordered),) if ordered else ()),
        Section("Features", (*_heat(ordered, together), *_features(result))),
        Section(
            "Settings",
            (
                *skipped_table([*result.skipped, *_notes(result)]),
                settings_table({**result.settings, "encoder": result.encoder}),
            ),
        ),
    )
    return Report(
        "Simulated corpus and real recordings",
        _facts(result),
        corpus_words(result),
        (Method(OURS, "simulated"), Method(REFERENCE, "reference")),
        tuple(section for section in sections if section.blocks),
    )


def by_detection(result: CorpusResult) -> list[ActivityResult]:
    """Activities but for all of them together, the most easily detected first."""
    own = [a for a in result.activities if a.activity != "all"]
    return sorted(own, key=lambda a: -np.nan_to_num(a.figures.get("auc", _NOTHING).value, nan=-1.0))


def _facts(result: CorpusResult) -> str:
    one = next(iter(result.activities), None)
    if one is None:
        return "nothing was compared"
    return (
        f"{one.simulated:,} simulated and {one.real:,} real windows of {one.real_subjects} people, "
        f"{len(by_detection(result)) or 1} activities"
    )


def corpus_words(result: CorpusResult) -> tuple[Said, ...]:
    """Whether simulation can be told from reality, by what, and where most."""
    if not result.activities:
        return (("", "Nothing could be compared."),)
    one, said = result.activities[0], []
    auc, other = (f.get("auc", _NOTHING) for f in (one.figures, one.reference))
    if np.isfinite(auc.value):
        said.append(
            (
                "Detection",
                f"A classifier tells simulated from real windows with an AUC of "
                f"{interval_words(auc)}; 0.5 would be no better than guessing. Recordings of other "
                f"real people are told apart with {interval_words(other)}.",
            )
        )
    recall, precision = one.figures.get("recall"), one.figures.get("precision")
    if recall and precision and np.isfinite([recall.value, precision.value]).all():
        said.append(
            (
                "Reach",
                f"{precision.value:.0%} of the simulated windows lie where real ones do "
                f"(precision), and {recall.value:.0%} of the real ones where simulated ones do "
                f"(recall); of other real people, {_share(one, 'precision')} and "
                f"{_share(one, 'recall')}.",
            )
        )
    if one.features:
        listed = "; ".join(f"{f.name}, {f.meaning}" for f in one.features[:3])
        said.append(("Given away by", f"{listed}."))
    ordered = [a for a in by_detection(result) if np.isfinite(a.figures["auc"].value)]
    if len(ordered) > 3:
        worst = ", ".join(f"{a.activity} {a.figures['auc'].value:.2f}" for a in ordered[:3])
        best = ordered[-1]
        said.append(
            (
                "Activities",
                f"Most easily told apart: {worst} (AUC); least: {best.activity} "
                f"{best.figures['auc'].value:.2f}.",
            )
        )
    return tuple(said) or (("", "No figure could be said."),)


def _share(one: ActivityResult, name: str) -> str:
    value = one.reference.get(name, _NOTHING).value
    return f"{value:.0%}" if np.isfinite(value) else "an unknown part"


def corpus_bars(one: ActivityResult) -> Bars:
    """The headline of one activity beside other real people."""
    used = [measure(name) for name in HEADLINE if name in one.figures]
    return Bars(
        "Simulated beside other real people",
        tuple((m.title, m.best) for m in used),
        {
            OURS: tuple(one.figures.get(m.name) for m in used),
            REFERENCE: tuple(one.reference.get(m.name) for m in used),
        },
    )


def _one(one: ActivityResult, result: CorpusResult) -> tuple[Block, ...]:
    used = [measure(name) for name in FIGURES if name in one.figures]
    columns = (Column("held against real windows"), *map(_column, used))
    rows = (
        Row((OURS, *(one.figures.get(m.name, np.nan) for m in used)), "simulated"),
        Row((REFERENCE, *(one.reference.get(m.name, np.nan) for m in used)), "reference"),
    )
    note = (
        "Intervals: over divisions of the people in two. Below the rule: the one half of the real "
        f"people against the other, of the same sizes. Distances are in the space of "
        f"{result.encoder}."
    )
    return (
        Table("Figures", columns, rows, note, methods=True),
        corpus_bars(one),
    )


def _column(m: Measure) -> Column:
    return Column(m.title, m.unit, m.note, m.best)


def _activities(ordered: list[ActivityResult]) -> Table:
    used = [measure(name) for name in FIGURES if any(name in a.figures for a in ordered)]
    columns = [Column("activity"), Column("simulated windows"), Column("real windows")]
    for m in used:
        shown = m.name in HEADLINE
        columns.append(Column(m.title, "simulated", m.note, m.best, shown))
        columns.append(Column(m.title, "other real people", m.note, m.best, shown))
    rows = []
    for a in ordered:
        cells: list[Cell] = [a.activity, float(a.simulated), float(a.real)]
        for m in used:
            cells += [a.figures.get(m.name, np.nan), a.reference.get(m.name, np.nan)]
        rows.append(Row(tuple(cells)))
    return Table("Activities, the most easily told apart first", tuple(columns), tuple(rows))


def _heat(ordered: list[ActivityResult], together: list[ActivityResult]) -> tuple[Heat, ...]:
    """How far features are apart, by activity, beyond what real people are."""
    names = [f.name for a in together for f in a.features[:_FEATURES]]
    if len(ordered) < 2 or not names:
        return ()
    values = np.full((len(ordered), len(names)), np.nan)
    for row, a in enumerate(ordered):
        found = {f.name: f.wasserstein for f in a.features}
        values[row] = [found.get(name, np.nan) for name in names]
    high = float(np.nanmax(values, initial=0.5))
    return (
        Heat(
            "Distances of the features that give it away, by activity",
            tuple(a.activity for a in ordered), tuple(names), values, 0.0, high,
            "Wasserstein distance in standard deviations of the real windows.",
        ),
    )  # fmt: skip


def _features(result: CorpusResult) -> tuple[Table, ...]:
    columns = (
        Column("activity", choices=True), Column("feature"), Column("what it is"),
        Column("distance", "σ", "Wasserstein, in standard deviations of the real windows", "lower"),
        Column("of real people", "σ", "The same between halves of the real people", "lower"),
        Column("AUC", "", "Of this feature alone", "lower"),
        Column("importance", "", "Drop of the classifier's AUC without it"),
        Column("simulated median"), Column("real median"),
        Column("simulated 25 %", shown=False), Column("real 25 %", shown=False),
        Column("simulated 75 %", shown=False), Column("real 75 %", shown=False),
    )  # fmt: skip
    rows = [
        Row(
            (
                a.activity, f.name, f.meaning, f.wasserstein, f.reference, f.auc, f.importance,
                f.simulated[1], f.real[1], f.simulated[0], f.real[0], f.simulated[2], f.real[2],
            )
        )
        for a in result.activities
        for f in a.features
    ]  # fmt: skip
    if not rows:
        return ()
    first = result.activities[0].activity
    title = "Features, what gives the simulation away first"
    return (Table(title, columns, tuple(rows), search=True, chosen={0: first}),)


def _notes(result: CorpusResult) -> list[tuple[str, str]]:
    return [(a.activity, note) for a in result.activities for note in a.notes]
