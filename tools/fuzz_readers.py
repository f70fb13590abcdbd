"""Feed damaged files to the motion sources: each gives a motion or one clear error.

    python tools/fuzz_readers.py FILE [FILE ...] [--count N] [--seed N]

Every file is damaged N times, in turn by bytes changed, cut, doubled, swapped or replaced by
numbers and words that trip parsers; files beside it of the same stem or folder that its reader
needs are damaged as well. A reader that raises anything but MotionError, takes more than
LONGEST_S or more memory than MEMORY_BYTES is reported with the file kept in the current folder,
and the exit code is 1.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

import motion_sources
from imusim.errors import ImusimError
from imusim.motion import world_poses

LONGEST_S = 20
MEMORY_BYTES = 6 * 2**30
NEEDED = {".amc": (".asf",)}
"""Suffixes of the files in the same folder that a reader needs."""
TOKENS = [
    b"nan", b"inf", b"-1", b"0", b"1e309", b"-1e308", b"99999999999999999999", b"1_0", b"\n", b" ",
    b"\x00", b"\xff\xfe", b"{", b"}", b"[", b"]", b'"', b":", b"#", b"\xc2\xb2", b"9" * 5000,
    b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80",
]  # fmt: skip


class TooSlowError(BaseException):
    """A reader went on for longer than LONGEST_S."""


def damage(data: bytes, rng: np.random.Generator) -> bytes:
    """One to three faults; half of them near the head, where formats state their sizes."""
    out = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        if not out:
            break
        reach = min(len(out), 2000) if rng.random() < 0.5 else len(out)
        at = int(rng.integers(reach))
        size = int(rng.integers(1, 1 + min(64, len(out) - at)))
        match rng.integers(8):
            case 0:
                out[at] = int(rng.integers(256))
            case 1:
                del out[at : at + size]
            case 2:
                out[at:at] = out[at : at + size] * int(rng.integers(1, 4))
            case 3:
                out[at : at + int(rng.integers(0, size + 1))] = TOKENS[rng.integers(len(TOKENS))]
            case 4:
                del out[at:]
            case 5 | 6:
                digits = [n for n in range(at, min(at + 64, len(out))) if 48 <= out[n] < 58]
                if digits:
                    out[digits[0]] = 48 + int(rng.integers(10))
            case _:
                other = int(rng.integers(len(out)))
                out[at : at + size], out[other : other + size] = (
                    out[other : other + size],
                    out[at : at + size],
                )
    return bytes(out)


def attempt(file: Path, source: str) -> str:
    """What became of a file: ``motion``, ``error`` or the fault's name."""

    def stop(*_: object) -> None:
        raise TooSlowError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST_S)
    try:
        clips = motion_sources.find_clips([file], source)
        for clip in clips:
            world_poses(motion_sources.read_clip(clip))
    except ImusimError as error:
        return "error" if len(str(error).splitlines()) == 1 and len(str(error)) < 2000 else "long"
    except (Exception, TooSlowError) as fault:
        return type(fault).__name__
    finally:
        signal.alarm(0)
    return "motion"


def fuzz(original: Path, count: int, seed: int) -> Counter[str]:
    """Damage a file many times; files that break a reader are kept in the current folder."""
    (clip, *_) = motion_sources.find_clips([original])
    needed = [
        f for f in original.parent.iterdir() if f.suffix in NEEDED.get(original.suffix.lower(), ())
    ]
    rng = np.random.default_rng(seed)
    texts = {file.name: file.read_bytes() for file in (original, *needed)}
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(count):
            broken = list(texts)[rng.integers(len(texts))]
            for other, data in texts.items():
                (folder / other).write_bytes(damage(data, rng) if other == broken else data)
            result = attempt(folder / original.name, clip.source)
            seen[result] += 1
            if result not in ("motion", "error"):
                shutil.copy(folder / broken, f"{number:05d}-{result}-{broken}")
    return seen


def main() -> None:
    """Print a table, a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    print("| file | damaged | motions | clear errors | anything else | took, s |")
    print("|---|---|---|---|---|---|")
    broken = 0
    for file in arguments.files:
        start = time.perf_counter()
        seen = fuzz(file, arguments.count, arguments.seed)
        other = {k: n for k, n in seen.items() if k not in ("motion", "error")}
        broken += len(other)
        print(
            f"| {file.name} | {seen.total():,} | {seen['motion']:,} | {seen['error']:,} "
            f"| {', '.join(f'{k} {n}' for k, n in other.items()) or 0} "
            f"| {time.perf_counter() - start:.0f} |",
            flush=True,
        )
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
