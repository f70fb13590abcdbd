"""Unit quaternions in the order x, y, z, w, vectorised over leading axes.

SciPy's ``Rotation`` holds a flat list of rotations; these few functions work on arrays of
any leading shape without copies into and out of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])
IDENTITY.setflags(write=False)


def multiply(a: ArrayLike, b: ArrayLike) -> Array:
    """Hamilton product ``a ⊗ b``: the rotation b followed by a. Shapes (..., 4)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    ax, ay, az, aw = (a[..., k] for k in range(4))
    bx, by, bz, bw = (b[..., k] for k in range(4))
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    out[..., 0] = aw * bx + ax * bw + ay * bz - az * by
    out[..., 1] = aw * by - ax * bz + ay * bw + az * bx
    out[..., 2] = aw * bz + ax * by - ay * bx + az * bw
    out[..., 3] = aw * bw - ax * bx - ay * by - az * bz
    return out


def conjugate(q: ArrayLike) -> Array:
    """Inverse of unit quaternions. Shape (..., 4)."""
    return np.asarray(q, float) * np.array([-1.0, -1.0, -1.0, 1.0])


def normalise(q: ArrayLike) -> Array:
    """Scale quaternions, or vectors of any size, to unit length. Shape (..., D)."""
    q = np.asarray(q, float)
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def rotate(q: ArrayLike, v: ArrayLike) -> Array:
    """Rotate vectors (..., 3) by unit quaternions (..., 4)."""
    q, v = np.asarray(q, float), np.asarray(v, float)
    qx, qy, qz, qw = (q[..., k] for k in range(4))
    vx, vy, vz = (v[..., k] for k in range(3))
    tx = 2 * (qy * vz - qz * vy)
    ty = 2 * (qz * vx - qx * vz)
    tz = 2 * (qx * vy - qy * vx)
    out = np.empty((*np.broadcast_shapes(q.shape[:-1], v.shape[:-1]), 3))
    out[..., 0] = vx + qw * tx + qy * tz - qz * ty
    out[..., 1] = vy + qw * ty + qz * tx - qx * tz
    out[..., 2] = vz + qw * tz + qx * ty - qy * tx
    return out


def rotate_inverse(q: ArrayLike, v: ArrayLike) -> Array:
    """Rotate vectors (..., 3) by the inverses of unit quaternions (..., 4)."""
    return rotate(conjugate(q), v)


def from_rotation_vector(v: ArrayLike) -> Array:
    """Exponential map: rotation vectors (..., 3), radians, to quaternions (..., 4)."""
    v = np.asarray(v, float)
    half = 0.5 * np.linalg.norm(v, axis=-1, keepdims=True)
    return np.concatenate([0.5 * np.sinc(half / np.pi) * v, np.cos(half)], axis=-1)


def to_rotation_vector(q: ArrayLike) -> Array:
    """Logarithm: quaternions (..., 4) to rotation vectors (..., 3) of at most π radians."""
    q = np.asarray(q, float)
    q = np.where(q[..., 3:] < 0, -q, q)
    sine = np.linalg.norm(q[..., :3], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, q[..., 3:])
    factor = np.where(sine < 1e-12, 2.0, angle / np.maximum(sine, 1e-300))
    return q[..., :3] * factor


def from_two_vectors(a: ArrayLike, b: ArrayLike) -> Array:
    """Smallest rotation that takes direction a to direction b. Shapes (..., 3) to (..., 4).

    For opposite directions the axis is any perpendicular to ``a``.
    """
    a, b = normalise(a), normalise(b)
    w = 1 + np.sum(a * b, axis=-1, keepdims=True)
    out = np.concatenate([np.cross(a, b), w], axis=-1)
    opposite = w[..., 0] < 1e-9
    if opposite.any():
        a = np.broadcast_to(a, (*opposite.shape, 3))[opposite]
        helper = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        out[opposite] = np.concatenate([np.cross(a, helper), np.zeros((len(a), 1))], axis=-1)
    return normalise(out)


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
    Shape (T, ..., 4).
    """
    q = np.array(q, float)
    flat = q.reshape(len(q), -1, 4)
    if np.isfinite(flat).all():
        dots = np.einsum("tjc,tjc->tj", flat[1:], flat[:-1])
        flat[1:] *= np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)[..., None]
        return flat.reshape(q.shape)
    for j in range(flat.shape[1]):
        seen = np.flatnonzero(np.isfinite(flat[:, j]).all(axis=1))
        track = flat[seen, j]
        dots = np.einsum("tc,tc->t", track[1:], track[:-1])
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
    norm2 = np.einsum("...c,...c->...", q, q)[..., None]
    growth = 2 * np.einsum("...c,...c->...", q, dq)[..., None]
    inverse = conjugate(q)
    rate = 2 * multiply(inverse, dq)[..., :3] / norm2
    change = 2 * multiply(inverse, ddq)[..., :3] / norm2 - rate * growth / norm2
    return q / np.sqrt(norm2), rate, change


def random_rotations(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Rotations uniform on SO(3), shape (*shape, 4): normalised Gaussians (Muller 1959)."""
    return normalise(rng.standard_normal((*shape, 4)))


def angle_between(a: ArrayLike, b: ArrayLike) -> Array:
    """Angle, radians, of the rotation between two orientations. Shapes (..., 4) to (...)."""
    difference = multiply(conjugate(a), b)
    return 2 * np.arctan2(np.linalg.norm(difference[..., :3], axis=-1), np.abs(difference[..., 3]))
