"""Periods and gaps of stamps."""

import numpy as np
import pytest

from imusim.recordings.gaps import after_gaps, usual_period


@pytest.mark.parametrize("count", [2, 3, 8, 60, 150, 1000])
@pytest.mark.parametrize("gap_s", [0.0, 3.0])
def test_one_long_gap_is_not_taken_for_the_period(count, gap_s):
    rng = np.random.default_rng(count)
    stamps = np.arange(count) * 0.02 + rng.normal(0, 0.0005, count)
    cut = count // 2
    stamps[cut:] += gap_s * (count >= 8)
    period = usual_period(stamps)
    assert period == pytest.approx(0.02, rel=0.1)
    if count >= 60:
        found = np.flatnonzero(after_gaps(stamps, period))
        assert found.tolist() == ([cut] if gap_s else [])


def test_no_stamps_have_no_period():
    assert usual_period(np.zeros(0)) == usual_period(np.zeros(1)) == 0.0
