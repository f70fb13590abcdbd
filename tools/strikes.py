"""Heel strikes of the walk of `gaitmap` in every engine, and what the contact's settings change.

    python tools/strikes.py ../shared/data

For each foot: the median peak of the accelerometer's norm at the real strikes, below 60 Hz and at
full bandwidth; how the RMSE differs between engines, with a 95 % interval from drawing the walk's
seconds again; and the scores under other settings of contact and pull, one at a time. Defaults
were chosen by the figures of the left foot.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from engines import placements, run, scores
from numpy.typing import NDArray
from paired import Placement, Recording, Sensor, low_pass, simulate
from paired_walk import walk
from scipy.signal import find_peaks

from imusim import physics
from imusim.conventions import STANDARD_GRAVITY
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]

SHARP_HZ, SHARP_G = 20.0, 2.0
"""A strike is where the accelerometer above this frequency passes this size."""
STEP_S = 0.6
ABOUT_S = 0.06
LIMIT_HZ = 60.0
DRAWS = 4000
PAIRS = (
    ("kinematic, touchdowns", "kinematic"),
    ("bullet", "kinematic"),
    ("bullet, touchdowns", "kinematic, touchdowns"),
    ("mujoco, touchdowns", "kinematic, touchdowns"),
)
OTHER_SETTINGS = {
    "load_share": (0.0, 0.5, 1.0),
    "stiffness": (2e4, 1e5, 4e5),
    "damping": (50.0, 1e3, 4e3),
    "friction": (0.1, 0.8),
    "foot_mass_ratio": (1.0, 2.0),
    "tracking_hz": (10.0, 15.0),
    "tracking_damping_ratio": (0.7, 0.9),
    "rate_hz": (480.0, 960.0),
    "solver_iterations": (20,),
}


def strikes(sensor: Sensor) -> NDArray[np.intp]:
    """Samples of the real heel strikes."""
    real = sensor.accelerometer
    sharp = real - low_pass(real, sensor.rate_hz, SHARP_HZ)
    found, _ = find_peaks(
        np.linalg.norm(sharp, axis=1) / STANDARD_GRAVITY,
        height=SHARP_G,
        distance=round(STEP_S * sensor.rate_hz),
    )
    return found[sensor.scored[found]]


def peak_g(accelerometer: Array, sensor: Sensor, limit_hz: float | None = None) -> float:
    """Median over the strikes of the largest norm about each, g."""
    if limit_hz is not None:
        accelerometer = low_pass(accelerometer, sensor.rate_hz, limit_hz)
    norm = np.linalg.norm(accelerometer, axis=1) / STANDARD_GRAVITY
    reach = round(ABOUT_S * sensor.rate_hz)
    return float(np.median([norm[k - reach : k + reach].max() for k in strikes(sensor)]))


def errors(found: Array, real: Array, sensor: Sensor) -> Array:
    """Mean square errors of the signals (N, 3), a number for each second."""
    apart = low_pass(found - real, sensor.rate_hz, LIMIT_HZ)[sensor.scored]
    second = round(sensor.rate_hz)
    count = len(apart) // second
    return np.square(apart[: count * second]).reshape(count, -1).mean(axis=1)


def difference(ours: Array, theirs: Array) -> tuple[float, float, float]:
    """Of two RMSEs, and its 95 % interval."""
    drawn = np.random.default_rng(0).integers(0, len(ours), (DRAWS, len(ours)))
    apart = np.sqrt(ours[drawn].mean(axis=1)) - np.sqrt(theirs[drawn].mean(axis=1))
    low, high = np.percentile(apart, [2.5, 97.5])
    return float(np.sqrt(ours.mean()) - np.sqrt(theirs.mean())), float(low), float(high)


def compare(
    engines: dict[str, LinkTrajectory], sensors: Sequence[tuple[Sensor, Placement]]
) -> None:
    """Print peaks and differences."""
    print("| | strikes | below 60 Hz, g | full bandwidth, g |\n|---|---|---|---|")
    for sensor, placement in sensors:
        signals = {name: simulate(tr, sensor, placement) for name, tr in engines.items()}
        for name, force in (
            ("real", sensor.accelerometer),
            *((name, both[0]) for name, both in signals.items()),
        ):
            print(
                f"| {sensor.unit}, {name} | {len(strikes(sensor))} "
                f"| {peak_g(force, sensor, LIMIT_HZ):.1f} | {peak_g(force, sensor):.1f} |"
            )
    print("\n| RMSE | accelerometer, m/s² | gyroscope, rad/s |\n|---|---|---|")
    for sensor, placement in sensors:
        squares = {
            name: [
                errors(found, real, sensor)
                for found, real in zip(
                    simulate(trajectory, sensor, placement),
                    (sensor.accelerometer, sensor.gyroscope),
                    strict=True,
                )
            ]
            for name, trajectory in engines.items()
        }
        for ours, theirs in PAIRS:
            cells = (difference(a, b) for a, b in zip(squares[ours], squares[theirs], strict=True))
            text = " | ".join(f"{d:+.3f} ({low:+.3f} to {high:+.3f})" for d, low, high in cells)
            print(f"| {sensor.unit}: {ours} against {theirs} | {text} |")


def settings_table(recording: Recording, sensors: Sequence[tuple[Sensor, Placement]]) -> None:
    """Print scores under other settings of Bullet; touchdowns are left out."""
    print("\n| bullet, no touchdowns | left: r | RMSE | 20-60 Hz | right: r | RMSE | 20-60 Hz |")
    print("|---" * 7 + "|")
    default = physics.PhysicsSettings()
    trials = [("defaults", default)]
    for name, values in OTHER_SETTINGS.items():
        trials += [(f"{name} {value:g}", replace(default, **{name: value})) for value in values]
    for name, settings in trials:
        simulated = physics.simulate(recording.moved, recording.kinematic, settings)
        row = []
        for sensor, placement in sensors:
            force, _ = scores(sensor, placement, simulated.trajectory)
            row.append(f"{force.r:.3f} | {force.rmse:.2f} | {force.bands[2]:.2f}")
        print(f"| {name} | {' | '.join(row)} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder that holds gaitmap/")
    recording = walk(parser.parse_args().data / "gaitmap")
    placed = placements([recording])
    sensors = [(sensor, placed[id(sensor)]) for sensor in recording.sensors]
    landing = recording.landing or recording.kinematic
    engines = {}
    for engine in ("kinematic", "bullet", "mujoco"):
        engines[engine] = run(engine, recording, recording.kinematic)
        engines[f"{engine}, touchdowns"] = run(engine, recording, landing)
    compare(engines, sensors)
    settings_table(recording, sensors)


if __name__ == "__main__":
    main()
