"""Measure that memory does not grow with the number of clips.

    python tools/memory.py ../shared/data/cmu/bvh/02/02_01.bvh

Copies of a file are made into corpora by `imusim generate` in processes of their own; the peak
resident memory of each is printed.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path


def peak_mib(file: Path, clips: int) -> float:
    """Peak resident memory, MiB, of making a corpus of a number of copies of a file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "motions"
        folder.mkdir()
        for index in range(clips):
            shutil.copy(file, folder / f"clip_{index:04d}{file.suffix}")
        command = [sys.executable, "-c", "from imusim.cli import main; main()", "generate"]
        subprocess.run(  # noqa: S603
            [*command, str(folder), "--rotations", "random", "--out", str(Path(name) / "corpus")],
            check=True,
            capture_output=True,
        )
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--clips", type=int, nargs="+", default=[10, 100, 1000])
    arguments = parser.parse_args()
    for clips in arguments.clips:
        # A fresh process each, as the peak of children only ever rises.
        with get_context("spawn").Pool(1) as pool:
            print(f"{clips:6d} clips: {pool.apply(peak_mib, (arguments.file, clips)):7.1f} MiB")


if __name__ == "__main__":
    main()
