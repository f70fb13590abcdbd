"""Windows: where they start, what they hold, what is left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.errors import ConfigError
from imusim.recordings import Recording, Sensor, Span
from imusim.recordings.windows import cut


def _recording(count=1000, rate_hz=50.0, spans=(), gap=slice(0, 0)):
    ramp = np.arange(count)[:, None] + np.array([0.0, 0.25, 0.5])
    holed = ramp.copy()
    holed[gap] = np.nan
    times = np.arange(count) / rate_hz
    return Recording(
        "k",
        "",
        (
            Sensor("a", "left_wrist", times, ramp, -ramp, rate_hz, even=True),
            Sensor("b", "left_foot", times, holed, None, rate_hz, even=True),
        ),
        spans,
        "7",
    )


def test_windows_start_where_a_label_does_and_hold_no_other():
    spans = (Span(0.5, 6.4, "walk"), Span(6.4, 7.0, "turn"), Span(10.0, 14.0, "sit"))
    windows = cut(_recording(spans=spans), 50.0, 2.0, 1.0)
    assert list(windows.start_s) == [0.5, 1.5, 2.5, 3.5, 10.0, 11.0, 12.0]
    assert list(windows.labels) == ["walk"] * 4 + ["sit"] * 3
    assert windows.signals.shape == (7, 2, 6, 100)
    assert windows.sensors == ("a", "b")
    assert windows.placements == ("left_wrist", "left_foot")
    np.testing.assert_array_equal(windows.signals[5, 0, 1], 550 + np.arange(100) + 0.25)
    np.testing.assert_array_equal(windows.signals[5, 0, 4], -550 - np.arange(100) - 0.25)
    np.testing.assert_array_equal(windows.valid, np.tile([[True, True], [True, False]], (7, 1, 1)))
    assert np.isnan(windows.signals[:, 1, 3:]).all()


def test_what_is_unknown_is_cut_on_demand_only():
    assert len(cut(_recording(), 50.0, 2.0)) == 0
    windows = cut(_recording(), 50.0, 2.0, unlabelled=True)
    assert list(windows.start_s) == list(np.arange(10) * 2.0)
    assert set(windows.labels) == {""}


def test_gap_of_one_sensor_is_masked_and_of_all_left_out():
    spans = (Span(0.0, 20.0, "walk"),)
    both = _recording(spans=spans, gap=slice(110, 150))
    windows = cut(both, 50.0, 1.0)
    assert list(np.flatnonzero(~windows.valid[:, 1, 0])) == [2]
    assert np.isnan(windows.signals[2, 1]).all()
    assert np.isfinite(windows.signals[2, 0]).all()
    alone = Recording("k", "", both.sensors[1:], spans)
    assert 2.0 not in cut(alone, 50.0, 1.0).start_s


@pytest.mark.parametrize(
    ("length_s", "stride_s"), [(0, 1), (1, 0), (-1, 1), (np.nan, 1), (0.001, 1)]
)
def test_windows_that_are_none(length_s, stride_s):
    with pytest.raises(ConfigError, match="give them a length"):
        cut(_recording(), 50.0, length_s, stride_s)


@given(st.integers(1, 120), st.floats(5, 90), st.floats(0.05, 3), st.floats(0.05, 3), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_cut(count, rate_hz, length_s, stride_s, unlabelled):
    recording = _recording(count, spans=(Span(0.2, 1.0, "x"), Span(1.0, 1.7, "y")))
    try:
        windows = cut(recording, rate_hz, length_s, stride_s, unlabelled)
    except ConfigError:
        return
    assert windows.signals.shape == (len(windows), 2, 6, round(length_s * rate_hz))
    assert unlabelled or "" not in windows.labels
    assert np.isfinite(windows.signals[:, 0]).all()
