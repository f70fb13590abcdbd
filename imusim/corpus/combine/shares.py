"""Groups of unlike size dealt out to parts, so that each part comes near its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError

_ROUNDS = 200


def deal(
    sizes: Sequence[int], shares: Sequence[float], seed: int, kept: Mapping[int, int] | None = None
) -> NDArray[np.intp]:
    """The part of each group.

    Groups in a random order go each to the part that lacks most; then single groups, and pairs
    against each other, change parts as long as that brings the parts nearer to their shares.

    Parameters
    ----------
    sizes : sequence of int
        Of the groups, positive.
    shares : sequence of float
        Of the parts, in any unit.
    seed : int
    kept : mapping of int to int, optional
        Groups whose part is fixed.

    Returns
    -------
    (G,) int array
        Every part has a group.

    Raises
    ------
    ConfigError
        If there are fewer groups than parts.
    """
    kept = dict(kept or {})
    parts = len(shares)
    free = [group for group in range(len(sizes)) if group not in kept]
    empty = set(range(parts)) - set(kept.values())
    if len(free) < len(empty):
        raise ConfigError(f"a part would be empty: {len(sizes)} for {parts} parts")
    size = np.asarray(sizes, np.int64)
    target = np.asarray(shares, float) / np.sum(shares) * size.sum()
    part = np.full(len(sizes), -1, np.intp)
    lack = target.copy()
    for group, fixed in kept.items():
        part[group] = fixed
        lack[fixed] -= size[group]
    for group in np.random.default_rng(seed).permutation(free):
        part[group] = np.argmax(lack)
        lack[part[group]] -= size[group]
    movable = np.zeros(len(sizes), bool)
    movable[free] = True
    for _ in range(_ROUNDS):
        if not _improve(part, lack, size, movable):
            break
    _fill(part, size, movable, parts)
    return part


def _improve(
    part: NDArray[np.intp], lack: NDArray[np.float64], size: NDArray[np.int64], movable: NDArray
) -> bool:
    """One group from one part to another, or for one of that, if a pair of parts gains by it."""
    order = np.argsort(lack, kind="stable")
    for rich in order:
        for poor in order[::-1]:
            if lack[poor] <= lack[rich]:
                break
            wanted = (lack[poor] - lack[rich]) / 2
            give = np.flatnonzero(movable & (part == rich))
            take = np.flatnonzero(movable & (part == poor))
            take = take[np.argsort(size[take], kind="stable")]
            sizes = np.concatenate([[0], size[take]])
            near = np.searchsorted(sizes, size[give] - wanted)
            best, choice = wanted, None
            for at in (near - 1, near):
                at = np.clip(at, 0, len(sizes) - 1)
                off = np.abs(size[give] - sizes[at] - wanted)
                if len(off) and off.min() < best - 0.5:
                    first = int(off.argmin())
                    best, choice = off[first], (first, int(at[first]))
            if choice is not None:
                group, other = give[choice[0]], choice[1]
                moved = size[group] - sizes[other]
                part[group] = poor
                if other:
                    part[take[other - 1]] = rich
                lack[rich] += moved
                lack[poor] -= moved
                return True
    return False


def _fill(part: NDArray[np.intp], size: NDArray[np.int64], movable: NDArray, parts: int) -> None:
    """Give a part without groups the smallest of a part that has others."""
    for empty in range(parts):
        if (part == empty).any():
            continue
        counts = np.bincount(part, minlength=parts)
        spare = np.flatnonzero(movable & (counts[part] > 1))
        part[spare[np.argmin(size[spare])]] = empty
