"""Bodies: a registry of models, bundled and third-party.

A distribution adds its own by an entry point in the group ``imusim.body_models`` that names a
:class:`imusim.body.BodyModel`.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from imusim.body import BodyModel
from imusim.errors import ConfigError

GROUP = "imusim.body_models"
"""The entry-point group."""


def body_models() -> dict[str, BodyModel]:
    """All installed body models by name."""
    found = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        try:
            found[point.name] = point.load()
        except Exception as error:
            raise ConfigError(f"body model {point.name!r} does not load: {error}") from error
    return found


def get_body_model(name: str) -> BodyModel:
    """The model of a name. Raises ConfigError with the valid names for any other."""
    known = body_models()
    if name not in known:
        raise ConfigError(f"no body model {name!r}; there are: {', '.join(known)}")
    return known[name]
