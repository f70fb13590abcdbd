"""Batches made up, as objectives see them, and InfoNCE written out number after number."""

from __future__ import annotations

import math

import numpy as np
import torch

from imusim.learn.batch import SensorBatch
from imusim.learn.examples import Raw
from imusim.learn.model import ImuTextModel, ModelSettings
from imusim.learn.objectives import Step
from imusim.learn.objectives.contrast import NONE
from imusim.learn.poses import Poses
from imusim.learn.training.batches import Drawn

WIDTH, SPACE, SAMPLES, VIDEO = 8, 5, 30, 6


def small_model() -> ImuTextModel:
    torch.manual_seed(1)
    settings = {"widths": [8, 8], "width": 8, "graph_layers": 1}
    return ImuTextModel(ModelSettings(encoder_settings=settings, text_width=7, width=SPACE))


def drawn(seed: int, count: int) -> Drawn:
    """Windows of noise, each with a text and a motion; one is short, two have no video."""
    generator = torch.Generator().manual_seed(seed)
    valid = torch.ones(count, 12, dtype=torch.bool)
    valid[0, 7:] = False
    raw = Raw(
        torch.randn(count, SAMPLES, 2, 6, generator=generator),
        torch.ones(count, SAMPLES, dtype=torch.bool),
        torch.tensor([0.0, 0, 0, 1]).expand(count, 2, 4), torch.arange(2).expand(count, 2),
    )  # fmt: skip
    text = torch.randperm(20, generator=generator)[:count]
    poses = Poses(torch.randn(count, 12, 22, 3, generator=generator), valid)
    none = torch.full((count, 1), NONE)
    video = torch.randn(count, VIDEO, generator=generator)
    video[torch.randperm(count, generator=generator)[:2]] = 0
    captions = np.zeros((count, 1), np.int64)
    return Drawn(0, raw, text, none, none[:, 0], captions, motion=poses, video=video)


def augment(
    raw: Raw, generator: torch.Generator, choice: torch.Generator | None = None
) -> SensorBatch:
    """A view that follows from its number alone, of a step of seed 0."""
    view = generator.initial_seed()
    signals = (raw.signals + 0.3 * view * raw.signals.roll(3, dims=1)).permute(0, 2, 3, 1)
    present = torch.ones(*raw.joint.shape, 2, dtype=torch.bool)
    return SensorBatch(signals, raw.joint, present, raw.valid)


def encode(sensors: SensorBatch) -> torch.Tensor:
    """Each window by itself."""
    generator = torch.Generator().manual_seed(9)
    flat = sensors.signals.flatten(1)
    return torch.tanh(flat @ torch.randn(flat.shape[1], WIDTH, generator=generator) / 6)


def step_of(model: ImuTextModel, batch: Drawn) -> Step:
    features = torch.randn(20, 7, generator=torch.Generator().manual_seed(4))
    return Step(model, batch, augment, encode, features, 0)


def unit(linear: torch.nn.Linear, row: torch.Tensor) -> np.ndarray:
    """Of one window."""
    made = linear.weight.detach().double().numpy() @ row.double().numpy()
    made = made if linear.bias is None else made + linear.bias.detach().double().numpy()
    return made / np.linalg.norm(made)


def plain_nce(one: list[np.ndarray | None], other: list[np.ndarray | None], scale: float) -> float:
    """The mean of both directions, over pairs of which neither is None."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    if not pairs:
        return 0.0
    one, other = map(list, zip(*pairs, strict=True))
    total = 0.0
    for rows, columns in ((one, other), (other, one)):
        for i, row in enumerate(rows):
            logits = [scale * float(row @ column) for column in columns]
            most = max(logits)
            below = most + math.log(sum(math.exp(each - most) for each in logits))
            total += (below - logits[i]) / len(rows) / 2
    return total
