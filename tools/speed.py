"""Measure the kinematic path: CPU seconds per joint and second of motion, stage by stage.

    python tools/speed.py ../shared/data/cmu/bvh/02/02_01.bvh

The clip is read as it is, brought to each rate and length by its own trajectory, written as BVH
at that rate, and put through parse, retarget, smooth, quality, body (touchdowns, rigid bones),
sensor and write. The least of several runs is printed.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import body_models
import motion_sources
from imusim.body import retarget
from imusim.conventions import JOINTS
from imusim.corpus import ClipRecord, CorpusWriter
from imusim.pipeline.clip import simulate_clip
from imusim.pipeline.config import GenerateConfig
from imusim.sensor import draw_mounting, read_imu
from imusim.sensor.placement import joint_seat
from imusim.trajectory.body import body_trajectory, smooth_links
from imusim.trajectory.quality import measure

RATES_HZ = (20, 60, 120)
LENGTHS_S = (7, 60)


def resampled_bvh(file: Path, rate_hz: float, length_s: float, out: Path) -> None:
    """Write a BVH file's channels at another rate, swung to and fro to reach a length."""
    text = file.read_text()
    head, body = text.split("MOTION", 1)
    lines = body.strip().splitlines()
    step_s = float(lines[1].split(":")[1])
    frames = np.array([[float(x) for x in line.split()] for line in lines[2:] if line.strip()])
    frames = frames[1:]  # a calibration pose
    position, turn = frames[:, :3], np.unwrap(np.radians(frames[:, 3:]), axis=0)
    frames = np.hstack([position, np.degrees(turn)])
    there = np.arange(round(length_s * rate_hz)) / rate_hz / step_s
    last = len(frames) - 1
    there = last - np.abs(there % (2 * last) - last)
    low = np.minimum(there.astype(int), last - 1)
    share = (there - low)[:, None]
    values = (1 - share) * frames[low] + share * frames[low + 1]
    rows = "\n".join(" ".join(f"{v:.4f}" for v in row) for row in values)
    out.write_text(f"{head}MOTION\nFrames: {len(values)}\nFrame Time: {1 / rate_hz:.8f}\n{rows}\n")


def least(run: Callable[[], object], repeats: int) -> float:
    """Least CPU time of several runs, s."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def stages(file: Path, folder: Path, repeats: int) -> dict[str, float]:
    """CPU seconds of each stage for one clip."""
    config = GenerateConfig(rotations="random")
    body = body_models.get_body_model("anthropometric").build()
    (clip,) = motion_sources.find_clips([file])
    motion = motion_sources.read_clip(clip)
    moved = retarget(motion, body)
    smooth = smooth_links(motion, moved)
    trajectory = body_trajectory(smooth, moved)
    seats = [joint_seat(joint) for joint in JOINTS]
    mounting = draw_mounting(seats, "random", np.random.default_rng(0).spawn(len(JOINTS)))
    record = simulate_clip(motion, body, config)

    def write(record: ClipRecord = record) -> None:
        target = folder / "corpus"
        shutil.rmtree(target, ignore_errors=True)
        with CorpusWriter(target, JOINTS, 50.0, {"seed": 0}) as writer:
            for k in range(10):
                writer.add(ClipRecord(**{**vars(record), "key": str(k)}))

    return {
        "parse": least(lambda: motion_sources.read_clip(clip), repeats),
        "retarget": least(lambda: retarget(motion, body), repeats),
        "smooth": least(lambda: smooth_links(motion, moved), repeats),
        "quality": least(lambda: measure(moved, smooth), repeats),
        "body": least(lambda: body_trajectory(smooth, moved), repeats),
        "sensor": least(lambda: read_imu(trajectory, mounting, 50.0), repeats),
        "write": least(write, repeats) / 10,
        "all": least(lambda: simulate_clip(motion_sources.read_clip(clip), body, config), repeats),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path, help="a BVH file of a whole body")
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    print("CPU seconds per joint and second of motion, × 1e-6, 22 joints read at 50 Hz")
    print("rate  clip    parse  retarget  smooth  quality    body  sensor  write    total")
    totals = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rate in RATES_HZ:
            for length in LENGTHS_S:
                file = folder / f"clip_{rate}_{length}.bvh"
                resampled_bvh(arguments.file, rate, length, file)
                found = stages(file, folder, arguments.repeats)
                unit = 1e-6 * len(JOINTS) * length
                cost = {k: v / unit for k, v in found.items()}
                totals[rate, length] = cost["all"] + cost["write"]
                print(
                    f"{rate:4d} {length:4d} s {cost['parse']:8.1f} {cost['retarget']:9.1f} "
                    f"{cost['smooth']:7.1f} {cost['quality']:8.1f} {cost['body']:7.1f} "
                    f"{cost['sensor']:7.1f} "
                    f"{cost['write']:6.1f} {totals[rate, length]:8.1f}"
                )
    for rate in RATES_HZ:
        print(f"{rate} Hz: 60 s clips cost × {totals[rate, 60] / totals[rate, 7]:.2f} of 7 s ones")


if __name__ == "__main__":
    main()
