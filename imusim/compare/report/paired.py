"""The report of a paired comparison."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from imusim.compare.report.found import alignment_table
from imusim.compare.report.measures import Measure, gain, measures
from imusim.compare.report.model import (
    Bars,
    Block,
    BodyMap,
    Column,
    Findings,
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
)  # fmt: skip
from imusim.compare.report.thinning import share, thin
from imusim.compare.report.words import paired_words
from imusim.compare.result import Overlay, PairedResult, Scored, Summary

VALUES = 1_200_000
"""Values that all overlays of a page have together."""
RANKS = {"simulated": 0, "baseline": 1, "reference": 2}
CHANNELS = tuple(f"{kind} {axis}" for kind in ("accelerometer", "gyroscope") for axis in "xyz")
UNITS = ("m/s²", "m/s²", "m/s²", "rad/s", "rad/s", "rad/s")


def paired_report(result: PairedResult) -> Report:
    """Put what a paired comparison found in order, the worst first."""
    table = PairedTable(result)
    sections = [
        *(Section(group, table.group(group)) for group in table.groups),
        Section("Alignment", table.alignment()),
        Section("Recordings", (table.recordings(),)),
        Section("Findings", (Findings(result.findings), *_skipped(result))),
        Section("Settings", (_settings(result),)),
    ]
    return Report(
        "Real and simulated sensors",
        table.facts(),
        paired_words(result),
        tuple(Method(name, kind) for name, kind in table.kinds.items()),
        tuple(section for section in sections if section.blocks),
        table.body() if result.scored else None,
    )


class PairedTable:
    """The figures of a result, ordered and looked up."""

    def __init__(self, result: PairedResult) -> None:
        self.result = result
        self.groups = tuple(dict.fromkeys(s.group for s in result.summaries))
        kinds = {s.method: s.kind for s in (*result.summaries, *result.scored)}
        ranked = sorted(kinds.items(), key=lambda item: RANKS.get(item[1], 3))
        self.kinds: dict[str, Kind] = {"real": "real", **dict(ranked)}  # pyright: ignore
        self.measures = measures(s.figures for s in (*result.summaries, *result.scored))
        self.own = [name for name, kind in self.kinds.items() if kind == "simulated"]
        self.order = {name: place for place, name in enumerate(self.kinds)}

    def facts(self) -> str:
        """How much was compared."""
        scored = self.result.scored
        recordings = {(s.dataset, s.recording) for s in scored}
        subjects = {(s.dataset, s.subject) for s in scored if s.subject}
        people = f" of {len(subjects)} people" if subjects else ""
        return f"{len(recordings)} recordings{people}, {len(self.groups)} placements of sensors"

    def group(self, group: str) -> tuple[Block, ...]:
        """All of one dataset and placement."""
        summaries = [s for s in self.result.summaries if s.group == group]
        summaries.sort(key=lambda s: self.order[s.method])
        blocks: list[Block] = [self.main_table(summaries), self.bars(summaries)]
        overlays = self.overlays(group)
        if overlays:
            blocks += overlays
        if self.result.spectra.get(group):
            blocks.append(self.spectra(group))
        blocks += self.activities(group)
        return tuple(blocks)

    def main_table(self, summaries: Sequence[Summary]) -> Table:
        """Methods by figures."""
        used = [m for m in self.measures if any(m.name in s.figures for s in summaries)]
        what = {"mean": "Means", "median": "Medians"}.get(
            str(self.result.settings.get("statistic")), "Figures"
        )
        columns = [Column("method"), *(_column(m) for m in used)]
        rows = [
            Row((s.method, *(s.figures.get(m.name, np.nan) for m in used)), _kind(s.kind))
            for s in summaries
        ]
        return Table(
            "Figures",
            tuple(columns),
            tuple(rows),
            note=f"{what} over recordings, with 95 % intervals. References, below the rule, are "
            "real signals held against real ones: what another recording would get.",
        )

    def bars(self, summaries: Sequence[Summary]) -> Bars:
        """The headline with intervals."""
        used = [m for m in self.measures if m.headline][:4]
        return Bars(
            "Methods beside references",
            tuple((m.title, m.best) for m in used),
            {s.method: tuple(s.figures.get(m.name) for m in used) for s in summaries},
        )

    def overlays(self, group: str) -> list[Lines]:
        """The group's examples, the worst first."""
        scores = {(s.recording, s.sensor): self.score(s) for s in self.leading(group)}
        found = [o for o in self.result.overlays if (o.recording, o.sensor) in scores]
        found.sort(key=lambda o: scores[o.recording, o.sensor])
        kept = self._kept()
        ranked = sorted(scores.values())
        lines = []
        for overlay in found:
            score = scores[overlay.recording, overlay.sensor]
            rank = ranked.index(score) + 1
            title = f"{overlay.recording}: {self.measures[0].title} {score:.2f}"
            note = f"{_place(rank, len(ranked))}, by {self.own[0]}"
            lines.append(self.overlay(overlay, title, note, kept[id(overlay)]))
        return lines

    def _kept(self) -> dict[int, int]:
        overlays = self.result.overlays
        kept = share(
            [len(o.time_s) for o in overlays], [6 * len(o.signals) for o in overlays], VALUES
        )
        return {id(o): most for o, most in zip(overlays, kept, strict=True)}

    def overlay(self, overlay: Overlay, title: str, note: str, most: int) -> Lines:
        """One example: six panels, the baselines hidden at first."""
        names = sorted(overlay.signals, key=lambda name: self.order.get(name, len(self.order)))
        signals = np.concatenate([overlay.signals[name] for name in names], axis=1)
        time_s, values = thin(overlay.time_s, signals, most)
        panels = []
        for row in range(3):
            for channel in (row, row + 3):
                series = [
                    Series(name, values[:, 6 * at + channel], name == "real" or name in self.own)
                    for at, name in enumerate(names)
                ]
                panels.append(Panel(CHANNELS[channel], time_s, tuple(series), "s", UNITS[channel]))
        return Lines(title, tuple(panels), note)

    def spectra(self, group: str) -> Lines:
        """Densities of both sensors."""
        found = self.result.spectra[group]
        names = sorted(found, key=lambda name: self.order.get(name, len(self.order)))
        panels = []
        for row, (title, unit) in enumerate(
            (("accelerometer", "(m/s²)²/Hz"), ("gyroscope", "(rad/s)²/Hz"))
        ):
            frequency = found[names[0]][0]
            shown = frequency > 0
            series = []
            for name in names:
                density = np.interp(frequency, found[name][0], found[name][1][row])[shown]
                known = np.where(density > 0, density, np.nan)
                series.append(Series(name, np.log10(known), name == "real" or name in self.own))
            panels.append(Panel(title, frequency[shown], tuple(series), "Hz", unit))
        return Lines("Spectra", tuple(panels), "Power density, summed over axes.", 2, True)

    def activities(self, group: str) -> list[Block]:
        """By activity, the worst first."""
        leading = self.leading(group)
        used = [m for m in self.measures if m.name.endswith("_r")][:4]
        names = sorted({s.activity for s in leading if s.activity})
        if len(names) < 2 or not used:
            return []
        values = np.array(
            [
                [_mean([s.figures.get(m.name, np.nan) for s in leading if s.activity == name])
                 for m in used]
                for name in names
            ]
        )  # fmt: skip
        order = np.argsort(np.nan_to_num(values[:, 0], nan=-9.0))
        return [
            Heat(
                "Activities, the worst first",
                tuple(names[at] for at in order),
                tuple(m.title for m in used),
                values[order],
                0.0,
                1.0,
                f"Means over recordings, by {self.own[0]}.",
            )
        ]

    def body(self) -> BodyMap:
        """Correlation by joint."""
        layers = {}
        for m in [m for m in self.measures if m.name.endswith("_r")][:4]:
            joints = {}
            leading = [s for group in self.groups for s in self.leading(group)]
            for joint in dict.fromkeys(s.joint for s in leading):
                own = [s for s in leading if s.joint == joint]
                groups = ", ".join(dict.fromkeys(s.group for s in own))
                value = _mean([s.figures.get(m.name, np.nan) for s in own])
                joints[joint] = (value, f"{groups}; {len(own)} recordings")
            layers[m.title] = joints
        return BodyMap("Where on the body", layers, 0.0, 1.0, f"By {self.own[0]}.")

    def leading(self, group: str) -> list[Scored]:
        """The rows of a group by our first method."""
        return [s for s in self.result.scored if s.group == group and s.method in self.own[:1]]

    def score(self, scored: Scored) -> float:
        """What recordings are ordered by."""
        value = scored.figures.get(self.measures[0].name, np.nan)
        return gain(value, self.measures[0].best) if np.isfinite(value) else -np.inf

    def recordings(self) -> Table:
        """Every recording by every method."""
        scored = sorted(self.result.scored, key=self.score)
        texts = ("dataset", "recording", "subject", "activity", "trial", "sensor", "method")
        columns = [
            Column(name, choices=name not in ("recording", "trial"), shown=name not in ("trial",))
            for name in texts
        ]
        rows = [
            Row(
                (
                    s.dataset, s.recording, s.subject, s.activity, s.trial, s.sensor, s.method,
                    *(float(s.figures.get(m.name, np.nan)) for m in self.measures),
                ),
                _kind(s.kind),
            )
            for s in scored
        ]  # fmt: skip
        return Table(
            "Every recording, the worst first",
            (*columns, *(_column(m) for m in self.measures)),
            tuple(rows),
            search=True,
            chosen={texts.index("method"): self.own[0]} if self.own else {},
            sorted_by=(len(texts), False),
        )

    def alignment(self) -> tuple[Block, ...]:
        """What was found of offset, clock, mounting and device."""
        found = {
            group: [s.alignment for s in self.leading(group) if s.alignment]
            for group in self.groups
        }
        return (alignment_table(found, self.own[0]),) if any(found.values()) else ()


def _column(m: Measure) -> Column:
    return Column(m.title, m.unit, m.name, m.best, m.headline)


def _kind(kind: str) -> Kind:
    return kind if kind in RANKS else ""  # pyright: ignore


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else np.nan


def _place(rank: int, count: int) -> str:
    """Where one of so many stands."""
    named = {1: "the worst", count: "the best"}.get(rank)
    return f"{named or f'number {rank} from below'} of {count}"


def _skipped(result: PairedResult) -> tuple[Table, ...]:
    if not result.skipped:
        return ()
    rows = tuple(Row(pair) for pair in result.skipped)
    return (Table("Skipped", (Column("recording"), Column("why")), rows, search=True),)


def _settings(result: PairedResult) -> Table:
    rows = [
        Row((str(k), v if isinstance(v, str) else json.dumps(v, default=str, ensure_ascii=False)))
        for k, v in result.settings.items()
    ]
    return Table("To make it again", (Column("setting"), Column("value")), tuple(rows))
