"""Sensors turned so that their z axis points up along the segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.learn.augment.rotations import onto_z

Array = NDArray[np.float64]

AXES: dict[str, Array] = {
    f"{sign}{axis}": factor * np.eye(3)[k]
    for k, axis in enumerate("xyz")
    for sign, factor in (("", 1.0), ("-", -1.0))
}
"""The six axes of a sensor, each way."""


def turn_to_z(up: Array) -> Array:
    """The smallest rotation (3, 3) that takes a direction (3,) to z.

    Of the many half turns that take -z to z, that about x.

    Raises
    ------
    ConfigError
        If it is no direction.
    """
    length = np.linalg.norm(up)
    if not (np.isfinite(length) and length > 0):
        raise ConfigError(f"{np.asarray(up).tolist()} is no direction")
    return onto_z(torch.from_numpy(up / length)).numpy()


def up_axis(up: str | Sequence[str], force: Array) -> Array:
    """The direction (3,) that is up, in sensor axes.

    Parameters
    ----------
    up : str or sequence of str
        As :class:`imusim.learn.evaluation.protocol.SensorProtocol` has it.
    force : (N, 3) array
        Specific force of all windows of a wearer and sensor, m/s²; not used where an axis is
        stated.

    Raises
    ------
    ConfigError
        If gravity is to tell, and there is no force.
    """
    if isinstance(up, str) and up in AXES:
        return AXES[up]
    known = force[np.isfinite(force).all(axis=1)]
    mean = known.mean(axis=0) if len(known) else np.zeros(3)
    if not np.linalg.norm(mean) > 0:
        raise ConfigError("which way is up cannot be told without an accelerometer")
    if up == "gravity":
        return mean / np.linalg.norm(mean)
    return max((AXES[name] for name in up), key=lambda axis: float(axis @ mean))
