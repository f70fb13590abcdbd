"""What an objective is, and what it is told of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn

from imusim.learn.batch import SensorBatch

if TYPE_CHECKING:
    from imusim.learn.model import ImuTextModel
    from imusim.learn.training.batches import Drawn
    from imusim.learn.training.config import PretrainConfig

TEXT, MOTION, VIDEO, PEOPLE = "text", "motion", "video", "people"
"""What an objective may need of a corpus: captions, poses, embeddings of videos, who moved."""


class Step:
    """A batch, as objectives look at it.

    Views are drawn and encoded when they are first asked for, and shared by all objectives. What is
    drawn follows from ``seed`` and the view's number, whoever asks first.

    Parameters
    ----------
    model : ImuTextModel
        What is trained.
    drawn : Drawn
        The batch as it was read.
    augment : callable
        ``augment(raw, generator, choice)``: a :class:`SensorBatch`, new with each generator; of the
        sensors that ``choice`` draws, if it is given.
    encode : callable
        ``encode(sensors)``: (B, D) float32 of the model's encoder, within the memory and precision
        of the training; ``encode(sensors, frames=True)``: (N, T, D) of the N sensors worn.
    features : (P, F) tensor
        What the text encoder made of all texts, by number; none without texts.
    seed : int
        Of all that this step draws.
    """

    def __init__(
        self,
        model: ImuTextModel,
        drawn: Drawn,
        augment: Callable[..., SensorBatch],
        encode: Callable[..., Tensor],
        features: Tensor,
        seed: int,
    ):
        self.model, self.drawn, self.encode, self.features = model, drawn, encode, features
        self._augment, self._seed = augment, seed
        self._sensors: dict[int, SensorBatch] = {}
        self._encoded: dict[int, Tensor] = {}

    def __len__(self) -> int:
        return len(self.drawn.raw)

    @property
    def device(self) -> torch.device:
        """Where to compute."""
        return self.drawn.raw.signals.device

    def generator(self, number: int) -> torch.Generator:
        """Random numbers of this step; those of another number know nothing of them."""
        return torch.Generator(self.device).manual_seed(self._seed + number)

    def sensors(self, view: int = 0) -> SensorBatch:
        """The windows as augmentation draws them for the ``view``-th time, of the same sensors."""
        if view not in self._sensors:
            choice = self.generator(0) if view else None
            self._sensors[view] = self._augment(self.drawn.raw, self.generator(view), choice)
        return self._sensors[view]

    def encoded(self, view: int = 0) -> Tensor:
        """What the encoder makes of a view, (B, D)."""
        if view not in self._encoded:
            self._encoded[view] = self.encode(self.sensors(view))
        return self._encoded[view]

    def own(self, view: int = 0) -> Tensor:
        """The same of the batch's windows, without those that accompany them."""
        return self.encoded(view)[: len(self.drawn)]


class Objective(nn.Module):
    """A loss, with all that it learns beside the encoder: heads, temperatures, queues.

    Of what it draws, generators of numbers of 1,000 and more are its own
    (:meth:`Step.generator`); below are those of views.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    """Of :data:`TEXT`, :data:`MOTION`, :data:`VIDEO` and :data:`PEOPLE`."""
    encodes: ClassVar[bool] = True
    """Whether the encoder learns from it."""
    kept: ClassVar[bool] = False
    """Whether what it learns beside the encoder is of use afterwards: then ``model.pt`` has it."""

    @property
    def origin(self) -> Mapping[str, Any]:
        """What it was made from, for the record; its ``licences`` join those of the motion."""
        return {}

    def check(self, config: PretrainConfig) -> None:
        """Refuse settings of the training that it cannot work with. Raises ConfigError."""
        del config

    def forward(self, step: Step) -> Tensor:
        """The mean over the batch, () float32."""
        raise NotImplementedError
