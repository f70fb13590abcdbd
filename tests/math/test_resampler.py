"""Parts at another rate: those of the whole signal at that rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.math.resampler import Resampler
from imusim.math.resampling import resample

RATES = [(100.0, 50.0), (50.0, 20.0), (60.0, 50.0), (50.0, 60.0), (59.94, 50.0), (20.0, 50.0)]


@pytest.mark.parametrize("rates", RATES)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_a_part_is_that_of_the_whole(rates, data):
    frames = data.draw(st.integers(1, 900), "frames")
    signal = np.random.default_rng(frames).standard_normal((frames, 2, 3)).astype(np.float32)
    whole = resample(signal, *rates)
    resampler = _resampler(rates)
    assert resampler.length(np.array([0, frames])).tolist() == [0, len(whole)]
    first = data.draw(st.integers(0, len(whole) - 1), "first")
    count = data.draw(st.integers(1, len(whole) - first), "count")
    part = resampler.part(lambda low, high: signal[low:high], frames, first, count)
    assert part.dtype == np.float32
    np.testing.assert_allclose(part, whole[first : first + count], atol=2e-5)


_MADE = {}


def _resampler(rates):
    return _MADE.setdefault(rates, Resampler(*rates))


@pytest.mark.parametrize("rates", RATES)
def test_the_nearest_frames_and_those_within_a_step(rates):
    rng = np.random.default_rng(0)
    resampler = Resampler(*rates)
    valid = rng.random(500) < 0.97
    samples = int(resampler.length(np.array(500)))
    frame_s = np.arange(500) / rates[0]
    # The rates' ratio is met to one part in a million.
    sample_s = np.arange(samples) * resampler.down / resampler.up / rates[0]
    apart = np.abs(frame_s[:, None] - sample_s)
    nearest = resampler.nearest(0, samples)
    np.testing.assert_allclose(apart[nearest, range(samples)], apart.min(axis=0), atol=1e-9)
    step_s = max(1 / r for r in (rates[0], rates[0] * resampler.up / resampler.down))
    expected = [valid[column < step_s - 1e-9].all() for column in apart.T]
    np.testing.assert_array_equal(resampler.clean(valid), expected)


def test_a_rate_that_is_next_to_none_is_refused():
    with pytest.raises(ValueError, match="too low"):
        Resampler(100.0, 0.01)


def test_frames_that_are_not_there_are_noticed():
    with pytest.raises(ValueError, match="3 frames were read"):
        Resampler(100.0, 50.0).part(lambda low, high: np.zeros((3, 2), np.float32), 500, 100, 40)
