"""Quaternions against SciPy's rotations, and the angular rates of tracks known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imusim.math import rotations as rot

seeds = st.integers(0, 2**32 - 1)
examples = settings(max_examples=30, deadline=None)


@examples
@given(seed=seeds)
def test_as_scipy(seed):
    rng = np.random.default_rng(seed)
    a, b = rot.random_rotations(rng, (7,)), rot.random_rotations(rng, (7,))
    v = rng.standard_normal((7, 3))
    first, second = Rotation.from_quat(a), Rotation.from_quat(b)
    _same(rot.multiply(a, b), (first * second).as_quat())
    _same(rot.conjugate(a), first.inv().as_quat())
    np.testing.assert_allclose(rot.rotate(a, v), first.apply(v), atol=1e-12)
    np.testing.assert_allclose(rot.rotate_inverse(a, v), first.inv().apply(v), atol=1e-12)
    np.testing.assert_allclose(rot.to_rotation_vector(a), first.as_rotvec(), atol=1e-12)
    _same(rot.from_rotation_vector(v), Rotation.from_rotvec(v).as_quat())
    np.testing.assert_allclose(
        rot.angle_between(a, b), (first.inv() * second).magnitude(), atol=1e-12
    )


def _same(a, b):
    """The same rotation: q and -q are one."""
    np.testing.assert_allclose(np.abs(np.sum(a * b, axis=-1)), 1, atol=1e-12)


def test_any_leading_shape():
    rng = np.random.default_rng(1)
    a, b = rot.random_rotations(rng, (3, 1)), rot.random_rotations(rng, (5,))
    v = rng.standard_normal((3, 5, 3))
    assert rot.multiply(a, b).shape == (3, 5, 4)
    np.testing.assert_allclose(rot.rotate(a, v)[2, 4], rot.rotate(a[2, 0], v[2, 4]), atol=1e-15)


@pytest.mark.parametrize("angle", [0.0, 1e-13, 1e-9, 1e-5, 1.0, np.pi - 1e-9, np.pi])
def test_rotation_vectors_come_back_at_every_angle(angle):
    vector = angle * np.array([2.0, -1.0, 2.0]) / 3
    found = rot.to_rotation_vector(rot.from_rotation_vector(vector))
    np.testing.assert_allclose(found, vector, rtol=1e-9, atol=1e-18)


@examples
@given(seed=seeds)
def test_smallest_rotation_between_directions(seed):
    a, b = np.random.default_rng(seed).standard_normal((2, 9, 3))
    turn = rot.from_two_vectors(a, b)
    unit_a, unit_b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    np.testing.assert_allclose(rot.rotate(turn, unit_a), unit_b, atol=1e-7)
    between = np.arctan2(
        np.linalg.norm(np.cross(unit_a, unit_b), axis=1), np.sum(unit_a * unit_b, axis=1)
    )
    np.testing.assert_allclose(rot.angle_between(turn, rot.IDENTITY), between, atol=1e-7)


@pytest.mark.parametrize("direction", [*np.eye(3), [1.0, 2.0, -3.0]])
def test_opposite_directions_are_half_a_turn_apart(direction):
    turn = rot.from_two_vectors(direction, -np.asarray(direction))
    np.testing.assert_allclose(
        rot.rotate(turn, np.asarray(direction)), -np.asarray(direction), atol=1e-12
    )


@examples
@given(seed=seeds, gap=st.booleans())
def test_signs_are_made_continuous_over_gaps(seed, gap):
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 2, 200)[:, None, None]
    smooth = rot.from_rotation_vector(6 * np.sin(rng.uniform(0.5, 2, (1, 3, 3)) * time))
    broken = smooth * rng.choice([-1.0, 1.0], (200, 3, 1))
    if gap:
        broken[80:90] = np.nan
    found = rot.make_continuous(broken)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(broken))
    whole = np.isfinite(found).all(axis=(1, 2))
    kept = found[whole]
    assert (np.sum(kept[1:] * kept[:-1], axis=-1) > 0).all()
    np.testing.assert_array_equal(np.abs(kept), np.abs(broken[whole]))
    np.testing.assert_array_equal(kept[0], broken[0])


@examples
@given(seed=seeds)
def test_rates_of_a_constant_spin_under_any_length(seed):
    """q(t) = s(t) q₀ ⊗ exp(ω t / 2) turns at ω in its own frame, whatever its length s."""
    rng = np.random.default_rng(seed)
    start, omega = rot.random_rotations(rng, ()), rng.standard_normal(3) * 5
    t = rng.uniform(-1, 1, 11)[:, None]
    unit = rot.multiply(start, rot.from_rotation_vector(omega * t))
    spin = np.append(omega, 0.0) / 2
    d_unit = rot.multiply(unit, spin)
    dd_unit = rot.multiply(d_unit, spin)
    length, d_length, dd_length = 1.5 + np.sin(t), np.cos(t), -np.sin(t)
    q = length * unit
    dq = d_length * unit + length * d_unit
    ddq = dd_length * unit + 2 * d_length * d_unit + length * dd_unit
    found, rate, change = rot.body_rates(q, dq, ddq)
    np.testing.assert_allclose(found, unit, atol=1e-12)
    np.testing.assert_allclose(rate, np.broadcast_to(omega, rate.shape), atol=1e-10)
    np.testing.assert_allclose(change, 0, atol=1e-8)


def test_rates_of_a_spin_that_speeds_up():
    """About one axis by the angle a t³: rate 3 a t², acceleration 6 a t."""
    axis, a, t = np.array([1.0, 2.0, 2.0]) / 3, 0.7, np.linspace(0, 2, 50)[:, None]
    half, d_half, dd_half = a * t**3 / 2, 3 * a * t**2 / 2, 6 * a * t / 2
    q = np.concatenate([np.sin(half) * axis, np.cos(half)], axis=1)
    normal = np.concatenate([np.cos(half) * axis, -np.sin(half)], axis=1)
    _, rate, change = rot.body_rates(q, normal * d_half, normal * dd_half - q * d_half**2)
    np.testing.assert_allclose(rate, 3 * a * t**2 * axis, atol=1e-10)
    np.testing.assert_allclose(change, 6 * a * t * axis, atol=1e-10)


def test_random_rotations_are_uniform():
    """Of uniform rotations the mean matrix is zero, the mean angle π/2 + 2/π."""
    q = rot.random_rotations(np.random.default_rng(0), (20000,))
    assert np.abs(Rotation.from_quat(q).as_matrix().mean(axis=0)).max() < 0.02
    assert rot.angle_between(q, rot.IDENTITY).mean() == pytest.approx(np.pi / 2 + 2 / np.pi, 0.01)


@examples
@given(seed=seeds)
def test_the_nearest_matrix_is_scipys_alignment(seed):
    rng = np.random.default_rng(seed)
    before, after = rng.standard_normal((2, 5, 3))
    found = rot.nearest_matrix(after.T @ before)
    expected, _ = Rotation.align_vectors(after, before)
    np.testing.assert_allclose(found, expected.as_matrix(), atol=1e-6)


def test_rates_of_samples_are_of_the_fourth_order():
    def coning(rate_hz):
        time = np.arange(round(2 * rate_hz) + 1) / rate_hz
        spin = Rotation.from_rotvec(np.outer(3 * time, [0, 0, 1]))
        lean = Rotation.from_rotvec(np.outer(np.sin(5 * time), [1, 0, 0]))
        rates = lean.inv().apply([0.0, 0.0, 3.0]) + np.outer(5 * np.cos(5 * time), [1, 0, 0])
        found = rot.sampled_rates((spin * lean).as_quat(), rate_hz)
        return np.abs(found - rates).max(axis=1)

    coarse, fine = coning(50.0), coning(100.0)
    assert 13 < coarse[2:-2].max() / fine[2:-2].max() < 19  # 16 for halved steps
    assert 3 < coarse.max() / fine.max() < 5  # 4 at the ends
    assert fine[2:-2].max() < 2e-4


def test_rates_of_samples_beside_gaps():
    turns = rot.from_rotation_vector(np.outer(np.arange(14) / 100, [1.0, -2.0, 0.5]))
    turns[[3, 7, 9, 10]] *= np.nan
    turns[::2] *= -1
    found = rot.sampled_rates(turns, 100.0)
    held = np.isfinite(found).all(axis=1)
    # 8 stands alone between gaps
    np.testing.assert_array_equal(held, ~np.isin(np.arange(14), [3, 7, 8, 9, 10]))
    np.testing.assert_allclose(found[held], np.tile([1.0, -2.0, 0.5], (held.sum(), 1)), atol=1e-9)
