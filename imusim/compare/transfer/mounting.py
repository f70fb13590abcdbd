"""How a sensor is turned, from windows without labels or motion beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.compare.windows import Array, Windows
from imusim.errors import ConfigError

REST_S = 0.2
"""Length of the moment at which a window is quietest."""


def mounted_alike(real: Windows, simulated: Windows) -> tuple[Windows, dict[str, Array]]:
    """Recorded windows turned so that their sensors sit as the simulated ones.

    People hang their straps otherwise than a simulation has it, and each otherwise than the
    next. Two directions turn with a sensor and are alike for all who do much the same things: of
    the specific force when the limb is quiet, and of its mean over all. One rotation for each
    wearer and sensor takes them to those of the simulated windows (Wahba's problem). No label and
    no motion is used; what wearers did must be much the same mixture as what was simulated.

    Returns
    -------
    windows : Windows
    rotations : dict of str to (S, 3, 3) array
        By wearer: ``simulated_from_real``.

    Raises
    ------
    ConfigError
        If the channels differ.
    """
    if real.sensors != simulated.sensors:
        raise ConfigError(f"{real.sensors} real sensors beside {simulated.sensors} simulated ones")
    wanted = [_directions(simulated, sensor) for sensor in range(real.sensors)]
    vectors = np.array(real.vectors, float)
    rotations = {}
    for wearer in np.unique(real.subjects).tolist():
        own: NDArray[np.bool_] = real.subjects == wearer
        mine = real.take(own)
        turns = np.stack([
            Rotation.align_vectors(wanted[sensor], _directions(mine, sensor))[0].as_matrix()
            for sensor in range(real.sensors)
        ])  # fmt: skip
        rotations[wearer] = turns
        vectors[own] = np.einsum("sij,wskjt->wskit", turns, vectors[own])
    return real.with_signals(vectors.reshape(real.signals.shape)), rotations


def _directions(windows: Windows, sensor: int) -> Array:
    """Unit vectors (2, 3): specific force at rest, a median, and on average."""
    force = windows.vectors[:, sensor, 0]
    length = min(max(round(REST_S * windows.rate_hz), 1), force.shape[-1])
    stretches = np.lib.stride_tricks.sliding_window_view(force, length, axis=2)
    quietest = stretches.var(axis=3).sum(axis=1).argmin(axis=1)
    rest = np.take_along_axis(stretches.mean(axis=3), quietest[:, None, None], axis=2)[..., 0]
    both = np.stack([np.median(rest, axis=0), force.mean(axis=(0, 2))])
    return both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
