"""Hold both engines, others' methods and the noise ceilings against real sensors, in one run.

    python tools/compare_table.py ../shared/data [--engine kinematic,bullet] [--out FOLDER]

Prints the tables of docs/benchmarks.md ("Real versus simulated") for UTD-MHAD, leg-swing, BROAD and
gaitmap: what `imusim compare paired` says of each, medians over recordings with 95 % intervals.
With --out the reports are written as well.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from imusim.api.comparing import compare_paired
from imusim.compare.report import write_report
from imusim.compare.result import PairedResult

DATASETS = ("utd-mhad", "leg-swing", "broad", "gaitmap")
COLUMNS = {
    "acc_norm_r": "norm of a, r",
    "acc_r": "a, r",
    "acc_rmse": "RMSE, m/s²",
    "acc_peak": "peak",
    "gyro_norm_r": "norm of ω, r",
    "gyro_r": "ω, r",
    "gyro_rmse": "RMSE, rad/s",
    "gyro_peak": "peak",
}


def show(result: PairedResult) -> None:
    """Print one table a group."""
    for group in dict.fromkeys(line.group for line in result.summaries):
        lines = [line for line in result.summaries if line.group == group]
        count = max(line.figures["acc_r"].count for line in lines)
        print(f"\n**{group}**, {count} recording{'s' * (count != 1)}:\n")
        print(f"| | {' | '.join(COLUMNS.values())} |")
        print("|---" * (len(COLUMNS) + 1) + "|")
        for line in lines:
            cells = " | ".join(str(line.figures.get(name, "–")) for name in COLUMNS)
            print(f"| {line.method} | {cells} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder that holds the datasets")
    parser.add_argument("--datasets", default=",".join(DATASETS))
    parser.add_argument("--engine", default="kinematic,bullet")
    parser.add_argument("--every", type=int, default=1, help="take every Nth recording")
    parser.add_argument("--out", type=Path, help="folder for the reports")
    arguments = parser.parse_args()
    for name in arguments.datasets.split(","):
        start = time.perf_counter()
        result = compare_paired(
            dataset={name: arguments.data / name},
            engine=arguments.engine.split(","),
            every=arguments.every if name == "utd-mhad" else 1,
        )
        show(result)
        print(f"\n{name}: {time.perf_counter() - start:.0f} s, {len(result.skipped)} left out")
        if arguments.out:
            write_report(result, arguments.out / name, overwrite=True)


if __name__ == "__main__":
    main()
