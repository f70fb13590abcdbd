"""Arrays out of the pickles in which SMPL's publishers hand out models; no code is ever run."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from body_models.smpl.boxes import BOXES, Chumpy, Columns, Select, Sparse
from imusim.errors import ConfigError, MotionError
from imusim.motion.pickles import box_array, load_boxes

MAX_DENSE_BYTES = 2**27
"""Largest array that is made of a sparse one, bytes: 55 joints by 300,000 vertices."""


def read_pickle(file: Path, wanted: Collection[str]) -> dict[str, NDArray[Any]]:
    """Read the wanted arrays of a model's pickle, those that it has.

    Parameters
    ----------
    file : Path
        A pickled mapping, of Python 2 or 3, of arrays, SciPy's compressed sparse matrices and
        chumpy's arrays.
    wanted : collection of str

    Returns
    -------
    dict of str to array
        Sparse matrices come out dense.

    Raises
    ------
    ConfigError
        If the file is no such pickle, or names anything else: nothing of it has run then.
    """

    def arrays(content: dict[Any, Any]) -> dict[str, NDArray[Any]]:
        return {name: _array(content[name]) for name in wanted if name in content}

    try:
        return load_boxes(file, BOXES, arrays)
    except MotionError as error:
        raise ConfigError(str(error)) from None


def _array(node: object, depth: int = 0) -> NDArray[Any]:
    """The array that a box stands for."""
    if depth > 8:
        raise ValueError("nested too deep")
    if isinstance(node, Chumpy):
        return _array(node.state["x"], depth + 1)
    if isinstance(node, Select):
        chosen = _array(node.state["a"], depth + 1).ravel()
        chosen = chosen[_array(node.state["idxs"], depth + 1)]
        return chosen.reshape(tuple(node.state["preferred_shape"]))
    if isinstance(node, Sparse):
        return _dense(node, depth)
    return box_array(node)


def _dense(node: Sparse, depth: int) -> NDArray[Any]:
    """Compressed matrix to a full one; NumPy checks every index."""
    state = node.state
    rows, columns = (int(n) for n in state["_shape" if "_shape" in state else "shape"])
    data, indices, starts = (_array(state[k], depth + 1) for k in ("data", "indices", "indptr"))
    if min(rows, columns) < 1 or rows * columns * 8 > MAX_DENSE_BYTES:
        raise ValueError(f"a sparse matrix of {rows} by {columns}")
    major = columns if isinstance(node, Columns) else rows
    counts = np.diff(starts)
    if len(starts) != major + 1 or (counts < 0).any() or counts.sum() != len(data):
        raise ValueError("a sparse matrix that does not add up")
    if (indices < 0).any():
        raise ValueError("a sparse matrix with an index below zero")
    full = np.zeros((rows, columns))
    outer = np.repeat(np.arange(major), counts)
    np.add.at(full, (indices, outer) if isinstance(node, Columns) else (outer, indices), data)
    return full
