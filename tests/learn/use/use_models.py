"""Small models and made-up recordings."""

import hashlib

import numpy as np
import torch

from imusim.learn.model import ImuTextModel, ModelSettings
from imusim.recordings.model import Recording, Sensor

SMALL = {"widths": [8, 16], "width": 16}


def features(texts):
    """Vectors (M, 12) that follow from texts alone, in place of a text encoder."""
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") for text in texts]
    rows = [torch.randn(12, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.stack(rows)


def small_model(mounting="unknown", seed=0, text_width=12, **settings):
    torch.manual_seed(seed)
    return ImuTextModel(
        ModelSettings(
            encoder_settings=SMALL, text_width=text_width, width=24, mounting=mounting, **settings
        )
    ).eval()


def made_sensor(name="watch", placement="left_wrist", seed=0, seconds=25.0, rate_hz=20.0):
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    signals = rng.normal(size=(len(time_s), 6)) + [0, 0, 9.8, 0, 0, 0]
    return Sensor(name, placement, time_s, signals[:, :3], signals[:, 3:], rate_hz, even=True)


def made_recording(*sensors):
    return Recording("made", "", sensors or (made_sensor(),))
