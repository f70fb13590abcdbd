"""Samples of a simulation at the frames of the output, against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imusim.pipeline.frames import frame_means


def frames(end_s: float, rate_hz: float) -> np.ndarray:
    return np.arange(int(end_s * rate_hz + 1e-9) + 1) / rate_hz


@pytest.mark.parametrize("out_rate_hz", [7.0, 50.0, 100.0, 240.0, 1000.0])
def test_a_constant_stays_and_a_line_is_taken_at_its_middle(out_rate_hz: float):
    rate_hz, end_s = 240.0, 2.0
    time_s = frames(end_s, out_rate_hz)
    samples = frames(end_s, rate_hz)
    line = np.stack([np.full_like(samples, 3.0), 5 * samples], axis=1)
    found = frame_means(line, rate_hz, time_s, out_rate_hz)
    np.testing.assert_allclose(found[:, 0], 3.0, rtol=1e-12)
    inner = (time_s > 0.6 / out_rate_hz) & (time_s < end_s - 0.6 / out_rate_hz)
    # samples are held for a step, so a line is a staircase about it, at most half a step off
    tolerance = 5 * 0.5 / rate_hz if rate_hz % out_rate_hz or out_rate_hz > rate_hz else 1e-9
    np.testing.assert_allclose(found[inner, 1], 5 * time_s[inner], atol=tolerance)


@given(
    st.integers(2, 400),
    st.sampled_from([100.0, 240.0, 1000.0, 333.3]),
    st.floats(1.0, 2000.0),
    st.integers(0, 2**32 - 1),
)
def test_no_impulse_is_lost_or_counted_twice(
    count: int, rate_hz: float, out_rate_hz: float, seed: int
):
    values = np.random.default_rng(seed).normal(0, 500, (count, 2, 3))
    time_s = frames((count - 1) / rate_hz, out_rate_hz)
    means = frame_means(values, rate_hz, time_s, out_rate_hz)
    start = np.maximum(time_s - 0.5 / out_rate_hz, -0.5 / rate_hz)
    stop = np.minimum(time_s + 0.5 / out_rate_hz, (count - 0.5) / rate_hz)
    impulse = (means * (stop - start)[:, None, None]).sum(axis=0)
    # where frames are shorter than steps, the first and the last sample are not covered whole
    middle = np.arange(count) / rate_hz
    first = np.maximum(middle - 0.5 / rate_hz, start[0])
    last = np.minimum(middle + 0.5 / rate_hz, stop[-1])
    held_s = np.maximum(last - first, 0)[:, None, None]
    np.testing.assert_allclose(impulse, (values * held_s).sum(axis=0), atol=1e-7)


def test_a_blow_of_one_step_is_spread_over_its_frame_and_stays_out_of_the_others():
    blow = np.zeros(241)
    blow[100] = 12_000.0  # N for 1/240 s: 50 N s, at 0.41667 s
    means = frame_means(blow, 240.0, frames(1.0, 50.0), 50.0)
    assert np.flatnonzero(means).tolist() == [21]
    assert means[21] == pytest.approx(50 * 50)


@pytest.mark.parametrize("out_rate_hz", [20.0, 50.0, 240.0, 999.0])
def test_contact_is_any_in_the_interval(out_rate_hz: float):
    rate_hz = 240.0
    touching = np.zeros((241, 2), bool)
    touching[[0, 30, 120, 121, 240], 1] = True
    time_s = frames(1.0, out_rate_hz)
    found = frame_means(touching, rate_hz, time_s, out_rate_hz)
    held = np.flatnonzero(touching[:, 1]) / rate_hz
    reach = 0.5 / rate_hz + 0.5 / out_rate_hz
    truth = (np.abs(time_s[:, None] - held) < reach - 1e-9).any(axis=1)
    assert found.dtype == bool
    assert not found[:, 0].any()
    np.testing.assert_array_equal(found[:, 1], truth)
