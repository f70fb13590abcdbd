"""Small corpora whose captions can be told from their signals, and settings that suit them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from corpus_clips import JOINTS, make_clip

from imusim.cli import main
from imusim.corpus import Corpus, CorpusWriter
from imusim.learn.training import PretrainConfig, load_pretrain_config

SMALL = {"widths": [8, 16], "width": 16, "graph_layers": 1, "dropout": 0.1}

STILL = {
    "mounting": "stored", "sensors": (3, 3), "no_gyroscope": 0, "no_placement": 0,
    "speed": (1, 1), "crop": 0, "scale": 0, "accelerometer_noise": 0, "gyroscope_noise": 0,
    "accelerometer_bias": 0, "gyroscope_bias": 0, "clip": 0,
}  # fmt: skip
"""Augmentation that changes nothing."""


class Letters:
    """A text encoder: which letters stand after one another in a text, and how often."""

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for a, b in zip(f" {text}", f"{text} ", strict=True):
                row[(ord(a) * 31 + ord(b) * 7) % 64] += 1
        return torch.nn.functional.normalize(torch.from_numpy(rows), dim=1)


def moving(number: int, kind: int, rate_hz: float, seconds: float, **changes):
    """A clip whose every sensor swings about one axis, at a rate and an amplitude of its kind."""
    rng = np.random.default_rng(number)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    frames = len(t)
    swing = np.sin(2 * np.pi * (0.5 + 0.25 * kind) * t + rng.uniform(0, 6))[:, None]
    acceleration = np.zeros((frames, 3, 3)) + [0, 0, 9.8]
    acceleration[..., kind % 3] += (1 + kind) * swing
    acceleration += 0.01 * rng.normal(size=acceleration.shape)
    rate = np.zeros((frames, 3, 3))
    rate[..., (kind + 1) % 3] += (0.5 + 0.5 * kind) * swing
    given = {
        "frames": frames, "valid": np.ones(frames, bool),
        "captions": (f"somebody does number {kind}", f"motion {kind} is made"),
        "accelerometer": acceleration.astype(np.float32), "gyroscope": rate.astype(np.float32),
    }  # fmt: skip
    return make_clip(number, **(given | changes))


def make_corpus(folder, clips=24, kinds=4, rate_hz=20.0, seconds=4.0, joints=JOINTS, **changes):
    """Clips of several kinds by turns; ``changes`` are those of :func:`corpus_clips.make_clip`."""
    with CorpusWriter(folder, joints, rate_hz, {"seed": 7}) as writer:
        for number in range(clips):
            writer.add(moving(number, number % kinds, rate_hz, seconds, **changes))
    return Corpus(folder)


def small(**changes) -> PretrainConfig:
    settings = {
        "encoder_settings": SMALL, "width": 16, "window_s": 3.0, "batch_size": 8, "steps": 12,
        "warmup": 2, "validation_every": 6, "log_every": 3, "device": "cpu", "wordings": 0,
        "opposites": False, "validation_share": 0.25,
    }  # fmt: skip
    return load_pretrain_config(overrides={**settings, **changes})


def run(*arguments, capsys, code=0):
    """What ``imusim pretrain`` says, on both streams; it ends with that code."""
    with pytest.raises(SystemExit) as ended:
        main(["pretrain", *map(str, arguments)])
    said = capsys.readouterr()
    assert ended.value.code == code, said.err
    assert "Traceback" not in said.err
    return said.out, said.err
