"""Unit quaternions in the order x, y, z, w, vectorised over leading axes.

SciPy's ``Rotation`` holds a flat list of rotations; these few functions work on arrays of
any leading shape without copies into and out of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])
IDENTITY.setflags(write=False)


def multiply(a: ArrayLike, b: ArrayLike) -> Array:
    """Hamilton product ``a ⊗ b``: the rotation b followed by a. Shapes (..., 4)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    ax, ay, az, aw = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bx, by, bz, bw = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    return joined(
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def joined(*components: ArrayLike) -> Array:
    """Components (...) as one array (..., D) in which time runs fastest, as Fortran has it.

    Arithmetic goes component by component: each then lies in one piece of memory.
    """
    out = np.empty((*np.shape(components[0]), len(components)), order="F")
    for k, component in enumerate(components):
        out[..., k] = component
    return out


def conjugate(q: ArrayLike) -> Array:
    """Inverse of unit quaternions. Shape (..., 4)."""
    q = np.asarray(q, float)
    return joined(-q[..., 0], -q[..., 1], -q[..., 2], q[..., 3])


def norm(v: ArrayLike) -> Array:
    """Length (...) of vectors (..., D)."""
    return np.sqrt(dot(v, v))


def dot(a: ArrayLike, b: ArrayLike) -> Array:
    """Scalar product (...) of vectors (..., D)."""
    return np.einsum("...c,...c->...", np.asarray(a, float), np.asarray(b, float))


def cross(a: ArrayLike, b: ArrayLike) -> Array:
    """Vector product of vectors (..., 3)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return joined(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)


def normalise(q: ArrayLike) -> Array:
    """Scale quaternions, or vectors of any size, to unit length. Shape (..., D)."""
    q = np.asarray(q, float)
    return q / norm(q)[..., None]


def rotate(q: ArrayLike, v: ArrayLike) -> Array:
    """Rotate vectors (..., 3) by unit quaternions (..., 4)."""
    q = np.asarray(q, float)
    return _rotated(q, q[..., 3], np.asarray(v, float))


def rotate_inverse(q: ArrayLike, v: ArrayLike) -> Array:
    """Rotate vectors (..., 3) by the inverses of unit quaternions (..., 4)."""
    q = np.asarray(q, float)
    return _rotated(q, -q[..., 3], np.asarray(v, float))


def _rotated(q: Array, w: Array, v: Array) -> Array:
    """The same by quaternions of another scalar part (...)."""
    x, y, z = q[..., 0], q[..., 1], q[..., 2]
    vx, vy, vz = v[..., 0], v[..., 1], v[..., 2]
    tx = 2 * (y * vz - z * vy)
    ty = 2 * (z * vx - x * vz)
    tz = 2 * (x * vy - y * vx)
    return joined(
        vx + w * tx + y * tz - z * ty,
        vy + w * ty + z * tx - x * tz,
        vz + w * tz + x * ty - y * tx,
    )


def from_rotation_vector(v: ArrayLike) -> Array:
    """Exponential map: rotation vectors (..., 3), radians, to quaternions (..., 4)."""
    v = np.asarray(v, float)
    half = np.maximum(0.5 * norm(v), 1e-9)  # where the sine is the angle, to rounding
    factor = 0.5 * np.sin(half) / half
    return joined(*(factor * v[..., k] for k in range(3)), np.cos(half))


def from_turns(axes: Sequence[int], angles: Sequence[Array]) -> Array:
    """Turns one after the other, each about an axis as the turns before it have left it.

    Parameters
    ----------
    axes : sequence of int
        0, 1 or 2 for each turn.
    angles : sequence of (...) arrays
        Radians.

    Returns
    -------
    (..., 4) array
        Intrinsic; in the opposite order the turns are those about axes that stay.
    """
    parts: list[ArrayLike] = [0.0, 0.0, 0.0, 1.0]
    for axis, angle in zip(axes, angles, strict=True):
        sine, cosine = np.sin(0.5 * angle), np.cos(0.5 * angle)
        second, third = (axis + 1) % 3, (axis + 2) % 3
        for k, m in ((axis, 3), (second, third)):
            parts[k], parts[m] = (
                cosine * parts[k] + sine * parts[m],
                cosine * parts[m] - sine * parts[k],
            )
    return joined(*parts)


def to_rotation_vector(q: ArrayLike) -> Array:
    """Logarithm: quaternions (..., 4) to rotation vectors (..., 3) of at most π radians."""
    q = np.asarray(q, float)
    sine, cosine = norm(q[..., :3]), q[..., 3]
    angle = 2 * np.arctan2(sine, np.abs(cosine))
    factor = np.where(sine < 1e-12, 2.0, angle / np.maximum(sine, 1e-300))
    factor = np.where(cosine < 0, -factor, factor)
    return joined(*(factor * q[..., k] for k in range(3)))


def from_two_vectors(a: ArrayLike, b: ArrayLike) -> Array:
    """Smallest rotation that takes direction a to direction b. Shapes (..., 3) to (..., 4).

    For opposite directions the axis is any perpendicular to ``a``.
    """
    a, b = normalise(a), normalise(b)
    axis, w = cross(a, b), 1 + dot(a, b)
    opposite = w < 1e-9
    if opposite.any():
        a = np.broadcast_to(a, axis.shape)[opposite]
        helper = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        axis[opposite], w = cross(a, helper), np.where(opposite, 0.0, w)
    return normalise(joined(axis[..., 0], axis[..., 1], axis[..., 2], w))


def nearest_matrix(moments: Array) -> Array:
    """Rotation matrices (..., 3, 3) that serve Wahba's problem, by singular values.

    Parameters
    ----------
    moments : (..., 3, 3) array
        Sum over pairs of vectors of the outer product of the vector as turned with the vector
        as it was. The rotation nearest to this matrix turns them with the least square error
        (Markley 1988, J. Astronautical Sciences 36:245).
    """
    left, _, right = np.linalg.svd(moments)
    left[..., :, 2] *= np.sign(np.linalg.det(left) * np.linalg.det(right))[..., None]
    return left @ right


def make_continuous(q: ArrayLike) -> Array:
    """Flip signs along axis 0 so that neighbours lie on the same side of the sphere.

    q and -q are the same rotation; smoothing and interpolation need the nearer of the two.
    Frames that are NaN are skipped: the frames on either side of a gap are made to agree.
    Shape (T, ..., 4); the array itself where nothing is to be flipped.
    """
    q = np.asarray(q, float)
    dots = dot(q[1:], q[:-1])
    if np.isfinite(dots).all():
        if (dots < 0).any():
            q = q.copy()
            q[1:] *= np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)[..., None]
        return q
    flat = np.array(q).reshape(len(q), -1, 4)
    for j in range(flat.shape[1]):
        seen = np.flatnonzero(np.isfinite(flat[:, j]).all(axis=1))
        track = flat[seen, j]
        dots = dot(track[1:], track[:-1])
        flat[seen[1:], j] *= np.cumprod(np.where(dots < 0, -1.0, 1.0))[:, None]
    return flat.reshape(q.shape)


def body_rates(q: ArrayLike, dq: ArrayLike, ddq: ArrayLike) -> tuple[Array, Array, Array]:
    """Orientation, angular velocity and acceleration of a quaternion track of any length.

    With n = |q|²: ω = 2 Im(q* q̇) / n; its derivative follows, as Im(q̇* q̇) vanishes.

    Parameters
    ----------
    q, dq, ddq : (..., 4) arrays
        Quaternions, not necessarily unit, and their first and second time derivatives.

    Returns
    -------
    q : (..., 4) array
        Normalised.
    angular_velocity, angular_acceleration : (..., 3) arrays
        In the turning frame.
    """
    q, dq, ddq = np.asarray(q, float), np.asarray(dq, float), np.asarray(ddq, float)
    size = dot(q, q)
    inverse = 1 / size
    growth = 2 * dot(q, dq) * inverse
    rate = _imaginary(q, dq, 2 * inverse)
    change = _imaginary(q, ddq, 2 * inverse) - rate * growth[..., None]
    return q / np.sqrt(size)[..., None], rate, change


def _imaginary(a: Array, b: Array, factor: Array) -> Array:
    """Vector part (..., 3) of ``a* ⊗ b`` times a factor (...)."""
    ax, ay, az, aw = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bx, by, bz, bw = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    return joined(
        factor * (aw * bx - ax * bw - ay * bz + az * by),
        factor * (aw * by + ax * bz - ay * bw - az * bx),
        factor * (aw * bz - ax * by + ay * bx - az * bw),
    )


def random_rotations(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Rotations uniform on SO(3), shape (*shape, 4): normalised Gaussians (Muller 1959)."""
    return normalise(rng.standard_normal((*shape, 4)))


def angle_between(a: ArrayLike, b: ArrayLike) -> Array:
    """Angle, radians, of the rotation between two orientations. Shapes (..., 4) to (...)."""
    difference = multiply(conjugate(a), b)
    return 2 * np.arctan2(norm(difference[..., :3]), np.abs(difference[..., 3]))


def sampled_rates(q: ArrayLike, rate_hz: float) -> Array:
    """Angular rates in the turning frame itself, from its orientations at even times.

    By the rotation vector φ(h) from a time h before to a time h after, which is odd in h:
    ω = (8 φ(h) − φ(2h)) / 12h, of fourth order. Beside gaps and at the ends the second order,
    φ(h) / 2h, or from one side.

    Parameters
    ----------
    q : (T, ..., 4) array
        World from frame; NaN where missing. Turns over four steps are taken as under half a turn.
    rate_hz : float

    Returns
    -------
    (T, ..., 3) array
        rad/s; NaN where too little is there.
    """
    q = np.asarray(q, float)
    ends = np.full((2, *q.shape[1:]), np.nan)
    padded = np.concatenate([ends, q, ends])

    def turn(before: int, after: int) -> Array:
        count = len(q)
        start, end = padded[2 + before :][:count], padded[2 + after :][:count]
        return to_rotation_vector(multiply(conjugate(start), end))

    near = turn(-1, 1)
    found = (8 * near - turn(-2, 2)) * (rate_hz / 12)
    others = (
        lambda: near * (rate_hz / 2),
        lambda: (4 * turn(0, 1) - turn(0, 2)) * (rate_hz / 2),
        lambda: (4 * turn(-1, 0) - turn(-2, 0)) * (rate_hz / 2),
    )
    for other in others:
        missing = np.isnan(found)
        found[missing] = other()[missing]
    found[np.isnan(q).any(axis=-1)] = np.nan
    return found
