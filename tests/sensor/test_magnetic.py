"""The field in a room and the magnetometer in it: closed forms, Maxwell, real recordings."""

from math import cos, pi, radians, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tool_loader import load_tool

from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor.earth_field import NAMED_FIELDS, EarthField
from imusim.sensor.magnetic import (
    CLEARANCE_M,
    DIPOLE_RADIUS_M,
    MagneticField,
    draw_field,
    read_magnetometer,
)

BERLIN = NAMED_FIELDS["berlin"]
LOW, HIGH = np.array([-1.0, -2.0, 0.0]), np.array([3.0, 1.0, 2.0])
SEEDS = st.integers(0, 2**32 - 1)


def _rng(seed=0):
    return np.random.default_rng(seed)


def _room(seed=0, disturbance_t=3e-6):
    return draw_field(BERLIN, _rng(seed), disturbance_t=disturbance_t, low=LOW, high=HIGH)


def _gradient(field, position, step=1e-3):
    """Jacobian ∂B_i/∂x_j by central differences of the fourth order. (..., 3, 3)."""
    columns = []
    for axis in np.eye(3):
        near, far = (
            field.field_at(position + k * step * axis) - field.field_at(position - k * step * axis)
            for k in (1, 2)
        )
        columns.append((8 * near - far) / (12 * step))
    return np.stack(columns, axis=-1)


@given(st.floats(-pi, pi), st.floats(20e-6, 70e-6), st.floats(-pi / 2, pi / 2))
def test_the_earths_field_by_heading(heading, intensity, inclination):
    """Heading and dip are what a compass and a dip needle would show."""
    field = draw_field(EarthField(intensity, inclination), _rng(), heading_rad=heading)
    read = read_magnetometer(field, np.zeros((1, 1, 3)), rot.IDENTITY)[0, 0]
    np.testing.assert_allclose(np.linalg.norm(read), intensity)
    np.testing.assert_allclose(-read[2], intensity * sin(inclination), atol=1e-18)
    north = intensity * cos(inclination) * np.array([cos(heading), sin(heading)])
    np.testing.assert_allclose(read[:2], north, atol=1e-18)


@pytest.mark.parametrize(
    ("heading_deg", "north"), [(0, [1, 0]), (90, [0, 1]), (180, [-1, 0]), (-90, [0, -1])]
)
def test_headings_are_those_of_a_compass(heading_deg, north):
    """Where x points east, north is on its left, along y."""
    field = draw_field(BERLIN, _rng(), heading_rad=radians(heading_deg))
    level = BERLIN.intensity_t * cos(BERLIN.inclination_rad)
    np.testing.assert_allclose(field.uniform[:2], level * np.array(north), atol=1e-18)
    assert field.uniform[2] < 0


@given(st.floats(-pi, pi))
def test_turning_the_sensor_is_turning_the_room(yaw):
    turn = rot.from_rotation_vector([0, 0, yaw])
    still, turned = (draw_field(BERLIN, _rng(), heading_rad=h) for h in (0.3, 0.3 - yaw))
    place = np.zeros((1, 1, 3))
    np.testing.assert_allclose(
        read_magnetometer(still, place, turn),
        read_magnetometer(turned, place, rot.IDENTITY),
        atol=1e-18,
    )


@given(SEEDS)
def test_rotating_room_and_sensors_changes_nothing(seed):
    field, rng = _room(seed), _rng(seed + 1)
    turn, sensor = rot.random_rotations(rng, ()), rot.random_rotations(rng, (6, 2))
    position = rng.uniform(LOW, HIGH, (6, 2, 3))
    shift = rng.normal(size=3)
    moved = MagneticField(
        rot.rotate(turn, field.uniform),
        rot.rotate(turn, field.dipole_position) + shift,
        rot.rotate(turn, field.dipole_moment),
    )
    np.testing.assert_allclose(
        read_magnetometer(moved, rot.rotate(turn, position) + shift, rot.multiply(turn, sensor)),
        read_magnetometer(field, position, sensor),
        atol=1e-15,
    )


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_disturbance_has_neither_divergence_nor_curl(seed):
    field = _room(seed)
    gradient = _gradient(field, _rng(seed).uniform(LOW, HIGH, (50, 3)))
    size = np.linalg.norm(gradient, axis=(1, 2))
    assert (np.abs(np.trace(gradient, axis1=1, axis2=2)) < 1e-6 * size).all()
    assert (np.abs(gradient - gradient.swapaxes(1, 2)).max(axis=(1, 2)) < 1e-6 * size).all()


@pytest.mark.parametrize("distance", [2 * DIPOLE_RADIUS_M, 0.5, 3.0])
def test_a_dipole_on_its_axis_and_beside_it(distance):
    field = MagneticField(np.zeros(3), np.array([[1.0, 2, 3]]), np.array([[0, 0, 7.0]]))
    on_axis, beside = field.field_at([[1, 2, 3 + distance], [1 + distance, 2, 3]])
    np.testing.assert_allclose(on_axis, [0, 0, 2e-7 * 7 / distance**3], rtol=1e-12)
    np.testing.assert_allclose(beside, [0, 0, -1e-7 * 7 / distance**3], rtol=1e-12)


def test_inside_of_a_dipole():
    """The ball's field is uniform, and goes through its surface at the pole without a jump."""
    field = MagneticField(np.zeros(3), np.zeros((1, 3)), np.array([[0, 0, 7.0]]))
    inside = field.field_at([[0, 0, 0], [0.01, 0.02, 0.03], [0, 0, DIPOLE_RADIUS_M]])
    np.testing.assert_allclose(inside, np.tile([0, 0, 2e-7 * 7 / DIPOLE_RADIUS_M**3], (3, 1)))


@given(SEEDS, st.floats(1e-9, 50e-6), st.tuples(*[st.floats(0, 3)] * 3))
@settings(max_examples=15, deadline=None)
def test_the_disturbance_has_the_rms_asked_for(seed, disturbance, size):
    """By the middles of many small cells; and no dipole is in the box or near it."""
    low, high = LOW, LOW + np.array(size)
    field = draw_field(BERLIN, _rng(seed), disturbance_t=disturbance, low=low, high=high)
    share = (np.arange(40) + 0.5) / 40
    cells = np.stack(np.meshgrid(share, share, share), axis=-1).reshape(-1, 3)
    away = field.field_at(low + cells * (high - low)) - field.uniform
    rms = np.sqrt(np.square(away).sum(axis=1).mean())
    assert rms == pytest.approx(disturbance, rel=0.02)
    beyond = np.maximum(low - field.dipole_position, field.dipole_position - high).max(axis=1)
    assert (beyond >= CLEARANCE_M - 1e-12).all()
    assert 4 <= len(beyond) <= 32


def test_long_and_many_places_are_read_as_few_are():
    """Places are taken in blocks; none is lost, and any leading shape will do."""
    field = _room()
    places = _rng().uniform(LOW, HIGH, (3, 3001, 3))
    np.testing.assert_allclose(field.field_at(places)[1, 2000], field.field_at(places[1, 2000]))
    assert field.field_at(np.empty((0, 5, 3))).shape == (0, 5, 3)


def test_the_same_draw_with_and_without_disturbance():
    quiet, loud = (_room(5, disturbance) for disturbance in (0.0, 5e-6))
    assert (quiet.uniform == loud.uniform).all()
    assert len(quiet.dipole_moment) == 0
    assert (_room(5, 5e-6).dipole_moment == loud.dipole_moment).all()
    given_heading = draw_field(
        BERLIN, _rng(5), heading_rad=1, disturbance_t=5e-6, low=LOW, high=HIGH
    )
    assert (given_heading.dipole_moment == loud.dipole_moment).all()


def test_headings_are_drawn_uniformly():
    uniform = np.array([draw_field(BERLIN, _rng(seed)).uniform for seed in range(400)])
    heading = np.sort(np.arctan2(uniform[:, 1], uniform[:, 0]))
    even = (np.arange(400) + 0.5) / 400
    assert np.abs((heading + pi) / (2 * pi) - even).max() < 1.63 / 20  # Kolmogorov, 1 %


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"heading_rad": np.nan}, "heading"),
        ({"disturbance_t": -1e-6, "low": LOW, "high": HIGH}, "outside 0 to 1000"),
        ({"disturbance_t": 5.0, "low": LOW, "high": HIGH}, "outside 0 to 1000"),
        ({"disturbance_t": np.nan, "low": LOW, "high": HIGH}, "outside 0 to 1000"),
        ({"disturbance_t": 1e-6}, "needs the box"),
        ({"disturbance_t": 1e-6, "low": HIGH, "high": LOW}, "inside out"),
        ({"disturbance_t": 1e-6, "low": LOW, "high": LOW + np.inf}, "not finite"),
    ],
)
def test_what_is_no_room(options, words):
    with pytest.raises(ConfigError, match=words):
        draw_field(BERLIN, _rng(), **options)


@pytest.fixture(scope="module")
def tool():
    return load_tool("magnetic")


@pytest.fixture(scope="module")
def broad(shared, tool):
    return tool.read_trials(shared / "data" / "broad")


def test_real_fields_are_berlins_but_for_the_building(broad, tool):
    assert len(broad) == 4
    for trial in broad.values():
        assert np.linalg.norm(trial.read, axis=1).std() < 1.1e-6
        assert tool.dip_deg(trial) == pytest.approx(np.degrees(BERLIN.inclination_rad), abs=2.5)
        mean = trial.world.mean(axis=0)
        assert np.linalg.norm(mean) == pytest.approx(BERLIN.intensity_t, abs=6e-6)


def test_real_magnetometers_read_what_ours_do(broad, tool):
    """The field is found in the first half of a trial, and the second half foretold."""
    for name, trial in broad.items():
        rmse, alike = tool.foretold(trial)
        assert (rmse < 1.5e-6).all(), (name, rmse)
        if name in ("02", "07"):  # those that turn
            assert (alike > 0.985).all()


def test_real_disturbances_are_fields_without_divergence_and_curl(broad, tool):
    """Of the nine gradients across a room, four ought to vanish; nothing made the fit do so."""
    for name in ("10", "15"):  # those that travel
        size, forbidden = tool.gradient(broad[name])
        assert size == pytest.approx(5e-6, abs=1.5e-6)
        assert forbidden < 0.4  # two thirds by chance
