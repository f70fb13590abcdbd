"""Frames that were captured and frames that were not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def whole_frames(*arrays: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Frames (T,) in which every number of every array (T, ...) is finite."""
    whole = np.ones(len(arrays[0]), bool)
    for array in arrays:
        whole &= np.isfinite(array).all(axis=tuple(range(1, array.ndim)))
    return whole
