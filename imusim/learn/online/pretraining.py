"""What a network can learn from frames that nobody has labelled.

All objectives use what the network makes of the past and the present alone, so that the network
that learns is the one that goes frame by frame later. Signals are told in g and 3 rad/s
(:func:`imusim.learn.online.frames.scaled`); losses are mean squares over the samples that are
there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from imusim.errors import ConfigError
from imusim.learn.masks import EMPTIED, REPLACED, UNTOUCHED, span_masks
from imusim.learn.online.frames import FrameBatch, known, scaled
from imusim.learn.online.networks import FrameNetwork
from imusim.names import did_you_mean


class Objective(nn.Module, ABC):
    """A loss of a network, and the layers that only it needs.

    Parameters
    ----------
    sensors, width : int
        S and D of the network.
    """

    def __init__(self, sensors: int, width: int):
        super().__init__()
        self.sensors, self.width = sensors, width

    @abstractmethod
    def forward(self, network: FrameNetwork, batch: FrameBatch, rng: np.random.Generator) -> Tensor:
        """The loss of a batch; all draws are of ``rng``."""


class NextStep(Objective):
    """At each frame the next ones are told, ``ahead`` of them."""

    def __init__(self, sensors: int, width: int, ahead: int = 5):
        super().__init__(sensors, width)
        self.ahead = ahead
        self.tell = nn.Linear(width, ahead * sensors * 6)

    def forward(self, network: FrameNetwork, batch: FrameBatch, rng: np.random.Generator) -> Tensor:
        """See :func:`next_step_loss`."""
        del rng
        told = self.tell(network(batch.frames, batch.present))
        counts = known(batch.frames, batch.present)
        shape = (self.ahead, self.sensors, 6)
        return next_step_loss(told.unflatten(-1, shape), scaled(batch.frames, counts), counts)


class Masked(Objective):
    """Spans are hidden; at each hidden frame it is told what was there.

    LIMU-BERT (Xu et al. 2021) looks at both sides of a span. Here it is told from what came before
    it, and from the hidden frames themselves where they were replaced or kept.
    """

    def __init__(self, sensors: int, width: int):
        super().__init__(sensors, width)
        self.tell = nn.Linear(width, sensors * 6)

    def forward(self, network: FrameNetwork, batch: FrameBatch, rng: np.random.Generator) -> Tensor:
        """See :func:`imusim.learn.masks.span_masks` and :func:`masked_loss`."""
        device = batch.frames.device
        count, samples = batch.labels.shape
        masks = span_masks(_lengths(batch.present).cpu().numpy(), samples, rng)
        places = rng.integers(count * samples, size=(count, samples))
        what, other = torch.from_numpy(masks).to(device), torch.from_numpy(places).to(device)
        told = self.tell(network(*hidden(batch, what, other))).unflatten(-1, (self.sensors, 6))
        counts = known(batch.frames, batch.present)
        return masked_loss(told, scaled(batch.frames, counts), counts, what != UNTOUCHED)


class Autoencode(Objective):
    """A whole stretch is told from what is known after its last frame, the last frame first.

    The sequence autoencoder of Srivastava, Mansimov and Salakhutdinov 2015, whose decoder is given
    the code at every step and none of the frames.
    """

    def __init__(self, sensors: int, width: int, code: int = 64):
        super().__init__(sensors, width)
        self.narrow = nn.Linear(width, code)
        self.decoder = nn.GRU(code, width, batch_first=True)
        self.tell = nn.Linear(width, sensors * 6)

    def forward(self, network: FrameNetwork, batch: FrameBatch, rng: np.random.Generator) -> Tensor:
        """See :func:`autoencoding_loss`."""
        del rng
        lengths = _lengths(batch.present)
        made = network(batch.frames, batch.present)
        last = made[torch.arange(len(made), device=made.device), (lengths - 1).clamp(min=0)]
        code = self.narrow(last)[:, None].expand(-1, made.shape[1], -1)
        told = self.tell(self.decoder(code)[0]).unflatten(-1, (self.sensors, 6))
        counts = known(batch.frames, batch.present)
        return autoencoding_loss(told, scaled(batch.frames, counts), counts, lengths)


def next_step_loss(told: Tensor, targets: Tensor, counts: Tensor) -> Tensor:
    """Mean square of ``told[:, t, j - 1] - targets[:, t + j]`` over all t, j and known samples.

    Parameters
    ----------
    told : (B, T, A, S, 6) tensor
        Of j from 1 to A.
    targets : (B, T, S, 6) tensor
    counts : (B, T, S, 2) bool tensor
    """
    squares, weights = told.new_zeros(()), told.new_zeros(())
    samples = told.shape[1]
    for ahead in range(1, min(told.shape[2], samples - 1) + 1):
        weight = counts[:, ahead:].repeat_interleave(3, dim=-1)
        error = told[:, : samples - ahead, ahead - 1] - targets[:, ahead:]
        squares = squares + (error.square() * weight).sum()
        weights = weights + weight.sum()
    return squares / weights.clamp(min=1)


def masked_loss(told: Tensor, targets: Tensor, counts: Tensor, masked: Tensor) -> Tensor:
    """Mean square of ``told - targets`` (B, T, S, 6) over known samples of masked frames (B, T)."""
    weight = (counts & masked[..., None, None]).repeat_interleave(3, dim=-1)
    return ((told - targets).square() * weight).sum() / weight.sum().clamp(min=1)


def autoencoding_loss(told: Tensor, targets: Tensor, counts: Tensor, lengths: Tensor) -> Tensor:
    """Mean square of ``told[b, j] - targets[b, lengths[b] - 1 - j]`` over the known samples.

    Parameters
    ----------
    told, targets : (B, T, S, 6) tensor
    counts : (B, T, S, 2) bool tensor
    lengths : (B,) int64 tensor
        Frames of each stretch up to its last known sample.
    """
    places = torch.arange(told.shape[1], device=told.device)
    behind = lengths[:, None] - 1 - places
    rows = torch.arange(len(told), device=told.device)[:, None]
    at = behind.clamp(min=0)
    weight = (counts[rows, at] & (behind >= 0)[..., None, None]).repeat_interleave(3, dim=-1)
    return ((told - targets[rows, at]).square() * weight).sum() / weight.sum().clamp(min=1)


def hidden(batch: FrameBatch, what: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Frames and presence as the network sees them.

    Parameters
    ----------
    batch : FrameBatch
    what : (B, T) int64 tensor
        Of :mod:`imusim.learn.masks`.
    other : (B, T) int64 tensor
        Which frame of all B T stands in for one that is replaced.
    """
    replaced = (what == REPLACED)[..., None, None]
    frames = torch.where(replaced, batch.frames.flatten(0, 1)[other], batch.frames)
    present = torch.where(replaced, batch.present.flatten(0, 1)[other], batch.present)
    return frames, present & (what != EMPTIED)[..., None, None]


def _lengths(present: Tensor) -> Tensor:
    """Frames (B,) up to the last of which anything is known."""
    places = torch.arange(1, present.shape[1] + 1, device=present.device)
    return (present.flatten(2).any(dim=-1) * places).amax(dim=1)


@dataclass(frozen=True)
class ObjectiveKind:
    """An objective: an entry of the registry; ``make(sensors, width)`` makes it."""

    name: str
    summary: str
    make: Callable[[int, int], Objective]


OBJECTIVES: Mapping[str, ObjectiveKind] = {
    kind.name: kind
    for kind in (
        ObjectiveKind("next-step", "the next five frames are told", NextStep),
        ObjectiveKind("masked", "hidden spans are told from the past", Masked),
        ObjectiveKind("autoencode", "a stretch is told from its last state", Autoencode),
    )
}


def make_objective(name: str, network: FrameNetwork) -> Objective:
    """An objective by name. Raises ConfigError for an unknown one."""
    if name not in OBJECTIVES:
        raise ConfigError(
            f"no pretraining {name!r}.{did_you_mean(name, OBJECTIVES)} "
            f"There are: {', '.join(OBJECTIVES)}"
        )
    return OBJECTIVES[name].make(network.sensors, network.width)
