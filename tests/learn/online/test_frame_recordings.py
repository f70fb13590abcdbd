"""Recordings as frames: nothing of the future, what is known and for how long."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
from imusim.errors import ConfigError
from imusim.learn.evaluation.protocol import load_protocol
from imusim.learn.online.recorded import read_recorded, sequence_of
from imusim.recordings import Recording, Sensor, Span, find_recordings, read_recording
from imusim.recordings.so_far import HOLD_S

PLACED = {"a": "left_wrist", "b": "pelvis"}
JOINTS = ("pelvis", "left_wrist")
CLASSES = {"one": 0, "two": 1}


def made(seed, rate_hz=80.0, count=300) -> Recording:
    """Two sensors at times of their own, with gaps; one has no gyroscope."""
    rng = np.random.default_rng(seed)
    sensors = []
    for name in "ab":
        time_s = np.sort(rng.uniform(0, count / rate_hz, count))
        time_s = time_s[(time_s < 1.0) | (time_s > 1.4)]
        force, rate = rng.normal(size=(2, len(time_s), 3))
        force[rng.random(len(time_s)) < 0.1] = np.nan
        sensors.append(Sensor(name, "", time_s, force, rate if name == "a" else None, rate_hz))
    end_s = count / rate_hz
    spans = (Span(0.2, 1.5, "one"), Span(1.5, end_s, "two"))
    return Recording("k", "", tuple(sensors), spans, "s")


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([20.0, 50.0, 100.0, 130.0]))
def test_each_frame_is_the_mean_of_what_came_since_the_last(seed, rate_hz):
    recording = made(seed)
    found = sequence_of(recording, PLACED, JOINTS, CLASSES, rate_hz)
    start_s = min(sensor.time_s[0] for sensor in recording.sensors)
    for k in range(0, len(found), 7):
        due_s = start_s + k / rate_hz
        for sensor in recording.sensors:
            place = JOINTS.index(PLACED[sensor.name])
            for kind, signal in enumerate((sensor.accelerometer, sensor.gyroscope)):
                told = found.frames[k, place, 3 * kind : 3 * kind + 3]
                past = [] if signal is None else [
                    (t, value) for t, value in zip(sensor.time_s, signal, strict=True)
                    if t <= due_s + 1e-9 and np.isfinite(value).all()
                ]  # fmt: skip
                fresh = [value for t, value in past if t > due_s - 1 / rate_hz]
                if not past or (not fresh and due_s - past[-1][0] > max(HOLD_S, 1 / rate_hz)):
                    assert not found.present[k, place, kind]
                    assert not told.any()
                    continue
                expected = np.mean(fresh, axis=0) if fresh else past[-1][1]
                assert found.present[k, place, kind]
                np.testing.assert_allclose(told, expected, atol=1e-6)
        expected = 0 if 0.2 <= due_s < 1.5 else 1 if due_s >= 1.5 else -1
        assert found.labels[k] == expected


def cut_at(recording: Recording, end_s: float) -> Recording:
    sensors = []
    for sensor in recording.sensors:
        kept = sensor.time_s <= end_s
        signals = {
            kind: signal[kept]
            for kind in ("accelerometer", "gyroscope")
            if (signal := getattr(sensor, kind)) is not None
        }
        sensors.append(replace(sensor, time_s=sensor.time_s[kept], **signals))
    return replace(recording, sensors=tuple(sensors))


def hold_causal(recording, placed, joints, classes, rate_hz, end_s):
    whole = sequence_of(recording, placed, joints, classes, rate_hz)
    part = sequence_of(cut_at(recording, end_s), placed, joints, classes, rate_hz)
    count = len(part)
    assert 0 < count < len(whole)
    np.testing.assert_array_equal(part.frames, whole.frames[:count])
    np.testing.assert_array_equal(part.present, whole.present[:count])


@pytest.mark.parametrize("end_s", [0.7, 1.2, 2.0])
def test_a_recording_that_ends_sooner_has_the_same_frames(end_s):
    hold_causal(made(4), PLACED, JOINTS, CLASSES, 50.0, end_s)


def test_so_have_real_ones_whose_stamps_come_in_bursts(shared):
    protocol = load_protocol("geotec")
    ref = find_recordings("geotec", shared / "data" / "geotec")[0]
    recording = read_recording(ref)
    placed = protocol.joints()
    joints = tuple(placed.values())
    for end_s in (2.0, 5.5):
        hold_causal(recording, placed, joints, protocol.number_of, 50.0, end_s)
    found = sequence_of(recording, placed, joints, protocol.number_of, 50.0)
    assert found.present.mean() > 0.95
    norms = np.linalg.norm(found.frames[..., :3], axis=-1)[found.present[..., 0]]
    assert 9.3 < np.median(norms) < 10.3  # gravity
    told = [label for label in found.labels.tolist() if label >= 0]
    order = [told[0], *(after for before, after in pairwise(told) if before != after)]
    assert order[:4] == [0, 1, 2, 3]  # sits, stands up, walks, turns


def test_sensors_that_are_not_there(tmp_path):
    protocol = load_protocol("geotec")
    with pytest.raises(ConfigError, match="no sensor at head; it has them at left_hip, left_wrist"):
        read_recorded(tmp_path, protocol, 50.0, ("head",))
    with pytest.raises(ConfigError, match="named twice"):
        read_recorded(tmp_path, protocol, 50.0, ("left_hip", "left_hip"))
    with pytest.raises(ConfigError, match="must be positive"):
        read_recorded(tmp_path, protocol, 0.0)
