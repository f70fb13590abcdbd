"""Windows are drawn together as near as a distance has them, and no nearer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import torch
from torch import Tensor
from torch.nn import functional

from imusim.errors import ConfigError
from imusim.learn.objectives.base import PEOPLE, Objective, Step
from imusim.learn.objectives.relative.distance import traces_of
from imusim.learn.objectives.relative.files import load_distance
from imusim.learn.objectives.relative.reconstruct import check_single

if TYPE_CHECKING:
    from imusim.learn.training.config import PretrainConfig


def relative_loss(likeness: Tensor, distances: Tensor) -> Tensor:
    """The relative contrastive loss (Xu et al., ICLR 2025, section 3.2).

    Every candidate of an anchor is a positive in its turn, and those farther away are its
    negatives. Of distances nothing but their order counts; candidates at one distance do not meet.

    Parameters
    ----------
    likeness : (B, N) tensor
        Cosines of embeddings of anchors and their candidates, over the temperature.
    distances : (B, N) tensor

    Returns
    -------
    () tensor
        Mean over anchors and candidates.
    """
    ordered, order = distances.sort(dim=1)
    near = likeness.gather(1, order)
    # Of each place the logarithm of what stands there and behind it; nothing behind the last.
    behind = near.flip(1).logcumsumexp(dim=1).flip(1)
    behind = torch.cat([behind, torch.full_like(behind[:, :1], -torch.inf)], dim=1)
    farther = torch.searchsorted(ordered, ordered, right=True)
    return (torch.logaddexp(near, behind.gather(1, farther)) - near).mean()


class Relative(Objective):
    """RelCon (Xu et al., ICLR 2025): embeddings in the order of a distance that was learnt before.

    Candidates of a window are its companions, of the same person, and all other windows of the
    batch that were drawn, of any person; of this rank where there are several.

    Parameters
    ----------
    distance : str
        ``model.pt`` of a training with the objective ``reconstruct``, or its folder.
    temperature : float
    at_once : int
        Pairs whose distances are computed at a time.

    Raises
    ------
    ConfigError
        If the file holds no distance; for a temperature that is not positive.
    """

    needs: ClassVar[frozenset[str]] = frozenset({PEOPLE})

    def __init__(self, distance: str = "", temperature: float = 0.1, at_once: int = 256):
        super().__init__()
        if not distance:
            raise ConfigError(
                "objective relative needs a distance: train one with --preset relcon-distance, and "
                'put distance = "FOLDER/model.pt" under [objective_settings.relative] into --config'
            )
        if not temperature > 0 or at_once < 1:
            raise ConfigError(
                f"objective relative: temperature {temperature}, at_once {at_once}; both are "
                "positive"
            )
        self._learnt = load_distance(distance)
        self._file, self._temperature, self._at_once = distance, temperature, at_once
        self.distance = self._learnt.distance

    @property
    def origin(self) -> Mapping[str, Any]:
        """The distance's digest, and the licences of what it was made from."""
        return {"distance": self._learnt.sha256, "licences": list(self._learnt.licences)}

    def check(self, config: PretrainConfig) -> None:
        """Raises ConfigError for settings that it cannot work with."""
        check_single(config, "relative")
        if not config.companions:
            raise ConfigError(
                "objective relative compares within people too: set companions, to 20 say"
            )
        if config.rate_hz != self._learnt.rate_hz:
            raise ConfigError(
                f"{self._file}: was trained at {self._learnt.rate_hz:g} Hz, not at the "
                f"{config.rate_hz:g} Hz of this training"
            )

    def train(self, mode: bool = True) -> Self:
        """The distance is never trained."""
        super().train(mode)
        self.distance.eval()
        return self

    def forward(self, step: Step) -> Tensor:
        """:func:`relative_loss` of the batch."""
        count, own = len(step.drawn), step.drawn.companions
        candidates = candidates_of(count, own, step.device)
        anchors = torch.arange(count, device=step.device).repeat_interleave(candidates.shape[1])
        distances = self.distance.among(
            traces_of(step.sensors()), anchors, candidates.flatten(), self._at_once
        )
        unit = functional.normalize(step.encoded(), dim=1)
        likeness = (unit[:count] @ unit.mT).gather(1, candidates) / self._temperature
        return relative_loss(likeness, distances.view_as(candidates))


def candidates_of(count: int, own: int, device: torch.device | str = "cpu") -> Tensor:
    """Numbers (B, B - 1 + C) of each window's candidates in a batch with C companions of each."""
    here = torch.arange(count, device=device)[:, None]
    others = (here + torch.arange(1, count, device=device)) % count
    return torch.cat([others, count + here * own + torch.arange(own, device=device)], dim=1)
