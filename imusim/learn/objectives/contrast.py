"""Windows and their captions draw together, all others apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional

from imusim.errors import ConfigError

NONE = -1
"""Number of a text that is not there."""
DIRECTIONS = ("symmetric", "imu2text")
MOST_SCALE = 100.0
"""What similarities are multiplied with at most."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Embeddings of B windows and of the text that was drawn for each.

    Parameters
    ----------
    sensors, texts : (B, E) tensor
        Unit embeddings.
    text : (B,) int64 tensor
        Number of the caption that each text is, or is another wording of.
    fitting : (B, K) int64 tensor
        Numbers of all captions that fit each window, filled up with NONE.
    opposites : (B, E) tensor, optional
        Unit embeddings of texts that say the opposite, as hard negatives.
    opposite : (B,) int64 tensor, optional
        Their numbers among the captions, or others of their own; NONE where a text has none.
    words : (B, D) tensor, optional
        What the frozen text encoder made of the texts, unit vectors: for targets that know what is
        similar.
    """

    sensors: Tensor
    texts: Tensor
    text: Tensor
    fitting: Tensor
    opposites: Tensor | None = None
    opposite: Tensor | None = None
    words: Tensor | None = None


def contrastive_loss(
    pairs: Pairs,
    scale: Tensor,
    direction: str = "symmetric",
    divide_by: float = 1.0,
    several_positives: bool = True,
    similar: float = 0.0,
    similar_temperature: float = 0.1,
    gather: bool = True,
) -> Tensor:
    """InfoNCE (van den Oord et al. 2018, eq. 4) between windows and texts, in both directions.

    Where texts of several windows fit a window, because they are equal or all among its captions,
    the softmax has its target shared equally over them: L_out of SupCon (Khosla et al. 2020,
    eq. 2), between two kinds of embeddings as in UniCL (Yang et al. 2022, eqs. 3–5). Opposites are
    further columns of the softmax over texts, except for windows that they fit; they are no rows.

    A share of the target can go to texts as near to the drawn one as the frozen text encoder finds
    them, so that windows of like activities are not driven as far apart as others; what says the
    opposite gets none of it, however like it sounds.

    Where torch.distributed runs, each rank's rows meet the columns of all ranks. The gradient is
    that of the joint batch: the loss of that is the mean of the ranks' (all have equally many
    rows), the backward of the gathering hands each rank the sum over ranks of what came to its
    embeddings, and DDP's mean over ranks divides that sum, and the gradients of what ranks share,
    by their number.

    Parameters
    ----------
    pairs : Pairs
        Of this rank; equally many on all.
    scale : tensor
        What similarities are multiplied with, see :meth:`imusim.learn.model.ImuTextModel.scale`.
    direction : {"symmetric", "imu2text"}
        The mean of both directions, or only from windows to texts.
    divide_by : float
        A second temperature, fixed.
    several_positives : bool
        Otherwise only the drawn caption fits a window, even where another's is equal.
    similar : float
        Share of the targets that goes by the likeness of texts, in proportion to the exponential
        of their cosine over ``similar_temperature``.
    similar_temperature : float
    gather : bool
        Whether the columns of all ranks count.

    Returns
    -------
    () float32 tensor
        Over this rank's rows. At the least it is the mean logarithm of how many texts fit.

    Raises
    ------
    ConfigError
        If there is no such direction, or ``divide_by`` is not positive.
    """
    if direction not in DIRECTIONS:
        raise ConfigError(f"no objective {direction!r}; there are: {', '.join(DIRECTIONS)}")
    if not divide_by > 0:
        raise ConfigError(f"divide_by must be positive, not {divide_by}")
    rank, ranks = _place() if gather else (0, 1)
    whole = _gathered(pairs) if ranks > 1 else pairs
    here = torch.arange(len(pairs.text), device=pairs.text.device) + rank * len(pairs.text)
    own = here[:, None] == torch.arange(len(whole.text), device=here.device)
    fit, back_fit = own, own
    if several_positives:
        equal = pairs.text[:, None] == whole.text
        fit = own | equal | _among(whole.text, pairs.fitting)
        back_fit = own | equal | _among(pairs.text, whole.fitting).mT
    like = _likeness(pairs, whole, similar_temperature) if similar else None
    factor = scale.float() / divide_by
    logits = factor * (pairs.sensors.float() @ whole.texts.float().mT)
    if whole.opposites is not None and whole.opposite is not None:
        # What fits a window must not push it away, neither as its caption nor as an equal one's.
        against = whole.opposite != NONE
        against = against & ~_among(whole.opposite, pairs.fitting)
        against = against & (whole.opposite != pairs.text[:, None])
        harder = factor * (pairs.sensors.float() @ whole.opposites.float().mT)
        logits = torch.cat([logits, harder.masked_fill(~against, -torch.inf)], dim=1)
    loss = _cross_entropy(logits, _targets(fit, like, similar))
    if direction == "imu2text":
        return loss
    back = factor * (pairs.texts.float() @ whole.sensors.float().mT)
    return (loss + _cross_entropy(back, _targets(back_fit, like, similar))) / 2


def paired_loss(one: Tensor, other: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE of rows (B, E) of which each fits its own alone, the mean of both directions.

    Ranks are one as in :func:`contrastive_loss`.

    Parameters
    ----------
    one, other : (B, E) tensor
        Unit embeddings of the same B things; as many on all ranks. Where either is zero there is
        none: that pair is left out, and the loss is the mean over the others of all ranks.
    scale : tensor
        What similarities are multiplied with.
    """
    one, other = one.float(), other.float()
    rank, ranks = _place()
    mine = one.any(dim=1) & other.any(dim=1)
    every = of_all_ranks(mine)
    own = torch.arange(len(one), device=one.device) + rank * len(one)

    def told(rows: Tensor, columns: Tensor) -> Tensor:
        logits = (scale.float() * (rows @ columns.mT)).masked_fill(~every, -torch.inf)
        losses = functional.cross_entropy(logits, own, reduction="none")
        return torch.where(mine, losses, 0.0).sum() * ranks / every.sum().clamp(min=1)

    return (told(one, of_all_ranks(other)) + told(other, of_all_ranks(one))) / 2


class Scale(nn.Module):
    """What similarities are multiplied with: learnt, one over the temperature, 100 at most.

    Parameters
    ----------
    temperature : float
        At the start; 0.01 or more.

    Raises
    ------
    ConfigError
        For a temperature out of range.
    """

    def __init__(self, temperature: float):
        super().__init__()
        if not 1 / MOST_SCALE <= temperature < math.inf:
            raise ConfigError(f"temperature must be {1 / MOST_SCALE:g} or more, not {temperature}")
        self.logarithm = nn.Parameter(torch.tensor(-math.log(temperature)))

    def forward(self) -> Tensor:
        """() float32 tensor."""
        return self.logarithm.clamp(max=math.log(MOST_SCALE)).exp()


def of_all_ranks(part: Tensor) -> Tensor:
    """Rows of all ranks, one rank's after the other's; with their gradients."""
    return _all(part) if _place()[1] > 1 else part


def _targets(fit: Tensor, like: Tensor | None, similar: float) -> Tensor:
    """(B, M): shared equally over those that fit, and a part of it by likeness."""
    shared = fit / fit.sum(dim=1, keepdim=True)
    return shared if like is None else (1 - similar) * shared + similar * like


def _likeness(own: Pairs, whole: Pairs, temperature: float) -> Tensor:
    """(B, M): how like each text is to the own, summing to one; opposites are not."""
    if own.words is None or whole.words is None:
        raise ConfigError(
            "targets by the likeness of texts need what the text encoder made of them"
        )
    near = own.words.float() @ whole.words.float().mT / temperature
    if own.opposite is not None and whole.opposite is not None:
        against = (own.opposite[:, None] == whole.text) | (own.text[:, None] == whole.opposite)
        near = near.masked_fill(against, -torch.inf)
    return near.softmax(dim=1)


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean over rows of logits (B, M+) to targets (B, M) among the first M."""
    likely = functional.log_softmax(logits, dim=1)[:, : targets.shape[1]]
    return -(likely * targets).sum(dim=1).mean()


def _among(text: Tensor, fitting: Tensor) -> Tensor:
    """(B, M) bool: whether texts (M,) are among those (B, K) that fit; sorted, since K is large."""
    ordered = text.sort().values
    place = torch.searchsorted(ordered, fitting.contiguous())
    there = ordered[place.clamp(max=len(text) - 1)] == fitting
    found = torch.zeros(len(fitting), len(text) + 1, dtype=torch.bool, device=text.device)
    found.scatter_(1, place.masked_fill(~there, len(text)), True)
    return found[:, torch.searchsorted(ordered, text)]


def _place() -> tuple[int, int]:
    if not (distributed.is_available() and distributed.is_initialized()):
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


def _gathered(pairs: Pairs) -> Pairs:
    """Of all ranks, one after the other; embeddings with their gradients."""
    return Pairs(
        _all(pairs.sensors),
        _all(pairs.texts),
        _all(pairs.text),
        _all(pairs.fitting),
        None if pairs.opposites is None else _all(pairs.opposites),
        None if pairs.opposite is None else _all(pairs.opposite),
        None if pairs.words is None else _all(pairs.words),
    )


def _all(part: Tensor) -> Tensor:
    return _Gather.apply(part)  # pyright: ignore


class _Gather(torch.autograd.Function):
    """All ranks' rows one after the other; back come the sums of what all ranks make of the own."""

    @staticmethod
    def forward(ctx: object, part: Tensor) -> Tensor:
        del ctx
        parts = [torch.empty_like(part) for _ in range(distributed.get_world_size())]
        distributed.all_gather(parts, part.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:
        del ctx
        whole = gradients[0].clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(whole)
        return whole.chunk(distributed.get_world_size())[distributed.get_rank()]
