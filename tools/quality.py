"""Tell what is usual: quality numbers over the clips of corpora, and what ``good`` leaves out.

python tools/quality.py CORPUS [CORPUS ...]
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from imusim.conventions import QUALITY
from imusim.corpus import Corpus
from imusim.trajectory.quality_filter import parse_filter


def main() -> None:
    """Print a table, a column a corpus: median and 95th percentile of every number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, nargs="+")
    columns, left_out = {}, {}
    for folder in parser.parse_args().corpora:
        with Corpus(folder) as corpus:
            values = corpus.column("quality")
            columns[f"{folder.name} ({len(corpus)})"] = [_cell(v) for v in values.T]
            faults = {c.key: parse_filter("good").fault(c.quality) for c in corpus}
            left_out[folder.name] = {key: fault for key, fault in faults.items() if fault}
    print("| number |" + "".join(f" {name} |" for name in columns))
    print("|---|" + "---|" * len(columns))
    for row, name in enumerate(QUALITY):
        print(f"| `{name}` |" + "".join(f" {cells[row]} |" for cells in columns.values()))
    for name, faults in left_out.items():
        kinds = Counter(fault.split()[0] for fault in faults.values())
        told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
        print(f"\n`good` leaves out {len(faults)} of {name}: {told or '–'}")
        for key, fault in list(faults.items())[:10]:
            print(f"- {key}: {fault}")


def _cell(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    return ", ".join(_number(v) for v in np.percentile(known, [50, 95]))


def _number(value: float) -> str:
    return "0" if abs(value) < 1e-6 else f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"


if __name__ == "__main__":
    main()
