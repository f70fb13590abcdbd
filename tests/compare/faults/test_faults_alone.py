"""Faults that a recording shows by itself: each is named, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoilt import CYCLE, SPOILT, SWAP

from imusim.compare.faults import look
from imusim.compare.faults.alone import look_at
from imusim.compare.faults.turning import SIGNED_PERMUTATIONS, turning
from imusim.compare.faults.words import axes_in_words
from imusim.math import rotations as rot
from imusim.recordings import Recording, Sensor, find_recordings, read_recording

RATE_HZ = 100.0
_ALONE = {
    "reversed-time": "turns-backwards",
    "mirrored-axes": "turns-backwards",
    "gravity-inverted": "",
}
"""What a recording alone calls them: with no motion beside it, it cannot tell more."""


def _worn(seconds: float = 20.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A sensor that turns about all axes in turn, with some noise."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ
    waves = np.sin(
        2 * np.pi * rng.uniform(0.1, 0.6, (4, 1, 3)) * time_s[:, None] + 6 * rng.random((4, 1, 3))
    )
    gyroscope = waves.sum(axis=0)
    turn = np.empty((count, 4))
    turn[0] = rot.IDENTITY
    steps = rot.from_rotation_vector(gyroscope / RATE_HZ)
    for k in range(1, count):
        turn[k] = rot.multiply(turn[k - 1], steps[k - 1])
    force = rot.rotate_inverse(turn, np.tile([0.0, 0.0, 9.80665], (count, 1)))
    noise = rng.standard_normal((2, count, 3))
    return force + 0.1 * noise[0], gyroscope + 0.01 * noise[1]


def _sensor(accelerometer, gyroscope, rate_hz=RATE_HZ, **more) -> Sensor:
    count = len(accelerometer if accelerometer is not None else gyroscope)
    time_s = more.pop("time_s", np.arange(count) / rate_hz)
    return Sensor("imu", "", time_s, accelerometer, gyroscope, rate_hz, **more)


def _codes(sensor: Sensor) -> set[str]:
    return {code for code, _, _ in look_at(sensor)}


def test_nothing_is_wrong_with_what_is_right():
    assert look_at(_sensor(*_worn(), even=True)) == []


@pytest.mark.parametrize("fault", SPOILT)
def test_each_fault_is_named(fault):
    expected = {_ALONE.get(fault, fault)} - {""}
    assert _codes(_sensor(*SPOILT[fault](*_worn()), even=True)) == expected


def test_the_gyroscopes_own_axes_are_told():
    force, rate = _worn()
    (said,) = look_at(_sensor(force, rate @ CYCLE.T))
    assert "z, x, y would fit" in said[2]
    swapped = rate @ SWAP.T
    assert _codes(_sensor(force, swapped)) == {"axes-differ"}
    assert _codes(_sensor(force, -rate)) == {"turns-backwards"}
    assert _codes(_sensor(force, np.radians(rate))) == {"unit-rad"}


def test_a_sensor_that_lies_still_with_a_bias_is_not_suspected():
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((2, 6000, 3))
    force = [0.3, -4.0, 8.9] + 0.05 * noise[0]
    for bias in ([0.05, 0.0, 0.0], [0.02, -0.03, 0.06]):
        assert _codes(_sensor(force, bias + 0.005 * noise[1])) == set()


def test_gravity_that_was_taken_out():
    rng = np.random.default_rng(0)
    linear = rng.standard_normal((1000, 3)) * rng.uniform(0, 1, (1000, 1))
    assert _codes(_sensor(linear, None)) == {"gravity-missing"}


def test_units_are_told_by_quiet_moments_alone():
    force, _ = _worn()
    for factor in (9.80665, 1 / 9.80665**2):
        (said,) = look_at(_sensor(force * factor, None))
        assert said[:2] == ("unit-acc", "error")
    rng = np.random.default_rng(0)
    violent = 40 * rng.standard_normal((200, 3))
    ((code, severity, message),) = look_at(_sensor(violent, None))
    assert (code, severity) == ("unit-acc", "warning") and "violent" in message
    violent[60:120] = [0.0, 9.8, 0.3] + 0.1 * rng.standard_normal((60, 3))
    assert look_at(_sensor(violent, None)) == []


def test_a_range_that_was_too_small():
    force, rate = _worn()
    clipped = np.clip(force * 4, -2 * 9.80665, 2 * 9.80665)
    assert "clipped" in _codes(_sensor(clipped, None))
    assert _codes(_sensor(force, rate * 0 + np.clip(rate * 9, *np.radians([-250, 250])))) & {
        "clipped"
    }


def test_held_and_stuck_samples():
    force, rate = _worn()
    held = _sensor(np.repeat(force[::4], 4, axis=0), np.repeat(rate[::4], 4, axis=0))
    (said,) = [s for s in look_at(held) if s[0] == "repeated"]
    assert "25 Hz" in said[2]
    stuck = force.copy()
    stuck[500:600] = stuck[500]
    assert _codes(_sensor(stuck, rate)) == {"stuck"}


def test_stamps():
    force, rate = _worn()
    keep = np.ones(len(force), bool)
    keep[300:350] = False
    time_s = np.arange(len(force)) / RATE_HZ
    gaps = _sensor(force[keep], rate[keep], time_s=time_s[keep])
    assert _codes(gaps) == {"time-gaps"}
    slow = Sensor("imu", "", time_s * 1.2, force, rate, RATE_HZ)
    assert "rate" in _codes(slow)


def test_too_little_is_said_to_be_too_little():
    force, rate = _worn(1.0)
    assert _codes(_sensor(force[:60], rate[:60])) == {"too-short"}
    lost = force * np.nan
    assert _codes(_sensor(lost, rate)) == {"missing"}


def test_findings_name_recording_and_sensor():
    recording = Recording("walk", "", (_sensor(*SPOILT["unit-g"](*_worn())),))
    (found,) = look(recording)
    assert (found.recording, found.sensor, found.severity) == ("walk", "imu", "error")
    assert "--acc-unit g" in found.message


def test_axes_in_words():
    assert axes_in_words(SIGNED_PERMUTATIONS[0]) == "x, y, z"
    assert axes_in_words(-SWAP) == "-y, -x, -z"
    assert len({axes_in_words(m) for m in SIGNED_PERMUTATIONS}) == 48


def test_turning_gravity_back():
    force, rate = _worn()
    found = turning(force, rate, RATE_HZ)
    assert found is not None and found.as_given < 0.01 < 0.1 < found.axes[1:].min()
    assert turning(force[:5], rate[:5], RATE_HZ) is None
    assert turning(force * np.nan, rate, RATE_HZ) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(0.5, 400), st.floats(-6, 6), st.integers(0, 9), st.booleans())
def test_anything_gets_an_answer(count, rate_hz, scale, seed, even):
    rng = np.random.default_rng(seed)
    force, rate = 10**scale * rng.standard_normal((2, count, 3))
    force[rng.random(count) < 0.2] = np.nan
    rate[:, seed % 3] = 0 if seed > 5 else rate[:, seed % 3]
    for sensor in (
        _sensor(force, rate, rate_hz, even=even),
        _sensor(None, rate, rate_hz, even=even),
        _sensor(force, None, rate_hz, even=even),
    ):
        for code, severity, message in look_at(sensor):
            assert code and severity in ("error", "warning", "note")
            assert "\n" not in message and "nan" not in message


@pytest.mark.parametrize(
    ("dataset", "every"),
    [("utd-mhad", 20), ("leg-swing", 1), ("broad", 2), ("gaitmap", 2), ("uci-har", 4)],
)
def test_real_recordings_raise_no_alarm(shared, dataset, every):
    folder = shared / "data" / dataset
    for ref in list(find_recordings(dataset, folder))[::every]:
        found = look(read_recording(ref))
        assert [f for f in found if f.severity == "error"] == []


def test_spoilt_real_recordings_are_told(shared):
    told: dict[str, list[bool]] = {}
    refs = list(find_recordings("utd-mhad", shared / "data/utd-mhad"))[::80]
    refs += find_recordings("leg-swing", shared / "data/leg-swing")
    for ref in refs:
        for sensor in read_recording(ref).sensors:
            for fault, spoil in SPOILT.items():
                force, rate = spoil(sensor.accelerometer, sensor.gyroscope)
                spoilt = Sensor("imu", "", sensor.time_s, force, rate, sensor.rate_hz, True)
                codes = _codes(spoilt)
                told.setdefault(fault, []).append(_ALONE.get(fault, fault) in codes or bool(codes))
    shares = {fault: np.mean(found) for fault, found in told.items()}
    for fault in ("unit-g", "unit-mg", "unit-deg", "missing", "constant-channel", "stops-early"):
        assert shares[fault] == 1.0, fault
    for fault in ("reversed-time", "mirrored-axes", "axes-differ"):
        assert shares[fault] > 0.7, fault
