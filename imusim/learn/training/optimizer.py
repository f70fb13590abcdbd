"""How weights are moved: which decay, and how fast they learn at each step."""

from __future__ import annotations

import math
from typing import Protocol

import torch
from torch import nn

_DECAYING = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Learning(Protocol):
    """Of settings of a training, those that move its weights."""

    @property
    def learning_rate(self) -> float: ...  # noqa: D102
    @property
    def warmup(self) -> int: ...  # noqa: D102
    @property
    def schedule(self) -> str: ...  # noqa: D102
    @property
    def betas(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def weight_decay(self) -> float: ...  # noqa: D102


def make_optimizer(module: nn.Module, config: Learning) -> torch.optim.Optimizer:
    """AdamW (Loshchilov and Hutter 2019); without decay it is Adam.

    Only weights of linear and convolutional layers decay: to draw gains of norms, biases,
    embeddings, relations between joints or the temperature towards zero means nothing.
    """
    decaying = {id(part.weight) for part in module.modules() if isinstance(part, _DECAYING)}
    every = [weight for weight in module.parameters() if weight.requires_grad]
    groups = [
        {
            "params": [weight for weight in every if (id(weight) in decaying) == decays],
            "weight_decay": config.weight_decay if decays else 0.0,
        }
        for decays in (True, False)
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas)


def learning_rate(config: Learning, step: int, steps: int) -> float:
    """Of a step, counted from 0: a straight rise, then half a cosine down to 0, or none."""
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    if config.schedule == "constant":
        return config.learning_rate
    done = (step - config.warmup) / max(1, steps - config.warmup)
    return config.learning_rate * (1 + math.cos(math.pi * min(1.0, done))) / 2
