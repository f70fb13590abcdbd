"""Which windows meet in a batch, and with which words: drawn anew from the batch's number."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from imusim.learn.examples import Examples, Raw
from imusim.learn.training.wordings import Wordings

_WINDOWS, _WORDS, _DEVICE = range(3)
"""Streams of random numbers that know nothing of one another."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A batch as it is read; ``number`` counts batches from the training's start.

    Parameters
    ----------
    number : int
    raw : Raw
        B windows.
    text : (B,) int64 tensor
        The text drawn for each.
    fitting : (B, K V) int64 tensor
        All that fit it, see :class:`imusim.learn.objective.Pairs`.
    opposite : (B,) int64 tensor
    captions : (B, K) int array
        Of the windows, see :class:`Examples`.
    """

    number: int
    raw: Raw
    text: Tensor
    fitting: Tensor
    opposite: Tensor
    captions: NDArray[np.int64]

    def to(self, device: torch.device | str) -> Drawn:
        """The same on another device."""
        return replace(
            self,
            raw=self.raw.to(device),
            text=self.text.to(device, non_blocking=True),
            fitting=self.fitting.to(device, non_blocking=True),
            opposite=self.opposite.to(device, non_blocking=True),
        )

    def pin_memory(self) -> Drawn:
        """The same in memory that is copied to a GPU while that works on."""
        return replace(self, raw=Raw(*(part.pin_memory() for part in _parts(self.raw))))


class Batches(Dataset[Drawn]):
    """Batch by number: nothing of what came before is needed to make one.

    Windows are drawn with weights, one from each of B equal stretches of their sum, so that a
    batch holds each source and activity as often as its weight says, to within one. Which of the
    ranks gets which is random too.

    Parameters
    ----------
    examples : Examples
    chosen : (N',) int array
        Numbers of the windows to draw from.
    weights : (N',) array
        How often, relative to each other.
    wordings : Wordings
    count : int
        Windows of a batch over all ranks.
    seed : int
    rank, ranks : int
    total : int
        How many batches there are.
    """

    def __init__(
        self,
        examples: Examples,
        chosen: NDArray[np.int64],
        weights: NDArray[np.float64],
        wordings: Wordings,
        count: int,
        seed: int,
        rank: int = 0,
        ranks: int = 1,
        total: int = 1,
    ):
        self._examples, self._chosen, self._wordings = examples, chosen, wordings
        self._ends = np.cumsum(weights) / np.sum(weights)
        self._count, self._seed = count, seed
        self._rank, self._ranks, self._total = rank, ranks, total

    def __len__(self) -> int:
        return self._total

    def numbers(self, batch: int) -> NDArray[np.int64]:
        """Windows (B,) of this rank's share."""
        generator = stream(self._seed, _WINDOWS, batch)
        places = (np.arange(self._count) + generator.random(self._count)) / self._count
        drawn = np.searchsorted(self._ends, places, side="right")
        drawn = generator.permutation(np.minimum(drawn, len(self._chosen) - 1))
        return self._chosen[drawn[self._rank :: self._ranks]]

    def __getitem__(self, batch: int) -> Drawn:
        return self.part(batch)

    def part(self, batch: int, most: int | None = None) -> Drawn:
        """The first few windows of a batch; all by default."""
        numbers = self.numbers(batch)[:most]
        captions = self._examples.captions[numbers]
        text = self._wordings.draw(captions, stream(self._seed, _WORDS, batch, self._rank))
        return Drawn(
            batch,
            self._examples.read(numbers),
            torch.from_numpy(text),
            torch.from_numpy(self._wordings.fitting(captions)),
            torch.from_numpy(self._wordings.opposite[text]),
            captions,
        )


def part_of(raw: Raw, some: slice) -> Raw:
    """Some of the windows."""
    return Raw(*(part[some] for part in _parts(raw)))


def _parts(raw: Raw) -> tuple[Tensor, ...]:
    return raw.signals, raw.valid, raw.link_from_sensor, raw.joint


def stream(*place: int) -> np.random.Generator:
    """Random numbers that follow from a place alone: seed, purpose, batch, rank."""
    return np.random.default_rng(np.random.SeedSequence(place))


def device_seed(seed: int, batch: int, rank: int) -> int:
    """Seed of what is drawn where the model computes: augmentation and dropout of a batch."""
    return int(stream(seed, _DEVICE, batch, rank).integers(2**62))
