"""Signals over time and over frequency, of a paired comparison."""

from __future__ import annotations

import numpy as np

from imusim.compare.report.lookup import Lookup, score
from imusim.compare.report.measures import HEADLINE
from imusim.compare.report.model import Lines, Panel, Series
from imusim.compare.report.thinning import share, thin
from imusim.compare.result import Overlay

VALUES = 1_200_000
"""Values that all overlays of a page have together."""
CHANNELS = tuple(f"{kind} {axis}" for kind in ("accelerometer", "gyroscope") for axis in "xyz")
UNITS = ("m/s²", "m/s²", "m/s²", "rad/s", "rad/s", "rad/s")
DENSITIES = (("accelerometer", "(m/s²)²/Hz"), ("gyroscope", "(rad/s)²/Hz"))


def overlay_lines(lookup: Lookup, group: str) -> list[Lines]:
    """A group's examples, the worst first."""
    overlays = lookup.result.overlays
    lengths = [len(o.time_s) for o in overlays]
    kept = share(lengths, [6 * len(o.signals) for o in overlays], VALUES)
    leading = {(s.recording, s.sensor): s for s in lookup.leading(group)}
    ranked = sorted(score(s) for s in leading.values())
    found = []
    for overlay, most in zip(overlays, kept, strict=True):
        own = leading.get((overlay.recording, overlay.sensor))
        if own is None:
            continue
        rank = ranked.index(score(own))
        title = f"{_place(rank + 1, len(ranked))}{own.recording}"
        said = [
            f"{m.title} {own.figures[m.name]:.2f}"
            for m in lookup.measures
            if m.name in HEADLINE and np.isfinite(own.figures.get(m.name, np.nan))
        ]
        subject = own.subject if own.subject.startswith("s") else f"subject {own.subject}"
        who = [word for word in (own.activity, subject if own.subject else "") if word]
        note = "; ".join([*who, *([f"by {own.method}: {', '.join(said)}"] if said else [])])
        panels = _panels(lookup, overlay, most)
        found.append((rank, Lines(title, panels, note, columns=len(panels) // 3)))
    return [lines for _, lines in sorted(found, key=lambda one: one[0])]


def _place(rank: int, count: int) -> str:
    """Where one of so many stands, in words."""
    named = {(count + 1) // 2: "Median", count: "Best", 1: "Worst"}
    return f"{named.get(rank, f'Number {rank} from below')} of {count}: " if count > 1 else ""


def _panels(lookup: Lookup, overlay: Overlay, most: int) -> tuple[Panel, ...]:
    """The accelerometer's axes on the left, the gyroscope's on the right; those that there are."""
    names = lookup.ordered(list(overlay.signals))
    signals = np.concatenate([overlay.signals[name] for name in names], axis=1)
    time_s, values = thin(overlay.time_s, signals, most)
    panels = []
    real = np.isfinite(overlay.signals.get("real", signals))
    kinds = [first for first in (0, 3) if real[:, first : first + 3].any()] or [0, 3]
    for channel in (first + axis for axis in range(3) for first in kinds):
        series = tuple(
            Series(name, values[:, 6 * at + channel], lookup.shown(name))
            for at, name in enumerate(names)
        )
        panels.append(Panel(CHANNELS[channel], time_s, series, "s", UNITS[channel]))
    return tuple(panels)


def spectrum_lines(lookup: Lookup, group: str) -> Lines:
    """Power densities of both sensors, of the real one and of methods."""
    found = lookup.result.spectra[group]
    names = lookup.ordered(list(found))
    frequency = found[names[0]][0]
    frequency = frequency[frequency > 0]
    panels = []
    for row, (title, unit) in enumerate(DENSITIES):
        series = []
        for name in names:
            density = np.interp(frequency, found[name][0], found[name][1][row])
            power = np.log10(np.where(density > 0, density, np.nan))
            series.append(Series(name, power, lookup.shown(name)))
        panels.append(Panel(title, frequency, tuple(series), "Hz", unit))
    note = "Power density, summed over axes, mean over recordings."
    return Lines("Spectra", tuple(panels), note, 2, logarithmic=True)
