"""Alignment: what is known is found, nothing is invented, and what is turned turns with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from aligned_pairs import drawn, moving, pair, read
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from imusim.compare.align import Alignment, Pair, Steps, Trace, align, predict, refine_offset
from imusim.compare.kinematics import Kinematics
from imusim.errors import ConfigError, MotionError
from imusim.math import rotations as rot

RANGES = 8 * 9.80665, np.radians(1000)
BARS = {
    "offset": 2.0,
    "clock": 50.0,
    "rotation": 0.5,
    "lever arm": 3.0,
    "accelerometer bias": 1.0,
    "gyroscope bias": 1.0,
    "scale": 1.0,
}
"""ms, ppm, degrees, mm, % of range, % of range, %."""


def errors(found: Alignment, truth: Alignment) -> dict[str, float]:
    """Worst error of each kind, in the units of the bars."""
    span = np.linspace(*found.span_s, 5)
    apart = found.motion_times(span) - truth.motion_times(span)
    turn = rot.angle_between(found.link_from_sensor, truth.link_from_sensor)

    def most(name: str) -> float:
        return float(np.abs(getattr(found, name) - getattr(truth, name)).max())

    return {
        "offset": float(np.abs(apart.mean())) * 1e3,
        "clock": abs(found.clock_ratio - truth.clock_ratio) * 1e6,
        "rotation": float(np.degrees(turn)),
        "lever arm": most("lever_arm") * 1e3,
        "accelerometer bias": most("accelerometer_bias") / RANGES[0] * 100,
        "gyroscope bias": most("gyroscope_bias") / RANGES[1] * 100,
        "scale": 100 * max(most("accelerometer_scale"), most("gyroscope_scale")),
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_is_known_is_found(seed: int):
    truth = drawn(np.random.default_rng(seed))
    (found,) = align([pair(moving(seed, 20), truth, seed)])
    wrong = errors(found, truth)
    assert all(wrong[name] < bar for name, bar in BARS.items()), wrong


def test_nothing_is_invented():
    truth, invented = Alignment(), 0
    for seed in range(3):
        (found,) = align([pair(moving(seed, 20), truth, seed)])
        wrong = errors(found, truth)
        assert all(wrong[name] < bar / 5 for name, bar in BARS.items()), (seed, wrong)
        invented += len(set(found.deviation) - {"rotation", "offset_s"})
    assert invented <= 1


def test_errors_of_the_simulation_are_not_the_sensor():
    """A motion as a Kinect sees it: poses that err slowly, and turns that are too small."""
    rng = np.random.default_rng(3)
    truth = Alignment(link_from_sensor=rot.random_rotations(rng, ()))
    pairs = []
    for seed in range(6):
        motion = moving(seed, 8)

        def slow(size: float, shape: tuple[int, ...]) -> np.ndarray:
            noise = gaussian_filter1d(rng.standard_normal(shape), 30, axis=0)
            return size * noise / noise.std()

        shape = motion.force.shape
        false = Kinematics(
            motion.rate_hz,
            motion.force + slow(3.0, shape),
            0.8 * motion.rate + slow(1.5, shape),
            0.8 * motion.change + slow(20.0, shape),
            motion.valid,
        )
        pairs.append(Pair(false, read(motion, truth, rng), 0.3))
    found = align(pairs, Steps(clock=False))[0]
    assert set(found.deviation) <= {"rotation", "offset_s", "gyroscope_bias"}
    assert np.degrees(rot.angle_between(found.link_from_sensor, truth.link_from_sensor)) < 6


def test_standard_errors_are_those_of_repetitions():
    truth = drawn(np.random.default_rng(11))
    motion = moving(11, 10)
    found = [align([pair(motion, truth, seed)])[0] for seed in range(12)]
    for name in ("lever_arm", "accelerometer_bias", "gyroscope_bias"):
        scatter = np.std([getattr(f, name) for f in found], axis=0)
        stated = np.mean([f.deviation[name] for f in found], axis=0)
        assert (scatter < 2 * stated).all(), name
        assert (scatter > stated / 3).all(), name


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_a_turned_sensor_turns_what_is_found(seed: int):
    turn = rot.random_rotations(np.random.default_rng(seed), ())
    one = pair(moving(1, 8), Alignment(lever_arm=np.array([0.03, 0.0, 0.02])), 1)
    force, rate = one.real.accelerometer, one.real.gyroscope
    assert force is not None and rate is not None
    turned = replace(
        one.real,
        accelerometer=rot.rotate_inverse(turn, force),
        gyroscope=rot.rotate_inverse(turn, rate),
    )
    steps = Steps(bias=False, scale=False)
    (before,) = align([one], steps)
    (after,) = align([replace(one, real=turned)], steps)
    wanted = rot.multiply(before.link_from_sensor, turn)
    assert rot.angle_between(after.link_from_sensor, wanted) < 1e-3
    assert np.allclose(after.lever_arm, before.lever_arm, atol=1e-4)


@settings(max_examples=5, deadline=None)
@given(st.floats(-0.4, 0.4))
def test_shifted_stamps_shift_the_offset(shift_s: float):
    one = pair(moving(2, 8), Alignment(offset_s=0.1), 2)
    later = replace(one, real=replace(one.real, time_s=one.real.time_s + shift_s))
    steps = Steps(lever_arm=False, bias=False, scale=False, clock=False)
    (before,), (after,) = align([one], steps), align([later], steps)
    assert abs(after.offset_s - (before.offset_s - shift_s)) < 2e-4


def test_another_recording_has_its_own_offset():
    truth = drawn(np.random.default_rng(4))
    motion = moving(4, 20)
    trained = align([pair(moving(5, 20), truth, 5)])[0]
    late = replace(truth, offset_s=truth.offset_s + 0.2, clock_ratio=1.0)
    found = refine_offset(pair(motion, late, 4), trained)
    assert abs(found.offset_s - late.offset_s) < 2e-3
    assert np.allclose(found.lever_arm, trained.lever_arm)


def test_steps_that_are_off_leave_what_is_nominal():
    truth = drawn(np.random.default_rng(6))
    one = pair(moving(6, 12), truth, 6)
    off = Steps(False, False, False, False, False, False)
    (found,) = align([replace(one, offset_s=0.05)], off)
    assert found.offset_s == pytest.approx(0.05)
    assert found.clock_ratio == 1.0
    assert np.allclose(found.link_from_sensor, rot.IDENTITY)
    assert set(found.deviation) == set()
    for name in ("lever_arm", "accelerometer_bias", "gyroscope_bias"):
        assert (getattr(found, name) == 0).all()


@pytest.mark.parametrize("kind", ["accelerometer", "gyroscope"])
def test_one_kind_of_sensor_is_enough_for_clock_and_rotation(kind: str):
    truth = Alignment(offset_s=0.2, link_from_sensor=np.array([0.5, 0.5, 0.5, 0.5]))
    one = pair(moving(7, 12), truth, 7)
    other = "gyroscope" if kind == "accelerometer" else "accelerometer"
    (found,) = align([replace(one, real=replace(one.real, **{other: None}))])
    assert abs(found.offset_s - 0.2) < 2e-3
    assert rot.angle_between(found.link_from_sensor, truth.link_from_sensor) < 0.01
    assert all(not name.startswith(other) for name in found.deviation)


def test_gaps_and_missing_samples_are_left_out():
    truth = drawn(np.random.default_rng(8))
    one = pair(moving(8, 20), truth, 8)
    force = np.array(one.real.accelerometer)
    force[100:300] = np.nan
    valid = one.kinematics.valid.copy()
    valid[600:700] = False
    wild = np.where(valid[:, None], one.kinematics.force, np.nan)
    holed = replace(
        one,
        real=replace(one.real, accelerometer=force),
        kinematics=replace(one.kinematics, force=wild, valid=valid),
    )
    (found,) = align([holed])
    wrong = errors(found, truth)
    assert all(wrong[name] < bar for name, bar in BARS.items()), wrong


def test_what_cannot_be_aligned_is_refused():
    motion = moving(9, 5)
    short = Trace(np.arange(5.0), np.ones((5, 3)), None, np.ones(5, bool))
    with pytest.raises(MotionError, match="enough samples"):
        align([Pair(motion, short, 1.0)])
    with pytest.raises(MotionError, match="no recording"):
        align([])
    with pytest.raises(MotionError, match="do not rise"):
        Trace(np.zeros(5), np.ones((5, 3)), None, np.ones(5, bool))
    with pytest.raises(MotionError, match="must be"):
        Trace(np.arange(5.0), np.ones((4, 3)), None, np.ones(5, bool))
    with pytest.raises(ConfigError, match="significance"):
        Steps(significance=0.0)


def test_figures_are_flat_and_prediction_is_of_the_sensor():
    truth = drawn(np.random.default_rng(10))
    motion = moving(10, 10)
    one = pair(motion, truth, 10)
    (found,) = align([one])
    figures = found.as_figures()
    assert figures["lever_arm_x_m"] == pytest.approx(found.lever_arm[0])
    assert figures["offset_s_se"] > 0
    force, rate = predict(found, motion, one.real.time_s)
    assert np.nanstd(np.array(one.real.accelerometer) - force) < 0.035
    assert np.nanstd(np.array(one.real.gyroscope) - rate) < 0.0025


def test_signals_that_tell_nothing_end_in_figures_or_one_line():
    motion = moving(0, 6)
    one = pair(motion, Alignment(), 0)
    count = len(one.real.time_s)
    still = replace(
        motion,
        force=np.tile([0, 0, 9.81], (len(motion.force), 1)),
        rate=0 * motion.rate,
        change=0 * motion.change,
    )
    flat = replace(
        one.real,
        accelerometer=np.tile([0, 0, 9.81], (count, 1)),
        gyroscope=np.zeros((count, 3)),
    )
    told = [
        one,
        replace(one, offset_within_s=0.0),
        replace(one, offset_within_s=1e4),
        replace(one, kinematics=still),
        replace(one, real=flat),
        replace(one, kinematics=still, real=flat),
        replace(one, kinematics=moving(5, 6)),
    ]
    for case in told:
        for found in (align([case])[0], refine_offset(case, Alignment())):
            assert np.isfinite(list(found.as_figures().values())).all()
    far = replace(one, real=replace(one.real, time_s=one.real.time_s + 1000))
    with pytest.raises(MotionError, match="within its motion"):
        align([far])
    empty = replace(one, real=replace(one.real, use=np.zeros(count, bool)))
    whole, nominal = align([one, empty])
    assert nominal.offset_s == 0.0
    assert (nominal.link_from_sensor == whole.link_from_sensor).all()
