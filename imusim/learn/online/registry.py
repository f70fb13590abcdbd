"""Which frame-wise networks there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from imusim.errors import ConfigError
from imusim.learn.online.networks import FrameNetwork, Recurrent, Tcn
from imusim.names import did_you_mean


@dataclass(frozen=True)
class NetworkKind:
    """A frame-wise network: an entry of the registry.

    Parameters
    ----------
    name, summary : str
    make : callable
        ``make(sensors=S, **settings)``: a :class:`imusim.learn.online.networks.FrameNetwork`.
    """

    name: str
    summary: str
    make: Callable[..., FrameNetwork]


NETWORKS: Mapping[str, NetworkKind] = {
    kind.name: kind
    for kind in (
        NetworkKind("gru", "gated recurrent units, two layers of 256", partial(Recurrent, "gru")),
        NetworkKind("lstm", "long short-term memory, the same", partial(Recurrent, "lstm")),
        NetworkKind("rnn", "Elman's recurrent network, the same", partial(Recurrent, "rnn")),
        NetworkKind("tcn", "causal dilated convolutions, six blocks of 128", Tcn),
    )
}


def make_network(
    name: str, sensors: int, settings: Mapping[str, Any] | None = None
) -> FrameNetwork:
    """A network of S sensors by name. Raises ConfigError for an unknown name or setting."""
    if name not in NETWORKS:
        raise ConfigError(
            f"no network {name!r}.{did_you_mean(name, NETWORKS)} There are: {', '.join(NETWORKS)}"
        )
    try:
        return NETWORKS[name].make(sensors=sensors, **(settings or {}))
    except (TypeError, ValueError, RuntimeError) as error:
        raise ConfigError(f"network {name}: {str(error).splitlines()[0]}") from None
