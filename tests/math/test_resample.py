"""Reading a signal at another rate."""

import numpy as np
import pytest

from imusim.math.resampling import decimate, resample

RATES = [(50, 20), (60, 20), (100, 20), (20, 20), (59.94, 20), (12.5, 20), (10, 20), (30, 20)]


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
@pytest.mark.parametrize("share", [0.01, 0.2, 0.39])
def test_waves_below_the_band_edge_are_read_at_the_new_instants(from_hz, to_hz, share):
    hz = share * min(from_hz, to_hz)
    wave = [np.sin(2 * np.pi * hz * np.arange(0, 30, 1 / rate) + 0.3) for rate in (from_hz, to_hz)]
    found = resample(wave[0][:, None, None], from_hz, to_hz)
    assert found.shape[1:] == (1, 1)
    inner = slice(5 * to_hz, 25 * to_hz)
    np.testing.assert_allclose(found[inner, 0, 0], wave[1][inner], atol=2e-3)


@pytest.mark.parametrize("from_hz", [50, 60, 100, 59.94])
def test_what_the_new_rate_cannot_hold_is_60_db_down(from_hz):
    wave = np.sin(2 * np.pi * 11.0 * np.arange(0, 30, 1 / from_hz))
    assert np.abs(resample(wave, from_hz, 20)[100:-100]).max() < 1e-3


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
@pytest.mark.parametrize("length", [1, 2, 3, 17, 500])
def test_constants_are_kept_and_the_ends_lie_where_they_should(from_hz, to_hz, length):
    found = resample(np.full((length, 3), -9.80665), from_hz, to_hz)
    np.testing.assert_allclose(found, -9.80665, rtol=1e-12)
    end_s, last_s = (length - 1) / from_hz, (len(found) - 1) / to_hz
    assert end_s - 1 / to_hz - 1e-4 < last_s < end_s + 1e-4


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_a_whole_ratio_is_decimation(factor):
    signal = np.random.default_rng(0).standard_normal((700, 4, 3))
    np.testing.assert_allclose(
        resample(signal, 20.0 * factor, 20.0), decimate(signal, factor), atol=1e-12
    )
