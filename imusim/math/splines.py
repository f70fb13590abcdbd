"""Quintic smoothing splines on a uniform grid, solved in time linear in the samples.

The minimiser of ``Σ wᵢ |yᵢ − f(tᵢ)|² + λ h⁻¹ ∫ |f'''|²`` is a quintic spline (Schoenberg
1964; Reinsch 1967). In the B-spline basis its normal equations are banded and depend only on
the weights and λ, so one factorisation serves every axis and joint that share them.

λ is stated as a cut-off: on a long record the smoother is a zero-phase low-pass filter of gain
``1 / (1 + (f / f_c)⁶)`` with ``λ = (rate / 2π f_c)⁶`` (Craven and Wahba 1979, section 4).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.linalg import cho_solve_banded, cholesky_banded, solve_banded

Array = NDArray[np.float64]

DEGREE = 5
ORDER = 3
"""The derivative whose square is penalised."""

_BRIDGE = 40
"""Samples into a gap beyond which the data on its sides no longer determine the spline."""
_PULL = 1e-3
"""Weight, beyond that, of the straight line across the gap: keeps the equations well posed."""
_PARTS = 120
"""So many times the Gram matrix is one of integers: rounding leaves parabolas without penalty."""
_MAX_RATIO = 300.0
"""Largest rate / cut-off that double precision bears."""


def smoothing_knots(samples: int) -> Array:
    """Knots of the smoothing spline, in samples: one at each sample, extended at both ends."""
    return np.arange(-DEGREE, samples + DEGREE, dtype=float)


def smoothing_spline(
    values: Array, rate_hz: float, cutoff_hz: float | Array, weights: Array | None = None
) -> Array:
    """Coefficients of quintic smoothing splines through uniform samples.

    Parameters
    ----------
    values : (T, D) array
        Finite wherever the weight is positive.
    rate_hz : float
        Sampling rate.
    cutoff_hz : float or (D,) array
        Frequency of half gain, of all columns or of each. One below ``rate_hz / 300`` is raised
        to it.
    weights : (T,) array, optional
        Zero where a sample is missing.

    Returns
    -------
    (T + 4, D) array
        Coefficients on :func:`smoothing_knots`.
    """
    samples, columns = values.shape
    cutoffs = np.maximum(np.broadcast_to(cutoff_hz, columns), rate_hz / _MAX_RATIO)
    taps, _ = _basis()
    data, roughness = _normal_matrices(samples)
    if weights is not None:
        data = _data_matrix(weights)
        values = np.where(weights[:, None] > 0, values, 0.0) * weights[:, None]
    solved = np.zeros((samples + DEGREE - 1, columns), order="F")
    for a in range(DEGREE):
        solved[a : a + samples] += taps[a] * values
    for cutoff in np.unique(cutoffs):
        penalty = (rate_hz / (2 * np.pi * cutoff)) ** (2 * ORDER) / _PARTS
        factor = cholesky_banded(data + penalty * roughness, overwrite_ab=True, check_finite=False)
        own = cutoffs == cutoff
        solved[:, own] = cho_solve_banded(
            (factor, False), solved[:, own], overwrite_b=True, check_finite=False
        )
    return solved


@lru_cache(maxsize=4)
def _normal_matrices(samples: int) -> tuple[Array, Array]:
    """Upper bands (6, T + 4) of the normal equations: of data of weight one, and of roughness."""
    _, gram = _basis()
    roughness = np.zeros((DEGREE + 1, samples + DEGREE - 1))
    for a in range(DEGREE + 1):
        for b in range(a, DEGREE + 1):
            roughness[DEGREE - (b - a), b : b + samples - 1] += gram[a, b]
    return _data_matrix(np.ones(samples)), roughness


def _data_matrix(weights: Array) -> Array:
    taps, _ = _basis()
    bands = np.zeros((DEGREE + 1, len(weights) + DEGREE - 1))
    for a in range(DEGREE):
        for b in range(a, DEGREE):
            bands[DEGREE - (b - a), b : b + len(weights)] += weights * (taps[a] * taps[b])
    return bands


def interpolating_spline(values: Array) -> tuple[Array, Array]:
    """Quintic spline through all samples with not-a-knot ends: knots (in samples), coefficients.

    For data without noise; ``values`` is (T, D), finite, T at least 6. On uniform knots the
    equations are those of two bands beside the diagonal, but for two coefficients at either
    end. These make the fifth derivative go on over the outermost knots, where its jump is the
    sixth difference of the coefficients.
    """
    taps, _ = _basis()
    samples, columns = values.shape
    right = np.zeros((samples, columns + DEGREE - 1), order="F")
    right[:, :columns] = values
    outer = -np.array([[taps[0], taps[1]], [0.0, taps[0]]])  # what the end's own two do inside
    right[:2, -4:-2], right[-2:, -2:] = outer, outer[::-1, ::-1]
    bands = np.repeat(taps[:, None], samples, axis=1)
    inner = solve_banded((2, 2), bands, right, overwrite_ab=True, overwrite_b=True)
    every = np.zeros((samples + DEGREE - 1, inner.shape[1]), order="F")
    every[2:-2] = inner
    every[[0, 1, -2, -1], [-4, -3, -2, -1]] = 1.0
    jumps = np.concatenate([np.diff(end, 6, axis=0) for end in (every[:8], every[-8:])])
    ends = np.linalg.solve(jumps[:, columns:], -jumps[:, :columns])
    return smoothing_knots(samples), every[:, :columns] + every[:, columns:] @ ends


def evaluate(knots: Array, coefficients: Array, samples: Array, derivative: int = 0) -> Array:
    """Value of a spline, or its derivative with respect to sample number, at ``samples`` (N,)."""
    return BSpline.construct_fast(knots, coefficients, DEGREE)(samples, nu=derivative)


def bridge_gaps(values: Array, missing: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Weights for a record with gaps, and the record with its gaps filled by straight lines.

    A missing sample has weight zero. Far inside a long gap, where nothing determines the
    spline, the straight line gets a weight of 1e-3.

    Parameters
    ----------
    values : (T, D) array
    missing : (T,) bool array
        Not all true.

    Returns
    -------
    filled : (T, D) array, weights : (T,) array
    """
    weights = np.where(missing, 0.0, 1.0)
    if not missing.any():
        return values, weights
    seen, lost = np.flatnonzero(~missing), np.flatnonzero(missing)
    after = np.searchsorted(seen, lost)
    low = seen[np.clip(after - 1, 0, len(seen) - 1)]
    high = seen[np.clip(after, 0, len(seen) - 1)]
    share = np.where(high > low, (lost - low) / np.maximum(high - low, 1), 0.0)[:, None]
    filled = values.copy()
    filled[lost] = (1 - share) * values[low] + share * values[high]
    distance = np.minimum(np.abs(lost - low), np.abs(high - lost))
    weights[lost[distance > _BRIDGE]] = _PULL
    return filled, weights


@lru_cache(maxsize=1)
def _basis() -> tuple[Array, Array]:
    """Values of the five cardinal B-splines at a knot; Gram matrix of third derivatives."""
    bump = BSpline.basis_element(np.arange(DEGREE + 2) - (DEGREE + 1) / 2)
    taps = bump(np.arange(-(DEGREE // 2), DEGREE // 2 + 1, dtype=float))
    nodes, node_weights = np.polynomial.legendre.leggauss(DEGREE)
    nodes, node_weights = (nodes + 1) / 2, node_weights / 2
    third = bump.derivative(ORDER)
    rows = np.array([third(nodes - (j - DEGREE // 2)) for j in range(DEGREE + 1)])
    return taps, np.rint((rows * node_weights) @ rows.T * _PARTS)
