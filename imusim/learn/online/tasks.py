"""What is trained: a model on labels, or its network on an objective."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.compare.transfer.scores import macro_f1
from imusim.learn.online.frames import NO_LABEL, FrameBatch
from imusim.learn.online.model import FrameModel
from imusim.learn.online.pretraining import make_objective


class Task(nn.Module, ABC):
    """A model, its loss, and how good it is.

    Parameters
    ----------
    model : FrameModel
    """

    score_name: str
    """Of what :meth:`score` tells."""

    def __init__(self, model: FrameModel):
        super().__init__()
        self.model = model

    @abstractmethod
    def forward(self, batch: FrameBatch, rng: np.random.Generator) -> Tensor:
        """The loss of a batch."""

    @abstractmethod
    def score(self, batches: Iterable[FrameBatch]) -> float:
        """How good the model is; more is better. It is at rest."""


class Labelled(Task):
    """Cross-entropy of the classes, frame by frame."""

    score_name = "macro_f1"

    def forward(self, batch: FrameBatch, rng: np.random.Generator) -> Tensor:
        """Mean over the frames that have a label."""
        del rng
        logits = self.model(batch.frames, batch.present).flatten(0, 1)
        labels = batch.labels.flatten()
        total = functional.cross_entropy(logits, labels, ignore_index=NO_LABEL, reduction="sum")
        return total / (labels != NO_LABEL).sum().clamp(min=1)

    def score(self, batches: Iterable[FrameBatch]) -> float:
        """Frame-wise macro-F1."""
        count = len(self.model.settings.labels)
        confusion = np.zeros((count, count))
        for batch in batches:
            said = self.model(batch.frames, batch.present).argmax(dim=-1).cpu().numpy()
            confusion += confusion_of(batch.labels.cpu().numpy(), said, count)
        return float(macro_f1(confusion))


class Unlabelled(Task):
    """An objective that needs no label."""

    score_name = "loss_negated"

    def __init__(self, model: FrameModel, name: str):
        super().__init__(model)
        self.objective = make_objective(name, model.network)

    def forward(self, batch: FrameBatch, rng: np.random.Generator) -> Tensor:
        """Of the objective."""
        return self.objective(self.model.network, batch, rng)

    def score(self, batches: Iterable[FrameBatch]) -> float:
        """The loss, negated; the same is hidden every time."""
        rng, losses = np.random.default_rng(0), []
        for batch in batches:
            losses += [float(self(batch, rng))] * len(batch)
        return -float(np.mean(losses))


def make_task(model: FrameModel, pretrain: str) -> Task:
    """What trains a model: an objective by name, ``none`` for labels. Raises ConfigError."""
    return Labelled(model) if pretrain == "none" else Unlabelled(model, pretrain)


def confusion_of(truth: np.ndarray, said: np.ndarray, classes: int) -> np.ndarray:
    """Counts (K, K), truth by rows, of the frames that have a label."""
    told = truth != NO_LABEL
    places = truth[told] * classes + said[told]
    return np.bincount(places, minlength=classes * classes).reshape(classes, classes).astype(float)


def at_rest(task: Task, batches: Iterable[FrameBatch]) -> float:
    """Score without gradients and with the model at rest."""
    was = task.training
    task.eval()
    try:
        with torch.no_grad():
            return task.score(batches)
    finally:
        task.train(was)
