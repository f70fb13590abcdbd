"""Which windows meet in a batch, and with which words: drawn anew from the batch's number."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from imusim.learn.examples import Examples, Raw
from imusim.learn.objectives.contrast import NONE
from imusim.learn.poses import Poses
from imusim.learn.training.wordings import Wordings

_WINDOWS, _WORDS, _DEVICE, _COMPANY = range(4)
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
        All that fit it, see :class:`imusim.learn.objectives.contrast.Pairs`.
    opposite : (B,) int64 tensor
    captions : (B, K) int array
        Of the windows, see :class:`Examples`.
    companions : int
        How many further windows of the same person stand behind the B in ``raw``, for each: those
        of the first, then those of the second.
    motion : Poses, optional
        Of the B windows, where examples have them.
    video : (B, D) float32 tensor, optional
        What is made of videos of them, see :meth:`Examples.video`.
    """

    number: int
    raw: Raw
    text: Tensor
    fitting: Tensor
    opposite: Tensor
    captions: NDArray[np.int64]
    companions: int = 0
    motion: Poses | None = None
    video: Tensor | None = None

    def __len__(self) -> int:
        return len(self.text)

    def part(self, some: slice) -> Drawn:
        """Some of the windows, with their companions."""
        count, own = len(self), self.companions
        chosen = torch.arange(count)[some]
        company = count + chosen[:, None] * own + torch.arange(own)
        every = torch.cat([chosen, company.flatten()])
        return replace(
            self, raw=part_of(self.raw, every), text=self.text[some],
            fitting=self.fitting[some], opposite=self.opposite[some],
            captions=self.captions[some], motion=self.motion and self.motion[some],
            video=None if self.video is None else self.video[some],
        )  # fmt: skip

    def to(self, device: torch.device | str) -> Drawn:
        """The same on another device."""
        return replace(
            self,
            raw=self.raw.to(device),
            text=self.text.to(device, non_blocking=True),
            fitting=self.fitting.to(device, non_blocking=True),
            opposite=self.opposite.to(device, non_blocking=True),
            motion=self.motion and self.motion.to(device),
            video=None if self.video is None else self.video.to(device, non_blocking=True),
        )

    def pin_memory(self) -> Drawn:
        """The same in memory that is copied to a GPU while that works on."""
        return replace(
            self,
            raw=Raw(*(part.pin_memory() for part in _parts(self.raw))),
            motion=self.motion and self.motion.pin_memory(),
        )


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
    wordings : Wordings, optional
        None of a training without texts.
    count : int
        Windows of a batch over all ranks.
    seed : int
    rank, ranks : int
    total : int
        How many batches there are.
    companions : int
        See :class:`Drawn`; drawn of all the person's windows among ``chosen``, of the clip's where
        nobody says who moved.
    """

    def __init__(
        self,
        examples: Examples,
        chosen: NDArray[np.int64],
        weights: NDArray[np.float64],
        wordings: Wordings | None,
        count: int,
        seed: int,
        rank: int = 0,
        ranks: int = 1,
        total: int = 1,
        companions: int = 0,
    ):
        self._examples, self._chosen, self._wordings = examples, chosen, wordings
        self._ends = np.cumsum(weights) / np.sum(weights)
        self._count, self._seed = count, seed
        self._rank, self._ranks, self._total = rank, ranks, total
        self._companions = companions
        self._own = _by_person(examples, chosen) if companions else {}

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
        if self._wordings is None:
            text, fitting = np.full(len(numbers), NONE), np.full((len(numbers), 1), NONE)
            opposite = text
        else:
            text = self._wordings.draw(captions, stream(self._seed, _WORDS, batch, self._rank))
            fitting, opposite = self._wordings.fitting(captions), self._wordings.opposite[text]
        every = numbers
        if self._companions:
            every = np.concatenate([numbers, self._with(numbers, batch)])
        return Drawn(
            batch,
            self._examples.read(every),
            torch.from_numpy(text),
            torch.from_numpy(fitting),
            torch.from_numpy(opposite),
            captions,
            self._companions,
            self._examples.motion(numbers),
            self._examples.video(numbers),
        )

    def _with(self, numbers: NDArray[np.int64], batch: int) -> NDArray[np.int64]:
        """Companions (B C,) of windows; a window accompanies itself only where it is alone."""
        generator = stream(self._seed, _COMPANY, batch, self._rank)
        drawn = []
        for number in numbers:
            own = self._own[number]
            others = own[own != number] if len(own) > 1 else own
            drawn.append(generator.choice(others, self._companions, len(others) < self._companions))
        return np.concatenate(drawn)


def _by_person(examples: Examples, chosen: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Of each window all of the same person."""
    clips = np.char.add("clip ", examples.clip[chosen].astype(str))
    known = examples.subjects[chosen] != ""
    people = np.char.add(np.char.add(examples.sources[chosen], " "), examples.subjects[chosen])
    _, who = np.unique(np.where(known, people, clips), return_inverse=True)
    order = np.argsort(who, kind="stable")
    groups = np.split(chosen[order], np.flatnonzero(np.diff(who[order])) + 1)
    return {int(number): group for group in groups for number in group}


def part_of(raw: Raw, some: slice | Tensor) -> Raw:
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
