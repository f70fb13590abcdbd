"""Recordings as batches: where windows begin, what of gaps, places and axes gets to the model."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from use_models import made_recording, made_sensor  # noqa: E402

from imusim.conventions import JOINTS  # noqa: E402
from imusim.errors import ConfigError, MotionError  # noqa: E402
from imusim.learn.batch import UNKNOWN  # noqa: E402
from imusim.learn.use import RecordedWindows  # noqa: E402


def test_windows_are_the_recording_cut():
    sensor = made_sensor(seconds=25.0)
    windows = RecordedWindows(made_recording(sensor), 20.0, 10.0)
    batch = windows.batch()
    assert len(windows) == len(batch) == 3
    assert windows.start_s.tolist() == [0, 10, 20]
    assert windows.end_s.tolist() == [10, 20, 25]
    both = np.concatenate([sensor.accelerometer, sensor.gyroscope], axis=1)
    for number, start in enumerate((0, 200, 400)):
        part = both[start : start + 200]
        assert batch.valid[number].tolist() == [True] * len(part) + [False] * (200 - len(part))
        np.testing.assert_allclose(batch.signals[number, 0, :, : len(part)], part.T, rtol=1e-6)
        assert not batch.signals[number, 0, :, len(part) :].any()
    assert batch.present.all()
    assert (batch.placement == JOINTS.index("left_wrist")).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 900), st.integers(20, 300), st.integers(1, 300))
def test_every_sample_is_in_a_window(frames, length, stride):
    recording = made_recording(made_sensor(seconds=frames / 20))
    windows = RecordedWindows(recording, 20.0, length / 20, stride / 20)
    starts = np.round(windows.start_s * 20).astype(int)
    seen = np.zeros(frames, int)
    for start, valid in zip(starts, windows.batch().valid.numpy(), strict=True):
        seen[start : start + valid.sum()] += 1
        assert valid[: valid.sum()].all()
    if stride <= length and frames >= length:
        assert (seen[: starts[-1] + length] > 0).all()
        assert frames - (starts[-1] + length) <= 0 or frames - (starts[-1] + stride) < 20
    if len(starts) > 1:  # no window is a part of the one before
        assert (np.diff(starts) == stride).all()
        assert starts[-2] + length < frames


def test_a_gap_of_one_sensor():
    watch, phone = made_sensor(), made_sensor("phone", "", seed=1)
    signal = watch.accelerometer.copy()
    signal[40:80] = np.nan
    signal[200:390] = np.nan
    watch = replace(watch, accelerometer=signal)
    batch = RecordedWindows(made_recording(watch, phone), 20.0, 10.0).batch()
    assert batch.worn.tolist() == [[True, True], [False, True], [True, True]]
    lost = ~batch.valid[0].numpy()
    assert lost[40:80].all()
    assert not lost[:38].any()
    assert not lost[82:].any()
    assert batch.valid[1].all()  # the watch is not in it, and its gap does not count
    assert batch.placement[0].tolist() == [JOINTS.index("left_wrist"), UNKNOWN]


def test_what_a_sensor_lacks():
    watch = replace(made_sensor(), gyroscope=None)
    mute = replace(made_sensor("phone", "pelvis"), gyroscope=np.full((500, 3), np.nan))
    windows = RecordedWindows(made_recording(watch, mute), 20.0, 10.0)
    batch = windows.batch(slice(0, 2))
    assert batch.present.tolist() == [[[True, False]] * 2] * 2
    assert not batch.signals[:, :, 3:].any()
    silent = replace(mute, accelerometer=np.full((500, 3), np.nan))
    assert RecordedWindows(made_recording(watch, silent), 20.0, 10.0).sensors == ("watch",)
    with pytest.raises(MotionError, match="none of its sensors has a number"):
        RecordedWindows(made_recording(silent), 20.0, 10.0)


@pytest.mark.parametrize(
    ("placement", "joint"),
    [("right_wrist", "right_wrist"), ("Wrist-Right", "right_wrist"), ("left_knee", None),
     ("utd_mhad.wrist", "right_wrist"), ("pelvis", "pelvis"), ("unknown", ""), ("", "left_wrist")],
)  # fmt: skip
def test_places(placement, joint):
    windows = RecordedWindows(made_recording(), 20.0, 10.0, placement=placement)
    if joint is not None:
        assert windows.places == ((JOINTS.index(joint) if joint else UNKNOWN),)


def test_up_becomes_z():
    """A sensor whose -x points up: gravity, which pulls a reading of +g upwards, is on z then."""
    sensor = made_sensor()
    rest = np.zeros((500, 6))
    rest[:, 0], rest[:, 4] = -9.8, 1.0  # turns about y
    sensor = replace(sensor, accelerometer=rest[:, :3], gyroscope=rest[:, 3:])
    for up in ("-x", "gravity", {"watch": "-x"}):
        signals = RecordedWindows(made_recording(sensor), 20.0, 10.0, up=up).batch().signals
        np.testing.assert_allclose(signals[0, 0, :3, 0], [0, 0, 9.8], atol=1e-6)
        np.testing.assert_allclose(signals[0, 0, 3:, 0], [0, 1, 0], atol=1e-6)
    still = RecordedWindows(made_recording(sensor), 20.0, 10.0).batch().signals
    np.testing.assert_allclose(still[0, 0, :, 0], rest[0], atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window_s": 0.01}, "have no samples"),
        ({"window_s": float("nan")}, "have no samples"),
        ({"stride_s": 1e-9}, "have no samples"),
        ({"placement": "left_wrst"}, "Did you mean 'left_wrist'"),
        ({"placement": "wrists"}, "several places"),
        ({"placement": {"wach": "left_wrist"}}, "Did you mean 'watch'"),
        ({"up": "w"}, "one of x, -x, y, -y, z, -z, or gravity"),
    ],
)
def test_settings_that_do_not_hold(settings, message):
    with pytest.raises(ConfigError, match=message):
        RecordedWindows(made_recording(), **{"rate_hz": 20.0, "window_s": 10.0, **settings})


def test_gravity_needs_an_accelerometer():
    lame = made_recording(replace(made_sensor(), accelerometer=None))
    with pytest.raises(ConfigError, match="sensor watch: which way is up"):
        RecordedWindows(lame, 20.0, 10.0, up="gravity")


def test_a_recording_that_is_too_short():
    with pytest.raises(MotionError, match="no window holds 1 s"):
        RecordedWindows(made_recording(made_sensor(seconds=0.5)), 20.0, 10.0)
