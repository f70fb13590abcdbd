"""Reading a signal at a lower rate without aliasing."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STOP_DB = 70.0
_PASS, _STOP = 0.40, 0.50
"""Band edges as fractions of the output rate."""


def decimate(signal: Array, factor: int) -> Array:
    """Low-pass a signal (N, ...) and keep every ``factor``-th sample, the first included.

    A zero-phase Kaiser-windowed filter (Oppenheim and Schafer, section 7.6): flat within
    0.1 % up to 0.4 of the output rate, 70 dB down from half of it on. Beyond its ends the
    signal is continued by point reflection.
    """
    if factor == 1 or len(signal) < 2:
        return signal
    taps = _taps(factor)
    reach = min(len(taps) // 2, len(signal) - 1)
    taps = taps[len(taps) // 2 - reach : len(taps) // 2 + reach + 1]
    flat = signal.reshape(len(signal), -1, order="F").T
    head = 2 * flat[:, :1] - flat[:, reach:0:-1]
    tail = 2 * flat[:, -1:] - flat[:, -reach - 1 : -1][:, ::-1]
    windows = sliding_window_view(np.concatenate([head, flat, tail], axis=1), len(taps), axis=1)
    filtered = windows.swapaxes(0, 1)[::factor] @ (taps / taps.sum())  # a frame after the other
    return filtered.reshape(-1, *signal.shape[1:], order="F")


def band_limit(signal: Array, factor: int) -> Array:
    """What :func:`decimate` keeps every ``factor``-th sample of, at all samples (N, ...)."""
    from scipy.signal import oaconvolve  # slow to import

    if factor == 1 or len(signal) < 2:
        return signal
    taps = _taps(factor)
    reach = min(len(taps) // 2, len(signal) - 1)
    taps = taps[len(taps) // 2 - reach : len(taps) // 2 + reach + 1]
    flat = signal.reshape(len(signal), -1)
    padded = np.pad(flat, ((reach, reach), (0, 0)), "reflect", reflect_type="odd")
    filtered = oaconvolve(padded, (taps / taps.sum())[:, None], "valid", axes=0)
    return filtered.reshape(signal.shape)


@lru_cache(maxsize=32)
def _taps(factor: int) -> Array:
    """Kaiser's window design: an odd number of taps, symmetric."""
    width = 2 * np.pi * (_STOP - _PASS) / factor
    reach = int(np.ceil((_STOP_DB - 7.95) / (2.285 * width) / 2))
    middle = (_STOP + _PASS) / factor
    ideal = middle * np.sinc(middle * np.arange(-reach, reach + 1))
    return ideal * np.kaiser(2 * reach + 1, 0.1102 * (_STOP_DB - 8.7))


def resample(signal: NDArray[np.floating], from_hz: float, to_hz: float) -> NDArray[np.floating]:
    """Read a signal (N, ...) at another rate, without aliasing.

    The filter is that of :func:`decimate`, for the lower of the two rates, applied between the
    samples too (Crochiere and Rabiner 1983, section 2.4). The first sample stays the first; the
    last lies at the end of the signal or less than a sample before it. A ratio of rates that no
    fraction with a denominator up to 1000 states is met to one part in a million.

    Returns
    -------
    (M, ...) array
        float64.
    """
    ratio = Fraction(to_hz / from_hz).limit_denominator(1000)
    up, down = ratio.numerator, ratio.denominator
    if up == down:
        return np.asarray(signal, np.float64)
    flat = np.asarray(signal, np.float64).reshape(len(signal), -1)
    taps = _taps(max(up, down))
    reach = len(taps) // 2
    pad = reach // up + 1
    if len(flat) > 1:
        padded = np.pad(flat, ((pad, pad), (0, 0)), "reflect", reflect_type="odd")
    else:
        padded = np.pad(flat, ((pad, pad), (0, 0)), "edge")
    count = (len(flat) - 1) * up // down + 1
    read = np.empty((count, flat.shape[1]))
    for phase in range(min(up, count)):  # samples that lie alike between the signal's own
        start, skip = divmod(phase * down, up)
        near = np.arange(-((reach - skip) // up), (reach + skip) // up + 1)
        weights = taps[reach + skip - up * near]
        windows = sliding_window_view(padded, len(near), axis=0)[pad + start + near[0] :: down]
        rows = read[phase::up]
        rows[:] = windows[: len(rows)] @ (weights / weights.sum())
    return read.reshape(count, *signal.shape[1:])


def filter_reach(factor: int) -> int:
    """How many samples the filter for a factor reaches to either side."""
    return len(_taps(factor)) // 2
