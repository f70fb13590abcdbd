"""Windows and the texts that tell what is done in them."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor
from torch.nn.functional import normalize

from imusim.learn.objectives.base import TEXT, Objective, Step
from imusim.learn.objectives.contrast import Pairs, contrastive_loss


class Text(Objective):
    """:func:`contrastive_loss` between windows and texts, which zero-shot naming rests on.

    What it learns is in the model itself: both projections and the temperature.

    Parameters
    ----------
    direction, divide_by, several_positives, similar, similar_temperature
        As :func:`contrastive_loss` has them.
    opposites : bool
        Whether texts that say the opposite are hard negatives.
    """

    needs: ClassVar[frozenset[str]] = frozenset({TEXT})

    def __init__(
        self,
        direction: str = "symmetric",
        divide_by: float = 1.0,
        several_positives: bool = True,
        similar: float = 0.0,
        similar_temperature: float = 0.1,
        opposites: bool = True,
    ):
        super().__init__()
        self._how = (direction, divide_by, several_positives, similar, similar_temperature)
        self._opposites, self._similar = opposites, bool(similar)

    def forward(self, step: Step) -> Tensor:
        """InfoNCE over the batches of all ranks."""
        return contrastive_loss(self.pairs(step), step.model.scale(), *self._how)

    def pairs(self, step: Step) -> Pairs:
        """Embeddings of what was drawn."""
        drawn, features = step.drawn, step.features
        opposites = None
        if self._opposites:
            opposites = step.model.embed_text(features[drawn.opposite.clamp(min=0)])
        return Pairs(
            step.model.project(step.own()), step.model.embed_text(features[drawn.text]), drawn.text,
            drawn.fitting, opposites, drawn.opposite if self._opposites else None,
            normalize(features[drawn.text], dim=-1) if self._similar else None,
        )  # fmt: skip
