"""Hold the sensors of every engine against what real sensors recorded, in one table.

    python tools/engines.py ../shared/data [--engines kinematic,bullet] [--quick]

Recordings: the walk of `gaitmap` (both feet), the swinging leg of `leg-swing` (thigh, shin, foot)
and trials of `utd-mhad` (right wrist or thigh, two trials of each action, subjects 4 to 6). Of
each sensor one rotation, a bias of both signals and a time offset are found with the kinematic
engine and kept for all engines; of the feet also the sensor's place. Both signals pass the same
low-pass filter of 60 Hz (20 Hz for UTD-MHAD, which has 50 samples a second).

- r: correlation, mean over the axes; of the norm, in brackets.
- RMSE over all axes, m/s² or rad/s.
- peak: what is exceeded by one sample in two hundred, simulated over real; of the accelerometer
  the distance of its norm from gravity, of the gyroscope the norm.
- bands: RMS in 0-5, 5-20 and 20-60 Hz without the mean, simulated over real.

Each engine runs without and with touchdowns, the velocity jumps of feet that land, where a
recording shows any, and is read without soft tissue and with what is typical of the sensor's place.

Values are means over the sensors of a row; ratios are geometric means.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from paired import Placement, Recording, Sensor, low_pass, place, simulate
from paired_kinect import EVERY, trials
from paired_leg import swing
from paired_walk import walk
from scipy.signal import welch

from imusim import physics
from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.trajectory import LinkTrajectory

Array = NDArray[np.float64]
ENGINES = ("kinematic", "bullet", "mujoco")

BANDS_HZ = ((0.0, 5.0), (5.0, 20.0), (20.0, 60.0))
PEAK = 99.5
WINDOW_S = 2.0


@dataclass(frozen=True)
class Score:
    """How a simulated signal compares with the real one; see the head of this file."""

    r: float
    r_norm: float
    rmse: float
    peak: float
    bands: tuple[float, ...]
    """NaN where the sensor's rate does not reach."""


def run(engine: str, recording: Recording, reference: LinkTrajectory) -> LinkTrajectory:
    """What an engine makes of a recording's kinematic trajectory."""
    if engine == "kinematic":
        return reference
    settings = physics.PhysicsSettings(engine="bullet" if engine == "bullet" else "mujoco")
    try:
        return physics.simulate(recording.moved, reference, settings).trajectory
    except MotionError as error:
        print(f"{engine}, {recording.name}, the kinematic engine instead: {error}")
        return reference


def variants(engine: str, recording: Recording) -> Iterator[tuple[str, LinkTrajectory, bool]]:
    """Name, trajectory and whether on soft tissue, without and with touchdowns where any are."""
    for name, reference in (
        (engine, recording.kinematic),
        (f"{engine}, touchdowns", recording.landing),
    ):
        if reference is not None:
            trajectory = run(engine, recording, reference)
            yield name, trajectory, False
            yield f"{name}, tissue", trajectory, True


def recordings(data: Path, quick: bool) -> Iterator[Recording]:
    """All recordings, or all but most of UTD-MHAD."""
    yield walk(data / "gaitmap")
    yield swing(data / "leg-swing")
    yield from trials(data / "utd-mhad", 10 * EVERY if quick else EVERY)


def placements(found: list[Recording]) -> dict[int, Placement]:
    """Where each sensor sits, by its identity: found unit by unit with the kinematic engine."""
    units: dict[str, list[tuple[Sensor, LinkTrajectory]]] = {}
    for recording in found:
        for sensor in recording.sensors:
            units.setdefault(sensor.unit, []).append((sensor, recording.kinematic))
    placed = {}
    for worn in units.values():
        for (sensor, _), placement in zip(worn, place(worn), strict=True):
            placed[id(sensor)] = placement
    return placed


def score(sensor: Sensor, real: Array, found: Array, still: float) -> Score:
    """Compare signals (N, 3); ``still`` is the norm of a sensor at rest."""
    limit = min(BANDS_HZ[-1][1], 0.4 * sensor.rate_hz)
    use = sensor.scored
    real, found = (low_pass(x, sensor.rate_hz, limit)[use] for x in (real, found))
    norms = [np.linalg.norm(x, axis=1) for x in (real, found)]
    peaks = [np.percentile(np.abs(norm - still), PEAK) for norm in norms]
    window = min(len(real), round(WINDOW_S * sensor.rate_hz))
    (frequency, power), (_, own) = (
        welch(x, sensor.rate_hz, nperseg=window, detrend="constant", axis=0) for x in (real, found)
    )
    ratios = []
    for low, high in BANDS_HZ:
        inside = (frequency > low) & (frequency <= min(high, limit))
        reached = high <= sensor.rate_hz / 2
        ratios.append(np.sqrt(own[inside].sum() / power[inside].sum()) if reached else np.nan)
    return Score(
        float(np.mean([np.corrcoef(real[:, k], found[:, k])[0, 1] for k in range(3)])),
        float(np.corrcoef(*norms)[0, 1]),
        float(np.sqrt(np.mean((real - found) ** 2))),
        float(peaks[1] / peaks[0]),
        tuple(float(ratio) for ratio in ratios),
    )


def scores(
    sensor: Sensor, placement: Placement, trajectory: LinkTrajectory, on_tissue: bool = False
) -> list[Score]:
    """Of the accelerometer and the gyroscope."""
    force, rate = simulate(trajectory, sensor, placement, on_tissue)
    return [
        score(sensor, sensor.accelerometer, force, STANDARD_GRAVITY),
        score(sensor, sensor.gyroscope, rate, 0.0),
    ]


def mean(found: list[Score]) -> Score:
    """Means; of ratios geometric ones."""

    def ratio(values: list[float]) -> float:
        return float(np.exp(np.mean(np.log(values))))

    return Score(
        float(np.mean([s.r for s in found])),
        float(np.mean([s.r_norm for s in found])),
        float(np.mean([s.rmse for s in found])),
        ratio([s.peak for s in found]),
        tuple(ratio(list(band)) for band in zip(*(s.bands for s in found), strict=True)),
    )


def table(found: list[Recording], engines: Sequence[str]) -> dict[str, dict[str, list[Score]]]:
    """Scores by row of the table and variant of an engine: accelerometer, gyroscope."""
    placed = placements(found)
    rows: dict[str, dict[str, list[list[Score]]]] = {}
    for engine in engines:
        start = time.perf_counter()
        for recording in found:
            for name, trajectory, on_tissue in variants(engine, recording):
                for sensor in recording.sensors:
                    own = scores(sensor, placed[id(sensor)], trajectory, on_tissue)
                    rows.setdefault(sensor.row, {}).setdefault(name, []).append(own)
        print(f"{engine}: {time.perf_counter() - start:.0f} s")
    return {
        row: {
            name: [mean(list(signal)) for signal in zip(*each, strict=True)]
            for name, each in by_variant.items()
        }
        for row, by_variant in rows.items()
    }


def show(rows: dict[str, dict[str, list[Score]]]) -> None:
    """Print a table for each of the two signals."""
    for index, signal in enumerate(("accelerometer", "gyroscope")):
        bands = " | ".join(f"{low:g}-{high:g} Hz" for low, high in BANDS_HZ)
        print(f"\n| {signal} | engine | r (norm) | RMSE | peak | {bands} |")
        print("|---" * (5 + len(BANDS_HZ)) + "|")
        for row, by_variant in rows.items():
            for name, both in by_variant.items():
                s = both[index]
                ratios = " | ".join("" if np.isnan(x) else f"{x:.2f}" for x in s.bands)
                print(
                    f"| {row} | {name} | {s.r:.3f} ({s.r_norm:.3f}) | {s.rmse:.3f} "
                    f"| {s.peak:.2f} | {ratios} |"
                )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder that holds gaitmap/, leg-swing/, utd-mhad/")
    parser.add_argument("--engines", default=",".join(ENGINES), help="names with commas")
    parser.add_argument("--quick", action="store_true", help="only a tenth of UTD-MHAD's trials")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    arguments = parser.parse_args()
    engines = arguments.engines.split(",")
    if not set(engines) <= set(ENGINES):
        parser.error(f"the engines are {', '.join(ENGINES)}")
    rows = table(list(recordings(arguments.data, arguments.quick)), engines)
    show(rows)
    if arguments.json:
        plain = {
            row: {name: [asdict(s) for s in both] for name, both in by_variant.items()}
            for row, by_variant in rows.items()
        }
        arguments.json.write_text(json.dumps(plain, indent=1))


if __name__ == "__main__":
    main()
