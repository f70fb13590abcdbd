"""A device out of a report."""

from __future__ import annotations

import math

import numpy as np

from imusim.characterise.report import ChannelReport, Report
from imusim.math.noise_terms import TERMS
from imusim.sensor.device import Device, Triad
from imusim.sensor.device.tables import UNLIMITED, ZERO, Axes


def report_device(report: Report, name: str | None = None) -> Device:
    """Make a device whose noises are those that a report found.

    An axis that the recording lacks gets the mean of the others. What rest cannot tell stays
    without error: bias from start to start, scale factor, alignment, range, timing.

    Parameters
    ----------
    report : Report
    name : str, optional
        By default the recording's.
    """
    minutes = report.duration_s / 60
    span = f"{minutes:.3g} min" if minutes < 90 else f"{minutes / 60:.3g} h"
    return Device(
        name=name or report.name,
        summary=f"fitted to {span} of {report.name} at rest, at {report.rate_hz:.6g} Hz",
        accelerometer=_triad(report, "accelerometer"),
        gyroscope=_triad(report, "gyroscope"),
    )


def _triad(report: Report, kind: str) -> Triad:
    channels = {c.axis: c for c in report.channels if c.kind == kind}
    if not channels:
        return Triad()
    terms = {
        term: _axes(channels, [c.fit.value[k] for c in channels.values()])
        for k, term in enumerate(TERMS)
    }
    times = [c.fit.correlation_time_s for c in channels.values()]
    finite = [t for t in times if math.isfinite(t)]
    markov = bool(finite)
    filled = [t if math.isfinite(t) else float(np.mean(finite)) for t in times] if markov else times
    passes = [c.fit.bandwidth_hz for c in channels.values()]
    steps = [c.step for c in channels.values()]
    return Triad(
        quantisation=terms["Q"],
        noise_density=terms["N"],
        bias_instability=terms["B"],
        random_walk=terms["K"],
        bias_model="gauss-markov" if markov else "flicker",
        correlation_time_s=_axes(channels, filled) if markov else UNLIMITED,
        bandwidth_hz=_axes(channels, passes) if np.isfinite(passes).all() else UNLIMITED,
        resolution=_axes(channels, steps) if all(steps) else ZERO,
    )


def _axes(channels: dict[str, ChannelReport], values: list[float]) -> Axes:
    """Values for x, y, z, four digits of them; the mean where there is no such axis."""
    known = {axis: float(f"{v:.4g}") for axis, v in zip(channels, values, strict=True)}
    mean = float(f"{np.mean(list(known.values())):.4g}")
    x, y, z = (known.get(axis, mean) for axis in "xyz")
    return x, y, z
