"""What was measured of one unit: it is had exactly, by every sensor of every clip."""

from __future__ import annotations

import numpy as np
import pytest

from imusim.errors import ConfigError
from imusim.sensor.device import Clock, Device, Triad, draw_errors, dump_device, load_device

UNIT = Device(
    name="unit",
    accelerometer=Triad(known_bias=(0.1, -0.2, 0.3), known_scale=(0.01, -0.02, 0.0)),
    gyroscope=Triad(known_bias=(-0.01, 0.0, 0.02), turn_on_bias=(0.1, 0.1, 0.1)),
    clock=Clock(known_skew=-5e-5, skew=1e-5),
)


def test_it_is_drawn_as_it_is_and_the_rest_is_added():
    rngs = [np.random.default_rng(seed) for seed in range(400)]
    errors = draw_errors([UNIT] * 400, rngs)
    assert (errors.accelerometer.bias == [0.1, -0.2, 0.3]).all()
    assert (errors.accelerometer.scale == [0.01, -0.02, 0.0]).all()
    assert np.allclose(errors.gyroscope.bias.mean(axis=0), [-0.01, 0.0, 0.02], atol=0.02)
    assert np.allclose(errors.gyroscope.bias.std(axis=0), 0.1, rtol=0.15)
    assert errors.clock.skew.mean() == pytest.approx(-5e-5, abs=2e-6)


def test_it_is_written_and_read_with_its_sign(tmp_path):
    file = tmp_path / "unit.toml"
    file.write_text(dump_device(UNIT))
    assert load_device(file) == UNIT


def test_it_is_switched_off_with_its_kind():
    off = UNIT.without("bias", "scale", "timing")
    assert off.accelerometer == Triad()
    assert off.clock == Clock()


def test_it_must_be_a_number():
    with pytest.raises(ConfigError, match="known_bias"):
        Triad(known_bias=(np.nan, 0.0, 0.0))
