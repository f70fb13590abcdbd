"""Samples that are hidden from the encoder are told from those around them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import ConfigError
from imusim.learn.batch import SensorBatch
from imusim.learn.encoders import ENCODERS
from imusim.learn.encoders.one_sensor import ends
from imusim.learn.encoders.worn import Worn
from imusim.learn.masks import UNTOUCHED, span_masks
from imusim.learn.objectives.base import Objective, Step

if TYPE_CHECKING:
    from imusim.learn.training.config import PretrainConfig

HIDDEN = 0.8
"""Share of the windows whose masked samples are zeros; the others show them."""
_DRAWS = 1000
"""Number of the generator."""


class Masked(Objective):
    """The pretraining of LIMU-BERT (Xu et al., SenSys 2021): masked spans are rebuilt.

    Spans cover 15 % of a window's samples, those of all its sensors at once
    (:func:`imusim.learn.masks.span_masks`). In four of five windows they are zeros to the encoder,
    which rebuilds them from what it makes of each sample. The loss is the mean square over masked
    samples that are there, accelerometers in g and gyroscopes in rad/s.

    Parameters
    ----------
    width : int
        Of the encoder, which must have frames: ``encoder.frames(batch)``, (N, T, ``width``) of the
        N sensors worn.
    """

    def __init__(self, width: int):
        super().__init__()
        self.head = nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width, eps=1e-12), nn.Linear(width, 6)
        )

    def check(self, config: PretrainConfig) -> None:
        """Raises ConfigError for an encoder that makes nothing of single samples."""
        able = [name for name, kind in ENCODERS.items() if hasattr(kind.make, "frames")]
        if config.encoder not in able:
            raise ConfigError(
                f"objective masked rebuilds single samples, of which encoder {config.encoder} "
                f"makes nothing: choose --encoder {' or '.join(able)}"
            )

    def forward(self, step: Step) -> Tensor:
        """Over this rank's windows."""
        sensors = step.sensors()
        rng = np.random.default_rng(step.generator(_DRAWS).initial_seed())
        masked, hidden = spans(sensors.valid, rng)
        shown = replace(sensors, signals=sensors.signals.masked_fill(hidden[:, None, None], 0.0))
        return masked_loss(self.head(step.encode(shown, frames=True)), sensors, masked)


def spans(valid: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Which samples of windows (B, T) are masked, and which of these are zeros to the encoder."""
    drawn = span_masks(ends(valid).cpu().numpy(), valid.shape[1], rng) != UNTOUCHED
    emptied = rng.random((len(drawn), 1)) < HIDDEN
    masked, hidden = (torch.from_numpy(each).to(valid.device) for each in (drawn, drawn & emptied))
    return masked, hidden


def masked_loss(told: Tensor, sensors: SensorBatch, masked: Tensor) -> Tensor:
    """Mean square of what is told of the N sensors worn, (N, T, 6), over masked samples (B, T)."""
    worn, places = Worn(sensors), sensors.placement.shape[1]
    units = told.new_tensor([STANDARD_GRAVITY] * 3 + [1.0] * 3)
    targets = worn.each(sensors.signals).mT / units
    counts = worn.each((masked & sensors.valid)[:, None].expand(-1, places, -1))
    weight = counts[..., None] & worn.each(sensors.present).repeat_interleave(3, dim=-1)[:, None]
    return ((told - targets).square() * weight).sum() / weight.sum().clamp(min=1)
