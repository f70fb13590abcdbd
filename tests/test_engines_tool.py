"""Whole bodies made from a few markers, and the sensors on them beside real ones."""

import numpy as np
import pytest
from tool_loader import load_tool

from imusim.body.ground import soles


@pytest.fixture(scope="module")
def engines():
    return load_tool("engines")


@pytest.fixture(scope="module")
def walk(engines, shared):
    return engines.walk(shared / "data" / "gaitmap")


@pytest.fixture(scope="module")
def swing(engines, shared):
    return engines.swing(shared / "data" / "leg-swing")


@pytest.fixture(scope="module")
def placed(engines, walk, swing):
    return engines.placements([walk, swing])


def scores(engines, recording, placed):
    return {
        sensor.unit: engines.scores(sensor, placed[id(sensor)], recording.kinematic)
        for sensor in recording.sensors
    }


def test_feet_of_the_walk_turn_as_the_real_gyroscopes_say(engines, walk, placed):
    for force, rate in scores(engines, walk, placed).values():
        assert rate.r_norm > 0.97
        assert rate.r > 0.9
        assert rate.bands[0] == pytest.approx(1, abs=0.05)
        assert force.bands[0] == pytest.approx(1, abs=0.05)
        assert force.r > 0.8


def test_below_10_hz_the_feet_accelerate_as_the_real_ones(engines, walk, placed):
    for sensor in walk.sensors:
        found, _ = engines.simulate(walk.kinematic, sensor, placed[id(sensor)])
        slow, real = (
            engines.low_pass(x, sensor.rate_hz, 10.0)[sensor.scored]
            for x in (found, sensor.accelerometer)
        )
        for axis in range(3):
            assert np.corrcoef(slow[:, axis], real[:, axis])[0, 1] > 0.95


def test_sensors_of_the_walk_are_found_on_the_outer_side_of_each_foot(walk, placed):
    left, right = (placed[id(sensor)] for sensor in walk.sensors)
    assert 0.02 < left.offset[1] < 0.07
    assert -0.07 < right.offset[1] < -0.02
    assert abs(left.lag_s - right.lag_s) < 0.005


def test_soles_of_the_walk_stand_on_the_ground(walk):
    positions, links = walk.moved.world_poses()
    lowest = soles(walk.moved.body, positions, links)[..., 2].min(axis=2)
    assert np.percentile(lowest, 1) > -0.015
    assert abs(np.median(lowest)) < 0.005


def test_swinging_leg_as_the_real_sensors_say_and_off_the_ground(engines, swing, placed):
    for force, rate in scores(engines, swing, placed).values():
        assert force.r > 0.95
        assert rate.r > 0.95
    positions, links = swing.moved.world_poses()
    lowest = soles(swing.moved.body, positions, links)[..., 2].min(axis=2)
    lowest = lowest[swing.moved.valid]
    assert lowest[:, 0].max() < 0.001
    assert lowest[:, 1].min() > 0.04


def test_landing_feet_feel_what_the_real_ones_do(engines, walk, swing, placed):
    for sensor in walk.sensors:
        soft, _ = engines.scores(sensor, placed[id(sensor)], walk.kinematic)
        sharp, _ = engines.scores(sensor, placed[id(sensor)], walk.landing)
        assert soft.peak < 0.7
        assert 0.9 < sharp.peak < 1.1
        assert soft.bands[2] < 0.1
        assert 0.4 < sharp.bands[2] < 0.8
        assert sharp.r > soft.r + 0.01
        assert sharp.rmse < soft.rmse - 0.1
    assert swing.landing is None


def test_a_signal_beside_itself_scores_full_marks(engines, swing):
    (sensor, *_) = swing.sensors
    own = engines.score(sensor, sensor.accelerometer, sensor.accelerometer, 9.80665)
    assert own.r == pytest.approx(1)
    assert own.rmse == 0
    assert (own.peak, *own.bands) == pytest.approx((1, 1, 1, 1))
