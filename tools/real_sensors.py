"""Hold ideal sensors on captured motion against what real sensors recorded.

    python tools/real_sensors.py ../shared/data

Rigid bodies of the leg-swing recording (three IMUs, 256 Hz) and every BROAD trial found are
smoothed by several methods, read out, and compared with the IMU. The level of smoothing never
sees the IMU. Estimated from the IMU are, for leg-swing, one mounting rotation, a bias and a time
offset a sensor; for BROAD the lever arm and a bias. Samples within 0.25 s of a gap, and of the
ends of leg-swing, are left out; of BROAD only the moving part counts, as its authors mark it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline, make_smoothing_spline
from scipy.spatial.transform import Rotation

from imusim.conventions import GRAVITY_WORLD
from imusim.math import rotations as rot
from imusim.math.gaps import whole_frames
from imusim.math.splines import bridge_gaps
from imusim.recordings import Sensor, TrackedPoses, find_recordings, read_recording
from imusim.recordings.datasets.leg_swing_body import tracked
from imusim.trajectory import fit_trajectory

Array = NDArray[np.float64]
CUTOFFS_HZ = (3, 5, 8, 12, 20, 40)
MARGIN_S = 0.25


@dataclass(frozen=True)
class Trial:
    """Optical poses (world z up, m, xyzw) beside the IMU's signals (m/s², rad/s)."""

    name: str
    rate_hz: float
    position: Array
    orientation: Array
    accelerometer: Array
    gyroscope: Array
    scored: NDArray[np.bool_]
    aligned: bool
    """Whether the IMU's axes and clock are already those of the optical body."""


@dataclass(frozen=True)
class Kinematics:
    """Specific force (T, 3), angular rate and acceleration (T, 3) of the optical body's origin."""

    force: Array
    rate: Array
    change: Array


@dataclass(frozen=True)
class Score:
    """Mean correlation over axes, and RMSE over axes, of both sensors."""

    acc_r: float
    acc_rmse: float
    gyro_r: float
    gyro_rmse: float


def leg_swing(folder: Path) -> Iterator[Trial]:
    """The three rigid bodies."""
    (ref,) = find_recordings("leg-swing", folder)
    poses = tracked(folder / "swing_6D.tsv")
    sensors = {sensor.name: sensor for sensor in read_recording(ref).sensors}
    for name in ("thigh", "foot", "shin"):
        lost = ~whole_frames(*poses[name])
        scored = ~_near(lost, 64) & ~_ends(len(lost), 64)
        yield _trial(f"leg-swing {name}", sensors[name], poses[name], scored, aligned=False)


def broad(folder: Path) -> Iterator[Trial]:
    """Every trial in a folder; only what moves is scored."""
    for ref in find_recordings("broad", folder):
        recording = read_recording(ref)
        (sensor,), motion = recording.sensors, recording.motion
        assert isinstance(motion, TrackedPoses)
        pose = motion.position["imu"], motion.world_from_tracked["imu"]
        scored = ~_near(~whole_frames(*pose), round(MARGIN_S * sensor.rate_hz))
        moving = np.zeros(len(scored), bool)
        for span in recording.spans:
            moving |= (sensor.time_s >= span.start_s) & (sensor.time_s <= span.end_s)
        yield _trial(f"broad {ref.key[:34]}", sensor, pose, scored & moving, aligned=True)


def _trial(
    name: str,
    sensor: Sensor,
    pose: tuple[Array, Array],
    scored: NDArray[np.bool_],
    aligned: bool,
) -> Trial:
    assert sensor.accelerometer is not None
    assert sensor.gyroscope is not None
    return Trial(
        name, sensor.rate_hz, *pose, sensor.accelerometer, sensor.gyroscope, scored, aligned
    )


def _near(lost: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    return np.convolve(lost, np.ones(2 * reach + 1), "same") > 0.5


def _ends(count: int, reach: int) -> NDArray[np.bool_]:
    index = np.arange(count)
    return (index < reach) | (index >= count - reach)


def _from_tracks(trial: Trial, differentiate: Callable[[Array, float], list[Array]]) -> Kinematics:
    lost = ~whole_frames(trial.position, trial.orientation)
    position, _ = bridge_gaps(trial.position, lost)
    orientation, _ = bridge_gaps(rot.make_continuous(trial.orientation), lost)
    acceleration = differentiate(position, trial.rate_hz)[2]
    world_from_link, rate, change = rot.body_rates(*differentiate(orientation, trial.rate_hz))
    return Kinematics(
        rot.rotate_inverse(world_from_link, acceleration - GRAVITY_WORLD), rate, change
    )


def raw_differences(values: Array, rate_hz: float) -> list[Array]:
    """Central differences of the samples as they are."""
    first, second = np.gradient(values, 1 / rate_hz, axis=0), np.zeros_like(values)
    second[1:-1] = (values[2:] - 2 * values[1:-1] + values[:-2]) * rate_hz**2
    return [values, first, second]


def interpolating_quintic(values: Array, rate_hz: float) -> list[Array]:
    """SciPy's not-a-knot quintic through every sample."""
    time = np.arange(len(values)) / rate_hz
    spline = make_interp_spline(time, values, k=5)
    return [spline(time, order) for order in range(3)]


def scipy_smoothing(values: Array, rate_hz: float) -> list[Array]:
    """SciPy's cubic smoothing spline, its level by generalised cross-validation, axis by axis."""
    time = np.arange(len(values)) / rate_hz
    out = [np.empty_like(values) for _ in range(3)]
    for axis in range(values.shape[1]):
        spline = make_smoothing_spline(time, values[:, axis])
        for order in range(3):
            out[order][:, axis] = spline.derivative(order)(time) if order else spline(time)
    return out


def ours(trial: Trial, cutoff_hz: float | None = None) -> Kinematics:
    """The project's trajectory, its level from the motion alone or at a fixed cut-off."""
    trajectory = fit_trajectory(
        ("body",),
        trial.position[:, None],
        trial.orientation[:, None],
        trial.rate_hz,
        cutoff_hz=cutoff_hz,
    )
    if cutoff_hz is None:
        print(
            f"{trial.name}: cut-offs found: position "
            f"{trajectory.position.cutoff_hz[0]:.1f} Hz, orientation "
            f"{trajectory.orientation.cutoff_hz[0]:.1f} Hz"
        )
    states = trajectory.sample(np.arange(len(trial.position)) / trial.rate_hz)
    force = rot.rotate_inverse(states.world_from_link, states.acceleration - GRAVITY_WORLD)
    return Kinematics(force[:, 0], states.angular_velocity[:, 0], states.angular_acceleration[:, 0])


def score(trial: Trial, found: Kinematics) -> Score:
    """Compare after estimating what the recording leaves open."""
    use = trial.scored
    if trial.aligned:
        force, rate = _with_lever_arm(trial, found), found.rate
        force = force + (trial.accelerometer - force)[use].mean(axis=0)
        rate = rate + (trial.gyroscope - rate)[use].mean(axis=0)
        return _figures(trial, force, rate)
    candidates = (
        _turned(trial, _shift(found.force, lag), _shift(found.rate, lag))
        for lag in np.arange(-3.0, 3.01, 0.125).tolist()
    )
    return min(
        candidates,
        key=lambda s: (
            s.acc_rmse / trial.accelerometer[use].std() + s.gyro_rmse / trial.gyroscope[use].std()
        ),
    )


def _with_lever_arm(trial: Trial, found: Kinematics) -> Array:
    """Add α×r + ω×(ω×r) for the lever arm r and bias that fit best."""
    columns = [
        np.cross(found.change, e) + np.cross(found.rate, np.cross(found.rate, e)) for e in np.eye(3)
    ]
    effect = np.stack(columns, axis=2)
    bias = np.broadcast_to(np.eye(3), effect.shape)
    design = np.concatenate([effect, bias], axis=2)[trial.scored].reshape(-1, 6)
    target = (trial.accelerometer - found.force)[trial.scored].reshape(-1)
    arm = np.linalg.lstsq(design, target, rcond=None)[0][:3]
    return found.force + effect @ arm


def _turned(trial: Trial, force: Array, rate: Array) -> Score:
    """One rotation for both sensors (Wahba), a bias each."""
    use = trial.scored

    def centred(x: Array, scale: float) -> Array:
        return (x[use] - x[use].mean(axis=0)) / scale

    acc_scale, gyro_scale = trial.accelerometer[use].std(), trial.gyroscope[use].std()
    turn = Rotation.align_vectors(
        np.vstack([centred(trial.accelerometer, acc_scale), centred(trial.gyroscope, gyro_scale)]),
        np.vstack([centred(force, acc_scale), centred(rate, gyro_scale)]),
    )[0]
    force, rate = turn.apply(force), turn.apply(rate)
    force = force + (trial.accelerometer - force)[use].mean(axis=0)
    rate = rate + (trial.gyroscope - rate)[use].mean(axis=0)
    return _figures(trial, force, rate)


def _shift(values: Array, lag: float) -> Array:
    frames = np.arange(len(values))
    return np.stack([np.interp(frames + lag, frames, column) for column in values.T], axis=1)


def _figures(trial: Trial, force: Array, rate: Array) -> Score:
    use, figures = trial.scored, []
    for real, found in ((trial.accelerometer, force), (trial.gyroscope, rate)):
        figures.append(np.mean([np.corrcoef(real[use, k], found[use, k])[0, 1] for k in range(3)]))
        figures.append(np.sqrt(np.mean((real - found)[use] ** 2)))
    return Score(*(float(x) for x in figures))


def compare(trial: Trial, quick: bool) -> dict[str, Score]:
    """Scores of every method on one trial."""
    table = {"ours": score(trial, ours(trial))}
    for name, method in (
        ("raw second differences", raw_differences),
        ("interpolating quintic", interpolating_quintic),
        ("SciPy smoothing (GCV)", scipy_smoothing),
    ):
        if quick and method is scipy_smoothing:
            continue
        table[name] = score(trial, _from_tracks(trial, method))
    for cutoff in CUTOFFS_HZ:
        table[f"ours at {cutoff} Hz"] = score(trial, ours(trial, cutoff))
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder that holds leg-swing/ and broad/")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--quick", action="store_true", help="leave SciPy's slow GCV out")
    arguments = parser.parse_args()
    results = {}
    for trial in (
        *leg_swing(arguments.data / "leg-swing"),
        *broad(arguments.data / "broad"),
    ):
        table = results[trial.name] = compare(trial, arguments.quick)
        print(f"{'':26s}  acc r  acc RMSE  gyro r  gyro RMSE")
        for name, s in table.items():
            print(
                f"{name:26s} {s.acc_r:6.3f} {s.acc_rmse:9.3f} {s.gyro_r:7.3f} {s.gyro_rmse:10.3f}"
            )
        fixed = [s for name, s in table.items() if name.startswith("ours at")]
        best_acc, best_gyro = min(s.acc_rmse for s in fixed), min(s.gyro_rmse for s in fixed)
        print(
            f"{'against the best cut-off':26s} acc × {table['ours'].acc_rmse / best_acc:.3f}, "
            f"gyro × {table['ours'].gyro_rmse / best_gyro:.3f}\n"
        )
    legs = [table for name, table in results.items() if name.startswith("leg-swing")]
    print("leg-swing, mean of the three sensors")
    for name in legs[0]:
        means = [np.mean([vars(t[name])[k] for t in legs]) for k in vars(legs[0][name])]
        print(f"{name:26s} {means[0]:6.3f} {means[1]:9.3f} {means[2]:7.3f} {means[3]:10.3f}")
    if arguments.json:
        arguments.json.write_text(
            json.dumps(
                {t: {m: vars(s) for m, s in r.items()} for t, r in results.items()}, indent=1
            )
        )


if __name__ == "__main__":
    main()
