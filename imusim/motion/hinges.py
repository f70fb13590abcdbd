"""Turn of a bone about its own length, which positions show through the neighbouring joints.

An elbow or a knee bends about one axis, so the plane of the bent limb tells how its two bones
are turned. The evidence for the turn θ of a bone is a complex number: the hinge's axis, seen
along the bone, against where the axis is when the bone is not turned. Its length is the sine of
the bend, so a limb that is nearly straight says little, and says it either way by noise; sums
over time weigh themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d

from imusim.math import rotations as rot

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_SIGMA_CUTOFF = np.sqrt(np.log(2)) / (2 * np.pi)
"""Width (s) times cut-off (Hz, half the power) of a Gaussian."""

_STEADY_HZ = 20.0
"""Frequency up to which a bone's turn follows evidence of unit length; less for weaker, in
proportion."""

_LEAST = 1e-8
"""Weight of no evidence."""

_CARRIED = 0.1
"""Weight of the evidence from ten times as far away."""


def evidence(bare: Array, bone: Array, axis: Array, seen: Array) -> ComplexArray:
    """How a bone is turned: complex (T,), its angle θ, its length the weight.

    Parameters
    ----------
    bare : (T, 4) array
        Orientation of the bone's frame before the turn, world.
    bone, axis : (3,) array
        Unit vectors in that frame, at right angles: the bone, and the hinge when not turned.
    seen : (T, 3) array
        The hinge's axis in the world, as long as it is sure.
    """
    inside = rot.rotate_inverse(bare, seen)
    return inside @ axis + 1j * (inside @ np.cross(bone, axis))


def transported(bare: Array, bone: Array) -> ComplexArray:
    """Turn, unit complex (T,), of a bone's frame that is carried along without spinning.

    Parallel transport: from frame to frame the smallest rotation that takes the bone's old
    direction to its new one. Against it ``bare``, which starts from rest anew each time, spins
    as the bone goes round, so what is slow in one is not in the other.

    Parameters
    ----------
    bare : (T, 4) array
        As in :func:`evidence`, in the frame that nothing shall spin against: the trunk's.
    bone : (3,) array
    """
    along = rot.rotate(bare, bone)
    carried_on = rot.multiply(rot.from_two_vectors(along[:-1], along[1:]), bare[:-1])
    apart = rot.to_rotation_vector(rot.multiply(rot.conjugate(bare[1:]), carried_on)) @ bone
    return np.exp(1j * np.concatenate([[0.0], np.cumsum(apart)]))


def carried(
    votes: ComplexArray, transport: ComplexArray, rate_hz: float, cutoff_hz: float
) -> ComplexArray:
    """Evidence smoothed over time, with some from far away where there is none near.

    It is smoothed in the frame that is carried along, so that a bone of which nothing is seen
    swings without spinning about itself.

    Parameters
    ----------
    votes : (T,) complex array
        Zero where nothing was seen.
    transport : (T,) complex array
        From :func:`transported`.
    rate_hz : float
    cutoff_hz : float
        Where the smoother halves the power; infinite for none.
    """
    votes = votes * transport.conj()
    near = _low_pass(votes, rate_hz, cutoff_hz)
    far = _low_pass(votes, rate_hz, min(cutoff_hz, 1.0) / 10)
    return (near + _CARRIED * far) * transport


def turned(bare: Array, bone: Array, votes: ComplexArray, rate_hz: float) -> Array:
    """The frames (T, 4) turned about the bone by the angle of the evidence, without haste.

    Where the evidence fades its angle may swing round in a frame. So the angle θ minimises
    Σ |v|² (θ − arg v)² + λ ∫ θ'², which follows sure evidence and drifts where there is none.

    Parameters
    ----------
    bare : (T, 4) array
    bone : (3,) array
        Unit vector.
    votes : (T,) complex array
    rate_hz : float
    """
    angle = np.unwrap(np.angle(votes))
    if len(angle) > 1:
        weight = np.maximum(np.abs(votes) ** 2, _LEAST)
        stiffness = (rate_hz / (2 * np.pi * _STEADY_HZ)) ** 2
        banded = np.zeros((2, len(angle)))
        banded[0, 1:] = -stiffness
        banded[1] = weight
        banded[1, 1:] += stiffness
        banded[1, :-1] += stiffness
        angle = solveh_banded(banded, weight * angle)
    return rot.multiply(bare, rot.from_rotation_vector(angle[:, None] * bone))


def _low_pass(votes: ComplexArray, rate_hz: float, cutoff_hz: float) -> ComplexArray:
    if np.isinf(cutoff_hz):
        return votes
    # A filter longer than the clip says no more than its mean.
    width = min(_SIGMA_CUTOFF / cutoff_hz * rate_hz, float(len(votes)))
    return np.asarray(gaussian_filter1d(votes, width, mode="nearest"), complex)
