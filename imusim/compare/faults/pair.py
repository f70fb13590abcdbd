"""Faults that show beside the motion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from imusim.compare.faults.beside import Fit, explained, fit, lay_beside
from imusim.compare.faults.turning import SIGNED_PERMUTATIONS
from imusim.compare.faults.words import Said, axes_in_words
from imusim.compare.result import Finding
from imusim.conventions import STANDARD_GRAVITY

if TYPE_CHECKING:
    from imusim.compare.align import Alignment
    from imusim.compare.kinematics import Kinematics
    from imusim.compare.paired.readings import Case
    from imusim.compare.paired.score import Outcome

Array = NDArray[np.float64]

TIMES_LESS = 2.0
"""What is left unexplained must become so many times less by a fault, for it to be named. Of 656
real sensors none came above 1.7."""
TIMES_LESS_MOUNTED = 1.5
"""The same for gravity's sign and handedness where the mounting is known from other recordings:
none came above 0.7."""
TIMES_LESS_TOGETHER = 1.25
"""The same for recordings of one wearer taken together: no wearer came above 0.99."""
FEWEST_TOGETHER = 4
STRANGE, DOUBTFUL = 0.45, 0.85
"""Correlation of the norms and share explained, added up: below the first no real pair came, below
the second 3 in 100."""
STRANGE_LONG, LONG_S = 0.7, 10.0
"""The first of these for recordings that are so long that chance gives little."""
UNKNOWN_S, UNLIKE = 2.0, 0.3
"""Clocks that may differ by more are found anywhere; then the judged part must go with the motion
by this, the mean of four correlations, or what was found is an offset by chance."""
_DEGREES = 20.0
"""Ratio of angular rates that no unlike motion reaches, and degrees for radians do."""
_FOUR = ("acc_norm_r", "acc_r", "gyro_norm_r", "gyro_r")
_LEAST_S, _LEAST_SHARE = 0.5, 0.05
"""Part of the motion that a recording must miss to be told."""
_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of a motion that a recording is tried against which is said to span it."""
_BETTER, _LIKE = 0.25, 0.65
"""Correlation of norms that such a share must add, and have."""


def look_pair(case: Case, outcome: Outcome) -> list[Finding]:
    """Look at a recording beside its simulation.

    Parameters
    ----------
    case : Case
    outcome : Outcome
        Of the method that it is held against. Its offset is one of those that are tried.

    Returns
    -------
    list of Finding
        ``error``: it is not to be scored.
    """
    kinematics = case.kinematics[outcome.method.split(",")[0]]
    return [_finding(case, said) for said in _look(case, kinematics, outcome)]


def look_wearer(cases: Sequence[Case], method: str) -> list[Finding]:
    """Look at all recordings of one sensor on one person together, before they are aligned.

    They share a mounting: what is in doubt in each alone, as in motions that turn about one
    axis only, shows in all of them. Returns nothing for fewer than :data:`FEWEST_TOGETHER`.
    """
    fits = []
    for case in cases:
        forwards, backwards = _fits(case, case.kinematics[method])
        if forwards is not None and backwards is not None:
            fits.append((forwards, backwards))
    if len(fits) < FEWEST_TOGETHER:
        return []
    forwards, backwards = zip(*fits, strict=True)
    said = _mended(forwards, backwards, TIMES_LESS_TOGETHER)
    if said is None:
        return []
    code, message = said
    words = f"{message}, in {len(fits)} recordings of this sensor taken together"
    return [_finding(case, (code, "error", words)) for case in cases]


def _finding(case: Case, said: Said) -> Finding:
    code, severity, message = said
    return Finding(code, severity, case.recording.key, case.sensor.name, message)


def _fits(case: Case, kinematics: Kinematics) -> tuple[Fit | None, Fit | None]:
    """At the best lag with time as it is, and with time running backwards."""
    beside = lay_beside(
        kinematics, case.time_s, case.accelerometer, case.gyroscope, case.valid, case.within_s
    )
    return (None, None) if beside is None else (fit(beside), fit(beside.reversed()))


def _as_aligned(case: Case, kinematics: Kinematics, alignment: Alignment) -> Fit | None:
    """At the offset that was found by alignment, which is what is scored."""
    time_s = alignment.motion_times(case.time_s)
    beside = lay_beside(kinematics, time_s, case.accelerometer, case.gyroscope, case.valid, 0.0)
    found = None if beside is None else fit(beside)
    shift_s = float(np.mean(time_s - case.time_s))
    return None if found is None else replace(found, offset_s=shift_s)


def _look(case: Case, kinematics: Kinematics, outcome: Outcome) -> Iterator[Said]:
    alignment = outcome.alignment
    forwards, backwards = _fits(case, kinematics)
    aligned = _as_aligned(case, kinematics, alignment)
    mounting = alignment.link_from_sensor
    if forwards is None or backwards is None:
        yield "too-short", "warning", "too little of it overlaps the motion to be looked at"
        return
    if aligned is not None and _goes(aligned, mounting) > _goes(forwards, mounting):
        forwards = aligned
    yield from _units(forwards)
    said = _mended([forwards], [backwards], TIMES_LESS)
    said = said or _against_mounting(forwards, backwards, mounting)
    if said is not None:
        code, message = said
        yield code, "error", message
        return
    judged = _judged(outcome)
    if case.within_s > UNKNOWN_S and judged < UNLIKE:
        yield (
            "another-motion",
            "error",
            "it is a recording of another motion, or the offset of its clock was not found: where "
            f"it is judged it correlates by {judged:.2f}; check which files belong together",
        )
        return
    part = list(_span(case, kinematics, forwards))
    yield from part
    share = _goes(forwards, mounting) - forwards.norms
    cut = bool(part) and case.recording.motion_spans
    if not cut and forwards.norms + share < DOUBTFUL:
        long = case.time_s[-1] - case.time_s[0] > LONG_S
        sure = forwards.norms + share < (STRANGE_LONG if long else STRANGE)
        yield (
            "another-motion",
            "error" if sure else "warning",
            f"{'it is' if sure else 'it may be'} a recording of another motion: norms correlate "
            f"by {forwards.norms:.2f} at best, and {100 * share:.0f} % of its signals go "
            "with this one; check which files belong together, and the offset of their clocks",
        )


def _judged(outcome: Outcome) -> float:
    """Mean correlation where it was judged and not found; 1 where none is told."""
    told = [outcome.figures.get(name, np.nan) for name in _FOUR]
    return float(np.nanmean(told)) if np.isfinite(told).any() else 1.0


def _goes(found: Fit, mounting: Array) -> float:
    """Correlation of the norms and share explained, added up."""
    return found.norms + max(explained(found.mended(), mounting), 0.0)


def _units(found: Fit) -> Iterator[Said]:
    if found.rate_ratio > _DEGREES:
        yield (
            "unit-deg",
            "error",
            f"gyroscope: it turns {found.rate_ratio:.0f} times as fast as the motion; its numbers "
            "are degrees a second: say so with --gyro-unit deg/s",
        )
    elif found.rate_ratio < 1 / _DEGREES:
        yield (
            "unit-rad",
            "error",
            f"gyroscope: it turns {1 / found.rate_ratio:.0f} times as slowly as the motion; its "
            "numbers were radians already: say so with --gyro-unit rad/s",
        )


def _mended(
    forwards: Sequence[Fit], backwards: Sequence[Fit], times: float
) -> tuple[str, str] | None:
    """The fault, if any, without which clearly more of the signals is explained."""
    as_given = _left(np.mean([f.mended() for f in forwards], axis=0))
    by_axes = [
        _left(np.mean([f.mended(1.0, axes) for f in forwards], axis=0))
        for axes in SIGNED_PERMUTATIONS
    ]
    best = int(np.argmin(by_axes))
    mirror = -np.eye(3)
    left = {
        "gravity-inverted": _left(np.mean([f.mended(-1.0) for f in forwards], axis=0)),
        "mirrored-axes": _left(np.mean([f.mended(-1.0, mirror) for f in forwards], axis=0)),
        "reversed-time": _left(np.mean([f.mended() for f in backwards], axis=0)),
        "axes-differ": by_axes[best] if best else as_given,
    }
    code = min(left, key=lambda name: left[name])
    if as_given < times * left[code]:
        return None
    return code, _words(code, as_given / left[code], SIGNED_PERMUTATIONS[best])


def _against_mounting(forwards: Fit, backwards: Fit, mounting: Array) -> tuple[str, str] | None:
    """The same, held against a mounting that was found elsewhere."""
    as_given = _left(forwards.mended(), mounting)
    left = {
        "gravity-inverted": _left(forwards.mended(-1.0), mounting),
        "mirrored-axes": _left(forwards.mended(-1.0, -np.eye(3)), mounting),
        "reversed-time": _left(backwards.mended(), mounting),
    }
    code = min(left, key=lambda name: left[name])
    times = TIMES_LESS if code == "reversed-time" else TIMES_LESS_MOUNTED
    if as_given < times * left[code]:
        return None
    return code, _words(code, as_given / left[code], np.eye(3))


def _left(moments: Array, mounting: Array | None = None) -> float:
    """Share that is not explained."""
    return max(1.0 - explained(moments, mounting), 1e-6)


def _words(code: str, times: float, axes: Array) -> str:
    sure = f"so {times:.1f} times less is left unexplained"
    return {
        "gravity-inverted": (
            f"accelerometer: at rest it reads -{STANDARD_GRAVITY:.1f} m/s² upwards: the sign of "
            f"its signals is inverted, {sure}; turn the sign of all three axes"
        ),
        "mirrored-axes": (
            f"its axes are left-handed: swap two of them or turn the sign of one, {sure}"
        ),
        "reversed-time": f"its time runs backwards: turn the order of its samples, {sure}",
        "axes-differ": (
            "gyroscope and accelerometer have not the same axes: the gyroscope's "
            f"{axes_in_words(axes)} would fit, {sure}; mend its columns"
        ),
    }[code]


def _span(case: Case, kinematics: Kinematics, found: Fit) -> Iterator[Said]:
    """Whether the recording covers the motion."""
    if case.recording.motion_spans:
        yield from _cut(case, kinematics, found)
        return
    first = float(case.time_s[0]) + found.offset_s
    last = float(case.time_s[-1]) + found.offset_s
    least = max(_LEAST_S, _LEAST_SHARE * kinematics.end_s)
    covered = (min(last, kinematics.end_s) - max(first, 0.0)) / max(kinematics.end_s, 1e-9)
    scored = f"{100 * max(covered, 0):.0f} % of the motion is scored"
    if kinematics.end_s - last > least:
        yield (
            "stops-early",
            "warning",
            f"it ends {kinematics.end_s - last:.1f} s before the motion does: {scored}",
        )
    if first > least:
        yield (
            "starts-late",
            "warning",
            f"it starts {first:.1f} s after the motion does: {scored}",
        )


def _cut(case: Case, kinematics: Kinematics, found: Fit) -> Iterator[Said]:
    """Whether a recording that is said to span its motion is like a part of it instead."""
    length = kinematics.end_s
    best = (found.norms, 1.0, "")
    for share in _SHARES:
        for side, start in (("stops-early", 0.0), ("starts-late", (1 - share) * length)):
            beside = lay_beside(
                kinematics,
                start + share * case.time_s,
                case.accelerometer,
                case.gyroscope,
                case.valid,
                case.within_s,
            )
            part = None if beside is None else fit(beside)
            if part is not None and part.norms > best[0]:
                best = (part.norms, share, side)
    norms, share, side = best
    if side and norms > max(found.norms + _BETTER, _LIKE):
        end = "stops before" if side == "stops-early" else "starts after"
        yield (
            side,
            "warning",
            f"it {end} the motion does: it is like {100 * share:.0f} % of it (norms correlate by "
            f"{norms:.2f}), not like all of it ({found.norms:.2f}), though both are said to span "
            "the same time",
        )
