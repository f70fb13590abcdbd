"""What packages bring through entry points: sources of motion, bodies, datasets of recordings."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from typing import TypeVar

from imusim.errors import ConfigError
from imusim.names import did_you_mean

T = TypeVar("T")


@lru_cache(maxsize=8)
def load_plugins(group: str, kind: type[T], what: str) -> dict[str, T]:
    """All installed plugins of a group by name, in alphabetical order.

    Parameters
    ----------
    group : str
        The entry points' group.
    kind : type
        Each must be one, with a ``name``.
    what : str
        What they are, for messages.

    Raises
    ------
    ConfigError
        If one cannot be loaded, or is of another kind.
    """
    found: dict[str, T] = {}
    for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
        try:
            plugin = point.load()
        except Exception as error:
            raise ConfigError(f"{what} {point.name!r} does not load: {error}") from error
        if not isinstance(plugin, kind):
            raise ConfigError(f"{what} {point.name!r}: {point.value} is no {kind.__name__}")
        found[plugin.name] = plugin  # type: ignore[attr-defined]
    return found


def get_plugin(known: dict[str, T], name: str, what: str) -> T:
    """The plugin of a name. Raises ConfigError with the valid names for any other."""
    if name not in known:
        hint = did_you_mean(name, known)
        raise ConfigError(f"no {what} {name!r}.{hint} There are: {', '.join(known)}")
    return known[name]
