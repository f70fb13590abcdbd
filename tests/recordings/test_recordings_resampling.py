"""Even grids: what comes back of signals that are known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.errors import ConfigError, MotionError
from imusim.recordings import Recording, Sensor, Span
from imusim.recordings.resampling import even, labels_at, sampled
from imusim.recordings.splines import read_at
from imusim.recordings.stamps import taken_at

MIDDLE = slice(30, -30)


def _sensor(time_s, accelerometer, gyroscope=None, rate_hz=100.0, name="a"):
    return Sensor(name, "", np.asarray(time_s, float), accelerometer, gyroscope, rate_hz)


def _jittered(count, rate_hz, share, rng):
    time_s = (np.arange(count) + rng.uniform(-share, share, count)) / rate_hz
    return time_s - time_s[0]


def _chirp(time_s):
    phase = 2 * np.pi * (0.5 * time_s + 0.125 * time_s**2)  # 0.5 to 8 Hz in 30 s
    return np.stack([np.sin(phase), np.cos(phase), 3 + 0 * time_s], axis=1)


@pytest.mark.parametrize("rate_hz", [200.0, 100.0, 50.0, 33.3, 20.0])
def test_chirp_at_jittered_times_comes_back(rate_hz):
    rng = np.random.default_rng(1)
    time_s = _jittered(3000, 100.0, 0.3, rng)
    noise = rng.normal(0, 0.01, (3000, 3))
    read = even(_sensor(time_s, _chirp(time_s) + noise, _chirp(time_s)), rate_hz)
    truth = _chirp(np.arange(len(read.valid)) / rate_hz)
    assert read.valid.all()
    assert read.accelerometer is not None
    assert read.gyroscope is not None
    error = (read.accelerometer - truth)[MIDDLE]
    assert np.sqrt((error**2).mean()) < 0.0125
    assert np.abs((read.gyroscope - truth)[MIDDLE]).max() < (5e-4 if rate_hz > 20 else 5e-3)


def test_tone_above_the_new_nyquist_is_gone_and_one_below_stays():
    rng = np.random.default_rng(2)
    time_s = _jittered(4000, 100.0, 0.2, rng)
    low, high = np.sin(2 * np.pi * 3 * time_s), np.sin(2 * np.pi * 17 * time_s)
    read = even(_sensor(time_s, np.stack([low, high, low + high], axis=1)), 20.0)
    assert read.accelerometer is not None
    grid = np.arange(len(read.valid)) / 20
    kept = np.sin(2 * np.pi * 3 * grid)
    np.testing.assert_allclose(read.accelerometer[MIDDLE, 0], kept[MIDDLE], atol=2e-3)
    assert np.abs(read.accelerometer[MIDDLE, 1]).max() < 2e-3
    np.testing.assert_allclose(read.accelerometer[MIDDLE, 2], kept[MIDDLE], atol=4e-3)


def test_gap_is_no_signal_and_a_few_missing_samples_are():
    time_s = np.arange(1000) / 100
    kept = np.ones(1000, bool)
    kept[[100, 101, 102]] = False  # three in a row: interpolated
    kept[400:450] = False
    read = even(_sensor(time_s[kept], _chirp(time_s)[kept]), 100.0)
    assert read.accelerometer is not None
    grid = np.arange(1000) / 100
    invalid = grid[~read.valid]
    assert invalid.min() == pytest.approx(3.99, abs=0.011)
    assert invalid.max() == pytest.approx(4.50, abs=0.011)
    assert np.isfinite(read.accelerometer).all()
    np.testing.assert_allclose(
        read.accelerometer[read.valid][20:-20], _chirp(grid)[read.valid][20:-20], atol=5e-3
    )


def test_missing_samples_are_a_gap_of_the_sensor_that_lacks_them():
    time_s = np.arange(500) / 50
    gyroscope = np.zeros((500, 3))
    gyroscope[200:260] = np.nan
    read = even(_sensor(time_s, _chirp(time_s), gyroscope, 50.0), 25.0)
    assert 0.45 < (~read.valid).sum() / 25 / 1.2 < 1.2
    assert not read.valid[105:125].any()
    assert read.valid[:98].all()
    assert read.gyroscope is not None
    assert np.isfinite(read.gyroscope).all()


def test_samples_that_come_in_bursts_are_put_where_they_were_taken():
    rng = np.random.default_rng(3)
    number = np.arange(6000)
    taken_s = number / 102.4
    stamp_s = taken_s + rng.uniform(0, 0.0005, 6000)
    for start in rng.choice(5900, 400, replace=False):  # a wait, then all at once
        stop = start + rng.integers(3, 12)
        if 1980 < stop < 2320:
            continue
        stamp_s[start:stop] = np.maximum(stamp_s[start:stop], stamp_s[stop])
    stamp_s = np.maximum.accumulate(stamp_s + 1e-9 * number)
    kept = (number < 2000) | (number >= 2300)  # and a true loss of three seconds
    found_s, _ = taken_at(stamp_s[kept], rng.normal(size=(kept.sum(), 3)))
    assert np.abs(stamp_s[kept] - taken_s[kept]).max() > 0.05
    assert np.abs(found_s - taken_s[kept]).max() < 0.002
    assert (np.diff(found_s) > 0).all()
    signal = _chirp(taken_s)[kept]
    read = even(_sensor(stamp_s[kept], signal, rate_hz=102.4), 50.0)
    assert read.accelerometer is not None
    grid_s = stamp_s[0] + np.arange(len(read.valid)) / 50
    inner = read.valid & (grid_s > 1) & (grid_s < 50)
    slow = inner & (grid_s < 15)
    assert np.abs(read.accelerometer - _chirp(grid_s))[slow].max() < 0.06
    assert not read.valid[(grid_s > 2000 / 102.4 + 0.05) & (grid_s < 2299 / 102.4 - 0.05)].any()


def test_stamps_that_jitter_are_taken_at_their_word():
    rng = np.random.default_rng(4)
    for jitter in (rng.uniform(-0.3, 0.3, 3000), rng.normal(0, 0.15, 3000)):
        time_s = np.sort((np.arange(3000) + jitter) / 50)
        found_s, _ = taken_at(time_s, rng.normal(size=(3000, 3)))
        assert np.isin(found_s, time_s).mean() > 0.95


def test_gyroscope_with_stamps_of_its_own_that_come_in_bursts():
    rng = np.random.default_rng(6)
    taken_s = np.arange(2000) / 50
    late_s = taken_s + rng.uniform(0, 0.0005, 2000)
    for start in range(100, 1900, 40):
        late_s[start : start + 5] = late_s[start + 5] + np.arange(5) * 1e-4
    late_s = np.maximum.accumulate(late_s) + 1e-9 * np.arange(2000)
    own_s = 0.3 + taken_s[:1900]
    read = read_at(own_s, late_s, _chirp(taken_s), 0.2)
    assert np.isfinite(read).all()
    error = np.abs(read - _chirp(own_s))
    assert error[own_s < 15].max() < 0.03  # within the half millisecond of the stamps
    gap = (late_s < 10) | (late_s > 12)
    read = read_at(own_s, late_s[gap], _chirp(taken_s)[gap], 0.2)
    np.testing.assert_array_equal(
        np.isnan(read[:, 0]), (own_s > late_s[gap][late_s[gap] < 10][-1]) & (own_s < 12.0)
    )


def test_sample_given_twice_counts_once():
    time_s = np.arange(300) / 100
    twice = np.sort(np.concatenate([time_s, time_s[50:60] + 1e-4]))
    signal = _chirp(np.round(twice, 2))
    found_s, found = taken_at(twice, signal)
    np.testing.assert_allclose(found_s, time_s)
    np.testing.assert_allclose(found, _chirp(time_s))


def test_own_grid_is_left_as_it_is():
    signal = np.random.default_rng(5).normal(size=(50, 3))
    signal[7, 1] = np.nan
    sensor = Sensor("a", "", np.arange(50) / 32, signal, None, 32.0, even=True)
    read = even(sensor, 32.0)
    assert read.accelerometer is not None
    assert read.gyroscope is None
    np.testing.assert_array_equal(read.accelerometer[read.valid], signal[read.valid])
    assert list(np.flatnonzero(~read.valid)) == [7]


def test_recording_on_one_grid_with_labels():
    slow = _sensor(0.5 + np.arange(100) / 25, _chirp(np.arange(100) / 25), None, 25.0, "slow")
    time_s = np.arange(500) / 100
    fast = _sensor(time_s, _chirp(time_s), _chirp(time_s) * 2, 100.0, "fast")
    spans = (Span(0.0, 1.0, "walk"), Span(2.0, 2.5, "sit"))
    read = sampled(Recording("k", "", (fast, slow), spans), 50.0)
    assert read.signals.shape == (250, 2, 6)
    assert np.isnan(read.signals[:, 1, 3:]).all()
    assert np.isfinite(read.signals[:, 0]).all()
    assert list(read.valid.sum(axis=0)) == [250, 199]
    assert not read.valid[:25, 1].any()
    assert list(read.labels[[0, 49, 50, 100, 124, 125]]) == ["walk", "walk", "", "sit", "sit", ""]
    np.testing.assert_allclose(read.signals[40:200, 0, 3], 2 * read.signals[40:200, 0, 0])


def test_no_labels_where_none_are_known():
    sensor = _sensor([0.0, 1.0], np.zeros((2, 3)))
    assert list(labels_at(Recording("k", "", (sensor,)), np.arange(3.0))) == ["", "", ""]


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, np.nan, np.inf])
def test_rate_that_is_none(rate_hz):
    sensor = _sensor([0.0, 0.01], np.zeros((2, 3)))
    with pytest.raises(ConfigError, match="a rate of"):
        even(sensor, rate_hz)
    with pytest.raises(ConfigError, match="a rate of"):
        sampled(Recording("k", "", (sensor,)), rate_hz)


def test_gap_of_years_is_no_allocation():
    sensor = _sensor([0.0, 0.01, 1e9], np.zeros((3, 3)))
    for call in (lambda: even(sensor, 100.0), lambda: sampled(Recording("k", "", (sensor,)), 1.0)):
        with pytest.raises(MotionError, match="cut it at its gaps"):
            call()


@given(
    st.lists(st.floats(0.005, 5) | st.sampled_from([0.005, 0.02, 0.02, 0.06]), max_size=60),
    st.floats(0.5, 300),
    st.floats(-3, 3),
    st.integers(0, 200) | st.none(),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_times_and_grid(intervals, rate_hz, start_s, count):
    time_s = np.concatenate([[0.0], np.cumsum(intervals)])
    signal = np.cos(np.outer(time_s, [1, 2, 3]))
    signal[len(signal) // 2] = np.nan
    read = even(_sensor(time_s, signal, rate_hz=50.0), rate_hz, start_s, count)
    assert read.accelerometer is not None
    assert read.accelerometer.shape == (len(read.valid), 3)
    assert np.isfinite(read.accelerometer).all()
    if count is not None:
        assert len(read.valid) == count
