"""Count which faults are told of recordings that were spoilt on purpose, and of clean ones.

    python tools/faults.py ../shared/data [--every 4] [--datasets utd-mhad,…]

Prints the tables of docs/reference/metrics.md ("Faults"). Every sensor of leg-swing, BROAD and
gaitmap and every Nth trial of UTD-MHAD is spoilt in each way, and looked over by itself and beside
its motion. Of people with several trials the mounting is that of the clean others, as when one file
of many is spoilt, and the offset is found anew; a single recording is aligned anew. UCI-HAR and
GeoTec have no motion: they are looked over as they are.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from paired_cases import METHOD, pair_of, read_cases
from spoilt import SPOILT

from imusim.compare.align import Steps, align, refine_offset
from imusim.compare.faults import look, look_pair
from imusim.compare.faults.alone import look_at
from imusim.compare.paired.readings import Case
from imusim.compare.paired.score import Outcome, score_wearer
from imusim.compare.paired.settings import PairedSettings
from imusim.recordings import find_recordings, read_recording

MOUNTING = Steps(clock=False, lever_arm=False, bias=False, scale=False)
"""What is found of a single recording: all that faults are looked for with."""
MANY, FEW = ("utd-mhad",), ("leg-swing", "broad", "gaitmap")
ALONE = {"uci-har": 60, "geotec": 50}
"""Datasets without motion, and about how many recordings of each are looked over."""

HALF, OTHER = "first half alone", "another trial's motion"
TOLD_AS = {
    "reversed-time": {"reversed-time", "turns-backwards"},
    "mirrored-axes": {"mirrored-axes", "turns-backwards"},
    "stops-early": {"stops-early", "stuck"},
    HALF: {"stops-early", "starts-late"},
    OTHER: {"another-motion"},
}
"""Codes that say what was done, where they are not its own name."""

Codes = set[tuple[str, str]]
"""Code and severity of each finding."""


@dataclass(frozen=True)
class Told:
    """What was said of one spoilt recording."""

    alone: Codes
    beside: Codes


def aligned(cases: Sequence[Case], settings: PairedSettings) -> list[tuple[Case, Outcome]]:
    """Cases of which alignment found something, with what it found."""
    wearers: dict[tuple[str, str, str], list[Case]] = {}
    for case in cases:
        wearers.setdefault(case.wearer, []).append(case)
    return [
        (case, found[METHOD])
        for group in wearers.values()
        for case, (found, _) in zip(group, score_wearer(group, settings), strict=True)
        if METHOD in found
    ]


def spoil(case: Case, fault: str) -> Case:
    """The same sensor with other signals."""
    assert case.accelerometer is not None and case.gyroscope is not None
    if fault == HALF:
        part = slice(None, len(case.valid) // 2)
        first, last = float(case.time_s[0]), float(case.time_s[-1])
        spanning = np.linspace(first, last, part.stop)
        return replace(
            case,
            time_s=spanning if case.recording.motion_spans else case.time_s[part],
            accelerometer=case.accelerometer[part],
            gyroscope=case.gyroscope[part],
            valid=case.valid[part],
        )
    force, rate = SPOILT[fault](case.accelerometer, case.gyroscope)
    valid = case.valid[::-1] if fault == "reversed-time" else case.valid
    valid = valid & np.isfinite(force).all(axis=1) & np.isfinite(rate).all(axis=1)
    return replace(case, accelerometer=force, gyroscope=rate, valid=valid)


def beside(case: Case, outcome: Outcome, settings: PairedSettings, alone: bool) -> Codes:
    """What is said beside the motion, aligned as the comparison would."""
    pair = pair_of(case)
    if alone:
        (found,) = align([pair], MOUNTING)
    else:
        found = refine_offset(pair, outcome.alignment, settings.steps)
    said = look_pair(case, replace(outcome, alignment=found, figures={}))
    return {(f.code, f.severity) for f in said}


def by_itself(case: Case, fault: str) -> Codes:
    """What is said of the spoilt sensor before anything is known of its motion."""
    sensor = case.sensor
    if fault in (HALF, OTHER):
        return set()
    assert sensor.accelerometer is not None and sensor.gyroscope is not None
    force, rate = SPOILT[fault](sensor.accelerometer, sensor.gyroscope)
    said = look_at(replace(sensor, accelerometer=force, gyroscope=rate))
    return {(code, severity) for code, severity, _ in said}


def spoilt(
    pairs: Sequence[tuple[Case, Outcome]], settings: PairedSettings
) -> Iterator[tuple[str, Told]]:
    """Each fault in each recording."""
    cases = [case for case, _ in pairs]
    wearers = Counter(case.wearer for case in cases)
    for number, (case, outcome) in enumerate(pairs):
        if case.accelerometer is None or case.gyroscope is None:
            continue
        single = wearers[case.wearer] == 1
        for fault in (*SPOILT, HALF):
            said = beside(spoil(case, fault), outcome, settings, single)
            yield fault, Told(by_itself(case, fault), said)
        if (other := _another(cases, number)) is not None:
            swapped = replace(case, kinematics=other.kinematics)
            yield OTHER, Told(set(), beside(swapped, outcome, settings, single))


def _another(cases: Sequence[Case], number: int) -> Case | None:
    """The next case of the same sensor that shows something else; none where there is none."""
    case = cases[number]
    for other in (*cases[number + 1 :], *cases[:number]):
        alike = (other.recording.dataset, other.sensor.name)
        if alike == (case.recording.dataset, case.sensor.name) and (
            other.recording.label != case.recording.label or not case.recording.label
        ):
            return other
    return None


def table(told: Sequence[tuple[str, Told]]) -> str:
    """Shares in which each fault was told, by itself, beside the motion, by either."""
    lines = ["| fault | by itself | beside its motion | by either | only as | recordings |"]
    lines.append("|---" * 6 + "|")
    for fault in dict.fromkeys(name for name, _ in told):
        own = [t for name, t in told if name == fault]
        names = TOLD_AS.get(fault, {fault})

        def says(codes: Codes, names: set[str] = names) -> bool:
            return any(code in names for code, _ in codes)

        alone, near = ([says(getattr(t, kind)) for t in own] for kind in ("alone", "beside"))
        either = [a or b for a, b in zip(alone, near, strict=True)]
        wrong = Counter(
            code
            for t, right in zip(own, either, strict=True)
            if not right
            for code in {c for c, _ in t.alone | t.beside}
        )
        others = ", ".join(f"{code} {n}" for code, n in wrong.most_common(3)) or "–"
        shares = " | ".join(f"{100 * float(np.mean(k)):.0f} %" for k in (alone, near, either))
        lines.append(f"| {fault} | {shares} | {others} | {len(own)} |")
    return "\n".join(lines)


def alarms(kind: str, found: Sequence[Codes]) -> str:
    """Findings on recordings as they are published."""
    count = Counter(f"{severity} {code}" for codes in found for code, severity in codes)
    errors = sum(any(severity == "error" for _, severity in codes) for codes in found)
    told = ", ".join(f"{name} {n}" for name, n in sorted(count.items())) or "nothing"
    return f"{kind}: {len(found)} sensors, {errors} called wrong; {told}"


def log(text: str) -> None:
    """Say how far it is, beside the tables."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder that holds the datasets")
    parser.add_argument("--every", type=int, default=4, help="take every Nth trial of UTD-MHAD")
    parser.add_argument("--datasets", default=",".join((*MANY, *FEW, *ALONE)))
    arguments = parser.parse_args()
    chosen = arguments.datasets.split(",")
    start = time.perf_counter()
    clean = []
    for part in (MANY, FEW):
        told: list[tuple[str, Told]] = []
        names = [name for name in part if name in chosen]
        for name in names:
            every = arguments.every if name in MANY else 1
            cases, settings = read_cases(arguments.data, name, every)
            pairs = aligned(cases, settings)
            log(f"{name}: {len(pairs)} sensors read and aligned")
            codes = [{(code, s) for code, s, _ in look_at(case.sensor)} for case, _ in pairs]
            clean.append(alarms(f"{name}, by itself", codes))
            codes = [{(f.code, f.severity) for f in look_pair(*pair)} for pair in pairs]
            clean.append(alarms(f"{name}, beside its motion", codes))
            told += spoilt(pairs, settings)
        if told:
            print(f"{', '.join(names)}\n\n{table(told)}\n", flush=True)
    for name in (name for name in ALONE if name in chosen):
        refs = find_recordings(name, arguments.data / name)
        codes = []
        for recording in map(read_recording, refs[:: max(len(refs) // ALONE[name], 1)]):
            said = look(recording)
            codes += [
                {(f.code, f.severity) for f in said if f.sensor == sensor.name}
                for sensor in recording.sensors
            ]
        clean.append(alarms(f"{name}, by itself", codes))
    print("As published:\n\n" + "\n".join(f"- {line}" for line in clean))
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
