"""Our magnetometer beside real ones, and how true the strength of a drawn disturbance is.

    python tools/magnetic.py [../shared/data/broad]

With BROAD's trials (HDF5) it finds the field in the first half of each undisturbed one and
foretells the second from position and orientation. Tables are Markdown, for
docs/explanation/magnetometer.md.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from imusim.math import rotations as rot
from imusim.sensor.earth_field import NAMED_FIELDS
from imusim.sensor.magnetic import MagneticField, draw_field, read_magnetometer

Array = NDArray[np.float64]

LAGS = (4, 5)
"""Samples by which BROAD's magnetometer comes after the cameras, 16 ms in the mean: of all lags
that one gives the steadiest field, in every trial."""
ROOMS_M = ((2.0, 2.0, 2.0), (4.0, 3.0, 2.0), (8.0, 8.0, 4.0), (40.0, 2.0, 2.0), (60.0, 60.0, 4.0))


@dataclass(frozen=True, eq=False)
class Trial:
    """A trial of BROAD: a board in Berlin, moved by hand, in an east-north-up world.

    Parameters
    ----------
    position : (N, 3) array
        World, m.
    orientation : (N, 4) array
        World from sensor, xyzw.
    read : (N, 3) array
        What its magnetometer read, T, its lag taken out.
    """

    position: Array
    orientation: Array
    read: Array

    @property
    def world(self) -> Array:
        """What was read, in the world frame, (N, 3), T."""
        return rot.rotate(self.orientation, self.read)


def read_trial(file: Path, lags: tuple[int, ...] = LAGS) -> Trial:
    """The moving part of a trial that the cameras saw, the magnetometer shifted by its lags."""
    with h5py.File(file) as data:
        orientation, position, raw_ut, moving = (
            np.asarray(data[name]) for name in ("opt_quat", "opt_pos", "imu_mag", "movement")
        )
    read = 1e-6 * np.mean([np.roll(raw_ut, -lag, axis=0) for lag in lags], axis=0)
    orientation = np.roll(orientation, -1, axis=1)  # from wxyz
    seen = np.isfinite(np.hstack([orientation, position, read])).all(axis=1) & moving
    return Trial(position[seen], orientation[seen], read[seen])


def read_trials(folder: Path, lags: tuple[int, ...] = LAGS) -> dict[str, Trial]:
    """The undisturbed trials of a folder, by number."""
    files = sorted(folder.glob("*_undisturbed_*.hdf5"))
    return {file.stem[:2]: read_trial(file, lags) for file in files}


def foretold(trial: Trial) -> tuple[Array, Array]:
    """RMSE (3,), T, and correlation (3,) of the second half, the field being the first's mean."""
    half = len(trial.read) // 2
    field = MagneticField(trial.world[:half].mean(axis=0), np.empty((0, 3)), np.empty((0, 3)))
    later = slice(half, None)
    ours = read_magnetometer(field, trial.position[later], trial.orientation[later])
    theirs = trial.read[later]
    alike = [np.corrcoef(a, b)[0, 1] for a, b in zip(ours.T, theirs.T, strict=True)]
    return np.sqrt(np.mean((ours - theirs) ** 2, axis=0)), np.array(alike)


def dip_deg(trial: Trial) -> float:
    """Inclination of the mean field, downwards."""
    mean = trial.world.mean(axis=0)
    return float(np.degrees(np.arctan2(-mean[2], np.hypot(*mean[:2]))))


def gradient(trial: Trial) -> tuple[float, float]:
    """Size of the gradient fitted across the room, T/m, and the share that no field may have."""
    slopes = fitted_slopes(trial.position, trial.world)
    size = float(np.linalg.norm(slopes))
    forbidden = np.hypot(np.linalg.norm(slopes - slopes.T) / 2, np.trace(slopes) / np.sqrt(3))
    return size, float(forbidden / size)


def fitted_slopes(position: Array, field: Array) -> Array:
    """Slopes (3, 3), T/m, of the plane nearest to a field (N, 3) at places (N, 3)."""
    away = position - position.mean(axis=0)
    design = np.hstack([np.ones((len(away), 1)), away])
    return np.asarray(np.linalg.lstsq(design, field, rcond=None)[0][1:], np.float64)


def middles(low: Array, high: Array, cell_m: float) -> Array:
    """Middles (N, 3) of the cells, at most so wide, that fill a box."""
    sides = [
        start + (np.arange(count) + 0.5) * (end - start) / count
        for start, end in zip(low, high, strict=True)
        for count in [int(np.ceil((end - start) / cell_m))]
    ]
    return np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, 3)


def show_trials(folder: Path) -> None:
    """Print the trials' table."""
    late = read_trials(folder, (0,))
    print(
        "| trial | RMSE, µT | correlation | RMSE, lag left in | inclination | µT "
        "| gradient, µT/m | of it forbidden |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, trial in read_trials(folder).items():
        rmse, alike = foretold(trial)
        size, share = gradient(trial)
        columns = [
            name,
            ", ".join(f"{1e6 * value:.2f}" for value in rmse),
            ", ".join(f"{value:.3f}" for value in alike),
            ", ".join(f"{1e6 * value:.2f}" for value in foretold(late[name])[0]),
            f"{dip_deg(trial):.1f}°",
            f"{1e6 * np.linalg.norm(trial.world.mean(axis=0)):.1f}",
            f"{1e6 * size:.1f}",
            f"{100 * share:.0f} %",
        ]
        print(f"| {' | '.join(columns)} |")


def show_rooms(draws: int = 16) -> None:
    """Print how far the RMS of drawn disturbances is from what was asked."""
    print("| room, m | RMS off, worst of the draws | gradient of 2 µT asked, median, µT/m |")
    print("|---|---|---|")
    for sides in ROOMS_M:
        low, high = np.zeros(3), np.array(sides)
        places = middles(low, high, max(0.05, float(np.prod(high)) ** (1 / 3) / 80))
        off, steep = [], []
        for seed in range(draws):
            rng = np.random.default_rng(seed)
            field = draw_field(NAMED_FIELDS["berlin"], rng, disturbance_t=2e-6, low=low, high=high)
            away = field.field_at(places) - field.uniform
            off.append(abs(np.sqrt(np.square(away).sum(axis=1).mean()) / 2e-6 - 1))
            steep.append(np.linalg.norm(fitted_slopes(places, away)))
        room = " × ".join(f"{side:g}" for side in sides)
        print(f"| {room} | {100 * max(off):.1f} % | {1e6 * np.median(steep):.1f} |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("broad", type=Path, nargs="?")
    folder = parser.parse_args().broad
    if folder is not None:
        show_trials(folder)
        print()
    show_rooms()


if __name__ == "__main__":
    main()
