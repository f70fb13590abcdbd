"""All weights of a model trained on labelled windows, from what it learnt or from scratch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from imusim.learn.batch import SensorBatch
from imusim.learn.evaluation.zero_shot import embed_windows
from imusim.learn.model import ImuTextModel

Array = NDArray[np.float64]
_HEAD_SCALE = 20.0


@dataclass(frozen=True)
class Tuning:
    """How a model is trained on labels; chosen beforehand, the same for all models.

    Parameters
    ----------
    steps : int
        At most. The learning rate rises over a tenth of them and falls along a cosine.
    batch : int
    learning_rate, weight_decay : float
        Of AdamW.
    check_every : int
        Steps from one look at the windows held out to the next.
    patience : int
        So many looks without a better loss end the training.
    """

    steps: int = 200
    batch: int = 32
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    check_every: int = 20
    patience: int = 3


class _Classifier(torch.nn.Module):
    """Similarities with one direction of each class in the space of windows."""

    def __init__(self, model: ImuTextModel, directions: Tensor):
        super().__init__()
        self.model = model
        self.directions = torch.nn.Parameter(directions.clone())

    def forward(self, batch: SensorBatch) -> Tensor:
        return self.of(self.model.embed_sensors(batch))

    def of(self, embeddings: Tensor) -> Tensor:
        return _HEAD_SCALE * embeddings @ functional.normalize(self.directions, dim=-1).T


def tuned(
    model: ImuTextModel,
    directions: Tensor | None,
    batch: SensorBatch,
    labels: NDArray[np.int64],
    classes: int,
    held_out: tuple[SensorBatch, NDArray[np.int64]] | None = None,
    how: Tuning | None = None,
    seed: int = 0,
) -> Callable[[SensorBatch], Array]:
    """Train a copy of a model on windows and their classes.

    Parameters
    ----------
    model : ImuTextModel
        Stays as it is.
    directions : (K, E) tensor, optional
        Where classes' directions start: the embeddings of their prompts; random by default.
    batch : SensorBatch
    labels : (B,) int array
    classes : int
    held_out : (SensorBatch, int array), optional
        Windows of other people, on which the best state is chosen; the last by default.
    how : Tuning, optional
    seed : int

    Returns
    -------
    callable
        Scores (N, K) of windows.
    """
    how = how or Tuning()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if directions is None:
            directions = torch.randn(classes, model.width)
        network = _Classifier(copy.deepcopy(model), directions).train()
        _train(network, batch, torch.from_numpy(labels), held_out, how)
    network.eval()

    def scores(others: SensorBatch) -> Array:
        with torch.no_grad():
            return network.of(embed_windows(network.model, others)).numpy().astype(float)

    return scores


def _train(
    network: _Classifier,
    batch: SensorBatch,
    labels: Tensor,
    held_out: tuple[SensorBatch, NDArray[np.int64]] | None,
    how: Tuning,
) -> None:
    parameters = [
        p for n, p in network.named_parameters() if not n.endswith("text_projection.weight")
    ]
    optimiser = torch.optim.AdamW(parameters, how.learning_rate, weight_decay=how.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, how.learning_rate, total_steps=how.steps + 1, pct_start=0.1
    )
    best, kept, worse = np.inf, None, 0
    order = torch.zeros(0, dtype=torch.int64)
    for step in range(1, how.steps + 1):
        if len(order) < min(how.batch, len(labels)):
            order = torch.randperm(len(labels))
        chosen, order = order[: how.batch], order[how.batch :]
        optimiser.zero_grad()
        functional.cross_entropy(network(batch[chosen]), labels[chosen]).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        if held_out is None or (step % how.check_every and step < how.steps):
            continue
        loss = _loss(network, *held_out)
        if loss < best:
            best, worse = loss, 0
            kept = {name: value.clone() for name, value in network.state_dict().items()}
        else:
            worse += 1
            if worse >= how.patience:
                break
    if kept is not None:
        network.load_state_dict(kept)


def _loss(network: _Classifier, batch: SensorBatch, labels: NDArray[np.int64]) -> float:
    with torch.no_grad():
        logits = network.of(embed_windows(network.model, batch))
        return float(functional.cross_entropy(logits, torch.from_numpy(labels)))
