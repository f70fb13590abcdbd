"""The page of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.compare.report.measures import measure
from imusim.compare.report.model import (
    Block,
    Cell,
    Column,
    Heat,
    Kind,
    Lines,
    Method,
    Panel,
    Report,
    Row,
    Section,
    Series,
    Table,
    Text,
)
from imusim.compare.report.paired import settings_table
from imusim.compare.report.words import Said, interval_words
from imusim.learn.evaluation.figures import FIGURES
from imusim.learn.evaluation.result import (
    CONTROL,
    MAJORITY,
    MODES,
    OURS,
    PRETRAINED,
    WAYS,
    DatasetResult,
    EvaluationResult,
    Line,
)

_TITLES = {
    "zero-shot": "Without a label",
    "k-shot": "A few labelled windows of each class",
    "probe": "Linear probe",
    "finetune": "All weights trained",
}
_NOTES = {
    "zero-shot": "Windows are given the class whose prompts they lie nearest to.",
    "k-shot": "Logistic regression on what encoders make, or all weights trained, on so many "
    "windows of each class that were drawn from training subjects; tested on the others.",
    "probe": "Logistic regression on what encoders make, on all windows of training subjects; the "
    "penalty is chosen among them.",
    "finetune": "All weights trained on training subjects, some of whom tell when to stop.",
}


def evaluation_report(result: EvaluationResult) -> Report:
    """Tables and pictures, a section for each dataset."""
    sections = [section for found in result.datasets for section in _sections(found)]
    used = {line.way for found in result.datasets for line in found.lines}
    return Report(
        "Real recordings",
        ", ".join(
            f"{found.dataset} ({len(found.subjects)} people, {len(found.classes)} classes, "
            f"{sum(found.counts.values()):,} windows)"
            for found in result.datasets
        ),
        tuple(said for found in result.datasets for said in _words(found)),
        tuple(Method(way, _kind(way)) for way in WAYS if way in used),
        (*sections, Section("Settings", (*_notes(result), settings_table(result.settings)))),
    )


def _kind(way: str) -> Kind:
    return "simulated" if way in OURS else "reference" if way == MAJORITY else "baseline"


def _words(found: DatasetResult) -> list[Said]:
    """How good without a label, beside what."""
    try:
        ours = found.line("zero-shot", PRETRAINED).figures
    except KeyError:
        return []
    text = (
        f"Without a label {interval_words(ours['accuracy'])} of the windows are told rightly, "
        f"macro-F1 {interval_words(ours['macro_f1'])}."
    )
    others = {line.way: line for line in found.lines if line.mode == "zero-shot"}
    beside = [
        f"{way} {others[way].figures['macro_f1'].value:.2f}"
        for way in (CONTROL, MAJORITY)
        if way in others
    ]
    if beside:
        text += f" Macro-F1 beside it: {', '.join(beside)}."
    return [(f"{found.dataset}, mounting {found.mounting}", text)]


def _sections(found: DatasetResult) -> list[Section]:
    name = f"{found.dataset}, mounting {found.mounting}"
    tables: list[Block] = []
    for mode in MODES:
        own = [line for line in found.lines if line.mode == mode]
        if own:
            tables.append(_table(mode, own))
        if mode == "k-shot":
            tables += _curve(own)
    sections = [Section(name, tuple(tables))]
    ours = [line for line in found.lines if line.mode == "zero-shot" and line.way == PRETRAINED]
    if ours:
        blocks = (_confusion(found, ours[0]), _classes(found, ours[0]))
        sections.append(Section(f"{name}: classes", blocks, folded=len(found.classes) > 12))
    return [*sections, Section(f"{name}: windows", _windows(found), folded=True)]


def _table(mode: str, lines: Sequence[Line]) -> Table:
    shots = (Column("shots", choices=True),) if mode == "k-shot" else ()
    columns = (
        Column("way"), *shots,
        *(Column(m.title, m.unit, m.note, m.best) for m in map(measure, FIGURES)),
        Column("macro-F1 by model", note="Of each model alone.", shown=False),
    )  # fmt: skip
    rows = []
    for line in lines:
        few: tuple[Cell, ...] = (str(line.shots),) if shots else ()
        alone = ", ".join(f"{one['macro_f1']:.2f}" for one in line.by_model)
        figures = (line.figures[name] for name in FIGURES)
        rows.append(Row((line.way, *few, *figures, alone), _kind(line.way)))
    return Table(_TITLES[mode], columns, tuple(rows), _NOTES[mode], methods=not shots)


def _curve(lines: Sequence[Line]) -> tuple[Lines, ...]:
    shots = sorted({line.shots for line in lines if line.shots})
    if len(shots) < 2:
        return ()
    panels = []
    for name in ("macro_f1", "accuracy"):
        series = []
        for way in dict.fromkeys(line.way for line in lines):
            own = {line.shots: line.figures[name] for line in lines if line.way == way}
            values = np.array([[own[k].value, own[k].low, own[k].high] for k in shots]).T
            series.append(Series(way, values[0], True, values[1], values[2]))
        title = measure(name).title
        panels.append(Panel(title, np.array(shots, float), tuple(series), "windows of each class"))
    note = "Means over draws and models, with 95 % intervals over people and their recordings."
    return (Lines("Few-shot curve", tuple(panels), note, 2),)


def _confusion(found: DatasetResult, line: Line) -> Heat:
    return Heat(
        "Confusions without a label", found.classes, found.classes, shares(line.confusion),
        0.0, 1.0, "Row: what it was; column: what it was taken for; shares of the row.",
    )  # fmt: skip


def shares(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each row; NaN where it has none."""
    total = confusion.sum(axis=1, keepdims=True).astype(float)
    found = np.full(confusion.shape, np.nan)
    np.divide(confusion, total, out=found, where=total > 0)
    return found


def _classes(found: DatasetResult, line: Line) -> Table:
    columns = (
        Column("class"), Column("windows"), Column("precision", best="higher"),
        Column("recall", best="higher"), Column("F1", best="higher"), Column("prompts"),
    )  # fmt: skip
    rows = tuple(
        Row((name, float(of.windows), of.precision, of.recall, of.f1, "; ".join(prompts)))
        for (name, of), prompts in zip(line.classes.items(), found.prompts, strict=True)
    )
    return Table("Classes without a label", columns, rows)


def _windows(found: DatasetResult) -> tuple[Block, ...]:
    sensors = ", ".join(f"{s} on {j or 'a place unknown'}" for s, j in found.sensors.items())
    told = [f"Sensors: {sensors}.", f"People: {', '.join(found.subjects)}.", *found.notes]
    rows = tuple(
        Row((str(number), ", ".join(split.train), ", ".join(split.test)))
        for number, split in enumerate(found.splits, start=1)
    )
    splits = Table("Splits", (Column("split"), Column("trained on"), Column("tested on")), rows)
    return (Text(tuple(told)), *((splits,) if rows else ()))


def _notes(result: EvaluationResult) -> tuple[Text, ...]:
    return (Text(result.notes, "Notes"),) if result.notes else ()
