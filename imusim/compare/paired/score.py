"""Alignment found on one part, judged on another: for all sensors of one wearer."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imusim.compare.align import Alignment, Pair, Trace, align, predict, refine_offset, within
from imusim.compare.metrics import figures
from imusim.compare.paired.readings import Case, deal
from imusim.compare.paired.settings import PairedSettings
from imusim.errors import MotionError
from imusim.math.gaps import whole_frames
from imusim.sensor import ImuSignals
from imusim.sensor.device import Device, draw_errors, measure

Array = NDArray[np.float64]

ENOUGH = 24
"""Trials that a mounting is found on, at most: more of them change it little."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one method says that a sensor reads, and how it was brought to the sensor.

    Parameters
    ----------
    method : str
    alignment : Alignment
        Found on all of the recording, or on the others of the same sensor.
    signals : (N, 6) array
        Accelerometer and gyroscope at the case's samples, NaN where nothing is judged.
    figures : mapping
    """

    method: str
    alignment: Alignment
    signals: Array
    figures: Mapping[str, float]


def score_wearer(
    cases: Sequence[Case], settings: PairedSettings
) -> list[tuple[dict[str, Outcome], str]]:
    """Score every method on all recordings of one sensor on one person.

    Returns
    -------
    list of (dict of str to Outcome, str)
        For each case what each method got, and why one has nothing, or ``""``.
    """
    found: list[dict[str, Outcome]] = [{} for _ in cases]
    faults = [""] * len(cases)
    methods = dict.fromkeys(method for case in cases for method in case.kinematics)
    for method in methods:
        own = [k for k, case in enumerate(cases) if method in case.kinematics]
        try:
            outcomes = _score_method([cases[k] for k in own], method, settings)
        except MotionError as error:
            for k in own:
                faults[k] = f"{method}: {error}"
            continue
        for k, outcome in zip(own, outcomes, strict=True):
            found[k][method] = outcome
            if settings.device.name != "ideal" and method in settings.engines:
                worn = _worn(cases[k], outcome, settings.device, settings)
                found[k][worn.method] = worn
    return list(zip(found, faults, strict=True))


def _score_method(cases: Sequence[Case], method: str, settings: PairedSettings) -> list[Outcome]:
    pairs = [_pair(case, method) for case in cases]
    signals = [np.full((len(case.valid), 6), np.nan) for case in cases]
    alignments: list[Alignment | None] = [None] * len(cases)
    for fold in deal(cases, settings.folds):
        training = _spread([k for k, use in enumerate(fold.found_on) if use.any()])
        trained = align([_using(pairs[k], fold.found_on[k]) for k in training], settings.steps)
        for k, judged in enumerate(fold.judged_on):
            if not judged.any():
                continue
            if k in training:
                alignment = trained[training.index(k)]
            else:
                alignment = refine_offset(_using(pairs[k], judged), trained[0], settings.steps)
            alignments[k] = alignment
            signals[k][judged] = _predicted(alignment, pairs[k], judged)
    if len(cases) == 1:
        alignments = list(align(pairs, settings.steps))
    return [
        Outcome(method, alignment, values, _figures(case, values))
        for case, values, alignment in zip(cases, signals, alignments, strict=True)
        if alignment is not None
    ]


def _spread(trials: list[int]) -> list[int]:
    """At most ENOUGH of the trials, evenly chosen."""
    step = max(len(trials) / ENOUGH, 1.0)
    return [trials[int(k * step)] for k in range(min(len(trials), ENOUGH))]


def _pair(case: Case, method: str) -> Pair:
    trace = Trace(case.time_s, case.accelerometer, case.gyroscope, case.valid)
    return Pair(case.kinematics[method], trace, case.within_s)


def _using(pair: Pair, use: NDArray[np.bool_]) -> Pair:
    return replace(pair, real=replace(pair.real, use=use))


def _predicted(alignment: Alignment, pair: Pair, wanted: NDArray[np.bool_]) -> Array:
    """Signals (M, 6) at wanted samples, NaN where the motion does not cover them."""
    time_s = pair.real.time_s[wanted]
    values = np.concatenate(predict(alignment, pair.kinematics, time_s), axis=1)
    inside = within(alignment, pair.kinematics, time_s)
    return np.where(inside[:, None], values, np.nan)


def _figures(case: Case, simulated: Array) -> dict[str, float]:
    use = whole_frames(simulated)
    return figures(
        case.accelerometer,
        case.gyroscope,
        simulated[:, :3],
        simulated[:, 3:],
        case.sensor.rate_hz,
        use,
    )


def _worn(case: Case, outcome: Outcome, device: Device, settings: PairedSettings) -> Outcome:
    """The same as a device would have measured it.

    Errors that alignment has found of the real sensor are not felt once more.
    """
    steps = settings.steps
    off = [name for name, found in (("bias", steps.bias), ("scale", steps.scale)) if found]
    if steps.rotation:
        off.append("misalignment")
    words = f"{case.recording.key} {case.sensor.name}".encode()
    rng = np.random.default_rng([settings.seed, zlib.crc32(words)])
    errors = draw_errors([device.without("timing", "loss", *off)], [rng])
    whole = np.nan_to_num(outcome.signals)
    clean = ImuSignals(case.time_s - case.time_s[0], whole[:, None, :3], whole[:, None, 3:])
    measured = measure(clean, errors, case.sensor.rate_hz, [rng])
    read = np.concatenate([measured.accelerometer[:, 0], measured.gyroscope[:, 0]], axis=1)
    signals = np.where(np.isfinite(outcome.signals), read, np.nan)
    return Outcome(
        f"{outcome.method}, {device.name}", outcome.alignment, signals, _figures(case, signals)
    )
