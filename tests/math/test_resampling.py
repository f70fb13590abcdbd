"""Reading a signal at a lower rate: what is kept and what is stopped."""

import numpy as np
import pytest

from imusim.math.gaps import whole_frames
from imusim.math.resampling import decimate

FACTORS = [2, 3, 5, 8]


def _wave(factor, of_output_rate):
    samples = np.arange(400 * factor + 1)
    return np.sin(2 * np.pi * of_output_rate * samples / factor + 0.3)[:, None]


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("frequency", [0.01, 0.1, 0.25, 0.39])
def test_the_pass_band_is_kept(factor, frequency):
    wave = _wave(factor, frequency)
    found = decimate(wave, factor)
    assert len(found) == 401
    np.testing.assert_allclose(found[60:-60], wave[::factor][60:-60], atol=2e-3)


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("frequency", [0.51, 0.7, 0.9, 1.0])
def test_the_stop_band_is_60_db_down(factor, frequency):
    if frequency > factor / 2:
        pytest.skip("beyond the input's own Nyquist rate")
    assert np.abs(decimate(_wave(factor, frequency), factor)[60:-60]).max() < 1e-3


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("length", [2, 3, 17, 500])
def test_constants_and_straight_lines_are_kept_to_the_ends(factor, length):
    line = np.stack([np.full(length, 7.0), 3 - 0.5 * np.arange(length)], axis=1)
    np.testing.assert_allclose(decimate(line, factor), line[::factor], atol=1e-10)


@pytest.mark.parametrize("signal", [np.ones((1, 3)), np.zeros((0, 3))])
def test_records_too_short_to_filter_come_back(signal):
    assert decimate(signal, 4) is signal


def test_shape_and_columns():
    signal = np.random.default_rng(0).standard_normal((101, 4, 3))
    found = decimate(signal, 4)
    assert found.shape == (26, 4, 3)
    np.testing.assert_allclose(found[:, 2], decimate(signal[:, 2], 4), atol=1e-12)
    assert decimate(signal, 1) is signal


def test_a_frame_is_whole_when_every_number_of_every_array_is():
    a, b = np.zeros((5, 2)), np.zeros((5, 3, 4))
    a[1, 1], b[3, 2, 0] = np.nan, np.inf
    assert whole_frames(a, b).tolist() == [True, False, True, False, True]
