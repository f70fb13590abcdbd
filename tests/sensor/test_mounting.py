"""How sensors are turned on their seats."""

import itertools

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scipy.stats import chisquare, kstest

from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor import Mounting, Rotations, draw_mounting, parse_rotations
from imusim.sensor.mounting import (
    DRIFT_ACROSS_DEG,
    DRIFT_ALONG_DEG,
    DRIFT_TIME_S,
    UPRIGHT_TILT_DEG,
)
from imusim.sensor.placement import Seat, joint_seat

NOMINAL = Rotation.from_euler("zyx", [0.3, -0.7, 1.1]).as_quat()
LONG = rot.normalise([0.2, -0.9, 0.4])
SEAT = Seat("left_wrist", np.array([0.1, 0.2, 0.3]), NOMINAL, LONG)


def _many(rotations, count=4000, seed=0):
    rngs = np.random.default_rng(seed).spawn(count)
    return draw_mounting([SEAT] * count, rotations, rngs)


def _uniformity(quaternions):
    """Least p-value that rotations are uniform on SO(3).

    Of a uniform rotation every entry of the matrix is uniform on [-1, 1], and the angle has the
    distribution (θ - sin θ) / π.
    """
    matrices = Rotation.from_quat(quaternions).as_matrix().reshape(-1, 9)
    angle = np.linalg.norm(rot.to_rotation_vector(quaternions), axis=1)
    return min(
        kstest(angle, lambda x: (x - np.sin(x)) / np.pi).pvalue,
        *(kstest(entry, "uniform", (-1, 2)).pvalue for entry in matrices.T),
    )


def test_none_is_the_seat_and_needs_no_generator():
    mounting = draw_mounting([SEAT, joint_seat("head", (0, 0, 0.1))])
    np.testing.assert_array_equal(mounting.link_from_sensor, [NOMINAL, rot.IDENTITY])
    np.testing.assert_array_equal(mounting.offset, [SEAT.offset, [0, 0, 0.1]])
    assert mounting.joints == ("left_wrist", "head")
    assert not mounting.slips


@pytest.mark.parametrize("rotations", ["random", "random:7"])
def test_random_is_uniform_on_so3(rotations):
    assert _uniformity(_many(rotations).link_from_sensor) > 1e-3


def test_the_test_of_uniformity_catches_uniform_euler_angles():
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, (4000, 3))
    wrong = Rotation.from_euler("zyx", angles).as_quat()
    assert _uniformity(wrong) < 1e-12
    # Also with the middle angle cut to its half turn, and with uniform axis and angle.
    angles[:, 1] /= 2
    assert _uniformity(Rotation.from_euler("zyx", angles).as_quat()) < 1e-12
    rng = np.random.default_rng(1)
    axes = rot.normalise(rng.standard_normal((4000, 3)))
    assert _uniformity(rot.from_rotation_vector(axes * rng.uniform(0, np.pi, (4000, 1)))) < 1e-12


def test_upright_is_free_about_the_long_axis_and_tilts_little():
    turn = rot.multiply(_many("upright").link_from_sensor, rot.conjugate(NOMINAL))
    axis = rot.rotate(turn, LONG)
    tilt = np.degrees(np.arccos(np.clip(axis @ LONG, -1, 1)))
    assert np.sqrt(np.mean(tilt**2)) == pytest.approx(UPRIGHT_TILT_DEG, rel=0.04)
    # A Gaussian in the plane across: its length is Rayleigh's.
    assert kstest(tilt / UPRIGHT_TILT_DEG * np.sqrt(2), "rayleigh").pvalue > 1e-3
    about = rot.multiply(rot.from_two_vectors(axis, np.broadcast_to(LONG, axis.shape)), turn)
    vector = rot.to_rotation_vector(about)
    np.testing.assert_allclose(np.cross(vector, LONG), 0, atol=1e-6)
    assert kstest(vector @ LONG, "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3


@pytest.mark.parametrize("degrees", [0.5, 10, 40])
def test_wobble_has_its_angle_and_no_direction(degrees):
    turn = rot.multiply(rot.conjugate(NOMINAL), _many(f"wobble:{degrees}", 6000).link_from_sensor)
    vector = np.degrees(rot.to_rotation_vector(turn))
    assert np.sqrt(np.mean((vector**2).sum(axis=1))) == pytest.approx(degrees, rel=0.03)
    spread = vector.T @ vector / len(vector) / (degrees**2 / 3)
    np.testing.assert_allclose(spread, np.eye(3), atol=0.08)
    assert kstest(vector[:, 0] / degrees * np.sqrt(3), "norm").pvalue > 1e-3


def test_flips_are_the_24_turns_of_a_cube_equally_often():
    turn = rot.multiply(rot.conjugate(NOMINAL), _many("flips", 4800).link_from_sensor)
    matrices = Rotation.from_quat(turn).as_matrix()
    whole = np.rint(matrices)
    np.testing.assert_allclose(matrices, whole, atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(whole), 1)
    kinds, counts = np.unique(whole.reshape(-1, 9), axis=0, return_counts=True)
    assert len(kinds) == 24
    assert chisquare(counts).pvalue > 1e-3
    known = {tuple(kind) for kind in kinds}
    products = (a.reshape(3, 3) @ b.reshape(3, 3) for a, b in itertools.product(kinds, kinds))
    assert {tuple(product.ravel()) for product in products} == known


def test_drift_starts_on_the_seat_and_slips_about_the_long_axis():
    mounting = _many("drift")
    assert mounting.slips
    np.testing.assert_array_equal(mounting.link_from_sensor, np.tile(NOMINAL, (4000, 1)))
    np.testing.assert_allclose(mounting.at(np.zeros(1))[0], mounting.link_from_sensor, atol=1e-15)
    in_link = np.degrees(rot.rotate(NOMINAL, mounting.slip))
    along = in_link @ LONG
    across = np.linalg.norm(in_link - along[:, None] * LONG, axis=1)
    assert np.std(along) == pytest.approx(DRIFT_ALONG_DEG, rel=0.05)
    assert np.sqrt(np.mean(across**2)) == pytest.approx(DRIFT_ACROSS_DEG * np.sqrt(2), rel=0.05)
    low, high = np.log(DRIFT_TIME_S)
    assert kstest(np.log(mounting.slip_time_s), "uniform", (low, high - low)).pvalue > 1e-3


def test_a_slip_is_undone_from_what_is_stored():
    drawn = _many("drift", 5)
    time_s = np.array([0.0, 3.0, 100.0, 5000.0])
    stored = Mounting(
        drawn.joints, drawn.link_from_sensor, drawn.offset, drawn.slip, drawn.slip_time_s
    )
    done = 1 - np.exp(-time_s[:, None] / stored.slip_time_s)
    turn = rot.from_rotation_vector(done[..., None] * stored.slip)
    back = rot.multiply(drawn.at(time_s), rot.conjugate(turn))
    expected = np.broadcast_to(stored.link_from_sensor, back.shape)
    np.testing.assert_allclose(rot.angle_between(back, expected), 0, atol=1e-7)
    long_after = rot.multiply(drawn.link_from_sensor, rot.from_rotation_vector(drawn.slip))
    np.testing.assert_allclose(
        rot.angle_between(drawn.at(np.array([1e6]))[0], long_after), 0, atol=1e-7
    )


def test_the_slip_rate_is_the_derivative_of_the_rotation():
    mounting = Mounting(
        ("head", "head"), np.stack([NOMINAL, rot.IDENTITY]), np.zeros((2, 3)),
        np.array([[0.4, -1.2, 0.7], [0.0, 0.0, 0.0]]), np.array([2.0, 1.0]),
    )  # fmt: skip
    time_s, step = np.linspace(0.1, 9, 40), 1e-4
    before, after = mounting.at(time_s - step), mounting.at(time_s + step)
    numeric = rot.to_rotation_vector(rot.multiply(rot.conjugate(before), after)) / (2 * step)
    np.testing.assert_allclose(mounting.slip_rate(time_s), numeric, atol=1e-8)
    assert not mounting.slip_rate(time_s)[:, 1].any()


def test_any_time_may_stand_where_nothing_slips():
    for time in (0.0, np.inf, np.nan):
        still = Mounting(("head",), NOMINAL[None], np.zeros((1, 3)), slip_time_s=np.array([time]))
        assert not still.slips
        np.testing.assert_array_equal(still.at(np.arange(3.0)), np.tile(NOMINAL, (3, 1, 1)))
        assert not still.slip_rate(np.arange(3.0)).any()


def test_a_sensor_depends_on_its_own_generator_alone():
    for text in ("random", "upright", "wobble:5", "flips", "drift"):
        rngs = [np.random.default_rng(seed) for seed in (1, 2)]
        both = draw_mounting([SEAT, SEAT], text, rngs)
        alone = draw_mounting([SEAT], text, [np.random.default_rng(2)])
        np.testing.assert_array_equal(both.link_from_sensor[1], alone.link_from_sensor[0])
        np.testing.assert_array_equal(both.slip[1], alone.slip[0])


def test_rotations_are_understood():
    assert parse_rotations(" Random : 12 ") == Rotations("random", draws=12)
    assert parse_rotations("wobble:2.5") == Rotations("wobble", degrees=2.5)
    for mode in ("none", "random", "upright", "flips", "drift"):
        assert parse_rotations(mode) == Rotations(mode)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("wobble:-3", "above 0"),
        ("wobble", "wobble:10"),
        ("wobble:nan", "above 0"),
        ("wobble:1e9", "at most 90"),
        ("random:0", "how many draws"),
        ("random:x", "how many draws"),
        ("random:", "how many draws"),
        ("random:-1", "how many draws"),
        ("random:9999999999999999999", "how many draws"),
        ("random:2.5", "how many draws"),
        ("flips:3", "takes no number"),
        ("wobbel:3", "'wobble'"),
        ("upwright", "'upright'"),
        ("", "They are"),
    ],
)
def test_bad_rotations_are_told_in_a_line(text, told):
    with pytest.raises(ConfigError, match="rotations") as caught:
        parse_rotations(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bad_mountings_are_told():
    with pytest.raises(ConfigError, match="1 random generators for 2 sensors"):
        draw_mounting([SEAT, SEAT], "random", [np.random.default_rng(0)])
    with pytest.raises(ConfigError, match="offset has shape"):
        Mounting(("head",), NOMINAL[None], np.zeros((2, 3)))
    with pytest.raises(ConfigError, match="slip has shape"):
        Mounting(("head",), NOMINAL[None], np.zeros((1, 3)), np.zeros((2, 3)))
    for time in (0.0, -1.0, np.nan):
        with pytest.raises(ConfigError, match="above zero"):
            Mounting(("head",), NOMINAL[None], np.zeros((1, 3)), np.ones((1, 3)), np.array([time]))
