"""All texts that a training will meet, by number, embedded before it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imusim.errors import ConfigError
from imusim.learn.objectives.contrast import NONE

Ints = NDArray[np.int64]


class Encoder(Protocol):
    """A frozen text encoder."""

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Vectors (P, D) of texts."""
        ...


@dataclass(frozen=True, eq=False)
class Wordings:
    """P different texts: M captions, in up to V wordings each, and their opposites.

    Parameters
    ----------
    texts : tuple of str
    features : (P, D) float32 tensor
        What the text encoder made of them.
    of_caption : (M, V) int array
        Numbers of the wordings of each caption, its own first; filled up with NONE.
    opposite : (P,) int array
        Number of the text that says the opposite; NONE where there is none.
    """

    texts: tuple[str, ...]
    features: Tensor
    of_caption: Ints
    opposite: Ints

    @property
    def digest(self) -> str:
        """SHA-256 of the texts, which are what a training draws from."""
        return sha256("\0".join(self.texts).encode()).hexdigest()

    def fitting(self, captions: Ints) -> Ints:
        """Numbers (B, K V) of all texts that fit windows with captions (B, K), NONE-padded."""
        every = self.of_caption[captions]
        return np.where(captions[:, :, None] == NONE, NONE, every).reshape(len(captions), -1)

    def draw(self, captions: Ints, generator: np.random.Generator) -> Ints:
        """One text (B,) of each window: one of its captions, and a wording of that."""
        rows = np.arange(len(captions))
        many = (captions != NONE).sum(axis=1)
        caption = captions[rows, generator.integers(many)]
        several = (self.of_caption[caption] != NONE).sum(axis=1)
        return self.of_caption[caption, generator.integers(several)]


def make_wordings(
    captions: Sequence[str],
    encoder: Encoder,
    reworded: Mapping[str, Sequence[str]] | None = None,
    turn: Callable[[str], str | None] | None = None,
) -> Wordings:
    """Number and embed captions, their other wordings, and the opposites of all these.

    Parameters
    ----------
    captions : sequence of str
        M different ones.
    encoder : Encoder
    reworded : mapping, optional
        Other wordings of captions.
    turn : callable, optional
        What says the opposite of a text; None where nothing does.

    Raises
    ------
    ConfigError
        If the encoder makes no finite vectors of them.
    """
    numbers: dict[str, int] = {}
    others = reworded or {}
    rows = [dict.fromkeys([caption, *others.get(caption, ())]) for caption in captions]
    for row in rows:
        for text in row:
            numbers.setdefault(text, len(numbers))
    of_caption = np.full((len(rows), max(map(len, rows))), NONE, np.int64)
    for caption, row in enumerate(rows):
        of_caption[caption, : len(row)] = [numbers[text] for text in row]
    opposite = {}
    for text in tuple(numbers) if turn else ():
        turned = turn(text) if turn else None
        if turned and turned != text:
            opposite[numbers[text]] = numbers.setdefault(turned, len(numbers))
    against = np.full(len(numbers), NONE, np.int64)
    against[list(opposite)] = list(opposite.values())
    features = encoder.encode(tuple(numbers)).float()
    if features.shape[0] != len(numbers) or not torch.isfinite(features).all():
        raise ConfigError("the text encoder made no finite vectors of the captions")
    return Wordings(tuple(numbers), features, of_caption, against)
