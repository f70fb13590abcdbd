"""Which metrics there are, and what each says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Best = Literal["higher", "lower", "zero", "one"]

BANDS_HZ: tuple[tuple[float, float], ...] = (
    (0.5, 3.0),
    (3.0, 10.0),
    (10.0, 25.0),
    (25.0, 50.0),
    (50.0, 100.0),
)
"""Bands of power and coherence; one that Nyquist's frequency cuts is not said."""
JERK_HZ = (0.5, 10.0)
"""Frequencies that the derivative is taken of: above them it is noise that counts."""
PEAK = 0.995
"""Quantile that counts as a peak: one sample in 200 is above."""
ALLAN_S = 1.0
"""Averaging time of the Allan deviation."""

_KINDS = {"acc": ("accelerometer", "m/s²"), "gyro": ("gyroscope", "rad/s")}
_FORMS = {
    "norm": "the norm",
    "x": "the x axis",
    "y": "the y axis",
    "z": "the z axis",
}
_WELCH = "Welch 1967, IEEE Trans. Audio Electroacoust. 15:70"


@dataclass(frozen=True)
class Metric:
    """One number of a comparison.

    Parameters
    ----------
    name : str
        As in :func:`~imusim.compare.metrics.figures.figures`: ``acc_norm_r``.
    summary : str
    unit : str
        ``""`` for a ratio.
    best : {"higher", "lower", "zero", "one"}
        Which values are good ones.
    source : str
        Where it is defined, ``""`` where that needs no saying.
    """

    name: str
    summary: str
    unit: str
    best: Best
    source: str = ""


def _of(kind: str) -> Iterator[Metric]:
    """All metrics of one sensor."""
    long, unit = _KINDS[kind]
    yield Metric(f"{kind}_r", f"correlation, mean over the {long}'s axes", "", "higher", "Pearson")
    yield Metric(f"{kind}_rmse", f"root mean square difference of an axis, {long}", unit, "lower")
    yield Metric(f"{kind}_nrmse", "the same by the real signal's standard deviation", "", "lower")
    yield Metric(f"{kind}_r2", f"share of the variance explained, all axes, {long}", "", "higher")
    yield Metric(f"{kind}_bias", f"length of the mean difference, {long}", unit, "lower")
    yield Metric(f"{kind}_peak", f"peaks about the mean, simulated over real, {long}", "", "one")
    for form, words in _FORMS.items():
        name = f"{kind}_{form}"
        of = f"{words}, {long}"
        yield Metric(f"{name}_r", f"correlation of {of}", "", "higher", "Pearson")
        yield Metric(f"{name}_rmse", f"root mean square difference of {of}", unit, "lower")
        yield Metric(f"{name}_nrmse", "the same by the real standard deviation", "", "lower")
        yield Metric(f"{name}_r2", f"share of the variance explained of {of}", "", "higher")
        yield Metric(f"{name}_bias", f"mean of simulated less real of {of}", unit, "zero")
        yield Metric(f"{name}_peak", f"peaks, simulated over real, of {of}", "", "one")
    for low, high in BANDS_HZ:
        band = f"{low:g}-{high:g} Hz"
        power, coherence = band_names(kind, low, high)
        yield Metric(power, f"power in {band}, simulated over real, {long}", "", "one", _WELCH)
        yield Metric(
            coherence, f"magnitude-squared coherence in {band}, {long}", "", "higher", _WELCH
        )
    derivative = "jerk" if kind == "acc" else "angular acceleration"
    reach = f"{JERK_HZ[0]:g}-{JERK_HZ[1]:g} Hz"
    yield Metric(f"{kind}_jerk", f"RMS {derivative} in {reach}, simulated over real", "", "one")
    yield Metric(
        f"{kind}_allan",
        f"Allan deviation at {ALLAN_S:g} s of still parts, simulated over real, {long}",
        "",
        "one",
        "IEEE 952-2020, annex C",
    )


def band_names(kind: str, low_hz: float, high_hz: float) -> tuple[str, str]:
    """Names of the power and the coherence of a band."""
    band = f"{low_hz:g}_{high_hz:g}hz"
    return f"{kind}_power_{band}", f"{kind}_coherence_{band}"


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *_of("acc"),
        *_of("gyro"),
        Metric("gyro_along_r", "correlation of the rate about the bone: twist", "", "higher"),
        Metric("gyro_across_r", "correlation of the rate across the bone: swing", "", "higher"),
    )
}
"""All metrics by name, in the order of the tables."""
