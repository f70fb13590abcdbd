"""How much to smooth: where the spectrum of a motion meets the floor of its noise.

Human motion's position spectrum falls steeply (about as f⁻⁸ in power, orientation's as f⁻⁶)
until it meets the capture's noise floor. The two are told apart by maximum likelihood on the
periodogram
(Whittle 1953): ``S(f) = A (f⁻ᵖ + f_c⁻ᵖ)``, with f_c, where signal and floor are equal, the
smoother's cut-off. Only frequencies around the knee are looked at, so that noise which is
correlated from frame to frame, or a record that was resampled to a higher rate, does not pass
for a quiet one, as it would with generalised cross-validation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BAND_HZ = (3.0, 30.0)
"""Frequencies that are looked at."""


@dataclass(frozen=True)
class Knee:
    """What is known beforehand of where a motion's spectrum meets its noise.

    Set on 22 recordings with real sensors beside optical capture; see
    docs/explanation/smoothing.md.

    Parameters
    ----------
    fall : float
        Exponent of the fall of the motion's power spectrum.
    centre_hz : float
        Where the cut-off is expected.
    weight : float
        Weight of its squared log distance from there, against the mean log-likelihood of a
        frequency.
    """

    fall: float
    centre_hz: float
    weight: float


POSITION = Knee(fall=8.0, centre_hz=12.0, weight=0.4)
ORIENTATION = Knee(fall=6.0, centre_hz=16.0, weight=0.8)

CANDIDATES_HZ = np.exp2(np.arange(0.5, 8.0, 1 / 16))
QUIET = 1e-7
"""A floor of this standard deviation (metres, or half radians) is rounding, not noise."""

_SEGMENT_S = 4.0


def spectrum(
    values: Array, missing: NDArray[np.bool_], rate_hz: float, differences: int
) -> tuple[Array, Array]:
    """Power spectral density of tracks, whitened by differencing before the window.

    Parameters
    ----------
    values : (T, L, D) array
        L tracks of D components; the densities of the components are added.
    missing : (T,) bool array
        Samples to keep away from.
    rate_hz : float
    differences : int
        How often to difference: a red spectrum would leak through the window otherwise.

    Returns
    -------
    frequency : (M,) array, Hz, without zero
    density : (M, L) array, unit²/Hz, one-sided
    """
    steps = np.diff(values, differences, axis=0)
    usable = len(steps)
    length = min(usable, max(8, round(_SEGMENT_S * rate_hz)))
    broken = np.zeros(usable, bool)
    for k in range(differences + 1):
        broken |= missing[k : k + usable]
    starts = range(0, usable - length + 1, max(length // 2, 1))
    clean = [s for s in starts if not broken[s : s + length].any()] or list(starts)
    window = np.hanning(length + 2)[1:-1]
    tracks = np.ascontiguousarray(steps.T)  # (D, L, T)
    power = np.zeros((values.shape[1], length // 2 + 1))
    for start in clean:
        piece = tracks[..., start : start + length]
        transform = np.fft.rfft((piece - piece.mean(axis=-1, keepdims=True)) * window)
        power += (transform.real**2 + transform.imag**2).sum(axis=0)
    frequency = np.arange(length // 2 + 1) * (rate_hz / length)
    response = (2 * np.sin(np.pi * frequency / rate_hz)) ** (2 * differences)
    density = 2 * power.T[1:] / (rate_hz * (window**2).sum() * len(clean))
    return frequency[1:].astype(float), np.asarray(density / response[1:, None], float)


def choose_cutoffs(
    frequency: Array,
    density: Array,
    rate_hz: float,
    knee: Knee,
    floor: Array | None = None,
) -> Array:
    """Cut-off of each track, Hz.

    Parameters
    ----------
    frequency : (M,) array, density : (M, L) array
        From :func:`spectrum`.
    rate_hz : float
    knee : Knee
        :data:`POSITION` or :data:`ORIENTATION`.
    floor : (M,) array, optional
        Density of the noise where the source declares it; otherwise it is fitted.

    Returns
    -------
    (L,) array
        One of :data:`CANDIDATES_HZ`; infinite for a track without noise, to be interpolated.
    """
    top = min(BAND_HZ[1], 0.45 * rate_hz)
    inside = (frequency >= min(BAND_HZ[0], top / 4)) & (frequency <= top)
    frequency, density = frequency[inside], density[inside]
    candidates = CANDIDATES_HZ[max(0.5 * rate_hz, CANDIDATES_HZ[0]) >= CANDIDATES_HZ]
    if not len(frequency):
        return np.full(density.shape[1], candidates[-1])
    # A slow capture shows less of the fall and the floor: the expectation weighs more.
    reach = np.log(BAND_HZ[1] / BAND_HZ[0]) / np.log(top / min(BAND_HZ[0], top / 4))
    doubt = knee.weight * reach**2 * np.log(candidates / knee.centre_hz)[:, None] ** 2
    fall = candidates[:, None] ** knee.fall * frequency**-knee.fall
    if floor is None:
        shape = 1 + fall
        level = (1 / shape) @ density / len(frequency)
        cost = np.log(np.maximum(level, 1e-300)) + np.log(shape).mean(axis=1)[:, None] + doubt
        best = np.argmin(cost, axis=0)
        noise = np.sqrt(np.take_along_axis(level, best[None], axis=0)[0] * rate_hz / 2)
        return np.where(noise < QUIET, np.inf, candidates[best])
    floor = floor[inside]
    at_knee = np.interp(candidates, frequency, floor)[:, None]
    model = (at_knee * fall + floor[None])[..., None]
    cost = (np.log(model) + density[None] / model).mean(axis=1) + doubt
    return candidates[np.argmin(cost, axis=0)]


def declared_floor(
    frequency: Array, rate_hz: float, noise: float, correlation_s: float, components: int
) -> Array:
    """Density of declared noise, unit²/Hz: white, or first-order Gauss–Markov when correlated."""
    if correlation_s <= 0:
        return np.full(len(frequency), 2 * components * noise**2 / rate_hz)
    return (
        components
        * noise**2
        * 4
        * correlation_s
        / (1 + (2 * np.pi * frequency * correlation_s) ** 2)
    )
