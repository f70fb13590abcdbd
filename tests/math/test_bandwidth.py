"""The cut-off found from a motion's spectrum, on tracks whose knee is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from imusim.math import bandwidth
from imusim.math import rotations as rot

NOISE, RATE, SECONDS = 5e-4, 120.0, 20.0


def _track(seed, knee_hz, fall, rate=RATE, noise=NOISE):
    """Gaussian motion of power f^-fall that meets white noise at ``knee_hz``, and that noise."""
    rng = np.random.default_rng(seed)
    frames = round(SECONDS * rate)
    frequency = np.fft.rfftfreq(2 * frames, 1 / rate)
    density = 2 * noise**2 / rate * (np.maximum(frequency, 0.7) / knee_hz) ** -fall
    density[0] = 0
    shape = (3, len(frequency))
    wave = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    motion = np.fft.irfft(np.sqrt(density * rate * frames / 2) * wave)[:, :frames].T
    return motion, noise * rng.standard_normal((frames, 3))


def _choose(values, knee=bandwidth.POSITION, rate=RATE, missing=None, declared=None):
    """``declared``: standard deviation and correlation time of the noise."""
    missing = np.zeros(len(values), bool) if missing is None else missing
    differences = 2 if knee is bandwidth.POSITION else 1
    frequency, density = bandwidth.spectrum(values[:, None], missing, rate, differences)
    floor = None
    if declared is not None:
        floor = bandwidth.declared_floor(frequency, rate, *declared, values.shape[1])
    return bandwidth.choose_cutoffs(frequency, density, rate, knee, floor)[0]


def _factor(found, true):
    return np.exp(abs(np.log(found / true)))


@pytest.mark.parametrize("rate", [60.0, 120.0, 250.0])
@pytest.mark.parametrize("knee_hz", [6.0, 8.0, 12.0, 20.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_knee_of_positions_is_found(rate, knee_hz, seed):
    values = sum(_track(seed, knee_hz, 8.0, rate))
    found = _choose(values, rate=rate)
    declared = _choose(values, rate=rate, declared=(NOISE, 0.0))
    assert _factor(found, knee_hz) < 1.2
    assert _factor(declared, knee_hz) < 1.2
    assert _factor(found, declared) < 1.15


@pytest.mark.parametrize("knee_hz", [8.0, 12.0, 20.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_knee_of_orientations_is_found(knee_hz, seed):
    values = sum(_track(seed, knee_hz, 6.0))
    assert _factor(_choose(values, bandwidth.ORIENTATION), knee_hz) < 1.35


@pytest.mark.parametrize("knee", [bandwidth.POSITION, bandwidth.ORIENTATION])
def test_the_expectation_pulls_towards_itself_and_no_further(knee):
    """Where data and expectation differ the answer lies between them."""
    values = sum(_track(0, 5.0, knee.fall))
    assert 5.0 <= _choose(values, knee) <= knee.centre_hz


def test_more_noise_lowers_the_cutoff():
    motion, noise = _track(1, 12.0, 8.0)
    found = [_choose(motion + share * noise) for share in (0.1, 0.3, 1.0, 3.0, 10.0)]
    assert (np.diff(found) < 0).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.01, 100.0))
def test_axes_and_scale_do_not_matter(seed, scale):
    values = sum(_track(0, 10.0, 8.0))
    turn = rot.random_rotations(np.random.default_rng(seed), ())
    assert _choose(scale * rot.rotate(turn, values) + seed % 7) == _choose(values)


def test_motion_without_noise_is_to_be_interpolated():
    time = np.arange(2400)[:, None] / RATE
    values = np.sin(2 * np.pi * np.array([0.5, 0.9, 1.3]) * time)
    assert _choose(values) == np.inf
    assert np.isfinite(_choose(values + 1e-4 * np.random.default_rng(0).standard_normal((2400, 3))))


@pytest.mark.parametrize("seed", range(3))
def test_gaps_are_kept_away_from(seed):
    values, missing = sum(_track(seed, 12.0, 8.0)), np.zeros(2400, bool)
    missing[1000:1100] = True
    values[missing] = 50.0
    assert _factor(_choose(values, missing=missing), 12.0) < 1.2


def _correlated(white, correlation_s):
    """First-order Gauss-Markov noise of the same standard deviation."""
    if not correlation_s:
        return white
    keep = np.exp(-1 / (RATE * correlation_s))
    return lfilter([np.sqrt(1 - keep**2)], [1, -keep], white, axis=0)


@pytest.mark.parametrize("correlation_s", [0.02, 0.1])
@pytest.mark.parametrize("share", [1.0, 4.0, 20.0])
def test_correlated_noise_that_is_declared_is_smoothed_no_less(correlation_s, share):
    """Undeclared, part of it passes for motion; declared, it does not."""
    motion, white = _track(2, 12.0, 8.0)
    values = motion + share * _correlated(white, correlation_s)
    assert _choose(values, declared=(share * NOISE, correlation_s)) <= _choose(values)


@pytest.mark.parametrize("correlation_s", [0.0, 0.02, 0.1])
def test_a_declared_floor_is_the_spectrum_of_that_noise(correlation_s):
    """The noise drawn, and its periodogram against the formula."""
    white = NOISE * np.random.default_rng(3).standard_normal((60_000, 3))
    noise = _correlated(white, correlation_s)
    missing = np.zeros(len(noise), bool)
    frequency, density = bandwidth.spectrum(noise[:, None], missing, RATE, 1)
    floor = bandwidth.declared_floor(frequency, RATE, NOISE, correlation_s, 3)
    band = (frequency > 3) & (frequency < 15)
    assert np.mean(density[band, 0] / floor[band]) == pytest.approx(1, abs=0.15)


def test_tracks_do_not_mix():
    a, b = sum(_track(0, 8.0, 8.0)), sum(_track(1, 16.0, 8.0))
    frequency, density = bandwidth.spectrum(
        np.stack([a, b], axis=1), np.zeros(len(a), bool), RATE, 2
    )
    found = bandwidth.choose_cutoffs(frequency, density, RATE, bandwidth.POSITION)
    assert found.tolist() == [_choose(a), _choose(b)]


@pytest.mark.parametrize("frames", [6, 9, 30])
@pytest.mark.parametrize("rate", [10.0, 20.0, 120.0])
def test_short_and_slow_records_get_a_cutoff(frames, rate):
    values = np.cumsum(np.random.default_rng(0).standard_normal((frames, 3)), axis=0)
    found = _choose(values, rate=rate)
    assert 0 < found <= rate
