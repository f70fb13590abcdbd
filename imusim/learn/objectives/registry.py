"""Which objectives there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imusim.errors import ConfigError
from imusim.learn.objectives.base import Objective
from imusim.learn.objectives.masked import Masked
from imusim.learn.objectives.motion import Motion
from imusim.learn.objectives.primus import MODALITIES, Primus
from imusim.learn.objectives.relative import Reconstruct, Relative
from imusim.learn.objectives.tasks import Tasks
from imusim.learn.objectives.text import Text
from imusim.learn.objectives.views import Views
from imusim.names import did_you_mean


@dataclass(frozen=True)
class ObjectiveKind:
    """An objective: an entry of the registry.

    Parameters
    ----------
    name, summary : str
    needs : frozenset of str
        Of a corpus, see :class:`Objective`; as it is made by default.
    make : callable
        ``make(width, **settings)``: the objective for an encoder of that width.
    in_space : bool
        Whether it must know the widths of the model's shared space and of what is made of videos:
        ``make(width, space, video, **settings)``.
    """

    name: str
    summary: str
    needs: frozenset[str]
    make: Callable[..., Objective]
    in_space: bool = False

    def needs_of(self, settings: Mapping[str, Any]) -> frozenset[str]:
        """What it needs with these settings: where it has ``modalities``, those chosen."""
        chosen = settings.get("modalities", self.needs)
        several = isinstance(chosen, list | tuple | frozenset)
        return frozenset(MODALITIES) & set(map(str, chosen)) if several else self.needs


def _text(width: int, **settings: Any) -> Text:
    del width  # the model has its projections
    return Text(**settings)


def _reconstruct(width: int, **settings: Any) -> Reconstruct:
    del width
    return Reconstruct(**settings)


def _relative(width: int, **settings: Any) -> Relative:
    del width  # embeddings are compared as the encoder makes them
    return Relative(**settings)


OBJECTIVES: Mapping[str, ObjectiveKind] = {
    kind.name: kind
    for kind in (
        ObjectiveKind("text", "windows and their captions draw together", Text.needs, _text),
        ObjectiveKind(
            "views", "two augmented views of a window draw together", Views.needs, Views
        ),
        ObjectiveKind(
            "motion", "windows and the body's motion draw together", Motion.needs, Motion
        ),
        ObjectiveKind(
            "primus", "views, text, motion, video and nearest neighbours (Das et al. 2025)",
            Primus.needs, Primus, in_space=True,
        ),
        ObjectiveKind(
            "tasks", "tell what was done to a window's time (Yuan et al. 2024)", Tasks.needs, Tasks
        ),
        ObjectiveKind(
            "masked", "rebuild spans of samples that are hidden (Xu et al. 2021)",
            Masked.needs, Masked,
        ),
        ObjectiveKind(
            "reconstruct", "a distance learns to rebuild windows from changed ones",
            Reconstruct.needs, _reconstruct,
        ),
        ObjectiveKind(
            "relative",
            "embeddings are as near as a distance learnt before has the windows",
            Relative.needs,
            _relative,
        ),
    )
}  # fmt: skip


def find_objective(name: str) -> ObjectiveKind:
    """An entry by name. Raises ConfigError, which lists those that there are."""
    if name not in OBJECTIVES:
        raise ConfigError(
            f"no objective {name!r}.{did_you_mean(name, OBJECTIVES)} There are: "
            f"{', '.join(OBJECTIVES)}"
        )
    return OBJECTIVES[name]


def make_objective(
    name: str, width: int, settings: Mapping[str, Any], space: int = 512, video: int = 512
) -> Objective:
    """An objective by name, for the widths of an encoder, the shared space and what videos make.

    Raises ConfigError for an unknown name or setting.
    """
    kind = find_objective(name)
    try:
        return kind.make(width, *((space, video) if kind.in_space else ()), **settings)
    except TypeError as error:
        raise ConfigError(f"objective {name}: {error}") from None
