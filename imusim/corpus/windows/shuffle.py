"""An order of windows that is random and still reads few shards at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUFFER = 16384
"""Windows that are mixed at a time, unless told otherwise."""
_BLOCKS = 32
"""Stretches of shards that are mixed at a time; fewer than the shards that stay open."""


def shuffled(
    shard_ends: NDArray[np.int64], seed: int, epoch: int, buffer: int = BUFFER
) -> Iterator[NDArray[np.int64]]:
    """All numbers below ``shard_ends[-1]``, each once, in pools of about ``buffer``.

    Shards are cut into blocks of ``buffer / 32`` numbers; blocks stand in random order, and 32
    of them at a time make a pool whose numbers stand in random order. So a reader touches 32
    stretches of files at a time, whatever the size of the corpus. Numbers of one block come near
    one another in every epoch, beside others each time.

    Parameters
    ----------
    shard_ends : (K,) array
        Number of windows up to the end of each shard.
    seed, epoch : int
        The order follows from these alone.
    buffer : int
    """
    random = np.random.default_rng([seed, epoch])
    size = max(1, buffer // _BLOCKS)
    edges = [0, *map(int, shard_ends)]
    first = [at for a, b in pairwise(edges) for at in range(a, b, size)]
    last = [*first[1:], edges[-1]]
    order = random.permutation(len(first))
    for at in range(0, len(order), _BLOCKS):
        pool = order[at : at + _BLOCKS]
        numbers = [np.arange(first[b], last[b]) for b in pool]
        yield random.permutation(np.concatenate(numbers))
