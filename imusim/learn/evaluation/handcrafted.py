"""Features with names of windows that are padded: what models are held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.compare.features import handcrafted, profile
from imusim.compare.windows import Windows
from imusim.learn.batch import UNKNOWN
from imusim.learn.evaluation.real import RealWindows

Array = NDArray[np.float64]


def window_features(real: RealWindows) -> Array:
    """Features (W, F) of :mod:`imusim.compare.features`, of the part of windows that is known.

    A short window is continued by its mirror image for what does not depend on time, and
    stretched for means over its parts; how long it is, which sensors there are and where they
    sit are features too.
    """
    signals = real.batch.signals.numpy().astype(float)
    valid = real.batch.valid.numpy()
    count, sensors, _, samples = signals.shape
    mirrored = np.empty((count, sensors * 6, samples))
    stretched = np.empty_like(mirrored)
    for w in range(count):
        own = signals[w][..., valid[w]].reshape(sensors * 6, -1)
        length = own.shape[1]
        mirrored[w] = own[:, _there_and_back(length, samples)]
        at = np.linspace(0, length - 1, samples)
        stretched[w] = [np.interp(at, np.arange(length), channel) for channel in own]
    parts = [
        handcrafted(_windows(mirrored, real)).values,
        profile(_windows(stretched, real)).values,
        stated(real),
    ]
    return np.hstack(parts).astype(float)


def stated(real: RealWindows) -> Array:
    """What is known of windows (W, F) before one sample: their length, sensors and places."""
    lengths = real.batch.valid.numpy().sum(axis=1)
    present = real.batch.present.numpy().reshape(len(lengths), -1)
    return np.hstack([np.log(lengths)[:, None], present, _placed(real)])


def _there_and_back(length: int, samples: int) -> NDArray[np.int64]:
    """Numbers 0 … length-1, then down to 0 and up again, so many."""
    if length == 1:
        return np.zeros(samples, np.int64)
    turn = np.arange(samples) % (2 * length - 2)
    return np.minimum(turn, 2 * length - 2 - turn)


def _windows(signals: Array, real: RealWindows) -> Windows:
    return Windows(signals, real.labels.astype(str), real.subjects, real.groups, real.rate_hz)


def _placed(real: RealWindows) -> NDArray[np.bool_]:
    """Which joint each slot's sensor is on, of those that occur; all false for none."""
    placement = np.where(real.batch.worn.numpy(), real.batch.placement.numpy(), -1)
    used = [joint for joint in range(UNKNOWN + 1) if (placement == joint).any()]
    return (placement[:, :, None] == np.array(used)).reshape(len(placement), -1)
