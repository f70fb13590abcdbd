"""Compare gait made by rule with phones at the waist of real people.

    python tools/procedural_gait.py ../shared/data [--clips N]

Ten subjects of UCI-HAR walk, climb and descend; N clips of the same are made by rule, and a
sensor at the pelvis reads them. Of both, least, median and greatest over subjects or clips of
numbers that describe the signals are printed. Starts and stops of the clips are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import welch

import body_models
from imusim.body import BodyOptions
from imusim.conventions import STANDARD_GRAVITY
from imusim.motion import Motion
from imusim.pipeline import GenerateConfig, simulate_clip
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.recipe import make_clip

Array = NDArray[np.float64]
RATE_HZ = 50.0
WAIST = (0.1, -0.05, 0.05)
"""A phone on a belt, in the pelvis's frame, m."""
SETTLED_S = 0.8
"""After the start and before the stop."""
PAIRS = {
    "walking": ("WALKING", "gait/walking"),
    "upstairs": ("WALKING_UPSTAIRS", "gait/stairs-up"),
    "downstairs": ("WALKING_DOWNSTAIRS", "gait/stairs-down"),
}
BANDS_HZ = ((1.3, 3), (3, 6), (6, 10))
ROWS = (
    "highest peak of the spectrum, Hz", "acceleration's norm, standard deviation, m/s²",
    "1st percentile, m/s²", "99th percentile, m/s²", "vertical, RMS, m/s²",
    "horizontal, RMS, m/s²", *(f"share of power, {low:g}–{high:g} Hz" for low, high in BANDS_HZ),
    "angular rate, RMS, rad/s",
)  # fmt: skip


def describe(force: Array, rate: Array) -> list[float]:
    """Numbers of :data:`ROWS` of specific force (T, 3), m/s², and angular rate (T, 3), rad/s."""
    norm = np.linalg.norm(force, axis=1)
    length = min(len(norm), int(8 * RATE_HZ))
    frequency, power = welch(norm - norm.mean(), RATE_HZ, nperseg=length)
    steps = (frequency > 0.6) & (frequency < 5)
    up = force.mean(axis=0) / np.linalg.norm(force.mean(axis=0))
    moving = force - force.mean(axis=0)
    vertical = moving @ up
    whole = power[(frequency > 0.5) & (frequency < 20)].sum()
    shares = [power[(frequency > a) & (frequency < b)].sum() / whole for a, b in BANDS_HZ]
    return [
        frequency[steps][np.argmax(power[steps])],
        norm.std(),
        *np.percentile(norm, [1, 99]),
        vertical.std(),
        _rms(moving - vertical[:, None] * up),
        *shares,
        _rms(rate),
    ]


def _rms(vectors: Array) -> float:
    return float(np.sqrt((vectors**2).sum(axis=1).mean()))


def recorded(folder: Path) -> Array:
    """A row a subject."""
    files = [np.loadtxt(f, delimiter=",", skiprows=1) for f in sorted(folder.glob("*.csv"))]
    return np.array([describe(f[:, :3] * STANDARD_GRAVITY, f[:, 6:9]) for f in files])


def made(name: str, clips: int) -> Array:
    """A row a clip."""
    body = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
    config = GenerateConfig(joints=("pelvis",), offset=WAIST, rate_hz=RATE_HZ)
    rows = []
    for number in range(clips):
        motion, facts = _clip(name, number)
        record = simulate_clip(motion, body, config)
        time_s = np.arange(len(record.accelerometer)) / RATE_HZ
        begins, ends = (float(np.asarray(facts[key])) for key in ("begins", "ends"))
        steady = (time_s > begins + SETTLED_S) & (time_s < ends - SETTLED_S)
        signals = (record.accelerometer, record.gyroscope)
        rows.append(describe(*(s[steady, 0].astype(float) for s in signals)))
    return np.array(rows)


def _clip(name: str, number: int) -> tuple[Motion, Mapping[str, float | Array]]:
    motion, clip, _ = make_clip(RECIPES[name], 0, f"{name}/{number:05d}")
    return motion, clip.facts


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--clips", type=int, default=20)
    arguments = parser.parse_args()
    columns = {}
    for name, (activity, recipe) in PAIRS.items():
        columns[f"{name}, real"] = recorded(arguments.data / "uci-har" / activity)
        columns[f"{name}, by rule"] = made(recipe, arguments.clips)
    print("| |" + "".join(f" {name} |" for name in columns))
    print("|---|" + "---|" * len(columns))
    for row, title in enumerate(ROWS):
        cells = [
            " / ".join(f"{v:.2f}" for v in np.percentile(values[:, row], [0, 50, 100]))
            for values in columns.values()
        ]
        print(f"| {title} |" + "".join(f" {cell} |" for cell in cells))


if __name__ == "__main__":
    main()
