"""Two views of a window draw together."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import normalize

from imusim.learn.objectives.base import Objective, Step
from imusim.learn.objectives.contrast import Scale, paired_loss


class Views(Objective):
    """InfoNCE between a window as it was augmented once and as it was augmented again.

    The NT-Xent of SimCLR (Chen et al. 2020) as PRIMUS has it (Das et al. 2025, the self-supervised
    term): negatives are the other windows' views of the other kind, not those of the same.

    Parameters
    ----------
    width : int
        Of the encoder.
    space : int
        In which views are compared; its projection, and the temperature, are the objective's own.
    temperature : float
        At the start.
    """

    def __init__(self, width: int, space: int = 512, temperature: float = 0.1):
        super().__init__()
        self.head, self.scale = nn.Linear(width, space), Scale(temperature)

    def forward(self, step: Step) -> Tensor:
        """Over the batches of all ranks."""
        return paired_loss(self.embed(step, 0), self.embed(step, 1), self.scale())

    def embed(self, step: Step, view: int) -> Tensor:
        """Unit embeddings (B, ``space``) of a view."""
        return normalize(self.head(step.own(view)), dim=-1)
