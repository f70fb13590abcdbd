"""Random errors against their spectra, Allan deviations and variances."""

import numpy as np
import pytest
from device_signals import allan, generators, noise, put_on, still
from scipy.signal import welch
from scipy.stats import kstest

from imusim.errors import ConfigError
from imusim.sensor.device import Clock, Device, Triad
from imusim.sensor.device.noise import flicker
from imusim.sensor.device.streams import Streams

FLOOR = np.sqrt(2 * np.log(2) / np.pi)


def _density(values, rate_hz, segment=1024):
    """Two-sided density, of all columns together."""
    frequency, density = welch(values, rate_hz, nperseg=segment, axis=0, detrend=False)
    return frequency, density.mean(axis=1) / 2


@pytest.mark.parametrize("rate_hz", [12.5, 100.0, 1000.0])
def test_white_noise_has_its_density_at_any_rate(rate_hz):
    values = noise(40_000, 4, rate_hz, noise_density=0.02)
    assert values.std() == pytest.approx(0.02 * np.sqrt(rate_hz), rel=0.01)
    frequency, density = _density(values, rate_hz)
    inside = (frequency > 0.02 * rate_hz) & (frequency < 0.48 * rate_hz)
    thirds = np.array_split(density[inside], 3)
    np.testing.assert_allclose([part.mean() for part in thirds], 0.02**2, rtol=0.02)


@pytest.mark.parametrize("samples", [1, 10, 100])
def test_white_noise_falls_with_the_root_of_time(samples):
    values = noise(40_000, 4, noise_density=0.02)
    tau = samples / 100
    assert allan(values, 100.0, samples) == pytest.approx(0.02 / np.sqrt(tau), rel=0.03)


@pytest.mark.parametrize(("rate_hz", "bandwidth"), [(100.0, 10.0), (400.0, 100.0), (100.0, 40.0)])
def test_low_pass_shapes_white_noise(rate_hz, bandwidth):
    values = noise(60_000, 4, rate_hz, noise_density=0.02, bandwidth_hz=bandwidth)
    frequency, density = _density(values, rate_hz)
    wanted = 0.02**2 / (1 + (frequency / bandwidth) ** 4)
    for low, high in ((0.1, 0.3), (0.9, 1.1)):
        band = (frequency > low * bandwidth) & (frequency < high * bandwidth)
        assert density[band].mean() == pytest.approx(wanted[band].mean(), rel=0.04)


def test_a_low_pass_above_half_the_rate_leaves_noise_as_it_is():
    plain = noise(500, 2, noise_density=0.02)
    np.testing.assert_array_equal(noise(500, 2, noise_density=0.02, bandwidth_hz=50.0), plain)


def test_axes_may_have_different_low_passes():
    values = noise(40_000, 2, noise_density=0.02, bandwidth_hz=(5.0, 20.0, np.inf))
    variance = values.reshape(-1, 2, 3).var(axis=(0, 1))
    # The noise bandwidth of a second-order Butterworth filter is π/(2√2) of its corner.
    wanted = 0.02**2 * np.array([2 * 5 * np.pi / 2**1.5, 2 * 20 * np.pi / 2**1.5, 100.0])
    np.testing.assert_allclose(variance, wanted, rtol=0.05)


@pytest.mark.parametrize("rate_hz", [20.0, 400.0])
def test_flicker_noise_has_its_spectrum_and_floor_at_any_rate(rate_hz):
    values = noise(60_000, 6, rate_hz, bias_instability=0.02)
    frequency, density = _density(values, rate_hz, 8192)
    inside = (frequency > 2e-3 * rate_hz) & (frequency < 0.1 * rate_hz)
    level = density[inside] * 2 * np.pi * frequency[inside]
    assert level.mean() == pytest.approx(0.02**2, rel=0.03)
    slope = np.polyfit(np.log(frequency[inside]), np.log(density[inside]), 1)[0]
    assert slope == pytest.approx(-1, abs=0.03)
    for samples in (30, 100, 300):
        assert allan(values, rate_hz, samples) == pytest.approx(FLOOR * 0.02, rel=0.04)


def test_flicker_noise_is_the_direct_sum_of_the_fractional_difference():
    white = np.random.default_rng(2).standard_normal((2, 3, 1500)).astype(np.float32)
    k = np.arange(1, 1500)
    weights = np.cumprod(np.r_[1, (k - 0.5) / k])
    direct = np.array([[np.convolve(row, weights)[:1500] for row in rows] for rows in white])
    made = white.copy()
    flicker(made)
    np.testing.assert_allclose(made, direct, atol=3e-6 * np.abs(direct).max())


def test_flicker_noise_begins_at_turn_on():
    """Its variance grows as the sum of the filter's squares."""
    k = np.arange(1, 400)
    wanted = 0.02**2 * np.cumsum(np.cumprod(np.r_[1, (k - 0.5) / k]) ** 2)
    found = noise(400, 1000, bias_instability=0.02).var(axis=1)
    np.testing.assert_allclose(found, wanted, rtol=0.15)


def _markov_allan(q, time_s, tau):
    """Allan deviation of a Gauss–Markov process (IEEE 952, annex C)."""
    u = tau / time_s
    share = 1 - (3 - 4 * np.exp(-u) + np.exp(-2 * u)) / (2 * u)
    return q * time_s / np.sqrt(tau) * np.sqrt(share)


def test_gauss_markov_bias_peaks_where_the_floor_would_be():
    rate_hz, time_s, size = 100.0, 0.5, 0.02
    values = noise(
        60_000, 6, rate_hz, bias_instability=size, bias_model="gauss-markov",
        correlation_time_s=time_s,
    )  # fmt: skip
    peak = allan(values, rate_hz, round(1.8926 * time_s * rate_hz))
    assert peak == pytest.approx(FLOOR * size, rel=0.02)
    drive = FLOOR * size / 0.43654 / np.sqrt(time_s)
    for samples in (10, 30, 100, 300, 1000):
        wanted = _markov_allan(drive, time_s, samples / rate_hz)
        assert allan(values, rate_hz, samples) == pytest.approx(wanted, rel=0.04)


def test_gauss_markov_bias_is_stationary_from_the_first_sample():
    rate_hz, time_s, size = 100.0, 0.5, 0.02
    values = noise(
        100, 4000, rate_hz, bias_instability=size, bias_model="gauss-markov",
        correlation_time_s=time_s,
    )  # fmt: skip
    variance = (FLOOR * size / 0.4365424710738063) ** 2 / 2
    for lag in (0, 20, 50, 99):
        covariance = (values[0] * values[lag]).mean()
        wanted = variance * np.exp(-lag / rate_hz / time_s)
        assert covariance == pytest.approx(wanted, abs=0.04 * variance)
    np.testing.assert_allclose(values.var(axis=1), variance, rtol=0.06)


def test_an_infinite_correlation_time_is_refused():
    with pytest.raises(ConfigError, match="state random_walk instead"):
        Triad(bias_instability=0.02, bias_model="gauss-markov")


@pytest.mark.parametrize("rate_hz", [50.0, 200.0])
def test_random_walk_grows_with_time(rate_hz):
    values = noise(2001, 1500, rate_hz, random_walk=0.02)
    time = np.arange(2001) / rate_hz
    np.testing.assert_array_equal(values[0], 0)
    for k in (1, 20, 200, 2000):
        assert values[k].var() == pytest.approx(0.02**2 * time[k], rel=0.07)
    long = noise(100_000, 8, rate_hz, random_walk=0.02)
    for samples in (100, 1000):
        wanted = 0.02 * np.sqrt(samples / rate_hz / 3)
        assert allan(long, rate_hz, samples) == pytest.approx(wanted, rel=0.06)


def test_a_walk_of_ever_longer_correlation_tends_to_the_true_one():
    """A known peer makes white noise of an infinite correlation time."""
    true = noise(1000, 3, random_walk=0.02)
    gaps = []
    for time_s in (10.0, 1e3, 1e5, 1e9):
        near = noise(1000, 3, random_walk=0.02, random_walk_correlation_time_s=time_s)
        gaps.append(np.abs(near - true).max() / np.abs(true).max())
    assert gaps[0] > 0.1
    assert (np.diff(gaps) < 0).all()
    assert gaps[-1] < 1e-5
    steps = np.diff(true, axis=0)
    assert np.abs(np.corrcoef(steps[:-1].ravel(), steps[1:].ravel())[0, 1]) < 0.05
    assert np.corrcoef(true[:-1].ravel(), true[1:].ravel())[0, 1] > 0.99


def test_a_walk_of_finite_correlation_settles():
    values = noise(20_000, 20, random_walk=0.02, random_walk_correlation_time_s=2.0)
    assert values[2000:].var() == pytest.approx(0.02**2 * 2.0 / 2, rel=0.05)


@pytest.mark.parametrize("samples", [1, 10, 100, 1000])
def test_quantisation_noise_falls_with_time(samples):
    rate_hz = 200.0
    values = noise(40_000, 4, rate_hz, quantisation=0.02)
    wanted = np.sqrt(3) * 0.02 * rate_hz / samples
    assert allan(values, rate_hz, samples) == pytest.approx(wanted, rel=0.02)


def test_quantisation_noise_never_adds_up():
    values = noise(40_000, 4, 200.0, quantisation=0.02)
    angle = np.cumsum(values, axis=0) / 200
    assert angle.std() < 2 * 0.02
    frequency, density = _density(values, 200.0)
    wanted = (2 * 0.02 * 200 * np.sin(np.pi * frequency / 200)) ** 2 / 200
    band = (frequency > 5) & (frequency < 95)
    assert density[band].mean() == pytest.approx(wanted[band].mean(), rel=0.02)


def test_terms_add_up():
    """A sum of all terms has the sum of their Allan variances."""
    own = {
        "noise_density": 0.02,
        "bias_instability": 0.1,
        "random_walk": 0.05,
        "quantisation": 4e-4,
    }
    values = noise(200_000, 4, 100.0, **own)
    for samples in (1, 10, 100, 1000):
        tau = samples / 100
        # Flicker noise that is read at samples has not yet reached its floor at the shortest times.
        flicker = allan(noise(200_000, 2, 100.0, 9, bias_instability=0.1), 100.0, samples)
        wanted = [0.02**2 / tau, flicker**2, 0.05**2 * tau / 3, 3 * 4e-4**2 / tau**2]
        assert allan(values, 100.0, samples) == pytest.approx(np.sqrt(sum(wanted)), rel=0.07)


def test_spread_is_log_normal():
    wide = noise(200, 3000, noise_density=0.02, spread=0.5)
    sizes = np.log(wide.std(axis=0) / 0.2)
    assert sizes.mean() == pytest.approx(0, abs=0.02)
    assert sizes.std() == pytest.approx(0.5, rel=0.03)


def test_six_hours_stay_exact():
    """2.16 million samples: as flat at an hour's time scale as at a second's."""
    values = noise(2_160_000, 1, 100.0, 3, bias_instability=0.02)
    for samples in (100, 3000):
        assert allan(values, 100.0, samples) == pytest.approx(FLOOR * 0.02, rel=0.06)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("bandwidth", [1e-20, 1e-6, 1e-3])
def test_the_narrowest_low_pass_lets_next_to_nothing_through(bandwidth):
    values = noise(1000, 4, noise_density=0.02, bandwidth_hz=bandwidth)
    # The noise bandwidth, 1.11 times the corner on both sides; no less is resolved than 0.1 mHz.
    size = 0.02 * np.sqrt(2.22 * max(bandwidth, 1e-4))
    assert np.abs(values).max() < 4 * size


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_short_clips(frames):
    own = {
        "noise_density": 0.02,
        "bias_instability": 0.1,
        "random_walk": 0.05,
        "quantisation": 1e-4,
    }
    device = Device(accelerometer=Triad(**own, bandwidth_hz=10.0), clock=Clock(packet_loss=0.5))
    measured = put_on(still(frames, 2), device)[1]
    assert measured.accelerometer.shape == (frames, 2, 3)
    assert np.isfinite(measured.accelerometer).all()


def test_white_noise_is_normal_and_drivers_are_near_it():
    white = noise(20_000, 4, noise_density=0.1).ravel()
    assert kstest(white, "norm").pvalue > 1e-3
    streams = Streams(generators(2))
    drivers = streams.drivers(0, np.array([3, 5]), 40_001)
    assert drivers.shape == (8, 40_001)
    assert drivers.mean() == pytest.approx(0, abs=6e-3)
    assert drivers.var() == pytest.approx(1, rel=5e-3)
    # The sum of two even variates has an excess of −0.6; what is filtered has next to none.
    assert (drivers**4).mean() - 3 == pytest.approx(-0.6, abs=0.02)
    late = noise(2000, 3000, bias_instability=1.0)[-1]
    assert kstest(late / late.std(), "norm").pvalue > 1e-3


def test_streams_know_nothing_of_each_other():
    """Of sensors, of numbers, of one use and the next, and of bytes beside each other."""
    rngs = generators(2)
    rows = []
    for _ in range(2):
        with Streams(rngs) as streams:
            for number in range(6):
                for make in (streams.normals, streams.drivers):
                    # One stream is drawn from in either way, never in both.
                    rows.extend(
                        make(number + 6 * (make == streams.drivers), np.array([2, 2]), 20_000)
                    )
    rows = np.array(rows)
    both = np.corrcoef(np.vstack([rows, rows[:, ::-1]]))
    both[np.diag_indices(len(both))] = 0
    # 2 n (n − 1) pairs of independent records: none beyond five standard deviations.
    assert np.abs(both).max() < 5.2 / np.sqrt(20_000)
    shifted = (rows[:, 1:] * rows[:, :-1]).mean(axis=1)
    assert np.abs(shifted).max() < 4.5 / np.sqrt(20_000)


def test_generators_move_on_by_as_much_whatever_is_drawn():
    drawn, idle = generators(1), generators(1)
    with Streams(drawn) as streams:
        streams.normals(3, np.array([2]), 1000)
    with Streams(idle):
        pass
    assert drawn[0].bit_generator.state == idle[0].bit_generator.state
    assert drawn[0].bit_generator.state != generators(1)[0].bit_generator.state
