"""Recordings and models that are made up, of which everything is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from imusim.conventions import STANDARD_GRAVITY
from imusim.learn.batch import SensorBatch
from imusim.learn.evaluation import RealWindows
from imusim.learn.model import ImuTextModel, ModelSettings
from imusim.recordings import Recording, Sensor, Span

SMALL = {"widths": (8, 16), "width": 16}


def small_model(seed: int = 0, **settings) -> ImuTextModel:
    """A model that knows nothing."""
    torch.manual_seed(seed)
    made = {"encoder_settings": SMALL, "width": 16, "text_width": 12, **settings}
    return ImuTextModel(ModelSettings(**made)).eval()


def captionless_model(seed: int = 0, **settings) -> ImuTextModel:
    """The same without texts, as a training without captions makes it."""
    return small_model(seed, text_width=0, text_model="", **settings)


def recording(sensors, spans, subject="1", key="k", dataset="geotec") -> Recording:
    """Of ``{name: (accelerometer (N, 3), gyroscope or None)}`` at 50 Hz."""
    units = tuple(
        Sensor(name, "", np.arange(len(force)) / 50, force, rate, 50.0, even=True)
        for name, (force, rate) in sensors.items()
    )
    return Recording(key, dataset, units, tuple(Span(*span) for span in spans), subject)


def at_rest(direction, count=1000) -> np.ndarray:
    """Specific force (N, 3) of a sensor at rest whose axis ``direction`` points up."""
    up = np.asarray(direction, float)
    return np.tile(STANDARD_GRAVITY * up / np.linalg.norm(up), (count, 1))


def made_windows(
    people=4, each=3, classes=3, samples=40, seed=0, told=True, placement=0
) -> RealWindows:
    """Windows whose class is the axis that gravity is on, or, not ``told``, nothing at all."""
    rng = np.random.default_rng(seed)
    labels = np.tile(np.arange(classes), people * each)
    subjects = np.repeat([f"p{n}" for n in range(people)], each * classes)
    groups = np.array([f"{s}-{n // classes}" for n, s in enumerate(subjects)])
    signals = rng.normal(size=(len(labels), 1, 6, samples)) * 0.3
    axis = labels if told else rng.integers(classes, size=len(labels))
    signals[np.arange(len(labels)), 0, axis] += STANDARD_GRAVITY
    count = len(labels)
    return RealWindows(
        dataset="made",
        batch=SensorBatch(
            torch.from_numpy(signals.astype(np.float32)),
            torch.full((count, 1), placement),
            torch.ones(count, 1, 2, dtype=torch.bool),
            torch.ones(count, samples, dtype=torch.bool),
        ),
        labels=labels,
        classes=tuple(f"class {k}" for k in range(classes)),
        prompts=tuple((f"class {k}", f"a person does {k}") for k in range(classes)),
        subjects=subjects,
        groups=groups,
        sensors=np.full((count, 1), "unit"),
        rate_hz=20.0,
        window_s=samples / 20,
        mounting="unknown",
    )


def write_uci_har(folder: Path, people=(1, 2, 3, 4), seconds=12.0) -> Path:
    """UCI-HAR as it is when joined: three activities that differ in how much moves, and where
    gravity is."""
    rng = np.random.default_rng(3)
    count = round(seconds * 50)
    time_s = np.arange(count) / 50
    for activity, moves, up in (
        ("WALKING", 3.0, (1.0, 0.0, 0.0)),
        ("STANDING", 0.0, (1.0, 0.0, 0.0)),
        ("LAYING", 0.0, (0.0, 0.0, 1.0)),
    ):
        (folder / activity).mkdir(parents=True)
        for person in people:
            force = np.tile(up, (count, 1)) + 0.002 * rng.normal(size=(count, 3))
            force[:, 0] += moves / 9.81 * np.sin(2 * np.pi * (1.7 + 0.1 * person) * time_s)
            rate = 0.01 * rng.normal(size=(count, 3)) + moves / 5 * np.sin(5 * time_s)[:, None]
            rows = np.hstack([force, rate])
            lines = [",".join(f"{v:.6f}" for v in row) for row in rows]
            head = "accx,accy,accz,body_gyrox,body_gyroy,body_gyroz"
            file = folder / activity / f"Subject_{person}.csv"
            file.write_text("\n".join([head, *lines]) + "\n")
    return folder
