"""What a recording at rest says of its device, channel by channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imusim.characterise.reading import read_recordings
from imusim.characterise.recording import KINDS, Recording
from imusim.characterise.rest import FEWEST_SAMPLES, SHORTEST_S, still_stretches, unbroken
from imusim.characterise.settings import Settings
from imusim.errors import MotionError
from imusim.math.allan import AllanCurve, allan_deviation, averaging_factors
from imusim.math.allan_fit import NoiseFit, fit_noise
from imusim.math.noise_terms import SLOPES, TERMS

Array = NDArray[np.float64]

NAMES = {
    "Q": "quantisation", "N": "noise density", "B": "bias instability", "K": "random walk"
}  # fmt: skip
HEADER = ("channel", "term", "value", "95 % interval", "usual unit", "slope")
_SI = {
    "accelerometer": ("m/s", "m/s²/√Hz", "m/s²", "m/s²/√s"),
    "gyroscope": ("rad", "rad/s/√Hz", "rad/s", "rad/s/√s"),
}
_DEGREE, _GRAVITY = np.pi / 180, 9.80665
_USUAL: dict[str, tuple[tuple[float, str], ...]] = {
    "accelerometer": (
        (1.0, "m/s"), (1e-6 * _GRAVITY, "µg/√Hz"), (1e-6 * _GRAVITY, "µg"),
        (1e-6 * _GRAVITY, "µg/√s"),
    ),
    "gyroscope": (
        (_DEGREE / 3600, "arcsec"), (_DEGREE / 60, "deg/√h"), (_DEGREE / 3600, "deg/h"),
        (_DEGREE / 3600 / 60, "deg/h/√h"),
    ),
}  # fmt: skip
_DOMINANT = 0.8
"""Share of the fitted variance from which an averaging time shows a term's slope."""
_MOST_STRETCHES = 1000
_STEP_SAMPLES = 50_000
_FINEST = 50.0
"""Noise over a step from which it does not matter whether there are steps."""


@dataclass(frozen=True, eq=False)
class ChannelReport:
    """One axis of one kind.

    Parameters
    ----------
    kind : str
        ``accelerometer`` or ``gyroscope``.
    axis : str
    curve : AllanCurve
        Of this channel alone, (M, 1).
    fit : NoiseFit
    step : float
        Resolution of the readings, in SI; 0 where they show none.
    slopes : (4,) array
        Of the measured curve where a term accounts for most of it; NaN where it nowhere does.
    """

    kind: str
    axis: str
    curve: AllanCurve
    fit: NoiseFit
    step: float
    slopes: Array

    @property
    def described(self) -> NDArray[np.bool_]:
        """Averaging times (M,) that the fit describes: those that no low-pass bends."""
        return _described(self.curve, self.fit)

    def share_inside(self) -> float:
        """Share of averaging times at which the fitted curve lies in the measured one's interval.

        Those at frequencies that the fit left out do not count.
        """
        low, high = (end[:, 0] for end in self.curve.interval())
        fitted = np.sqrt(self.fit.variances(self.curve.factor).sum(axis=1))
        fitted = np.sqrt(fitted**2 + self.step**2 / 12 / self.curve.factor)
        return float(((low <= fitted) & (fitted <= high))[self.described].mean())


@dataclass(frozen=True, eq=False)
class Report:
    """What a recording says of its device.

    Parameters
    ----------
    name : str
    rate_hz : float
    channels : tuple of ChannelReport
    stretches : tuple of (recording's name, start s, stop s)
        What was used.
    notes : tuple of str
        What was assumed and found.
    """

    name: str
    rate_hz: float
    channels: tuple[ChannelReport, ...]
    stretches: tuple[tuple[str, float, float], ...]
    notes: tuple[str, ...]

    @property
    def duration_s(self) -> float:
        """Time at rest."""
        return sum(stop - start for _, start, stop in self.stretches)

    def rows(self) -> list[tuple[str, ...]]:
        """Table under :data:`HEADER`: four terms a channel."""
        table = []
        for channel in self.channels:
            for number, term in enumerate(TERMS):
                fit = channel.fit
                value, low, high = fit.value[number], fit.lower[number], fit.upper[number]
                unit = _SI[channel.kind][number]
                scale, usual = _USUAL[channel.kind][number]
                slope = channel.slopes[number]
                name = f"{term}  {NAMES[term]}"
                if term == "B" and np.isfinite(fit.correlation_time_s):
                    name += f" (Gauss–Markov, {fit.correlation_time_s:.3g} s)"
                seen = value > 0
                table.append(
                    (
                        f"{channel.kind} {channel.axis}",
                        name,
                        f"{value:.4g} {unit}" if seen else "not seen",
                        f"{low:.4g} … {high:.4g}" if seen else f"below {high:.3g} {unit}",
                        f"{(value if seen else high) / scale:.4g} {usual}"
                        if seen
                        else f"below {high / scale:.3g} {usual}",
                        f"{slope:+.2f} ({SLOPES[number]:+.1f})" if np.isfinite(slope) else "",
                    )
                )
        return table

    def lines(self) -> list[str]:
        """Notes and the table as plain text."""
        rows = [HEADER, *self.rows()]
        width = [max(len(row[k]) for row in rows) for k in range(len(HEADER))]
        table = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, width, strict=True)).rstrip()
            for row in rows
        ]
        return [*self.notes, *table]


def characterise(path: Path | str, settings: Settings | None = None) -> Report:
    """Fit the noises of the device that made a recording.

    The parts at rest are found, or are those between ``start_s`` and ``stop_s``; all of them
    count towards one Allan curve.

    Parameters
    ----------
    path : Path or str
        As :func:`imusim.characterise.reading.read_recordings` takes it.
    settings : Settings, optional

    Returns
    -------
    Report

    Raises
    ------
    MotionError
        If it cannot be read, or the sensor rests nowhere for long enough.
    ConfigError, CorpusError
        As :func:`imusim.characterise.reading.read_recordings`.
    """
    settings = settings or Settings()
    path = Path(path)
    return characterise_recordings(read_recordings(path, settings), settings, path)


def characterise_recordings(
    recordings: Sequence[Recording], settings: Settings, path: Path
) -> Report:
    """Fit the noises of the device that made all of some recordings.

    Parameters
    ----------
    recordings : sequence of Recording
        At least one; of one rate.
    settings : Settings
    path : Path
        Where they are from: errors name it, and it names the report.

    Raises
    ------
    MotionError
        As :func:`characterise`.
    """
    rate = recordings[0].rate_hz
    odd = next((r for r in recordings if abs(r.rate_hz / rate - 1) > 0.05), None)
    if odd is not None:
        raise MotionError(
            f"recordings of different rates: {recordings[0].name} at {rate:.6g} Hz, "
            f"{odd.name} at {odd.rate_hz:.6g} Hz; take them one by one",
            path,
        )
    parts = [(r, part) for r in recordings for part in _at_rest(r, settings)]
    parts.sort(key=lambda p: p[1].start - p[1].stop)
    left_out = len(parts) - _MOST_STRETCHES
    parts = parts[:_MOST_STRETCHES]
    if not parts:
        given = settings.start_s is not None or settings.stop_s is not None
        raise MotionError(
            f"nothing of {SHORTEST_S:g} s without gaps is there"
            if given
            else f"the sensor rests nowhere for {SHORTEST_S:g} s; say where with --from and --to",
            path,
        )
    stretches = tuple((r.name, p.start / rate, p.stop / rate) for r, p in parts)
    notes = list(dict.fromkeys(note for r in recordings for note in r.notes))
    total = sum(stop - start for _, start, stop in stretches)
    longest = max(stop - start for _, start, stop in stretches)
    notes.append(
        f"{total:.6g} s at rest in {len(parts)} stretches, the longest {longest:.4g} s"
        if len(parts) > 1
        else f"{total:.6g} s at rest, from {stretches[0][1]:.6g} s to {stretches[0][2]:.6g} s"
    )
    if left_out > 0:
        notes.append(f"{left_out} shorter stretches left out")
    channels: list[ChannelReport] = []
    for kind in KINDS:
        values = [r.signals[kind][p] for r, p in parts if kind in r.signals]
        if values:
            channels += _channels(kind, values, rate, notes)
    return Report(path.stem, rate, tuple(channels), stretches, tuple(notes))


def _at_rest(recording: Recording, settings: Settings) -> list[slice]:
    if settings.start_s is None and settings.stop_s is None:
        return still_stretches(recording)
    start = round((settings.start_s or 0.0) * recording.rate_hz)
    stop = None if settings.stop_s is None else round(settings.stop_s * recording.rate_hz)
    return [p for p in unbroken(recording, start, stop) if p.stop - p.start >= FEWEST_SAMPLES]


def _channels(kind: str, values: list[Array], rate: float, notes: list[str]) -> list[ChannelReport]:
    """Fit the axes of one kind; their bias is of one model."""
    axes = [k for k in range(3) if all(np.isfinite(v[:, k]).all() for v in values)]
    steps = {k: find_step(np.concatenate([v[:, k] for v in values])) for k in axes}
    fits = {k: fit_noise([v[:, k] for v in values], rate, steps[k]) for k in axes}
    with_bias = [f for f in fits.values() if f.seen[TERMS.index("B")]]
    markov = [np.isfinite(f.correlation_time_s) for f in with_bias]
    if any(markov) and not all(markov):
        for k, fit in fits.items():
            if np.isfinite(fit.correlation_time_s):
                fits[k] = fit_noise([v[:, k] for v in values], rate, steps[k], markov=False)
    reports = []
    for k in axes:
        own = [v[:, [k]] for v in values]
        factor = averaging_factors(max(len(v) for v in own))
        fitted = fits[k].variances(factor).sum(axis=1)
        slope = _log_slope(factor, fitted) if fitted.all() else np.full(len(factor), -1.0)
        curve = allan_deviation(own, rate, factor, slope[:, None])
        passed = fits[k].bandwidth_hz
        if np.isfinite(passed):
            notes.append(f"{kind} {'xyz'[k]}: a low-pass of {passed:.3g} Hz shows")
        if steps[k] and curve.deviation[0, 0] < steps[k] / 4:
            notes.append(f"{kind} {'xyz'[k]}: the resolution of {steps[k]:.3g} hides the noise")
        slopes = _term_slopes(curve, fits[k])
        reports.append(ChannelReport(kind, "xyz"[k], curve, fits[k], steps[k], slopes))
    return reports


def find_step(values: Array) -> float:
    """Resolution of readings (n,): the step of which all differences are multiples, or 0."""
    sample = values[:_STEP_SAMPLES]
    levels = np.unique(sample)
    if len(levels) < 2:
        return 0.0
    near = 1e-6 * max(float(np.abs(levels).max()), float(np.ptp(levels)))  # float32's rounding
    levels = levels[np.concatenate([[True], np.diff(levels) > near])]
    gaps = np.diff(levels)
    if not len(gaps) or len(levels) > len(sample) / 3:
        return 0.0
    step = float(np.median(gaps[gaps < 1.5 * gaps.min()]))
    multiples = gaps / step
    small = multiples < 10
    regular = np.abs(multiples[small] - np.round(multiples[small])) < 0.1
    if regular.mean() < 0.98:
        return 0.0
    if step < np.std(np.diff(sample)) / _FINEST:
        return 0.0
    span = float(levels[-1] - levels[0])
    return span / max(round(span / step), 1)


def _log_slope(factor: NDArray[np.int64], variance: Array) -> Array:
    """Slope of a smooth log variance over the log averaging time."""
    if len(factor) < 2:
        return np.full(len(factor), -1.0)
    return np.gradient(np.log(variance), np.log(factor.astype(float)))


def _described(curve: AllanCurve, fit: NoiseFit) -> NDArray[np.bool_]:
    """Averaging times (M,) that no low-pass bends."""
    top_hz = min(fit.top_hz, fit.bandwidth_hz / 4)
    return curve.tau_s >= 1 / (2 * top_hz) - 1e-12


def _term_slopes(curve: AllanCurve, fit: NoiseFit) -> Array:
    """Slopes (4,) of the measured log deviation where each term dominates."""
    parts = fit.variances(curve.factor)
    total = parts.sum(axis=1)
    slopes = np.full(4, np.nan)
    for term in range(4):
        # A sampled walk or flicker noise has its slope from a few samples on.
        clear = (parts[:, term] > _DOMINANT * total) & (total > 0)
        clear &= (curve.factor >= (4 if term >= 2 else 1)) & (
            curve.tau_s * min(fit.top_hz, fit.bandwidth_hz / 4) >= 0.5
        )
        if clear.sum() < 4 or (TERMS[term] == "B" and np.isfinite(fit.correlation_time_s)):
            continue
        x, y = np.log(curve.tau_s[clear]), np.log(curve.deviation[clear, 0])
        slopes[term] = np.polyfit(x, y, 1, w=np.sqrt(curve.freedom[clear, 0]))[0]
    return slopes
