"""Text files that Qualisys Track Manager exports: markers and rigid bodies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.errors import MotionError
from imusim.recordings.tables import read_number, read_numbers, read_rows

Array = NDArray[np.float64]

_BODY = 16
"""Numbers of a body: place, three angles, residual, nine of a matrix."""
_LARGEST_MM = 1e6
"""Nothing is seen from so far."""


def read_markers(file: Path) -> tuple[float, Mapping[str, Array]]:
    """Rate, Hz, and places (T, 3) of the markers of a ``3D`` file, m; NaN where lost.

    Raises
    ------
    MotionError
        If the file is none or is not whole.
    """
    rate_hz, names, first = _head(file, "MARKER_NAMES")
    places = read_numbers(file, None, first, width=3 * len(names)).reshape(-1, len(names), 3)
    seen = (places != 0).any(axis=2, keepdims=True) & (np.abs(places) < _LARGEST_MM)
    places = np.where(seen, places / 1000, np.nan)
    return rate_hz, {name: places[:, k] for k, name in enumerate(names)}


def read_bodies(file: Path) -> tuple[float, Mapping[str, tuple[Array, Array]]]:
    """Rate, Hz, and poses of the rigid bodies of a ``6D`` file in its own world.

    Positions (T, 3), m, and orientations (T, 4), xyzw; NaN where a body was lost.

    Raises
    ------
    MotionError
        If the file is none or is not whole.
    """
    rate_hz, names, first = _head(file, "BODY_NAMES")
    table = read_numbers(file, None, first + 1, width=_BODY * len(names))
    poses = {}
    for name, values in zip(
        names, table.reshape(-1, len(names), _BODY).swapaxes(0, 1), strict=True
    ):
        matrices = values[:, 7:].reshape(-1, 3, 3).transpose(0, 2, 1).copy()
        good = (np.abs(values[:, :3]) < _LARGEST_MM).all(axis=1)
        good &= (np.abs(matrices) < 2).all(axis=(1, 2))
        matrices[~good] = np.zeros((3, 3))
        error = matrices.transpose(0, 2, 1) @ matrices - np.eye(3)
        good &= (np.abs(error).max(axis=(1, 2)) < 0.01) & (np.linalg.det(matrices) > 0)
        position, turn = np.full((len(values), 3), np.nan), np.full((len(values), 4), np.nan)
        if good.any():
            position[good] = values[good, :3] / 1000
            turn[good] = Rotation.from_matrix(matrices[good]).as_quat()
        poses[name] = position, turn
    return rate_hz, poses


def _head(file: Path, wanted: str) -> tuple[float, list[str], int]:
    """Rate, names, and the line after them."""
    rate_hz = 0.0
    for line, cells in read_rows(file, "\t"):
        if cells[0] == "FREQUENCY" and len(cells) > 1:
            rate_hz = read_number(cells[1], file, line)
        if cells[0] == wanted:
            names = [name.strip() for name in cells[1:] if name.strip()]
            if not 0.1 <= rate_hz <= 1e5 or not names or len(set(names)) < len(names):
                raise MotionError(f"a head without FREQUENCY or {wanted}", file, line)
            return rate_hz, names, line + 1
        if line > 100:
            break
    raise MotionError(f"is no file of Qualisys: it has no line {wanted}", file)
