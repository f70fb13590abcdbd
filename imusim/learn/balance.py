"""How often each example is seen, and which are held out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.learn.examples import Examples

Array = NDArray[np.float64]


def balanced(examples: Examples, sources: float = 0.5, activities: float = 0.5) -> Array:
    """Shares (N,) of the draws that examples get, so that no source and no activity drowns others.

    An activity is what has the same captions. A source of A activities gets a share as A to the
    power ``sources``, an activity of N windows within it one as N to the power ``activities``: 0
    makes all alike, 1 leaves them as they are.

    Parameters
    ----------
    examples : Examples
    sources, activities : float
        Between 0 and 1.

    Raises
    ------
    ConfigError
        If one of them is out of range.
    """
    for name, power in (("sources", sources), ("activities", activities)):
        if not 0 <= power <= 1:
            raise ConfigError(f"balance over {name} is a power between 0 and 1, not {power}")
    shares = np.zeros(len(examples))
    for source in np.unique(examples.sources):
        mine = examples.sources == source
        _, activity, count = np.unique(
            examples.group[mine], return_inverse=True, return_counts=True
        )
        own = count[activity] ** (activities - 1.0)
        shares[mine] = own / own.sum() * len(count) ** sources
    return shares / shares.sum()


def held_out(examples: Examples, share: float, seed: int) -> NDArray[np.bool_]:
    """Which examples (N,) are for validation: whole clips, of every source, at least one of each.

    All clips of one activity by one person go together, where it is known who moved: another view
    of a take, or the take after it, tells nothing new. What would leave an activity without any
    other is kept for training.

    Raises
    ------
    ConfigError
        If the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ConfigError(f"the share to hold out lies between 0 and 1, not {share}")
    rng = np.random.default_rng(seed)
    held = np.zeros(len(examples), bool)
    for source in np.unique(examples.sources):
        mine = np.flatnonzero(examples.sources == source)
        group, clip = examples.group[mine], examples.clip[mine]
        who = np.where(examples.subjects[mine] == "", clip.astype(str), examples.subjects[mine])
        _, first, take = np.unique(
            np.stack([who, group.astype(str)], axis=1), axis=0, return_index=True,
            return_inverse=True,
        )  # fmt: skip
        take = take.ravel()
        wanted = max(1, round(share * len(np.unique(clip))))
        left = dict(zip(*np.unique(group[first], return_counts=True), strict=True))
        for place in rng.permutation(len(first)):
            if wanted > 0 and left[group[first[place]]] > 1:
                left[group[first[place]]] -= 1
                own = take == place
                wanted -= len(np.unique(clip[own]))
                held[mine[own]] = True
    return held
