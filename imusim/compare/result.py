"""What a comparison found: plain data, from which pages, tables and files are made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a recording or worth knowing, in one line.

    ``code`` is a stable short name, such as ``unit-g``; ``error``: it is not scored.
    """

    code: str
    severity: Severity
    recording: str
    sensor: str
    message: str


def closeness(figures: Mapping[str, float]) -> float:
    """What recordings are ordered by: the mean correlation of axes; NaN where there is none."""
    known = [v for name in ("acc_r", "gyro_r") if np.isfinite(v := figures.get(name, np.nan))]
    return float(np.mean(known)) if known else float("nan")


@dataclass(frozen=True)
class Interval:
    """A figure and the bounds of its 95 % confidence interval, from so many units."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        """``0.81 (0.76 to 0.85)``, without bounds where there are none, ``–`` for no figure."""
        if not math.isfinite(self.value):
            return "–"
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            return f"{self.value:.2f}"
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True, eq=False)
class Overlay:
    """Real and simulated signals of one sensor at the same times, in the sensor's axes.

    ``time_s`` (N,); ``signals``: ``real`` and names of methods to accelerometer and gyroscope,
    (N, 6), m/s² and rad/s, NaN where nothing is scored.
    """

    recording: str
    sensor: str
    time_s: Array
    signals: Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Scored:
    """One sensor of one recording by one method: a row of the finest table.

    Parameters
    ----------
    dataset, recording, subject, activity, trial : str
    sensor, joint : str
    method : str
        ``kinematic``, ``bullet``, a finite difference, a reference such as ``another subject``.
    kind : {"simulated", "baseline", "reference"}
    figures : mapping
        Metric to value; NaN where it cannot be said.
    alignment : mapping
        Parameter to value, as found; empty for references.
    """

    dataset: str
    recording: str
    subject: str
    activity: str
    trial: str
    sensor: str
    joint: str
    method: str
    kind: Literal["simulated", "baseline", "reference"]
    figures: Mapping[str, float]
    alignment: Mapping[str, float] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """What is summed up in one: sensors of a dataset at one place."""
        return f"{self.dataset} {self.sensor}".strip()


@dataclass(frozen=True, eq=False)
class Summary:
    """The line of a table: one group of sensors by one method, metric to interval."""

    group: str
    method: str
    kind: str
    figures: Mapping[str, Interval]


@dataclass(frozen=True, eq=False)
class PairedResult:
    """What ``imusim compare paired`` found.

    Parameters
    ----------
    settings : mapping
        What was asked for, for the record.
    scored : tuple of Scored
    summaries : tuple of Summary
    findings : tuple of Finding
    overlays : tuple of Overlay
        Of the worst, the median and the best recording of each group.
    spectra : mapping
        Group to method to (frequency (K,), density (2, K)): of the accelerometer, (m/s²)²/Hz,
        and of the gyroscope, (rad/s)²/Hz, summed over axes; ``real`` among the methods.
    skipped : tuple of (str, str)
        Recordings that could not be compared, and why.
    """

    settings: Mapping[str, object]
    scored: tuple[Scored, ...]
    summaries: tuple[Summary, ...]
    findings: tuple[Finding, ...]
    overlays: tuple[Overlay, ...]
    spectra: Mapping[str, Mapping[str, tuple[Array, Array]]]
    skipped: tuple[tuple[str, str], ...] = ()
