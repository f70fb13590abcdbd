"""Errors that are not noise, one by one, against their definitions."""

import numpy as np
import pytest
from device_signals import arrays, generators, lively, put_on, still
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.conventions import STANDARD_GRAVITY as G
from imusim.errors import ConfigError
from imusim.sensor import ImuSignals
from imusim.sensor.device import (
    EFFECTS,
    IDEAL,
    Barometer,
    Clock,
    Device,
    Thermal,
    Triad,
    draw_errors,
    hold,
    measure,
    measure_channel,
    sample_times,
)

_ALL = {
    "noise_density": 0.01, "bias_instability": 0.02, "random_walk": 0.01, "quantisation": 1e-4,
    "spread": 0.2, "turn_on_bias": 0.3, "scale_factor": 0.02, "misalignment_rad": 0.02,
    "cross_axis": 0.01, "nonlinearity": 0.01, "range": 30.0, "resolution": 0.01,
    "temperature_bias": 0.01, "temperature_scale": 1e-3, "bandwidth_hz": 40.0,
}  # fmt: skip
FULL = Device(
    name="full",
    accelerometer=Triad(**_ALL),
    gyroscope=Triad(**_ALL, g_sensitivity=0.002),
    magnetometer=Triad(noise_density=1e-7),
    barometer=Barometer(noise_density=1.0, turn_on_bias=100.0, range=(3e4, 1.1e5)),
    clock=Clock(offset_s=0.01, skew=5e-5, jitter_s=1e-3, dropout=0.05, packet_loss=0.05,
                packet_size=4),
    thermal=Thermal(warm_up_k=10.0, warm_up_time_s=2.0),
)  # fmt: skip


def _device(**triad):
    return Device(accelerometer=Triad(**triad))


def _same(a, b):
    np.testing.assert_array_equal(a.accelerometer, b.accelerometer)
    np.testing.assert_array_equal(a.gyroscope, b.gyroscope)
    np.testing.assert_array_equal(a.received, b.received)


def test_an_ideal_device_changes_no_bit():
    signals = lively(300, 3)
    signals.accelerometer[5] = -0.0
    errors, measured = put_on(signals, IDEAL)
    assert measured.accelerometer.tobytes() == signals.accelerometer.tobytes()
    assert measured.gyroscope.tobytes() == signals.gyroscope.tobytes()
    assert measured.received.all()
    assert sample_times(errors, signals.time_s, generators(3)) is None


def test_an_ideal_sensor_beside_a_real_one_changes_no_bit():
    signals = lively(300, 3)
    signals.accelerometer[5] = -0.0
    rngs = generators(3)
    measured = measure(signals, draw_errors([FULL, IDEAL, FULL], rngs), 100.0, rngs)
    for name in ("accelerometer", "gyroscope"):
        clean, found = getattr(signals, name), getattr(measured, name)
        assert found[:, 1].tobytes() == clean[:, 1].tobytes()
        assert (found[:, 0] != clean[:, 0]).any()


def test_scale_and_axes_are_found_by_least_squares():
    signals = lively(4000, 2)
    errors, measured = put_on(
        signals,
        _device(scale_factor=0.02, misalignment_rad=0.03, cross_axis=0.01, noise_density=1e-3),
    )
    for k in range(2):
        x, y = signals.accelerometer[:, k], measured.accelerometer[:, k]
        found = np.linalg.lstsq(x, y, rcond=None)[0].T
        np.testing.assert_allclose(found, errors.accelerometer.matrix[k], atol=1e-4)


def test_the_matrix_is_scale_times_cross_axis_times_rotation():
    draws = draw_errors([_device(misalignment_rad=(0.01, 0.02, 0.05))] * 4000, generators(4000))
    turn = draws.accelerometer.alignment
    np.testing.assert_allclose(
        turn @ turn.swapaxes(1, 2), np.tile(np.eye(3), (4000, 1, 1)), atol=1e-12
    )
    small = np.stack([turn[:, 2, 1], turn[:, 0, 2], turn[:, 1, 0]], axis=1)
    np.testing.assert_allclose(small.std(axis=0), (0.01, 0.02, 0.05), rtol=0.05)
    draws = draw_errors([_device(cross_axis=0.02, scale_factor=0.01)] * 4000, generators(4000))
    alone = draws.accelerometer.alignment - np.eye(3)
    np.testing.assert_array_equal(alone[:, range(3), range(3)], 0)
    off = alone[:, ~np.eye(3, dtype=bool)]
    np.testing.assert_allclose(off.std(axis=0), 0.02, rtol=0.06)
    assert np.abs(np.corrcoef(off.T) - np.eye(6)).max() < 0.07
    assert draws.accelerometer.scale.std() == pytest.approx(0.01, rel=0.03)


def test_turn_on_bias_is_constant_and_has_its_spread():
    errors, measured = put_on(still(20, 3000), _device(turn_on_bias=(0.1, 0.2, 0.4)))
    np.testing.assert_array_equal(
        measured.accelerometer, np.tile(errors.accelerometer.bias, (20, 1, 1))
    )
    np.testing.assert_allclose(errors.accelerometer.bias.std(axis=0), (0.1, 0.2, 0.4), rtol=0.05)
    assert np.abs(np.corrcoef(errors.accelerometer.bias.T) - np.eye(3)).max() < 0.07


def test_nonlinearity_is_its_share_of_the_range_at_full_range():
    full = np.array([[[40.0, -40.0, 20.0]]])
    signals = ImuSignals(np.zeros(1), np.tile(full, (1, 3000, 1)), np.zeros((1, 3000, 3)))
    device = _device(nonlinearity=0.01, range=40.0).without("saturation")
    errors, measured = put_on(signals, device)
    away = measured.accelerometer - signals.accelerometer
    np.testing.assert_allclose(away[0].std(axis=0), (0.4, 0.4, 0.1), rtol=0.05)
    coefficient = errors.accelerometer.nonlinearity
    np.testing.assert_allclose(away[0], coefficient * full[0] * np.abs(full[0]), atol=1e-12)


def test_a_gyroscope_feels_the_true_specific_force():
    signals = lively(3000, 2)
    device = Device(
        accelerometer=Triad(range=5.0), gyroscope=Triad(g_sensitivity=(1e-3, 2e-3, 3e-3))
    )
    errors, measured = put_on(signals, device)
    for k in range(2):
        extra = measured.gyroscope[:, k] - signals.gyroscope[:, k]
        found = np.linalg.lstsq(signals.accelerometer[:, k], extra, rcond=None)[0].T
        np.testing.assert_allclose(found, errors.gyroscope.g_sensitivity[k], atol=1e-9)
    many = draw_errors([device] * 2000, generators(2000)).gyroscope.g_sensitivity
    np.testing.assert_allclose(many.std(axis=0), np.tile([[1e-3], [2e-3], [3e-3]], 3), rtol=0.07)


def test_saturation_cuts_at_the_range_of_each_axis():
    signals = lively(2000)
    measured = put_on(signals, _device(range=(5.0, 10.0, 15.0)))[1]
    limit = np.array([5.0, 10.0, 15.0])
    wanted = np.clip(signals.accelerometer, -limit, limit)
    np.testing.assert_array_equal(measured.accelerometer, wanted)
    assert (np.abs(measured.accelerometer).max(axis=(0, 1)) == limit).all()


def test_noise_and_bias_saturate_too():
    measured = put_on(still(2000), _device(range=1.0, noise_density=0.2, turn_on_bias=1.0))[1]
    assert np.abs(measured.accelerometer).max() == 1.0


def test_resolution_rounds_to_whole_steps():
    signals = lively(20_000)
    step = np.array([0.1, 0.25, 0.0])
    measured = put_on(signals, _device(resolution=tuple(step)))[1]
    away = measured.accelerometer - signals.accelerometer
    np.testing.assert_array_equal(away[..., 2], 0)
    np.testing.assert_allclose(away[..., :2].var(axis=(0, 1)), step[:2] ** 2 / 12, rtol=0.03)
    codes = measured.accelerometer[..., :2] / step[:2]
    np.testing.assert_allclose(codes, np.rint(codes), atol=1e-9)


def test_rounding_does_not_lead_beyond_the_range():
    measured = put_on(lively(2000), _device(range=(5.04, 5.06, 5.1), resolution=0.1))[1]
    most = np.abs(measured.accelerometer).max(axis=(0, 1))
    np.testing.assert_allclose(most, [5.0, 5.0, 5.1], atol=1e-9)


def test_halves_are_rounded_to_the_even_step():
    signals = ImuSignals(np.zeros(1), np.array([[[0.5, 1.5, -2.5]]]), np.zeros((1, 1, 3)))
    measured = put_on(signals, _device(resolution=1.0))[1]
    np.testing.assert_array_equal(measured.accelerometer, [[[0, 2, -2]]])


def test_bias_and_scale_drift_with_temperature():
    signals = ImuSignals(
        *(lively(1000, 2).time_s, np.full((1000, 2, 3), 10.0), np.zeros((1000, 2, 3)))
    )
    device = Device(
        accelerometer=Triad(temperature_bias=0.01, temperature_scale=1e-3),
        thermal=Thermal(reference_c=20.0, warm_up_k=8.0, warm_up_time_s=3.0),
    )
    outside = np.linspace(0, 30, 1000)
    errors, measured = put_on(signals, device, temperature_c=outside)
    warmth = outside - 20 + 8 * (1 - np.exp(-signals.time_s / 3))
    own = errors.accelerometer
    slope = own.temperature_bias + 10 * own.temperature_scale
    wanted = 10 + warmth[:, None, None] * slope
    np.testing.assert_allclose(measured.accelerometer, wanted, rtol=1e-12)
    at_reference = put_on(signals, device, temperature_c=None)[1].accelerometer
    np.testing.assert_allclose(at_reference[0], 10, rtol=1e-12)
    assert (at_reference[-1] != 10).all()


def test_lost_samples_repeat_the_last_one():
    signals = lively(40_000, 2)
    device = Device(clock=Clock(dropout=0.1))
    measured = put_on(signals, device)[1]
    assert measured.received.mean() == pytest.approx(0.9, abs=0.005)
    assert measured.received[0].all()
    lost = ~measured.received
    # Losses do not know of each other.
    assert (lost[1:] & lost[:-1]).mean() == pytest.approx(0.01, abs=0.002)
    assert (lost[:, 0] & lost[:, 1]).mean() == pytest.approx(0.01, abs=0.002)
    for values, clean in (
        (measured.accelerometer, signals.accelerometer),
        (measured.gyroscope, signals.gyroscope),
    ):
        np.testing.assert_array_equal(values[measured.received], clean[measured.received])
        np.testing.assert_array_equal(values[1:][lost[1:]], values[:-1][lost[1:]])


def test_packets_are_lost_whole():
    device = Device(clock=Clock(packet_loss=0.2, packet_size=5))
    received = put_on(still(50_000, 2), device)[1].received
    assert received.mean() == pytest.approx(0.8, abs=0.01)
    packets = received.reshape(-1, 5, 2)
    packets[0] = packets[0, -1]
    assert (packets.all(axis=1) | ~packets.any(axis=1)).all()
    # Bursts are runs of lost packets: one of them is as long as geometry tells.
    edges = np.flatnonzero(np.diff(np.r_[True, packets[:, 0, 0], True].astype(int)))
    assert np.diff(edges)[::2].mean() == pytest.approx(1 / 0.8, rel=0.05)


@pytest.mark.parametrize("size", [1, 7, 10**9])
def test_all_packets_lost(size):
    signals = lively(30)
    measured = put_on(signals, Device(clock=Clock(packet_loss=1.0, packet_size=size)))[1]
    np.testing.assert_array_equal(
        measured.accelerometer, np.repeat(signals.accelerometer[:1], 30, 0)
    )
    np.testing.assert_array_equal(measured.received[:, 0], np.arange(30) == 0)


@given(st.lists(st.booleans(), min_size=1, max_size=30))
@settings(max_examples=50)
def test_holding_is_forward_filling(arrived):
    arrived[0] = True
    received = np.array(arrived)[:, None]
    values = np.arange(len(arrived), dtype=float)[:, None, None]
    wanted, last = [], 0
    for k, came in enumerate(arrived):
        last = k if came else last
        wanted.append(float(last))
    np.testing.assert_array_equal(hold(values, received)[:, 0, 0], wanted)


def test_clocks_are_off_skewed_and_jitter():
    device = Device(clock=Clock(offset_s=0.02, skew=1e-4, jitter_s=1e-3))
    rngs = generators(2000)
    errors = draw_errors([device] * 2000, rngs)
    time = np.arange(0, 60, 0.2)
    away = sample_times(errors, time, rngs) - time[:, None]
    line = np.polynomial.polynomial.polyfit(time, away, 1)
    np.testing.assert_allclose(line[0], errors.clock.offset_s, atol=6e-4)
    np.testing.assert_allclose(line[1], errors.clock.skew, atol=2e-5)
    assert errors.clock.offset_s.std() == pytest.approx(0.02, rel=0.05)
    assert errors.clock.skew.std() == pytest.approx(1e-4, rel=0.05)
    rest = away - errors.clock.offset_s - np.multiply.outer(time, errors.clock.skew)
    assert rest.std() == pytest.approx(1e-3, rel=0.01)
    assert (rest[1:] * rest[:-1]).mean() == pytest.approx(0, abs=1e-8)


def test_the_same_seed_gives_the_same_bytes():
    signals = lively(300, 3)
    first, second = (put_on(signals, FULL)[1] for _ in range(2))
    assert first.accelerometer.tobytes() == second.accelerometer.tobytes()
    assert first.gyroscope.tobytes() == second.gyroscope.tobytes()
    assert (put_on(signals, FULL, seed=1)[1].gyroscope != first.gyroscope).any()


@pytest.mark.parametrize("others", [[0], [0, 2], [2, 1, 0]])
def test_a_sensor_does_not_depend_on_the_others(others):
    devices = [FULL, FULL.only("noise", "loss"), FULL.only("drift", "timing")]
    signals = lively(200, 3)
    rngs = generators(3)
    errors = draw_errors(devices, rngs)
    times = sample_times(errors, signals.time_s, rngs)
    every = measure(signals, errors, 100.0, rngs)
    rngs = [generators(3)[k] for k in others]
    alone = draw_errors([devices[k] for k in others], rngs)
    for name, values in arrays(alone).items():
        np.testing.assert_array_equal(values, arrays(errors, others)[name], err_msg=name)
    np.testing.assert_array_equal(sample_times(alone, signals.time_s, rngs), times[:, others])
    part = ImuSignals(
        signals.time_s, signals.accelerometer[:, others], signals.gyroscope[:, others]
    )
    found = measure(part, alone, 100.0, rngs)
    np.testing.assert_allclose(found.accelerometer, every.accelerometer[:, others], rtol=1e-12)
    np.testing.assert_allclose(found.gyroscope, every.gyroscope[:, others], rtol=1e-12)
    np.testing.assert_array_equal(found.received, every.received[:, others])


@pytest.mark.parametrize("effect", EFFECTS)
def test_switching_one_error_off_leaves_all_other_draws(effect):
    """Noise alone is what the whole device's noise is, and so on: errors add."""
    signals = still(200, 2)
    linear = FULL.without("saturation", "resolution", "nonlinearity", "loss", "bandwidth")
    both = put_on(signals, linear)[1]
    without, only = (put_on(signals, d)[1] for d in (linear.without(effect), linear.only(effect)))
    for name in ("accelerometer", "gyroscope"):
        total = getattr(without, name) + getattr(only, name)
        np.testing.assert_allclose(total, getattr(both, name), atol=1e-6, err_msg=name)


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_alone_does_something_and_nothing_else(effect):
    device = FULL.only(effect)
    present = {name for name in EFFECTS if device.without(name) != device}
    assert present == {effect}
    assert device.without(effect) == device.only()
    signals = lively(400, 2)
    times = sample_times(
        *(lambda r: (draw_errors([device] * 2, r), signals.time_s, r))(generators(2))
    )
    measured = put_on(signals, device)[1]
    changed = (measured.accelerometer != signals.accelerometer).any() or (
        measured.gyroscope != signals.gyroscope
    ).any()
    assert changed == (effect not in ("timing", "bandwidth"))
    assert (times is not None) == (effect == "timing")
    assert np.isfinite(draw_errors([device], generators(1)).bandwidth_hz).all() == (
        effect == "bandwidth"
    )


def test_input_is_not_changed():
    signals = lively(100, 2)
    before = signals.accelerometer.copy(), signals.gyroscope.copy()
    put_on(signals, FULL)
    np.testing.assert_array_equal(signals.accelerometer, before[0])
    np.testing.assert_array_equal(signals.gyroscope, before[1])


def test_magnetometer_and_barometer_go_the_same_way():
    rngs = generators(400)
    errors = draw_errors([FULL] * 400, rngs)
    field = measure_channel(np.full((50, 400, 3), 5e-5), errors.magnetometer, 100.0, rngs)
    assert (field - 5e-5).std() == pytest.approx(1e-6, rel=0.02)
    pressure = measure_channel(np.full((50, 400, 1), 101_325.0), errors.barometer, 100.0, rngs)
    away = pressure[..., 0] - 101_325
    assert away.mean(axis=0).std() == pytest.approx(100, rel=0.1)
    assert (away - errors.barometer.bias[:, 0]).std() == pytest.approx(10.0, rel=0.02)
    low = measure_channel(np.full((50, 400, 1), 20_000.0), errors.barometer, 100.0, rngs)
    np.testing.assert_array_equal(low, 3e4)


def test_errors_can_be_looked_at():
    errors = draw_errors([FULL, IDEAL, FULL], generators(3))
    assert len(errors) == 3
    assert errors.devices == ("full", "ideal", "full")
    assert all(len(values) == 3 for values in arrays(errors).values())
    np.testing.assert_array_equal(errors.bandwidth_hz[:, 0, 0], [40, np.inf, 40])
    np.testing.assert_array_equal(errors.accelerometer.present(), [True, False, True])


def test_a_sensor_at_rest_reads_gravity_and_its_errors():
    signals = ImuSignals(
        np.arange(100) / 100, np.tile([0, 0, G], (100, 500, 1)), np.zeros((100, 500, 3))
    )
    errors, measured = put_on(signals, _device(scale_factor=0.01, turn_on_bias=0.05))
    wanted = G * (1 + errors.accelerometer.scale[:, 2]) + errors.accelerometer.bias[:, 2]
    np.testing.assert_allclose(measured.accelerometer[7, :, 2], wanted, rtol=1e-12)


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, np.nan, np.inf])
def test_rates_that_are_none(rate_hz):
    with pytest.raises(ConfigError, match="it must be positive"):
        put_on(still(10), FULL, rate_hz)


def test_numbers_of_sensors_must_agree():
    rngs = generators(2)
    errors = draw_errors([FULL] * 2, rngs)
    with pytest.raises(ConfigError, match="3 sensors, but errors for 2 and 2"):
        measure(still(10, 3), errors, 100.0, rngs)
    with pytest.raises(ConfigError, match="1 devices, but 2"):
        draw_errors([FULL], rngs)


@pytest.mark.parametrize("temperature", [np.nan, [1.0, 2.0], np.zeros((10, 1))])
def test_temperatures_that_do_not_fit(temperature):
    with pytest.raises(ConfigError, match="temperature"):
        put_on(still(10), FULL, temperature_c=temperature)


def test_generators_of_another_kind_are_refused():
    rngs = [np.random.Generator(np.random.SFC64(0))]
    with pytest.raises(ConfigError, match="default_rng"):
        measure(still(10), draw_errors([FULL], rngs), 100.0, rngs)


def test_no_sensors():
    errors, measured = put_on(still(10, 0), FULL)
    assert measured.accelerometer.shape == (10, 0, 3)
    assert len(errors) == 0
