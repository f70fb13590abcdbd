"""How findings say things."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Severity

Said = tuple[str, Severity, str]
"""Code, severity and message of a finding."""


def percent(share: float) -> str:
    """A share as a percentage that is not rounded to nothing."""
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def axes_in_words(matrix: NDArray[np.float64]) -> str:
    """What is read for x, y and z: ``y, -x, z``, of a signed permutation (3, 3)."""
    words = []
    for row in matrix:
        axis = int(np.argmax(np.abs(row)))
        words.append(("-" if row[axis] < 0 else "") + "xyz"[axis])
    return ", ".join(words)
