"""How far apart two samples of vectors are: all take (N, D) and (M, D) arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

from imusim.compare.windows import Array

NEIGHBOURS = 5
"""Of precision, recall, density and coverage, as Naeem et al. have it."""


def wasserstein(one: Array, other: Array) -> Array:
    """First Wasserstein distance (D,) of each column."""
    return np.array([wasserstein_distance(a, b) for a, b in zip(one.T, other.T, strict=True)])


def frechet(one: Array, other: Array) -> float:
    """Squared Fréchet distance of the Gaussians with the samples' moments (Dowson, Landau 1982).

    ``|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½)``; Heusel et al. (2017) use it as FID. Samples
    of few windows are apart even where they are of one distribution: look at the reference.
    """
    first, second = (np.asarray(np.atleast_2d(np.cov(s.T)), float) for s in (one, other))
    root = _root(first)
    cross = np.linalg.eigvalsh(root @ second @ root)
    apart = one.mean(axis=0) - other.mean(axis=0)
    between = np.sqrt(np.maximum(cross, 0)).sum()
    return max(float(apart @ apart + np.trace(first) + np.trace(second) - 2 * between), 0.0)


def _root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def mmd(
    one: Array,
    other: Array,
    blocks: tuple[NDArray[np.generic], NDArray[np.generic]],
    permutations: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Squared maximum mean discrepancy and the p-value of a permutation test.

    The unbiased estimate of Gretton et al. (2012) with the kernel ``exp(−d² / 2σ²)``, σ the
    median distance in both samples together.

    Parameters
    ----------
    one, other : (N, D), (M, D) array
    blocks : ((N,), (M,)) arrays
        What may be exchanged as a whole: the recordings, not the windows, are independent.
    permutations : int
    rng : Generator

    Returns
    -------
    mmd, p : float
        NaN for a p without permutations, or with but one block a side.
    """
    both = np.vstack([one, other])
    squared = cdist(both, both, "sqeuclidean")
    apart = squared[np.triu_indices(len(both), 1)]
    kernel = np.exp(-squared / max(float(np.median(apart)) * 2, 1e-12))
    np.fill_diagonal(kernel, 0)  # unbiased: no window beside itself
    inside = np.repeat([1.0, 0.0], [len(one), len(other)])
    value = _mmd_of(kernel, inside[None])[0]
    names = [np.unique(side, return_inverse=True) for side in blocks]
    counts = [len(found) for found, _ in names]
    if permutations < 1 or min(counts) < 2:
        return float(value), float("nan")
    block = np.concatenate([names[0][1].ravel(), counts[0] + names[1][1].ravel()])
    chosen = np.array([rng.permutation(sum(counts)) < counts[0] for _ in range(permutations)])
    drawn = _mmd_of(kernel, chosen[:, block].astype(float))
    drawn = drawn[np.isfinite(drawn)]
    return float(value), float((1 + (drawn >= value).sum()) / (1 + len(drawn)))


def _mmd_of(kernel: Array, inside: Array) -> Array:
    """Of divisions (P, N) of all windows in two: 1 for those of the first sample."""
    outside = 1 - inside
    first, second = inside.sum(axis=1), outside.sum(axis=1)
    spread = inside @ kernel
    within = (spread * inside).sum(axis=1)
    between = (spread * outside).sum(axis=1)
    beyond = kernel.sum() - within - 2 * between
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            within / (first * (first - 1))
            + beyond / (second * (second - 1))
            - 2 * between / (first * second)
        )


def neighbourhoods(simulated: Array, real: Array, k: int = NEIGHBOURS) -> dict[str, float]:
    """Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020).

    About every window of one sample is a ball as far as its k-th neighbour in the same sample.
    Precision: simulated windows in a real ball; recall: real ones in a simulated ball; density:
    real balls that hold a simulated window, over k; coverage: real balls with one in them.

    Returns
    -------
    dict
        NaN where a sample has no more than one window.
    """
    k = min(k, len(simulated) - 1, len(real) - 1)
    if k < 1:
        return dict.fromkeys(("precision", "recall", "density", "coverage"), float("nan"))
    apart = cdist(real, simulated)
    in_real = apart <= _radii(real, k)[:, None]
    in_simulated = apart <= _radii(simulated, k)[None]
    return {
        "precision": float(in_real.any(axis=0).mean()),
        "recall": float(in_simulated.any(axis=1).mean()),
        "density": float(in_real.sum(axis=0).mean() / k),
        "coverage": float(in_real.any(axis=1).mean()),
    }


def _radii(points: Array, k: int) -> Array:
    """Distance (N,) to the k-th nearest other point."""
    return np.asarray(np.partition(cdist(points, points), k, axis=1)[:, k], float)
