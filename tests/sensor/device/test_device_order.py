"""The low-pass acts before the errors here, after them in a device: where that is the same."""

import numpy as np
import pytest
from numpy.fft import irfft, rfft, rfftfreq
from scipy.interpolate import CubicSpline

from imusim import api
from imusim.body import retarget
from imusim.conventions import JOINTS
from imusim.pipeline import load_config
from imusim.sensor import ImuSignals, draw_mounting, read_imu
from imusim.sensor.device import Clock, Device, Thermal, Triad, draw_errors, measure, sample_times
from imusim.sensor.placement import joint_seat
from imusim.sensor.sampling import Sampling
from imusim.trajectory.body import body_trajectory, smooth_links

RATE_HZ, FRAMES, BAND_HZ = 400.0, 8000, 20.0
FREQUENCY_HZ = rfftfreq(FRAMES, 1 / RATE_HZ)
SHARED = {"scale_factor": 0.03, "misalignment_rad": 0.02, "cross_axis": 0.02, "nonlinearity": 0.01}
DEVICE = Device(
    accelerometer=Triad(
        turn_on_bias=0.6, range=80, temperature_bias=0.015, temperature_scale=3e-4, **SHARED
    ),
    gyroscope=Triad(turn_on_bias=0.09, range=35, g_sensitivity=2e-4, **SHARED),
    thermal=Thermal(warm_up_k=8, warm_up_time_s=120),
)


def low_pass(signal, band_hz=BAND_HZ):
    ratio = (FREQUENCY_HZ / band_hz)[:, None, None]
    return irfft(rfft(signal, axis=0) / (1 - ratio**2 + 1j * np.sqrt(2) * ratio), FRAMES, axis=0)


@pytest.fixture(scope="module")
def motion():
    """Periodic and band-limited, of 11 m/s² and 3 rad/s RMS."""
    rng = np.random.default_rng(0)
    shape = np.exp(-((FREQUENCY_HZ / 8) ** 2))[:, None, None]
    white = rng.standard_normal((2, FRAMES, 1, 3))
    force, rate = (irfft(rfft(w, axis=0) * shape, FRAMES, axis=0) for w in white)
    return 60 * force + [0, 0, 9.8], 18 * rate


def both_orders(motion, *effects, force_band_hz=BAND_HZ):
    """What is off, and what the effect adds, RMS, for accelerometer and gyroscope."""
    device = DEVICE.only(*effects)

    def errors_on(force, rate):
        rngs = [np.random.default_rng(1)]
        errors = draw_errors([device], rngs)
        time_s = np.arange(FRAMES) / RATE_HZ
        read = measure(ImuSignals(time_s, force, rate), errors, RATE_HZ, rngs, 35.0)
        return read.accelerometer, read.gyroscope

    clean = [low_pass(signal) for signal in motion]
    ours = errors_on(low_pass(motion[0], force_band_hz), clean[1])
    device_s = [low_pass(signal) for signal in errors_on(*motion)]
    inside = slice(400, -400)
    return [
        (np.std((a - b)[inside]), np.sqrt(np.mean((b - c)[inside] ** 2)))
        for a, b, c in zip(ours, device_s, clean, strict=True)
    ]


@pytest.mark.parametrize(
    "effects", [("scale", "misalignment", "bias"), ("g_sensitivity",)], ids="+".join
)
def test_linear_errors_commute_with_the_low_pass(motion, effects):
    off = both_orders(motion, *effects)
    assert max(size for size, _ in off) < 1e-12
    assert off[1][1] > 1e-3


def test_slow_temperatures_nearly_commute(motion):
    (off, added), _ = both_orders(motion, "temperature")
    assert off < 1e-3 * added


def test_nonlinearity_nearly_commutes_below_the_bandwidth(motion):
    for off, added in both_orders(motion, "nonlinearity"):
        assert 1e-3 * added < off < 0.05 * added


def test_a_gyroscope_feels_force_through_the_accelerometers_low_pass(motion):
    _, (off, added) = both_orders(motion, "g_sensitivity", force_band_hz=80.0)
    assert 0.02 * added < off < 0.4 * added


FAST_HZ = 4000.0
LINEAR = {**SHARED, "nonlinearity": 0.0, "bandwidth_hz": BAND_HZ}
TIMED = Device(
    accelerometer=Triad(turn_on_bias=0.6, range=80, **LINEAR),
    gyroscope=Triad(turn_on_bias=0.09, range=35, g_sensitivity=2e-4, **LINEAR),
    clock=Clock(offset_s=0.02, skew=1e-3, jitter_s=1e-3),
)


@pytest.mark.parametrize("rate_hz", [25.0, 100.0])
def test_a_clip_is_read_as_if_all_were_done_fast_and_in_the_order_of_a_device(rate_hz):
    """The same errors as matrices, low-pass and splines at 4 kHz, cut at last."""
    pytest.importorskip("pybullet")
    job = api.prepare(load_config(None, {}))
    motion = job.inputs.read(next(clip for clip in job.clips if clip.key == "walk"))
    moved = retarget(motion, job.inputs.body_for(motion.shape))
    trajectory = body_trajectory(smooth_links(motion, moved), moved)
    rngs = [np.random.default_rng([5, sensor]) for sensor in range(len(JOINTS))]
    seats = [joint_seat(joint, (0, 0, 0.02)) for joint in JOINTS]
    mounting = draw_mounting(seats, "random", rngs)
    errors = draw_errors([TIMED] * len(JOINTS), rngs)
    time_s = trajectory.times(rate_hz)
    instants = np.clip(sample_times(errors, time_s, rngs), 0, time_s[-1])
    bands = np.full((len(JOINTS), 2, 3), BAND_HZ)
    reached = read_imu(trajectory, mounting, rate_hz, None, Sampling(bands, instants))
    ours = measure(reached, errors, rate_hz, rngs)

    fast = read_imu(trajectory, mounting, FAST_HZ)
    pairs = ((errors.accelerometer, fast.accelerometer), (errors.gyroscope, fast.gyroscope))
    inside = (time_s > 0.2) & (time_s < time_s[-1] - 0.2)
    for (own, true), measured in zip(pairs, (ours.accelerometer, ours.gyroscope), strict=True):
        sensed = np.einsum("sij,fsj->fsi", own.matrix, true) + own.bias
        sensed += np.einsum("sij,fsj->fsi", own.g_sensitivity, fast.accelerometer)
        passed = _low_pass_of_clip(sensed)
        expected = np.stack(
            [CubicSpline(fast.time_s, passed[:, s])(instants[:, s]) for s in range(len(JOINTS))], 1
        )
        expected = np.clip(expected, own.lower, own.upper)
        off = np.sqrt(np.mean((measured - expected)[inside] ** 2))
        assert off < 3e-3 * expected[inside].std()


def _low_pass_of_clip(signal):
    """The same filter, the clip continued by point reflection."""
    count, pad = len(signal), int(FAST_HZ / 2)
    longer = np.pad(signal, ((pad, pad), (0, 0), (0, 0)), "reflect", reflect_type="odd")
    ratio = (rfftfreq(len(longer), 1 / FAST_HZ) / BAND_HZ)[:, None, None]
    spectrum = rfft(longer, axis=0) / (1 - ratio**2 + 1j * np.sqrt(2) * ratio)
    return irfft(spectrum, len(longer), axis=0)[pad : pad + count]
