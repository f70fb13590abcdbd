"""Spans that are hidden, as models that fill them in are trained on."""

import numpy as np
import pytest

pytest.importorskip("torch")
from imusim.learn.masks import EMPTIED, KEPT, REPLACED, UNTOUCHED, span_masks


def test_spans_are_drawn_as_stated():
    """15 % of the frames; four in five of the spans emptied; lengths geometric, cut at ten."""
    masks = span_masks(np.full(400, 400), 400, np.random.default_rng(1))
    assert ((masks != UNTOUCHED).sum(axis=1) == 60).all()
    share = [(masks == kind).sum() / (400 * 60) for kind in (EMPTIED, REPLACED, KEPT)]
    np.testing.assert_allclose(share, [0.8, 0.1, 0.1], atol=0.02)
    # Spans of long stretches hardly meet: their lengths are those that were drawn.
    whole = span_masks(np.full(400, 5000), 5000, np.random.default_rng(3), share=0.01)
    first = whole.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], first != UNTOUCHED, [0]]).astype(int)))
    drawn = edges[1::2] - edges[::2]
    expected = [0.2 * 0.8**k for k in range(9)]
    found = [(drawn == k + 1).mean() for k in range(9)]
    np.testing.assert_allclose(found, expected, atol=0.03)
    short = span_masks(np.array([0, 1, 7]), 10, np.random.default_rng(4))
    assert (short != UNTOUCHED).sum(axis=1).tolist() == [0, 1, 1]
    assert (short[2, 7:] == UNTOUCHED).all()
