"""The whole steps (LSB) that a converter counts, and their ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LEAST_BITS = 8
"""Of converters whose words are told from their range."""
_ROUNDED = 0.002
"""How much data sheets round a step: 2048 LSB/g is exact, 16.4 LSB/(°/s) stands for 16.384."""


def rescaled(values: Array, step: Array, factor: float) -> Array:
    """Readings in a smaller unit: where there are steps, the count times the step in that unit.

    Else the last bit of a reading could be another than that of its count.

    Parameters
    ----------
    values : (F, S, A) array
    step : (S, A) array
        Zero for none.
    factor : float
        New units in an old one.
    """
    counts = np.rint(values / np.where(step > 0, step, 1.0))
    return np.where(step > 0, counts * (step * factor), values * factor)


def step_limits(lower: Array, upper: Array, step: Array) -> tuple[Array, Array]:
    """Lowest and highest step that a converter gives, whole numbers or infinite.

    These are the last within the range. Where a range of ± R is a power of two of steps, 2ⁿ⁻¹, but
    for what a data sheet rounds, the converter's words are two's complements of n bits: they end at
    −2ⁿ⁻¹ and 2ⁿ⁻¹ − 1, so that 16 bits hold all of them.

    Parameters
    ----------
    lower, upper : array
        Ends of the range, SI; infinite where there is none.
    step : array
        Above zero, SI.
    """
    highest, lowest = np.floor(upper / step + 1e-9), np.ceil(lower / step - 1e-9)
    limited = np.isfinite(upper) & (lower == -upper) & (highest > 0)
    count = np.where(limited, upper / step, 1.0)
    word = np.exp2(np.rint(np.log2(count)))
    binary = limited & (word >= 2 ** (_LEAST_BITS - 1)) & (np.abs(count / word - 1) < _ROUNDED)
    return (
        np.where(binary, np.maximum(lowest, -word), lowest),
        np.where(binary, np.minimum(highest, word - 1), highest),
    )
