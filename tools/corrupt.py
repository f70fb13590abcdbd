"""Damage a corpus at random: `imusim verify` must find it, `imusim repair` must mend it.

    python tools/corrupt.py [--count N] [--seed N] [--keep FOLDER]

A corpus of several shards is made by rule, and damaged N times: every other time by one fault,
else by two to six at once, of all the kinds in DAMAGES. One of the two copies of the manifest is
spared each time, whichever it is. After each repair every byte of the corpus must be what it was,
and every foreign file must lie beside the corpus. Exit code 1 where one was not found or mended;
the damaged corpus is then kept in FOLDER.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import imusim
from imusim.corpus import verify
from imusim.corpus.manifest import BACKUP, MANIFEST, read_manifest
from imusim.errors import ImusimError


@dataclass(frozen=True)
class Place:
    """A corpus to damage, and whence foreign files come.

    Parameters
    ----------
    folder, other : Path
        The corpus, and another of the same settings but its seed.
    spared : str
        The copy of the manifest that stays as it is.
    rng : numpy.random.Generator
    """

    folder: Path
    other: Path
    spared: str
    rng: np.random.Generator

    def pick(self, pattern: str = "*") -> Path:
        """One of the files that may be damaged."""
        files = [f for f in sorted(self.folder.glob(pattern)) if f.name != self.spared]
        files = [f for f in files if f.is_file()]
        return files[self.rng.integers(len(files))]

    def at(self, length: int) -> int:
        """A place in so many bytes."""
        return int(self.rng.integers(length))


def flip(place: Place) -> str:
    """Turn one bit of any file."""
    file = place.pick()
    data = bytearray(file.read_bytes())
    if data:
        data[place.at(len(data))] ^= 1 << place.at(8)
        file.write_bytes(data)
    return file.name


def truncate(place: Place) -> str:
    """Cut a file short."""
    file = place.pick()
    data = file.read_bytes()
    file.write_bytes(data[: place.at(max(len(data), 1))])
    return file.name


def empty(place: Place) -> str:
    """Leave a file without a byte."""
    file = place.pick()
    file.write_bytes(b"")
    return file.name


def lengthen(place: Place) -> str:
    """Add bytes at a file's end."""
    file = place.pick()
    file.write_bytes(file.read_bytes() + place.rng.bytes(1 + place.at(9000)))
    return file.name


def zero(place: Place) -> str:
    """Write zeros over a block of a file, as a disk does that lost it."""
    file = place.pick()
    data = bytearray(file.read_bytes())
    start = place.at(max(len(data), 1)) // 512 * 512
    stop = min(len(data), start + 512 * (1 + place.at(16)))
    data[start:stop] = bytes(stop - start)
    file.write_bytes(data)
    return file.name


def delete(place: Place) -> str:
    """Remove a file."""
    file = place.pick()
    file.unlink()
    return file.name


def swap(place: Place) -> str:
    """Exchange two shards."""
    one, two = place.pick("shard-*.h5"), place.pick("shard-*.h5")
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(data)
    return f"{one.name} and {two.name}"


def rename(place: Place) -> str:
    """Give a shard another name."""
    file = place.pick("shard-*.h5")
    file.rename(file.with_name(f"shard-{90000 + place.at(9999)}.h5"))
    return file.name


def replace(place: Place) -> str:
    """Put a shard of another corpus in the place of one."""
    file = place.pick("shard-*.h5")
    shards = sorted(place.other.glob("shard-*.h5"))
    shutil.copy(shards[place.at(len(shards))], file)
    return file.name


def add_shard(place: Place) -> str:
    """Put a shard of another corpus beside the others."""
    shards = sorted(place.other.glob("shard-*.h5"))
    name = f"shard-{70000 + place.at(9999)}.h5"
    shutil.copy(shards[place.at(len(shards))], place.folder / name)
    return name


def add_file(place: Place) -> str:
    """Put something else there: a file, or a folder with one."""
    name = ("thesis.txt", ".DS_Store", "shard-00000.h5.1", "notes/thesis.txt")[place.at(4)]
    file = place.folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(place.rng.bytes(100))
    return name


def other_manifest(place: Place) -> str:
    """Put the manifest of another corpus in the place of one copy."""
    name = BACKUP if place.spared == MANIFEST else MANIFEST
    shutil.copy(place.other / name, place.folder / name)
    return name


def recount(place: Place) -> str:
    """Change numbers in one copy of the manifest, with a digest that fits them."""
    path = place.folder / (BACKUP if place.spared == MANIFEST else MANIFEST)
    try:
        manifest = read_manifest(path.parent, path.name)
    except ImusimError:  # damaged before
        return flip(place)
    counts, shards = manifest.counts, list(manifest.shards)
    match place.at(3):
        case 0:
            counts = counts.model_copy(update={"captions": counts.captions + 1})
        case 1:
            counts = counts.model_copy(update={"clips": counts.clips + 1})
        case _:
            number = place.at(len(shards))
            clips = shards[number].clips + 1
            shards[number] = shards[number].model_copy(update={"clips": clips})
            counts = counts.model_copy(update={"clips": counts.clips + 1})
    changed = {"counts": counts, "shards": tuple(shards)}
    path.write_bytes(manifest.model_copy(update=changed).text().encode())
    return path.name


def recount_both(place: Place) -> str:
    """Change a number in both copies alike, with a digest that fits it."""
    manifest = read_manifest(place.folder, place.spared)
    name = ("clips", "frames", "captions")[place.at(3)]
    counts = manifest.counts.model_copy(update={name: getattr(manifest.counts, name) + 1})
    text = manifest.model_copy(update={"counts": counts}).text()
    for copy in (MANIFEST, BACKUP):
        (place.folder / copy).write_text(text, encoding="utf-8")
    return f"{MANIFEST} and {BACKUP}"


DAMAGES: tuple[Callable[[Place], str], ...] = (
    flip, truncate, empty, lengthen, zero, delete, swap, rename, replace, add_shard, add_file,
    other_manifest, recount, recount_both,
)  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of all files below a folder, by name."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@dataclass
class Attempt:
    """What became of a corpus that was damaged: ``fault`` is empty where it was mended."""

    kinds: tuple[str, ...]
    files: tuple[str, ...]
    found: bool = False
    fault: str = ""
    verify_s: float = 0.0
    repair_s: float = 0.0


def attempt(
    sound: Path, other: Path, scratch: Path, kinds: list[Callable[[Place], str]], seed: list[int]
) -> Attempt:
    """Damage a copy of a corpus in ``scratch``, verify and repair it."""
    for left in scratch.iterdir():
        shutil.rmtree(left)
    folder = Path(shutil.copytree(sound, scratch / "corpus"))
    rng = np.random.default_rng(seed)
    place = Place(folder, other, (MANIFEST, BACKUP)[rng.integers(2)], rng)
    before = digests(folder)
    files: list[str] = []
    while digests(folder) == before:  # two shards may be swapped back, or hold the same
        files = [damage(place) for damage in kinds]
    foreign = set(digests(folder).values()) - set(before.values())
    strangers = {digest for name, digest in digests(folder).items() if name not in before}
    result = Attempt(tuple(damage.__name__ for damage in kinds), tuple(files))
    start = time.perf_counter()
    result.found = bool(verify(folder))
    result.verify_s = time.perf_counter() - start
    start = time.perf_counter()
    try:
        imusim.repair(folder)
    except ImusimError as error:
        result.fault = str(error)
        return result
    result.repair_s = time.perf_counter() - start
    after, kept = digests(folder), set(digests(scratch).values())
    wrong = sorted(
        name for name in after.keys() | before.keys() if after.get(name) != before.get(name)
    )
    problems = verify(folder)
    if wrong:
        result.fault = f"not as it was: {', '.join(wrong)}"
    elif problems:
        result.fault = str(problems[0])
    elif not strangers & foreign <= kept:
        result.fault = "a foreign file is lost"
    return result


def make(folder: Path, seed: int, clips: int = 12) -> Path:
    """A corpus of a few shards, made by rule."""
    settings = {"source": "procedural", "joints": "wrists", "shard_size_mb": 0.04}
    imusim.generate(out=folder, seed=seed, count=clips, rotations="random", **settings).close()
    return folder


def trials(count: int, seed: int, root: Path, clips: int = 12) -> list[Attempt]:
    """Damage a corpus so many times; ends at once where one is not mended, and leaves it."""
    rng = np.random.default_rng(seed)
    sound, other = make(root / "sound", seed, clips), make(root / "other", seed + 1, clips)
    scratch = root / "scratch"
    scratch.mkdir()
    results = []
    for number in range(count):
        if number % 2 == 0:  # every kind in its turn
            kinds = [DAMAGES[number // 2 % len(DAMAGES)]]
        else:
            kinds = [DAMAGES[n] for n in rng.integers(len(DAMAGES), size=rng.integers(2, 7))]
        results.append(attempt(sound, other, scratch, kinds, [seed, number]))
        if results[-1].fault or not results[-1].found:
            break
    return results


def main() -> None:
    """Print a table, a line for each kind of damage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("damaged"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = trials(arguments.count, arguments.seed, Path(name))
        last = results[-1]
        if last.fault or not last.found:
            shutil.copytree(Path(name) / "scratch", arguments.keep, dirs_exist_ok=True)
            print(f"{arguments.keep}: {', '.join(last.kinds)} of {', '.join(last.files)}: "
                  f"{last.fault or 'not found by verify'}")  # fmt: skip
    print("| damage | times | found | mended | verify, s | repair, s |")
    print("|---|---|---|---|---|---|")
    groups = {damage.__name__.replace("_", " "): [damage.__name__] for damage in DAMAGES}
    rows = [
        (name, [r for r in results if list(r.kinds) == kinds]) for name, kinds in groups.items()
    ]
    rows.append(("two to six at once", [r for r in results if len(r.kinds) > 1]))
    rows.append(("all", results))
    for name, some in rows:
        if some:
            found, mended = sum(r.found for r in some), sum(not r.fault for r in some)
            times = (np.median([r.verify_s for r in some]), np.median([r.repair_s for r in some]))
            print(
                f"| {name} | {len(some)} | {found} | {mended} | {times[0]:.2f} | {times[1]:.2f} |"
            )
    sys.exit(0 if all(r.found and not r.fault for r in results) else 1)


if __name__ == "__main__":
    main()
