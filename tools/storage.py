"""Measure ways to store signals: how much smaller, how fast to write, to read through, to sample.

    python tools/storage.py ../shared/data/bandai-namco-1 ../shared/data/cmu/asfamc
    python tools/storage.py ../shared/data/bandai-namco-1 --chunks

Motion is simulated at 22 joints and 50 Hz, with ideal sensors and with a phone's, and both signals
are written as the shards of a corpus are, in chunks of 256 frames. Speeds are float32 bytes of
signals over CPU time, the best of several runs, with the file in the cache. A window is 4 seconds
of 5 sensors, taken at random. ``--chunks`` compares shapes of chunks instead.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import h5py
import hdf5plugin
import numpy as np
from numpy.typing import NDArray

import imusim
from imusim.conventions import JOINT_SETS, JOINTS
from imusim.corpus.hdf5 import dataset
from imusim.sensor.device import load_device

DEVICE = "phone"
CHUNK = (256, len(JOINTS), 3)
CHUNKS = (
    (64, 22, 3), (128, 22, 3), (256, 22, 3), (512, 22, 3), (1024, 22, 3), (256, 1, 3),
    (1024, 1, 3), (4096, 1, 3), (1024, 22, 1), (1024, 1, 1), (4096, 1, 1),
)  # fmt: skip
WINDOW = 200
"""Frames: 4 s at 50 Hz."""
SENSORS = [JOINTS.index(joint) for joint in JOINT_SETS["dip6"][:5]]
WINDOWS = 400
MANTISSA_BITS = 12

Form = Literal["float32", "mantissa", "counts", "delta"]
Signals = dict[str, NDArray[Any]]


class Way(NamedTuple):
    """A way to store: what the numbers become, and the filters of HDF5 that they pass."""

    name: str
    form: Form
    filters: Mapping[str, Any]


def _ways() -> list[Way]:
    shuffled = {"shuffle": True}
    zstd, blosc = hdf5plugin.Zstd, hdf5plugin.Blosc
    bits = hdf5plugin.Bitshuffle
    codecs: list[tuple[str, Mapping[str, Any]]] = [
        ("none", {}),
        ("gzip-1", {"compression": 1}),
        ("gzip-1 shuffle", {"compression": 1, **shuffled}),
        ("gzip-4 shuffle", {"compression": 4, **shuffled}),
        ("lz4", {"compression": hdf5plugin.LZ4()}),
        ("lz4 shuffle", {"compression": hdf5plugin.LZ4(), **shuffled}),
        ("blosc-lz4 shuffle", {"compression": blosc("lz4", 5, blosc.SHUFFLE)}),
        ("bitshuffle-lz4", {"compression": bits(cname="lz4")}),
        ("zstd-1", {"compression": zstd(1)}),
        ("zstd-1 shuffle", {"compression": zstd(1), **shuffled}),
        ("zstd-3 shuffle", {"compression": zstd(3), **shuffled}),
        ("zstd-9 shuffle", {"compression": zstd(9), **shuffled}),
        ("blosc-zstd-1 shuffle", {"compression": blosc("zstd", 1, blosc.SHUFFLE)}),
        ("bitshuffle-zstd-1", {"compression": bits(cname="zstd", clevel=1)}),
        ("bitshuffle-zstd-3", {"compression": bits(cname="zstd", clevel=3)}),
        ("bitshuffle-zstd-9", {"compression": bits(cname="zstd", clevel=9)}),
    ]
    ways = [Way(name, "float32", filters) for name, filters in codecs]
    ways += [Way(f"12 bits, {n}", "mantissa", f) for n, f in codecs if n == "zstd-1 shuffle"]
    ways += [Way(f"counts, {name}", "counts", filters) for name, filters in codecs]
    delta = ("zstd-1 shuffle", "zstd-3 shuffle", "bitshuffle-zstd-1", "bitshuffle-lz4")
    ways += [Way(f"counts, delta, {n}", "delta", f) for n, f in codecs if n in delta]
    return ways


def simulated(paths: list[Path], device: str, folder: Path) -> Signals:
    """Accelerometer and gyroscope (F, 22, 3) of all clips, float32."""
    corpus = imusim.generate(paths, out=folder / device, device=device, rotations="random")
    read = [clip.signals() for clip in corpus]
    corpus.close()
    return {name: np.concatenate([getattr(s, name) for s in read]) for name in read[0]._fields}


def stored(values: NDArray[np.float32], form: Form, step: float, frames: int) -> NDArray[Any]:
    """What is written of signals (F, S, 3): as they are, rounded, or counted."""
    if form == "float32":
        return values
    if form == "mantissa":
        dropped = 23 - MANTISSA_BITS
        bits = values.view(np.uint32) + np.uint32(1 << (dropped - 1))
        return (bits >> dropped << dropped).view(np.float32)
    counts = np.rint(values / np.float64(step)).astype(np.int16)
    if form == "delta":  # afresh in each chunk, so that a chunk can be read alone
        first = counts[::frames].copy()
        counts[1:] -= counts[:-1].copy()
        counts[::frames] = first
    return counts


def rows(
    data: h5py.Dataset, start: int, stop: int, low: int, high: int, form: Form, step: float
) -> NDArray[np.float32]:
    """Frames of the sensors from low to high, as float32."""
    if form != "delta":
        found = data[start:stop, low:high]
        return found if form != "counts" else (found * np.float64(step)).astype(np.float32)
    frames = data.chunks[0] if data.chunks else len(data)
    first = start // frames * frames
    counts = data[first:stop, low:high]
    for begin in range(0, len(counts), frames):
        np.cumsum(counts[begin : begin + frames], axis=0, out=counts[begin : begin + frames])
    return (counts[start - first :] * np.float64(step)).astype(np.float32)


def least(run: Callable[[], object], repeats: int) -> float:
    """Least CPU time of several runs, s."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


class Cost(NamedTuple):
    """Ratio of float32 bytes to bytes on disk; MB/s written and read; windows a second."""

    ratio: float
    write: float
    read: float
    windows: float


def measure(
    signals: Signals,
    steps: Mapping[str, float],
    way: Way,
    file: Path,
    repeats: int,
    chunk: tuple[int, ...] = CHUNK,
) -> Cost:
    """Write, read through and sample; every way must give back what it was given."""
    total = sum(array.nbytes for array in signals.values())
    frames = len(signals["accelerometer"])

    def write() -> None:
        with h5py.File(file, "w", libver=("v110", "v110")) as opened:
            for name, array in signals.items():
                values = stored(array, way.form, steps[name], chunk[0])
                data = opened.create_dataset(
                    name, (0, *array.shape[1:]), values.dtype, maxshape=(None, *array.shape[1:]),
                    chunks=chunk, track_times=False, **way.filters,
                )  # fmt: skip
                data.resize(frames, axis=0)
                for start in range(0, frames, 4096):
                    data[start : start + 4096] = values[start : start + 4096]

    def read(check: bool = False) -> None:
        with h5py.File(file) as opened:
            for name, array in signals.items():
                for start in range(0, frames, 4096):
                    whole = (start, min(start + 4096, frames), 0, array.shape[1])
                    found = rows(dataset(opened, name), *whole, way.form, steps[name])
                    if check and way.form != "mantissa":
                        assert np.array_equal(found, array[start : start + 4096])

    def sample() -> None:
        low, high = min(SENSORS), max(SENSORS) + 1
        rng = np.random.default_rng(0)
        with h5py.File(file) as opened:
            for start in rng.integers(frames - WINDOW, size=WINDOWS).tolist():
                for name in signals:
                    window = (start, start + WINDOW, low, high)
                    block = rows(dataset(opened, name), *window, way.form, steps[name])
                    block[:, [sensor - low for sensor in SENSORS]]

    write_s = least(write, repeats)
    read(check=True)
    read_s, sample_s = least(read, repeats), least(sample, repeats)
    return Cost(
        total / file.stat().st_size, total / write_s / 1e6, total / read_s / 1e6, WINDOWS / sample_s
    )


def main() -> None:
    """Print a table for each kind of sensor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("paths", type=Path, nargs="+", help="motion capture")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--only", default="", help="parts of the names of ways, with semicolons between them"
    )
    parser.add_argument("--chunks", action="store_true", help="compare shapes of chunks")
    arguments = parser.parse_args()
    phone = load_device(DEVICE)
    steps = {name: getattr(phone, name).resolution[0] for name in ("accelerometer", "gyroscope")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for device in ("ideal", DEVICE):
            signals = simulated(arguments.paths, device, folder)
            size_mb = sum(array.nbytes for array in signals.values()) / 1e6
            print(f"\n{device}: {size_mb:.0f} MB of signals as float32\n")
            ways = [w for w in _ways() if any(part in w.name for part in arguments.only.split(";"))]
            ways = [way for way in ways if device != "ideal" or way.form in ("float32", "mantissa")]
            show = _print_chunks if arguments.chunks else _print_ways
            show(signals, steps, ways, folder, arguments.repeats)


def _print_ways(
    signals: Signals, steps: Mapping[str, float], ways: list[Way], folder: Path, repeats: int
) -> None:
    print("| | ratio | write, MB/s | read, MB/s | windows/s |\n|---|---|---|---|---|")
    for way in ways:
        cost = measure(signals, steps, way, folder / "signals.h5", repeats)
        print(
            f"| {way.name} | {cost.ratio:.2f} | {cost.write:.0f} | {cost.read:.0f} "
            f"| {cost.windows:,.0f} |",
            flush=True,
        )


def _print_chunks(
    signals: Signals, steps: Mapping[str, float], ways: list[Way], folder: Path, repeats: int
) -> None:
    print("| | chunk | ratio | write, MB/s | read, MB/s | windows/s |\n|---|---|---|---|---|---|")
    for way in ways:
        for chunk in CHUNKS:
            cost = measure(signals, steps, way, folder / "signals.h5", repeats, chunk)
            print(
                f"| {way.name} | {' × '.join(map(str, chunk))} | {cost.ratio:.2f} "
                f"| {cost.write:.0f} | {cost.read:.0f} | {cost.windows:,.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
