"""Recover what is known of simulated sensors on captured motion.

    python tools/alignment.py ../shared/data [--draws 200] [--json FILE] [--real]

Each draw takes a clip of at least ten seconds, a joint that turns, and a preset of a device. A
sensor of random offset, clock, rotation, lever arm, biases and scale factors is read on the
trajectory by the same code that makes a corpus, with the device's noise, drift, rounding and range.
`align` gets what the sensor read and what the nominal place does. "Nothing" are the same draws of
sensors that sit at their nominal place without any error but noise. With --real the recordings of
BROAD and leg-swing are aligned instead, each by itself.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from alignment_real import real_table
from numpy.typing import NDArray

import body_models
import motion_sources
from imusim.body import Body, BodyOptions
from imusim.compare.align import Alignment, Pair, Trace, align
from imusim.compare.kinematics import link_kinematics
from imusim.math import rotations as rot
from imusim.motion import ClipRef, ReadOptions
from imusim.pipeline import GenerateConfig
from imusim.pipeline.clip import move
from imusim.sensor import ImuSignals, Mounting, read_imu
from imusim.sensor.device import device_names, draw_errors, load_device, measure
from imusim.sensor.sampling import Sampling
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

LEAST_S = 10.0
LEAST_RATE = 0.3
"""Root mean square of the angular rate of segments that are taken, rad/s."""
RATE_HZ = 100.0
FINER = 4
JOINTS = (
    "left_wrist", "right_wrist", "left_elbow", "left_ankle", "right_ankle", "left_knee",
    "right_hip", "pelvis", "spine3", "head",
)  # fmt: skip
"""Where people wear sensors."""
NOISY = ("noise", "quantisation", "drift", "saturation", "resolution")
OFFSET_S, CLOCK, ARM_M = 0.5, 500e-6, 0.05
BIASES, SCALE = (0.5, 0.05), 0.03
WITHIN_S = 1.0
RANGES = (16 * 9.80665, math.radians(2000))
"""Of devices that state none."""
BARS = {
    "offset, ms": 2.0,
    "clock, ppm": 50.0,
    "rotation, °": 0.5,
    "lever arm, mm": 3.0,
    "accelerometer bias, % of range": 1.0,
    "gyroscope bias, % of range": 1.0,
    "accelerometer scale, %": 1.0,
    "gyroscope scale, %": 1.0,
}


@dataclass(frozen=True, eq=False)
class Draw:
    """A sensor on a joint of a clip, and what it read."""

    clip: str
    joint: str
    device: str
    seconds: float
    truth: Alignment
    ranges: tuple[float, float]
    pair: Pair


def long_clips(folder: Path) -> list[tuple[ClipRef, float]]:
    """Clips of at least LEAST_S, and their lengths, s."""
    found = []
    for part in ("cmu/bvh", "bandai-namco-1"):
        for clip in motion_sources.find_clips([folder / part], "bvh"):
            motion = motion_sources.read_clip(clip, ReadOptions())
            seconds = (motion.frames - 1) / motion.rate_hz
            if seconds >= LEAST_S:
                found.append((clip, seconds))
    return found


def trajectories(clip: ClipRef, body: Body) -> LinkTrajectory:
    """What the body does, by the kinematic engine, without the jumps of touchdowns."""
    motion = motion_sources.read_clip(clip, ReadOptions())
    return move(motion, body, GenerateConfig(touchdowns=False)).trajectory


def draw(clip: str, trajectory: LinkTrajectory, rng: np.random.Generator, nothing: bool) -> Draw:
    """Wear a random sensor on a random joint."""
    joint = _moving(trajectory, rng)
    names = [name for name in device_names() if name != "ideal"]
    name = names[rng.integers(len(names))]
    device = load_device(name).only(*NOISY)
    truth = Alignment(
        offset_s=rng.uniform(-OFFSET_S, OFFSET_S),
        clock_ratio=1 + rng.uniform(-CLOCK, CLOCK),
        link_from_sensor=rot.random_rotations(rng, ()),
        lever_arm=rng.uniform(-ARM_M, ARM_M, 3),
        accelerometer_bias=rng.uniform(-BIASES[0], BIASES[0], 3),
        gyroscope_bias=rng.uniform(-BIASES[1], BIASES[1], 3),
        accelerometer_scale=1 + rng.uniform(-SCALE, SCALE, 3),
        gyroscope_scale=1 + rng.uniform(-SCALE, SCALE, 3),
    )
    if nothing:
        truth = Alignment()
    own_s = np.arange(
        max(-truth.offset_s, 0.0), trajectory.end_s + OFFSET_S, 1 / RATE_HZ, dtype=np.float64
    )
    motion_s = truth.motion_times(own_s)
    kept = (motion_s >= 0) & (motion_s <= trajectory.end_s)
    own_s, motion_s = own_s[kept], motion_s[kept]
    mounting = Mounting((joint,), truth.link_from_sensor[None], truth.lever_arm[None])
    padded = np.zeros((len(trajectory.times(RATE_HZ)), 1))
    padded[: len(motion_s), 0] = motion_s[: len(padded)]
    own_s = own_s[: len(padded)]
    sampling = Sampling(np.full((1, 2, 3), np.inf), padded, 4 * trajectory.bandwidth_hz)
    ideal = read_imu(trajectory, mounting, RATE_HZ, sampling=sampling)
    count = len(own_s)
    signals = ImuSignals(
        own_s - own_s[0],
        truth.accelerometer_scale * ideal.accelerometer[:count] + truth.accelerometer_bias,
        truth.gyroscope_scale * ideal.gyroscope[:count] + truth.gyroscope_bias,
    )
    errors = draw_errors([device], [rng])
    measured = measure(signals, errors, RATE_HZ, [rng])
    ranges = (
        min(max(device.accelerometer.range), RANGES[0]),
        min(max(device.gyroscope.range), RANGES[1]),
    )
    use = np.ones(count, bool)
    edge = round(0.1 * RATE_HZ)
    use[:edge] = use[-edge:] = False
    trace = Trace(own_s, measured.accelerometer[:, 0], measured.gyroscope[:, 0], use)
    kinematics = link_kinematics(trajectory, joint, np.zeros(3), FINER * RATE_HZ)
    seconds = float(own_s[-1] - own_s[0])
    return Draw(clip, joint, name, seconds, truth, ranges, Pair(kinematics, trace, WITHIN_S))


def _moving(trajectory: LinkTrajectory, rng: np.random.Generator) -> str:
    """A joint that turns: nothing is learnt of a sensor on the ankle of a person who stands."""
    rates = trajectory.sample(trajectory.times(RATE_HZ)).angular_velocity
    turning = np.sqrt((rates**2).sum(axis=2).mean(axis=0))
    size = dict(zip(trajectory.names, turning, strict=True))
    return str(rng.choice([joint for joint in JOINTS if size[joint] >= LEAST_RATE]))


def errors_of(found: Alignment, drawn: Draw) -> dict[str, float]:
    """Largest error of each kind, in the units of BARS."""
    truth = drawn.truth
    middle = np.mean(found.span_s, keepdims=True)
    apart = found.motion_times(middle) - truth.motion_times(middle)
    turn = rot.angle_between(found.link_from_sensor, truth.link_from_sensor)

    def most(name: str) -> float:
        return float(np.abs(getattr(found, name) - getattr(truth, name)).max())

    values = (
        float(np.abs(apart[0])) * 1e3,
        abs(found.clock_ratio - truth.clock_ratio) * 1e6,
        float(np.degrees(turn)),
        most("lever_arm") * 1e3,
        most("accelerometer_bias") / drawn.ranges[0] * 100,
        most("gyroscope_bias") / drawn.ranges[1] * 100,
        most("accelerometer_scale") * 100,
        most("gyroscope_scale") * 100,
    )
    return dict(zip(BARS, values, strict=True))


def table(rows: Sequence[dict[str, float]]) -> str:
    """Median, 95 % and worst of each error, and how many are within each bar."""
    lines = ["| error | median | 95 % | worst | bar | within |", "|---|---|---|---|---|---|"]
    for name, bar in BARS.items():
        values = np.array([row[name] for row in rows])
        middle, high = np.percentile(values, [50, 95])
        lines.append(
            f"| {name} | {middle:.3g} | {high:.3g} | {values.max():.3g} | {bar:g} "
            f"| {np.sum(values <= bar)} of {len(values)} |"
        )
    whole = sum(all(row[name] <= bar for name, bar in BARS.items()) for row in rows)
    return "\n".join([*lines, "", f"Within all bars: {whole} of {len(rows)}."])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder that holds cmu/ and bandai-namco-1/")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--least", type=float, default=LEAST_S, help="shortest clip, s")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--real", action="store_true", help="align BROAD and leg-swing instead")
    arguments = parser.parse_args()
    if arguments.real:
        for dataset in ("broad", "leg-swing"):
            print(real_table(arguments.data, dataset) + "\n")
        return
    body = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
    clips = [clip for clip, seconds in long_clips(arguments.data) if seconds >= arguments.least]
    results: dict[str, list[dict[str, float]]] = {"known": [], "nothing": []}
    listed = []
    for number, clip in enumerate(clips):
        trajectory = trajectories(clip, body)
        for seed in range(number, arguments.draws, len(clips)):
            for kind, rows in results.items():
                rng = np.random.default_rng([seed, kind == "nothing"])
                drawn = draw(clip.path.stem, trajectory, rng, kind == "nothing")
                (found,) = align([drawn.pair])
                wrong = errors_of(found, drawn)
                rows.append(wrong)
                kept = sorted(set(found.deviation) - {"rotation", "offset_s"})
                listed.append(
                    {
                        "kind": kind, "seed": seed, "clip": drawn.clip, "joint": drawn.joint,
                        "device": drawn.device, "seconds": drawn.seconds, "errors": wrong,
                        "kept": kept, "found": found.as_figures(),
                    }
                )  # fmt: skip
    print(f"{len(clips)} clips of at least {arguments.least:g} s\n")
    for kind, rows in results.items():
        print(f"{kind}\n\n{table(rows)}\n")
    invented = [row for row in listed if row["kind"] == "nothing" and row["kept"]]
    print(f"Draws of nothing in which something was kept: {len(invented)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(listed, indent=1))


if __name__ == "__main__":
    main()
