"""Signals to put errors on, and what theory says of the errors."""

from dataclasses import fields

import numpy as np

from imusim.sensor import ImuSignals
from imusim.sensor.device import Device, Triad, draw_errors, measure


def generators(count, seed=0):
    return [np.random.default_rng([seed, k]) for k in range(count)]


def still(frames, sensors=1, rate_hz=100.0):
    zero = np.zeros((frames, sensors, 3))
    return ImuSignals(np.arange(frames) / rate_hz, zero, zero)


def lively(frames, sensors=1, rate_hz=100.0, seed=1):
    rng = np.random.default_rng(seed)
    force, rate = (rng.normal(0, size, (frames, sensors, 3)) for size in (10, 3))
    return ImuSignals(np.arange(frames) / rate_hz, force, rate)


def put_on(signals, device, rate_hz=100.0, seed=0, **options):
    """Errors, and what a device measures."""
    count = signals.accelerometer.shape[1]
    rngs = generators(count, seed)
    errors = draw_errors([device] * count, rngs)
    return errors, measure(signals, errors, rate_hz, rngs, **options)


def noise(frames, sensors, rate_hz=100.0, seed=0, **triad):
    """Noise (F, 3 S) of accelerometers at rest."""
    device = Device(accelerometer=Triad(**triad))
    measured = put_on(still(frames, sensors, rate_hz), device, rate_hz, seed)[1]
    return measured.accelerometer.reshape(frames, -1)


def allan(values, rate_hz, samples):
    """Overlapping Allan deviation of (F, n), pooled, at an averaging time of so many samples."""
    angle = np.cumsum(np.vstack([np.zeros(values.shape[1]), values]), axis=0) / rate_hz
    change = angle[2 * samples :] - 2 * angle[samples:-samples] + angle[: -2 * samples]
    return np.sqrt((change**2).mean() / 2) / (samples / rate_hz)


def arrays(errors, sensors=slice(None)):
    """Every array of drawn errors by name, of some of the sensors."""
    return {
        f"{part.name}.{field.name}": getattr(getattr(errors, part.name), field.name)[sensors]
        for part in fields(errors)
        if part.name != "devices"
        for field in fields(getattr(errors, part.name))
    }
