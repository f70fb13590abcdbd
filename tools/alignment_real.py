"""Real recordings aligned with every step on, found and judged on all of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from paired_cases import METHOD, pair_of, read_cases

from imusim.compare.align import align, predict, within
from imusim.compare.metrics import figures

WITHIN_S = 0.05
"""The clock is sought so far at least, also where a publisher says that it is right."""
COLUMNS = {
    "acc_r": "accelerometer r",
    "acc_rmse": "RMSE, m/s²",
    "gyro_r": "gyroscope r",
    "gyro_rmse": "RMSE, rad/s",
}


def real_table(data: Path, dataset: str) -> str:
    """A line a sensor of a recording, and their means."""
    lines = [f"| {dataset} | offset, ms | {' | '.join(COLUMNS.values())} |"]
    lines.append("|---" * (2 + len(COLUMNS)) + "|")
    rows = []
    for case in read_cases(data, dataset)[0]:
        pair = pair_of(replace(case, within_s=max(case.within_s, WITHIN_S)))
        (found,) = align([pair])
        kinematics = case.kinematics[METHOD]
        use = case.valid & within(found, kinematics, case.time_s)
        force, rate = predict(found, kinematics, case.time_s)
        own = figures(case.accelerometer, case.gyroscope, force, rate, case.sensor.rate_hz, use)
        rows.append([found.offset_s * 1e3, *(own[name] for name in COLUMNS)])
        lines.append(_line(f"{case.recording.key} {case.sensor.name}", rows[-1]))
    return "\n".join([*lines, _line("mean", list(np.mean(rows, axis=0)))])


def _line(name: str, values: list[float]) -> str:
    offset, *others = values
    return f"| {name} | {offset:.1f} | {' | '.join(f'{v:.3f}' for v in others)} |"
