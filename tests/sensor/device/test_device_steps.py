"""The whole steps that a converter counts."""

import numpy as np
import pytest

from imusim.sensor.device import device_names, load_device
from imusim.sensor.device.steps import rescaled, step_limits


@pytest.mark.parametrize(
    ("upper", "step", "limits"),
    [
        (16.0, 1 / 2048, (-32768, 32767)),
        (2000.0, 1 / 16.4, (-32768, 32767)),  # rounded: 32,800 do not fit
        (250.0, 1 / 131, (-32750, 32750)),  # rounded the other way: the range ends first
        (2.0, 0.0039, (-512, 511)),
        (2.0, 0.016, (-125, 125)),
        (4800.0, 0.6, (-8000, 8000)),
        (5.04, 0.1, (-50, 50)),
        (64.0, 1.0, (-64, 64)),  # no converter has 7 bits
        (np.inf, 0.1, (-np.inf, np.inf)),
    ],
)
def test_counts_end_with_the_range_or_the_word(upper, step, limits):
    assert step_limits(np.array(-upper), np.array(upper), np.array(step)) == limits


def test_a_range_that_is_not_symmetric_has_no_word():
    found = step_limits(np.array(0.0), np.array(128.0), np.array(1.0))
    assert found == (0, 128)


@pytest.mark.parametrize("name", device_names()[1:])
def test_every_preset_counts_in_16_bits(name):
    for triad in (load_device(name).accelerometer, load_device(name).gyroscope):
        upper = np.array(triad.range)
        lowest, highest = step_limits(-upper, upper, np.array(triad.resolution))
        assert (lowest >= -(2**15)).all()
        assert (highest < 2**15).all()
        assert (highest > 0.99 * upper / triad.resolution).all()


def test_counts_are_the_same_in_another_unit():
    step = np.array([[0.15e-6, 0.0, 0.15e-6]])
    counts = np.arange(-4000.0, 4000.0)[:, None, None] * np.ones(3)
    values = counts * np.where(step > 0, step, 1e-9)
    found = rescaled(values, step, 1e6)
    np.testing.assert_array_equal(found[..., 0], counts[..., 0] * (0.15e-6 * 1e6))
    np.testing.assert_array_equal(found[..., 1], values[..., 1] * 1e6)
