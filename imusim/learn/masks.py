"""Which frames of a stretch are hidden from a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHARE = 0.15
STOP = 0.2
LONGEST = 10
UNTOUCHED, EMPTIED, REPLACED, KEPT = range(4)
"""What becomes of a frame; the last three are masked: they are to be told."""
_ODDS = (0.8, 0.1, 0.1)


def span_masks(
    counts: NDArray[np.int64], samples: int, rng: np.random.Generator,
    share: float = SHARE, stop: float = STOP, longest: int = LONGEST,
) -> NDArray[np.int64]:  # fmt: skip
    """Masked spans of B stretches of T frames, as LIMU-BERT draws them (Xu et al. 2021).

    Lengths are geometric, cut at ``longest`` (SpanBERT, Joshi et al. 2020); spans are drawn until
    ``share`` of a stretch is masked, of which the last one is cut so that it is exactly that much,
    rounded, and one frame at least. Of the spans 80 % are emptied, 10 % replaced by other frames
    and 10 % kept (BERT, Devlin et al. 2019).

    Parameters
    ----------
    counts : (B,) int array
        Frames of each that are there; spans are among these.
    samples : int
        T.
    rng : numpy.random.Generator
    share, stop : float
        Of the frames; chance that a span ends after a frame.
    longest : int

    Returns
    -------
    (B, T) int array
        :data:`UNTOUCHED`, :data:`EMPTIED`, :data:`REPLACED` or :data:`KEPT`.
    """
    found = np.full((len(counts), samples), UNTOUCHED)
    for row, count in zip(found, counts.tolist(), strict=True):
        left = max(1, round(share * count)) if count else 0
        while left:
            length = min(int(rng.geometric(stop)), longest, count)
            start = int(rng.integers(count - length + 1))
            span = row[start : start + length]
            free = np.flatnonzero(span == UNTOUCHED)[:left]
            span[free] = 1 + rng.choice(3, p=_ODDS)
            left -= len(free)
    return found
