"""LIMU-BERT: a small transformer over the samples of one sensor."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.errors import ConfigError
from imusim.learn.batch import SensorBatch
from imusim.learn.encoders.one_sensor import OneSensor, cut

_EPS = 1e-12


class LimuBert(OneSensor):
    """Attention among the samples of a sensor, whose blocks share their parameters.

    Xu et al., SenSys 2021 (LIMU-BERT): 120 samples at 20 Hz, 72 numbers each; 51,552 parameters.
    As in the published code, the short cut around attention starts behind it. Longer windows are
    cut into pieces of ``samples``. The embedding is the mean over valid samples.

    Parameters
    ----------
    width, hidden : int
        Of a sample, and between the two layers that each passes by itself.
    blocks, heads : int
    samples : int
        Those that attend to each other; each has an embedding of its place.

    Raises
    ------
    ConfigError
        If the heads do not part the width.
    """

    def __init__(
        self,
        width: int = 72,
        hidden: int = 144,
        blocks: int = 4,
        heads: int = 4,
        samples: int = 120,
    ):
        super().__init__()
        if heads < 1 or width % heads:
            raise ConfigError(f"encoder limu_bert: width {width} has no {heads} equal heads")
        self.width, self.blocks, self.heads, self.samples = width, blocks, heads, samples
        self.first = nn.Linear(6, width)
        self.place = nn.Embedding(samples, width)
        self.first_norm = nn.LayerNorm(width, eps=_EPS)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.mix = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=_EPS)
        self.inner, self.outer = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.last_norm = nn.LayerNorm(width, eps=_EPS)

    def frames(self, batch: SensorBatch) -> Tensor:
        """(N, T, ``width``) of every sample of the N sensors worn, windows in order."""
        signals, valid, _ = self.sensors(batch)
        return self._frames(signals, valid)

    def embed(self, signals: Tensor, valid: Tensor) -> Tensor:
        """(N, ``width``) of sensors."""
        known = valid[..., None]
        return (self._frames(signals, valid) * known).sum(dim=1) / known.sum(dim=1).clamp(min=1)

    def _frames(self, signals: Tensor, valid: Tensor) -> Tensor:
        parts, heard = cut(signals, self.samples), cut(valid, self.samples)
        x = self.first_norm(self.first(parts.flatten(0, 1).transpose(1, 2)))
        x = self.first_norm(x + self.place.weight)
        heard = heard.flatten(0, 1)[:, None, None]
        for _ in range(self.blocks):
            x = self._attend(x, heard)
            x = self.norm(x + self.mix(x))
            x = self.last_norm(x + self.outer(functional.gelu(self.inner(x))))
        return x.unflatten(0, parts.shape[:2]).flatten(1, 2)[:, : signals.shape[-1]]

    def _attend(self, x: Tensor, heard: Tensor) -> Tensor:
        query, key, value = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        weight = query @ key.transpose(2, 3) / query.shape[-1] ** 0.5
        weight = torch.softmax(weight.masked_fill(~heard, -1e4), dim=-1)
        return (weight @ value).transpose(1, 2).flatten(2)
