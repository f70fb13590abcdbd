"""What is done to a recording on purpose, by the fault that it makes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SWAP = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]])
CYCLE = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])


def _with(values: Array, where: slice, what: Array | float) -> Array:
    values = values.copy()
    values[where] = what
    return values


SPOILT: dict[str, Callable[[Array, Array], tuple[Array, Array]]] = {
    "unit-g": lambda a, g: (a / 9.80665, g),
    "unit-mg": lambda a, g: (a / 9.80665e-3, g),
    "unit-deg": lambda a, g: (a, np.degrees(g)),
    "reversed-time": lambda a, g: (a[::-1], g[::-1]),
    "mirrored-axes": lambda a, g: (a @ SWAP.T, g @ SWAP.T),
    "axes-differ": lambda a, g: (a, g @ CYCLE.T),
    "gravity-inverted": lambda a, g: (-a, g),
    "missing": lambda a, g: (_with(a, slice(40, 80), np.nan), g),
    "constant-channel": lambda a, g: (a, g * [1.0, 0.0, 1.0]),
    "stops-early": lambda a, g: (
        _with(a, slice(-len(a) // 3, None), a[-len(a) // 3]),
        _with(g, slice(-len(a) // 3, None), g[-len(a) // 3]),
    ),
}
"""What is done to accelerometer and gyroscope (N, 3)."""
