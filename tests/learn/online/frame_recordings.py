"""Made-up people who do one thing after another, of whom everything is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imusim.learn.online.config import FrameConfig, make_config
from imusim.learn.online.recorded import FrameSequence, Recorded

LABELS = ("still", "swinging", "upside down")
SMALL = {"width": 16, "layers": 1}


def made_recorded(people=4, each=2, rate_hz=20.0, seed=0) -> Recorded:
    """One sensor; the three labels by turns, each for two to three seconds."""
    rng = np.random.default_rng(seed)
    sequences = []
    for number in range(people * each):
        parts = [(k % 3, int(rng.integers(40, 60))) for k in range(rng.integers(3), 8)]
        labels = np.repeat([label for label, _ in parts], [count for _, count in parts])
        time_s = np.arange(len(labels)) / rate_hz
        frames = 0.2 * rng.normal(size=(len(labels), 1, 6))
        frames[:, 0, 2] += np.where(labels == 2, -9.8, 9.8)
        swing = np.sin(2 * np.pi * 1.5 * time_s + rng.uniform(0, 6))
        frames[:, 0, 3] += np.where(labels == 1, 3 * swing, 0)
        frames[:, 0, 0] += np.where(labels == 1, 6 * swing, 0)
        sequences.append(
            FrameSequence(
                frames.astype(np.float32), np.ones((len(labels), 1, 2), bool),
                labels.astype(np.int64), f"p{number // each}", f"r{number}", "CC0-1.0",
            )
        )  # fmt: skip
    return Recorded("made", ("left_wrist",), rate_hz, LABELS, tuple(sequences))


def small(**changes) -> FrameConfig:
    settings = {
        "network_settings": SMALL, "sensors": ("left_wrist",), "rate_hz": 20.0, "window_s": 4.0,
        "mounting": "stored", "batch_size": 8, "steps": 6, "warmup": 2, "validation_every": 3,
        "log_every": 3, "device": "cpu", "validation_share": 0.25,
    }  # fmt: skip
    return make_config({**settings, **changes})


def write_geotec(folder: Path, people=3) -> Path:
    """GeoTec as its publisher packs it: a phone that turns about at every change of label."""
    rng = np.random.default_rng(5)
    for person in range(1, people + 1):
        own = folder / f"s0{person}"
        own.mkdir(parents=True)
        plan = [("SEATED", 1), ("STANDING_UP", 2), ("WALKING", 3), ("TURNING", 2), ("SEATED", 1)]
        words = np.repeat([word for word, _ in plan], 150)
        up = np.repeat([axis for _, axis in plan], 150)
        for unit in ("sp", "sw"):
            rows = ["timestamp,x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,label"]
            for n, (word, axis) in enumerate(zip(words, up, strict=True)):
                values = 0.1 * rng.normal(size=6)
                values[axis - 1] += 9.8
                numbers = ",".join(f"{value:.4f}" for value in values)
                rows.append(f"{1_600_000_000_000 + 10 * n},{numbers},{word}")
            (own / f"s0{person}_01_{unit}.csv").write_text("\n".join(rows) + "\n")
    return folder
