"""Measure retargeting on recorded motion: distances, angular rates, feet, one trial twice.

    python tools/retargeting.py ../shared/data [--every N]

For every source that has files there: how far the body's joints are from the source's own after
its bones were fitted; how far the angular rates of its segments are from those of the source's
joints, where the source gives rotations; how high the soles are over the ground while they
stand. CMU trials that are there both as AMC and as BVH are read from both, and their signals
compared once aligned in time and by one fixed rotation a joint. Reading is timed beside numpy's
own reading of the same numbers from text.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import body_models
import motion_sources
from imusim.body import BodyOptions, RetargetedMotion, retarget
from imusim.body.ground import STANCE_SPEED_M_S, lowest_points, soles
from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, world_poses
from imusim.pipeline import GenerateConfig, simulate_clip
from motion_sources.asf_amc import amc
from motion_sources.asf_amc.asf import parse_asf
from motion_sources.asf_amc.source import skeleton_of
from motion_sources.bvh import parse as bvh_parse

Array = NDArray[np.float64]
BODY_FOR = body_models.get_body_model("anthropometric").tailor(BodyOptions())
GROUND_M = 0.02
MOST_LAG = 12
"""Frames by which two conversions of a trial may be shifted."""

FOLDERS = {
    "CMU ASF/AMC": "cmu/asfamc",
    "CMU BVH": "cmu/bvh",
    "Bandai-Namco 1": "bandai-namco-1",
    "HumanML3D": "humanml3d",
    "UTD-MHAD": "utd-mhad",
    "MSR Action3D": "msr-action3d",
}


@dataclass(frozen=True)
class Score:
    """What was measured on a clip."""

    key: str
    joint_error_m: float
    """Mean distance over joints and frames."""
    rate_error: float
    """RMS of the difference of angular rates over the RMS of the source's, all joints."""
    stance_height_m: float
    """Median distance of the sole's lowest point from the ground, in stance."""
    stance_near: float
    """Part of the stance within 2 cm of the ground."""


def score(motion: Motion) -> Score:
    """Retarget a motion onto the default body and measure."""
    moved = retarget(motion, BODY_FOR(motion.shape))
    positions, links = moved.world_poses()
    apart = np.linalg.norm(positions - moved.source_positions, axis=-1)
    height, speed = lowest_points(soles(moved.body, positions, links), moved.rate_hz)
    stance = np.abs(height[speed < STANCE_SPEED_M_S])
    return Score(
        motion.key,
        float(np.nanmean(apart)) if np.isfinite(apart).any() else np.nan,
        _rate_error(motion, moved, links),
        float(np.median(stance)) if len(stance) else np.nan,
        float(np.mean(stance < GROUND_M)) if len(stance) else np.nan,
    )


def _rate_error(motion: Motion, moved: RetargetedMotion, links: Array) -> float:
    _, turns = world_poses(motion)
    source = [motion.skeleton.index(motion.joint_map[j]) for j in JOINTS if j in motion.joint_map]
    own = _world_rates(moved.ground.turn(turns[:, source]), motion.rate_hz)
    body = _world_rates(links[:, moved.observed], motion.rate_hz)
    whole = moved.valid[1:] & moved.valid[:-1]
    return float(np.sqrt(((body - own)[whole] ** 2).sum() / max((own[whole] ** 2).sum(), 1e-12)))


def _world_rates(turns: Array, rate_hz: float) -> Array:
    """Mean angular rates (T - 1, J, 3) between frames, in the world, rad/s."""
    return rot.to_rotation_vector(rot.multiply(turns[1:], rot.conjugate(turns[:-1]))) * rate_hz


def clips_of(folder: Path, every: int = 1) -> list[ClipRef]:
    """Clips in a folder, evenly thinned."""
    return motion_sources.find_clips([folder])[::every]


def scores_of(clips: Sequence[ClipRef]) -> Iterator[Score]:
    """Scores of clips; those that cannot be read are told."""
    for clip in clips:
        try:
            yield score(motion_sources.read_clip(clip))
        except MotionError as error:
            print(f"  left out: {error}")


# One trial, read from AMC and from BVH --------------------------------------------------------


def paired_trials(data: Path) -> list[tuple[Path, Path]]:
    """CMU's trials that are there in both formats."""
    bvh = {file.stem: file for file in sorted((data / "cmu" / "bvh").rglob("*.bvh"))}
    amcs = sorted((data / "cmu" / "asfamc").rglob("*.amc"))
    return [(file, bvh[file.stem]) for file in amcs if file.stem in bvh]


def agreement(first: Path, second: Path, rate_hz: float = 120.0) -> Array:
    """Correlation (22, 2) of accelerometer and gyroscope of one trial in two files."""
    one, two = (_signals(file, rate_hz) for file in (first, second))
    a, b = _align(one, two)
    out = np.empty((len(JOINTS), 2))
    for joint in range(len(JOINTS)):
        left, right = one[a][:, joint], two[b][:, joint]
        sizes = left.reshape(-1, 2, 3).std(axis=(0, 2))[:, None]
        pairs = [(s / sizes).reshape(-1, 3) for s in (left, right)]
        turn = _fixed_rotation(*pairs)
        out[joint] = [_correlation(left[:, k] @ turn.T, right[:, k]) for k in range(2)]
    return out


def _signals(file: Path, rate_hz: float) -> Array:
    """Accelerometer and gyroscope, (F, 22, 2, 3)."""
    (clip,) = motion_sources.find_clips([file])
    motion = motion_sources.read_clip(clip)
    record = simulate_clip(motion, BODY_FOR(motion.shape), GenerateConfig(rate_hz=rate_hz))
    return np.stack([record.accelerometer, record.gyroscope], axis=2, dtype=float)


def _align(one: Array, two: Array) -> tuple[slice, slice]:
    """Stretches of both at the lag at which the pelvis's rates agree best."""
    rates = [np.linalg.norm(s[:, 0, 1], axis=-1) for s in (one, two)]
    best = (-np.inf, slice(0), slice(0))
    for lag in range(-MOST_LAG, MOST_LAG + 1):
        start = max(0, -lag), max(0, lag)
        count = min(len(r) - s for r, s in zip(rates, start, strict=True))
        parts = [slice(s, s + count) for s in start]
        r = np.corrcoef(*(rate[part] for rate, part in zip(rates, parts, strict=True)))[0, 1]
        best = max(best, (r, *parts), key=lambda item: item[0])
    return best[1], best[2]


def _fixed_rotation(left: Array, right: Array) -> Array:
    u, _, vt = np.linalg.svd(right.T @ left)
    return u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt


def _correlation(left: Array, right: Array) -> float:
    a, b = left - left.mean(axis=0), right - right.mean(axis=0)
    return float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))


# Reading beside numpy -------------------------------------------------------------------------


def parse_ratios(data: Path, repeats: int = 7) -> dict[str, float]:
    """Time of parsing BVH and AMC over numpy's time for the same numbers from text."""
    bvh_file = data / "cmu" / "bvh" / "02" / "02_10.bvh"
    amc_file = data / "cmu" / "asfamc" / "02" / "02_10.amc"
    bvh, raw = bvh_file.read_bytes(), amc_file.read_bytes()
    bones = parse_asf(skeleton_of(amc_file)).bones
    channels = {bone.name: len(bone.dof) for bone in bones if bone.dof}
    rows = bvh.decode().partition("Frame Time")[2].split("\n")[1:]
    values, _ = amc.parse_amc(raw, channels, amc_file)
    frames = np.concatenate([values[name] for name in channels], axis=1)
    lines = [" ".join(f"{value:g}" for value in row) for row in frames]
    pairs: dict[str, tuple[Callable[[], object], list[str]]] = {
        "BVH": (lambda: bvh_parse.parse(bvh, bvh_file), [row for row in rows if row.strip()]),
        "AMC": (lambda: amc.parse_amc(raw, channels, amc_file), lines),
    }
    ratios = {}
    for name, (ours, text) in pairs.items():
        joined = " ".join(text)
        ratios[f"{name} / np.loadtxt"] = _ratio(ours, lambda t=text: np.loadtxt(t), repeats)
        ratios[f"{name} / np.array(split)"] = _ratio(
            ours, lambda t=joined: np.array(t.split(), float), repeats
        )
    return ratios


def _ratio(ours: Callable[[], object], theirs: Callable[[], object], repeats: int) -> float:
    times = [[], []]
    for _ in range(repeats):
        for kept, run in zip(times, (ours, theirs), strict=True):
            start = time.perf_counter()
            run()
            kept.append(time.perf_counter() - start)
    return min(times[0]) / min(times[1])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every Nth clip")
    arguments = parser.parse_args()
    data: Path = arguments.data
    print("| source | clips | joints, mm: mean, worst clip | rates, worst | stance, mm: median, "
          "worst clip | within 2 cm |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    for name, folder in FOLDERS.items():
        if not (data / folder).is_dir():
            continue
        found = list(scores_of(clips_of(data / folder, arguments.every)))
        error = np.array([s.joint_error_m for s in found]) * 1e3
        height = np.array([s.stance_height_m for s in found]) * 1e3
        print(
            f"| {name} | {len(found)} | {np.nanmean(error):.1f}, {np.nanmax(error):.1f} "
            f"| {max(s.rate_error for s in found):.1e} "
            f"| {np.nanmedian(height):.1f}, {np.nanmax(height):.1f} "
            f"| {np.nanmean([s.stance_near for s in found]):.0%} |"
        )
    print("\n| trial | median r, accelerometer | gyroscope | least |")
    print("|---|---|---|---|")
    for first, second in paired_trials(data):
        r = agreement(first, second)
        print(f"| {first.stem} | {np.median(r[:, 0]):.4f} | {np.median(r[:, 1]):.4f} "
              f"| {r.min():.3f} |")  # fmt: skip
    print()
    for name, ratio in parse_ratios(data).items():
        print(f"{name}: {ratio:.2f}")


if __name__ == "__main__":
    main()
