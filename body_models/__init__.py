"""Bodies: a registry of models, bundled and third-party.

A distribution adds its own by an entry point in the group ``imusim.body_models`` that names a
:class:`imusim.body.BodyModel`.
"""

from __future__ import annotations

from imusim.body import BodyModel
from imusim.plugins import get_plugin, load_plugins

GROUP = "imusim.body_models"
"""The entry-point group."""


def body_models() -> dict[str, BodyModel]:
    """All installed body models by name."""
    return dict(load_plugins(GROUP, BodyModel, "body model"))


def get_body_model(name: str) -> BodyModel:
    """The model of a name. Raises ConfigError with the valid names for any other."""
    return get_plugin(body_models(), name, "body model")
