"""Spaces in which windows are near if they are alike: an encoder makes vectors of windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from imusim.compare.features import handcrafted
from imusim.compare.transfer.models import Encode, encode_minirocket
from imusim.compare.windows import Windows
from imusim.errors import ConfigError
from imusim.names import did_you_mean

ROCKET_DIMENSIONS = 64


@dataclass(frozen=True)
class Encoder:
    """``fit(real, seed)``: what makes vectors (W, D) of windows, standardised by the real ones."""

    name: str
    summary: str
    fit: Callable[[Windows, int], Encode]


def _handcrafted(real: Windows, seed: int) -> Encode:  # noqa: ARG001 (nothing is drawn)
    return standardised(lambda windows: handcrafted(windows).values, real)


def _minirocket(real: Windows, seed: int) -> Encode:
    """Onto fewer directions at random, which keeps distances (Johnson, Lindenstrauss 1984)."""
    rocket = encode_minirocket(real, seed)
    scaled = standardised(rocket, real)
    size = rocket(real.take([0])).shape[1]
    down = np.random.default_rng(seed).standard_normal((size, ROCKET_DIMENSIONS)) / np.sqrt(size)
    return lambda windows: scaled(windows) @ down


def standardised(encode: Encode, real: Windows) -> Encode:
    """An encoder whose dimensions have mean 0 and variance 1 over the real windows.

    A dimension that is constant over them is only centred.
    """
    found = encode(real)
    mean, spread = found.mean(axis=0), found.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    # Beyond ten deviations a dimension would outweigh all others together.
    return lambda windows: np.clip((encode(windows) - mean) / spread, -10, 10)


ENCODERS = {
    encoder.name: encoder
    for encoder in (
        Encoder("handcrafted", "features with names, standardised", _handcrafted),
        Encoder(
            "minirocket",
            f"MiniRocket's features, standardised, {ROCKET_DIMENSIONS} random directions of them",
            _minirocket,
        ),
    )
}


def get_encoder(name: str) -> Encoder:
    """The encoder of a name. Raises ConfigError with the valid names for any other."""
    if name not in ENCODERS:
        hint = did_you_mean(name, ENCODERS)
        raise ConfigError(f"no encoder {name!r}.{hint} There are: {', '.join(ENCODERS)}")
    return ENCODERS[name]
