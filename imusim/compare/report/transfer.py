"""The report of what simulated data are worth downstream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.compare.report.measures import measure
from imusim.compare.report.model import (
    Bars,
    Block,
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
from imusim.compare.result import Interval
from imusim.compare.transfer.result import Regime, TransferResult

FIGURES = ("macro_f1", "accuracy", "ratio")


def transfer_report(result: TransferResult) -> Report:
    """Put the ways to train beside each other, the classes that suffer most first."""
    sections = (
        Section("Ways to train", (_table(result), transfer_bars(result), *_curve(result))),
        Section("Classes", _classes(result)),
        Section("Confusions", _confusions(result)),
        Section("People", (_splits(result),)),
        Section("Settings", (*_notes(result), settings_table(result.settings))),
    )
    return Report(
        "Trained on simulated, tested on real",
        f"{len(result.classes)} classes, {len(result.splits)} splits by people, {result.model}",
        transfer_words(result),
        tuple(Method(regime.name, _kind(regime)) for regime in result.regimes),
        tuple(section for section in sections if section.blocks),
    )


def figures_of(regime: Regime) -> dict[str, Interval]:
    """A regime's figures by name."""
    return {name: getattr(regime, name) for name in FIGURES}


def _kind(regime: Regime) -> Kind:
    """Real data alone are what the others are held against."""
    return "simulated" if regime.simulated else "reference"


def transfer_words(result: TransferResult) -> tuple[Said, ...]:
    """How far simulated data go, alone and with real ones, and which classes they fail."""
    ours, real = result.regime("simulated"), result.regime("real")
    said = [
        (
            "Simulated alone",
            f"Trained on simulated data without any real sample, {result.model} gets a macro-F1 of "
            f"{interval_words(ours.macro_f1)} on real people; trained on real data, "
            f"{interval_words(real.macro_f1)}. The ratio is {interval_words(ours.ratio)}.",
        )
    ]
    rest = [
        f"{regime.name} {regime.ratio.value:.2f}"
        for regime in result.regimes
        if regime.kind in ("few", "both") and np.isfinite(regime.ratio.value)
    ]
    if rest:
        said.append(("With real data", f"Macro-F1 over that of real data: {', '.join(rest)}."))
    lost = _lost(result)
    if lost:
        listed = ", ".join(f"{name} ({ours:.2f}, not {real:.2f})" for name, ours, real in lost[:3])
        said.append(("Classes", f"Recall falls most for {listed}."))
    said += [("Note", note) for note in result.notes]
    return tuple(said)


def _lost(result: TransferResult) -> list[tuple[str, float, float]]:
    """Classes with their recalls after simulated and real training, the largest loss first."""
    ours, real = result.regime("simulated").recall, result.regime("real").recall
    both = [(name, ours.get(name, np.nan), real.get(name, np.nan)) for name in result.classes]
    return sorted((one for one in both if one[1] < one[2]), key=lambda one: one[1] - one[2])


def _table(result: TransferResult) -> Table:
    columns = (
        Column("trained on"), Column("windows", note="Mean over splits and draws."),
        *(Column(m.title, m.unit, m.note, m.best) for m in map(measure, FIGURES)),
        Column("by split", note="Macro-F1 of each."),
    )  # fmt: skip
    rows = [
        Row(
            (
                regime.name, float(regime.trained_on), *figures_of(regime).values(),
                ", ".join(f"{value:.2f}" for value in regime.by_split),
            ),
            _kind(regime),
        )
        for regime in sorted(result.regimes, key=lambda r: not r.simulated)
    ]  # fmt: skip
    note = (
        "Tested on the same real windows of people that nothing was trained on, with 95 % "
        "intervals. Below the rule: real data alone. Ratio: macro-F1 over that of all real data."
    )
    return Table("Figures", columns, tuple(rows), note, methods=True)


def transfer_bars(result: TransferResult) -> Bars:
    """Figures with intervals."""
    return Bars(
        "Ways to train beside each other",
        tuple((m.title, m.best) for m in map(measure, FIGURES)),
        {
            regime.name: tuple(figures_of(regime).values())
            for regime in sorted(result.regimes, key=lambda r: not r.simulated)
        },
    )


def _curve(result: TransferResult) -> tuple[Lines, ...]:
    """Macro-F1 over the number of real windows, with simulated ones and without."""
    few = sorted({r.real_per_class for r in result.regimes if r.kind == "few" and r.real_per_class})
    if len(few) < 2:
        return ()
    series = []
    for simulated, name in ((True, "simulated"), (False, "real")):
        found = {r.real_per_class: r.macro_f1.value for r in result.regimes
                 if r.kind == "few" and r.simulated == simulated}  # fmt: skip
        if found:
            series.append(Series(name, np.array([found.get(count, np.nan) for count in few])))
    panel = Panel("macro-F1", np.array(few, float), tuple(series), "real windows of each class", "")
    note = "A few real windows together with simulated ones (simulated), and alone (real)."
    return (Lines("How many real windows are worth as much", (panel,), note, 1),)


def _classes(result: TransferResult) -> tuple[Block, ...]:
    regimes = sorted(result.regimes, key=lambda r: r.kind == "few")
    recall = np.array(
        [[r.recall.get(name, np.nan) for r in regimes] for name in result.classes], float
    )
    ours = recall[:, [r.name for r in regimes].index("simulated")]
    order = np.argsort(np.nan_to_num(ours, nan=2.0), kind="stable")
    names = [f"{name}{_counted(result, name)}" for name in result.classes]
    return (
        Heat(
            "Recall by class, the worst first",
            tuple(names[at] for at in order), tuple(r.name for r in regimes), recall[order],
            0.0, 1.0, "In brackets: simulated and real windows.",
        ),
    )  # fmt: skip


def _counted(result: TransferResult, name: str) -> str:
    found = result.counts.get(name)
    return f" ({found[0]} and {found[1]})" if found else ""


def _confusions(result: TransferResult) -> tuple[Heat, ...]:
    return tuple(
        Heat(
            f"Trained on {name}", result.classes, result.classes,
            _shares(result.regime(name).confusion), 0.0, 1.0,
            "Row: what it was; column: what it was taken for; shares of the row.",
        )
        for name in ("simulated", "real")
    )  # fmt: skip


def _shares(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    total = confusion.sum(axis=1, keepdims=True).astype(float)
    shares = np.full(confusion.shape, np.nan)
    np.divide(confusion, total, out=shares, where=total > 0)
    return shares


def _splits(result: TransferResult) -> Table:
    rows = tuple(
        Row((str(number), ", ".join(split.train), ", ".join(split.test)))
        for number, split in enumerate(result.splits, start=1)
    )
    return Table("Splits", (Column("split"), Column("trained on"), Column("tested on")), rows)


def _notes(result: TransferResult) -> tuple[Text, ...]:
    return (Text(result.notes, "Notes"),) if result.notes else ()
