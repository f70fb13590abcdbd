"""Hold sensors simulated from Kinect skeletons against the real ones of UTD-MHAD.

    python tools/kinect.py ../shared/data [--every N]

UTD-MHAD has a Kinect's skeleton and one IMU for each trial: on the right wrist for actions 1 to
21, on the right thigh for 22 to 27. Both span the same time. Sensors are read at the wrist, turned
as the forearm, and half way down the thigh. Estimated from the IMU is one fixed rotation for each
subject and place. Correlations and RMSE are means over recordings; of the gyroscope, the channel
about the bone, which positions do not show, is kept apart. Settings are compared on subjects 1 to
3; those of the source are reported on subjects 4 to 6.

For all files of UTD-MHAD and MSR Action3D then: how far the body's joints are from the file's own,
bones being constant, and how high the soles are over the ground while they stand.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

import body_models
from imusim.body import BodyOptions, RetargetedMotion, retarget
from imusim.body.ground import STANCE_SPEED_M_S, lowest_points, soles
from imusim.conventions import GRAVITY_WORLD, JOINTS, STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import Motion, ReadOptions
from imusim.motion.from_positions import NOISY, TwistOptions, motion_from_positions
from imusim.recordings import find_recordings, read_recording
from imusim.trajectory import fit_trajectory
from motion_sources import find_clips
from motion_sources.kinect import source as kinect
from motion_sources.kinect.smoothing import cutoff, without_leaps

Array = NDArray[np.float64]
BODY = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
NAME = re.compile(r"a(\d+)_s(\d+)_t(\d+)_skeleton")
WRIST_ACTIONS = 21
CUTOFFS_HZ = (1.5, 2.0, 2.5, 3.0, 5.0)
TWISTS = {
    "upper arm at 0.5 Hz": replace(NOISY, upper_arm_hz=0.5),
    "hinges that fade later": replace(NOISY, prior=0.2),
    "forearm at 1 Hz": replace(NOISY, forearm_hz=1.0),
    "forearm at 2 Hz": replace(NOISY, forearm_hz=2.0),
    "forearm without limit": replace(NOISY, forearm_hz=np.inf),
    "thigh from the knee as well": replace(NOISY, knee_on_thigh=1.0),
    "no hinges": replace(NOISY, prior=1e3),
}
BONE = {True: np.array([0.0, -1.0, 0.0]), False: np.array([0.0, 0.0, -1.0])}
"""Forearm and thigh in their links' frames, by whether the sensor is on the wrist."""


@dataclass(frozen=True)
class Trial:
    """A recording: joints of the world (T, J, 3), m, and the IMU (N, 3), m/s² and rad/s."""

    subject: int
    wrist: bool
    positions: Array
    joints: tuple[str, ...]
    accelerometer: Array
    gyroscope: Array

    @property
    def rate_hz(self) -> float:
        """Frames a second that make the skeleton as long as the IMU's record."""
        steps = len(self.accelerometer) - 1
        return (len(self.positions) - 1) / steps * kinect.UTD_INERTIAL_HZ


@dataclass(frozen=True)
class Signals:
    """Specific force and angular rate (N, 3) in the link's frame."""

    force: Array
    rate: Array


def trials(folder: Path, subjects: Iterable[int], every: int = 1) -> list[Trial]:
    """The recordings of some subjects."""
    refs = {ref.key: ref for ref in find_recordings("utd-mhad", folder)}
    found = []
    for file in sorted((folder / "Skeleton").glob("*.mat")):
        named = NAME.match(file.stem)
        if named is None or int(named.group(2)) not in subjects:
            continue
        (sensor,) = read_recording(refs[file.stem.removesuffix("_skeleton")]).sensors
        assert sensor.accelerometer is not None
        assert sensor.gyroscope is not None
        positions, joints = kinect.world_positions(file, "", ReadOptions())
        found.append(
            Trial(
                int(named.group(2)),
                int(named.group(1)) <= WRIST_ACTIONS,
                positions,
                joints,
                sensor.accelerometer,
                sensor.gyroscope,
            )
        )
    return found[::every]


def moved(trial: Trial, twist: TwistOptions) -> RetargetedMotion:
    """The trial on the default body."""
    return retarget(
        motion_from_positions(
            without_leaps(trial.positions, trial.joints, trial.rate_hz, own_cutoff(trial)),
            trial.joints,
            trial.rate_hz,
            twist=twist,
        ),
        BODY,
    )


def simulated(trial: Trial, motion: RetargetedMotion, cutoff_hz: float | None) -> Signals:
    """What the sensor would read at the IMU's times."""
    link = JOINTS.index("right_wrist" if trial.wrist else "right_hip")
    arm = np.zeros(3) if trial.wrist else motion.body.offsets[JOINTS.index("right_knee")] / 2
    positions, orientations = motion.world_poses()
    trajectory = fit_trajectory(
        (JOINTS[link],),
        positions[:, [link]],
        orientations[:, [link]],
        motion.rate_hz,
        cutoff_hz=cutoff_hz,
    )
    times = np.linspace(0, trajectory.end_s, len(trial.accelerometer))
    states = trajectory.sample(times)
    force = rot.rotate_inverse(states.world_from_link, states.acceleration - GRAVITY_WORLD)[:, 0]
    rate, change = states.angular_velocity[:, 0], states.angular_acceleration[:, 0]
    return Signals(force + np.cross(change, arm) + np.cross(rate, np.cross(rate, arm)), rate)


def own_cutoff(trial: Trial) -> float:
    """That of the source, Hz."""
    return cutoff(trial.positions, trial.rate_hz)


def beside(trial: Trial, twist: TwistOptions = NOISY) -> Signals:
    """The trial's sensor as the source would have it."""
    return simulated(trial, moved(trial, twist), own_cutoff(trial))


COLUMNS = (
    "|a| r", "a r", "a RMSE", "|ω| r", "ω r", "ω RMSE", "ω about the bone: r", "RMSE",
)  # fmt: skip


def figures(
    found: Sequence[Trial], signals: Sequence[Signals], wrist: bool, still: bool = False
) -> Array:
    """Means over the recordings at one place, in the order of ``COLUMNS``.

    ``still``: of a sensor that reads the real one's mean force and no rate, for comparison.
    """
    rows = []
    across = np.linalg.svd(BONE[wrist][None])[2][1:]
    pairs = [(t, s) for t, s in zip(found, signals, strict=True) if t.wrist == wrist]
    for subject in sorted({t.subject for t, _ in pairs}):
        own = [(t, s) for t, s in pairs if t.subject == subject]
        turn = Rotation.align_vectors(
            np.vstack([_stack(s.force, s.rate) for _, s in own]),
            np.vstack([_stack(t.accelerometer, t.gyroscope) for t, _ in own]),
        )[0]
        for t, s in own:
            a, w = turn.apply(t.accelerometer), turn.apply(t.gyroscope)
            if still:
                s = Signals(np.broadcast_to(a.mean(axis=0), a.shape), np.zeros_like(w))
            rows.append(
                (
                    _r(np.linalg.norm(a, axis=1), np.linalg.norm(s.force, axis=1)),
                    np.mean([_r(a[:, k], s.force[:, k]) for k in range(3)]),
                    _rms(a - s.force),
                    _r(np.linalg.norm(w, axis=1), np.linalg.norm(s.rate, axis=1)),
                    np.mean([_r(w @ axis, s.rate @ axis) for axis in across]),
                    _rms((w - s.rate) @ across.T),
                    _r(w @ BONE[wrist], s.rate @ BONE[wrist]),
                    _rms((w - s.rate) @ BONE[wrist]),
                )
            )
    return np.mean(rows, axis=0)


def _stack(force: Array, rate: Array) -> Array:
    """Both sensors' vectors in like sizes, for one rotation."""
    return np.vstack([force / STANDARD_GRAVITY, rate / 2])


def _r(a: Array, b: Array) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if min(a.std(), b.std()) > 1e-9 else 0.0


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def compare(found: Sequence[Trial]) -> None:
    """Print a table of settings."""
    motions = [moved(trial, NOISY) for trial in found]
    rows = {
        f"{cutoff} Hz": [simulated(t, m, cutoff) for t, m in zip(found, motions, strict=True)]
        for cutoff in CUTOFFS_HZ
    }
    rows["of each clip"] = [
        simulated(t, m, own_cutoff(t)) for t, m in zip(found, motions, strict=True)
    ]
    rows["from the spectrum"] = [simulated(t, m, None) for t, m in zip(found, motions, strict=True)]
    for name, twist in TWISTS.items():
        rows[f"of each clip, {name}"] = [beside(t, twist) for t in found]
    _print(found, rows)


def _print(found: Sequence[Trial], rows: dict[str, list[Signals]]) -> None:
    for wrist, place in ((True, "right wrist"), (False, "right thigh")):
        print(f"| {place} | " + " | ".join(COLUMNS) + " |")
        print("|---" * (len(COLUMNS) + 1) + "|")
        for name, signals in rows.items():
            cells = " | ".join(f"{x:.2f}" for x in figures(found, signals, wrist))
            print(f"| {name} | {cells} |")
        cells = " | ".join(
            f"{x:.2f}" for x in figures(found, next(iter(rows.values())), wrist, still=True)
        )
        print(f"| no motion | {cells} |\n")


def geometry(motion: Motion, raw: Array, joints: Sequence[str]) -> tuple[float, float, float]:
    """Mean distance of joints from the file's, m; median height of stance, m; part within 2 cm."""
    on_body = retarget(motion, BODY)
    positions, links = on_body.world_poses()
    columns = [JOINTS.index(joint) for joint in joints]
    apart = np.linalg.norm(positions[:, columns] - on_body.ground.place(raw), axis=-1)
    height, speed = lowest_points(soles(on_body.body, positions, links), on_body.rate_hz)
    stance = np.abs(height[speed < STANCE_SPEED_M_S])
    if not len(stance):
        return float(np.nanmean(apart)), np.nan, np.nan
    return float(np.nanmean(apart)), float(np.median(stance)), float(np.mean(stance < 0.02))


def geometries(folder: Path, every: int = 1) -> Array:
    """Of all clips in a folder, (N, 3)."""
    rows = []
    for clip in find_clips([folder], "kinect")[::every]:
        try:
            motion = kinect.read(clip, ReadOptions())
        except MotionError as error:
            print(f"left out: {error}")
            continue
        rows.append(geometry(motion, *kinect.world_positions(clip.path, "", ReadOptions())))
    return np.array(rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder that holds utd-mhad/ and msr-action3d/")
    parser.add_argument("--every", type=int, default=1, help="take every Nth recording")
    arguments = parser.parse_args()
    utd = arguments.data / "utd-mhad"
    print("Subjects 1 to 3\n")
    compare(trials(utd, (1, 2, 3), arguments.every))
    print("Subjects 4 to 6\n")
    held_out = trials(utd, (4, 5, 6), arguments.every)
    own = [beside(t) for t in held_out]
    _print(held_out, {"imusim": own})
    print("| files | joints, mm: mean, worst clip | stance, mm: median, 95 % | within 2 cm |")
    print("|---|---|---|---|")
    for name, folder in (("UTD-MHAD", utd), ("MSR Action3D", arguments.data / "msr-action3d")):
        joints, stance, near = geometries(folder, arguments.every).T
        print(
            f"| {name}, {len(joints)} | {joints.mean() * 1e3:.1f}, {joints.max() * 1e3:.1f} "
            f"| {np.nanmedian(stance) * 1e3:.1f}, {np.nanpercentile(stance, 95) * 1e3:.1f} "
            f"| {np.nanmean(near):.0%} |"
        )


if __name__ == "__main__":
    main()
