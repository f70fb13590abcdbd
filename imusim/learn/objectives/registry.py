"""Which objectives there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imusim.errors import ConfigError
from imusim.learn.objectives.base import Objective
from imusim.learn.objectives.text import Text
from imusim.names import did_you_mean


@dataclass(frozen=True)
class ObjectiveKind:
    """An objective: an entry of the registry.

    Parameters
    ----------
    name, summary : str
    needs : frozenset of str
        Of a corpus, see :class:`Objective`.
    make : callable
        ``make(width, **settings)``: the objective for an encoder of that width.
    """

    name: str
    summary: str
    needs: frozenset[str]
    make: Callable[..., Objective]


def _text(width: int, **settings: Any) -> Text:
    del width  # the model has its projections
    return Text(**settings)


OBJECTIVES: Mapping[str, ObjectiveKind] = {
    kind.name: kind
    for kind in (
        ObjectiveKind("text", "windows and their captions draw together", Text.needs, _text),
    )
}


def find_objective(name: str) -> ObjectiveKind:
    """An entry by name. Raises ConfigError, which lists those that there are."""
    if name not in OBJECTIVES:
        raise ConfigError(
            f"no objective {name!r}.{did_you_mean(name, OBJECTIVES)} There are: "
            f"{', '.join(OBJECTIVES)}"
        )
    return OBJECTIVES[name]


def make_objective(name: str, width: int, settings: Mapping[str, Any]) -> Objective:
    """An objective by name. Raises ConfigError for an unknown name or setting."""
    kind = find_objective(name)
    try:
        return kind.make(width, **settings)
    except TypeError as error:
        raise ConfigError(f"objective {name}: {error}") from None
