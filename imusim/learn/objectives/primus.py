"""The objective of PRIMUS: two views, other modalities, nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from imusim.errors import ConfigError
from imusim.learn.objectives.base import MOTION, TEXT, VIDEO, Objective, Step
from imusim.learn.objectives.contrast import Scale, of_all_ranks, paired_loss
from imusim.learn.objectives.motion import MotionEncoder, poses_of
from imusim.learn.objectives.queue import FeatureQueue
from imusim.learn.objectives.views import Views

MODALITIES = (MOTION, VIDEO, TEXT)
"""Neighbours are looked for in the first that there is."""


class Primus(Objective):
    """Self-supervised, multimodal and nearest-neighbour terms (Das et al. 2025).

    With views ``v`` and ``w`` of windows, their embeddings ``s`` for other modalities and ``m`` of
    these, the loss is ``alpha L(v, w) + (1 - alpha) Σ L(s, m)``, where L is InfoNCE in both
    directions, and, with a queue, the same once more with neighbours ``v'`` and ``m'`` in the place
    of ``w`` and ``m``. These are what the queue holds of one earlier window: the one whose motion,
    without motion whose video, without both whose text, is nearest to that of the window itself.

    Videos come as embeddings of a frozen model (:mod:`imusim.corpus.videos`), which a linear layer
    brings into the space. Each term is the mean over windows that have what it is made of; where
    neighbours are looked for by videos, windows without one have none.

    Text is projected, and windows are for its sake, by the model itself, so that classes can be
    named by it; the temperature of the multimodal terms is the model's then.

    Parameters
    ----------
    width : int
        Of the encoder.
    space : int
        Of all embeddings; with text that of the model.
    video : int
        Of what is made of videos.
    alpha : float
        Share of the self-supervised terms, from 0 to below 1.
    queue : int
        Windows that neighbours are looked for among; 0: no such terms.
    modalities : sequence of str
        Of ``text``, ``motion`` and ``video``.
    temperature : float
        At the start, of both temperatures; that of the model has its own.

    Raises
    ------
    ConfigError
        For a setting out of range.
    """

    needs: ClassVar[frozenset[str]] = frozenset({TEXT, MOTION})

    def __init__(
        self,
        width: int,
        space: int,
        video: int,
        alpha: float = 0.5,
        queue: int = 8192,
        modalities: Sequence[str] = (MOTION, TEXT),
        temperature: float = 0.1,
    ):
        super().__init__()
        if not 0 <= alpha < 1:
            raise ConfigError(f"alpha must be from 0 to below 1, not {alpha}; views alone: `views`")
        if queue < 0:
            raise ConfigError(f"queue must be 0 or more windows, not {queue}")
        if not modalities or not set(modalities) <= set(MODALITIES):
            raise ConfigError(
                f"modalities: some of {', '.join(MODALITIES)}, not {list(modalities)}"
            )
        self.alpha = alpha
        self.modalities = tuple(each for each in MODALITIES if each in modalities)
        self.views = Views(width, space, temperature) if alpha else None
        self.motion = MotionEncoder(space) if MOTION in modalities else None
        self.video = nn.Linear(video, space) if VIDEO in modalities else None
        told = TEXT in modalities
        self.head = None if told else nn.Linear(width, space)
        self.scale = None if told else Scale(temperature)
        kinds = len(self.modalities) + bool(alpha)
        self.queue = FeatureQueue(queue, kinds, space) if queue else None

    def forward(self, step: Step) -> Tensor:
        """Over the batches of all ranks; while training, the queue takes the batch in."""
        encoded = step.own()
        model = step.model
        sensors = normalize(self.head(encoded), dim=-1) if self.head else model.project(encoded)
        others = [self._other(name, step) for name in self.modalities]
        scale = self.scale() if self.scale else model.scale()
        view = self.views.embed(step, 0) if self.views else None

        def both(kinds: Sequence[Tensor], again: Tensor | None) -> Tensor:
            total = (1 - self.alpha) * sum(paired_loss(sensors, each, scale) for each in kinds)
            if self.views and view is not None and again is not None:
                total = total + self.alpha * paired_loss(view, again, self.views.scale())
            return torch.as_tensor(total)

        loss = both(others, self.views.embed(step, 1) if self.views else None)
        if self.queue is None:
            return loss
        kinds = self.queue.nearest(0, others[0]).unbind(dim=1)
        near = both(kinds[: len(others)], kinds[-1] if self.views else None)
        if self.training:
            new = torch.stack([*others, *([] if view is None else [view])], dim=1)
            self.queue.add(of_all_ranks(new.detach()))
        return loss + near

    def _other(self, modality: str, step: Step) -> Tensor:
        """Unit embeddings (B, ``space``) of another modality than the sensors'; zero where none."""
        if self.motion and modality == MOTION:
            return self.motion(poses_of(step))
        if self.video and modality == VIDEO:
            seen = video_of(step)
            return normalize(self.video(seen), dim=-1) * seen.any(dim=-1, keepdim=True)
        return step.model.embed_text(step.features[step.drawn.text])


def video_of(step: Step) -> Tensor:
    """The batch's. Raises ConfigError where none was read."""
    if step.drawn.video is None:
        raise ConfigError("the objective needs videos, and none were read")
    return step.drawn.video
