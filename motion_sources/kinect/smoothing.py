"""How much to smooth a clip of a Kinect: more the slower the motion is.

The tracker's errors are much the same in every clip, slow and together, so no spectrum tells them
from the motion. How strong the motion is tells where it meets them: a motion's spectrum of
positions falls about as ``A f^-2.5`` in amplitude, so that one of A times the strength reaches
``A^0.4`` times as high.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.math import splines
from imusim.math.gaps import whole_frames

Array = NDArray[np.float64]

USUAL_HZ = 2.25
"""Cut-off of a clip of the usual strength."""
USUAL_M_S2 = 6.0
"""Strength of half of UTD-MHAD's clips."""
FALL = 2.5
BOUNDS_HZ = (1.25, 4.0)
MIN_FRAMES = 6
"""Fewest frames that determine a quintic."""
LEAP = np.pi / 3
"""Angle by which no bone turns from one frame to the next, rad: at 19 frames a second 20 rad/s."""
BEFORE = 2.0
"""Limbs that leap are smoothed at so many times the cut-off before rotations are made of them."""
LIMBS = tuple(
    tuple(f"{side}_{joint}" for joint in limb)
    for side in ("left", "right")
    for limb in (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"))
)
SEEN_HZ = 2.0
"""Below it the strength is measured: above, it would be the tracker's."""


def cutoff(positions: Array, rate_hz: float) -> float:
    """Cut-off for a clip, Hz.

    The constants were compared beside UTD-MHAD's real sensors; see docs/benchmarks.md.

    Parameters
    ----------
    positions : (T, J, 3) array
        World, m, NaN in gaps; at least one frame whole.
    rate_hz : float
    """
    if len(positions) < MIN_FRAMES:
        return USUAL_HZ
    found = USUAL_HZ * (strength(positions, rate_hz) / USUAL_M_S2) ** (1 / FALL)
    return float(np.clip(found, *BOUNDS_HZ))


def strength(positions: Array, rate_hz: float) -> float:
    """Root of the mean square of the acceleration below 2 Hz of the joint that moves most, m/s².

    Gaps are bridged by straight lines and do not count.
    """
    seen = whole_frames(positions)
    frames = len(positions)
    flat, _ = splines.bridge_gaps(positions.reshape(frames, -1), ~seen)
    smooth = splines.smoothing_spline(flat, rate_hz, SEEN_HZ)
    at = np.flatnonzero(seen).astype(float)
    acceleration = splines.evaluate(splines.smoothing_knots(frames), smooth, at, 2) * rate_hz**2
    squares = (acceleration.reshape(len(at), -1, 3) ** 2).sum(axis=2)
    return float(np.sqrt(squares.mean(axis=0).max()))


def without_leaps(
    positions: Array, joints: Sequence[str], rate_hz: float, cutoff_hz: float
) -> Array:
    """Positions (T, J, 3) in which limbs that leap are smoothed, gaps kept.

    An arm that is lost stands still and is found again half a turn away. As rotations such leaps,
    one after the other, cancel out in the mean, and what is left turns at any rate. As positions
    they are blurred first, the limb's two lower joints over the whole clip. Other limbs stay.
    """
    frames, seen = len(positions), whole_frames(positions)
    columns = [
        joints.index(joint)
        for limb in LIMBS
        if set(limb) <= set(joints) and _leaps(positions[seen][:, [joints.index(j) for j in limb]])
        for joint in limb[1:]
    ]
    if frames < MIN_FRAMES or not columns:
        return positions
    flat, _ = splines.bridge_gaps(positions[:, columns].reshape(frames, -1), ~seen)
    smooth = splines.smoothing_spline(flat, rate_hz, BEFORE * cutoff_hz)
    values = splines.evaluate(
        splines.smoothing_knots(frames), smooth, np.arange(frames, dtype=np.float64)
    )
    found = positions.copy()
    found[:, columns] = np.where(seen[:, None, None], values.reshape(frames, -1, 3), np.nan)
    return found


def _leaps(limb: Array) -> bool:
    """Whether one of the bones between three joints (T, 3, 3) turns too far in one frame."""
    bones = np.diff(limb, axis=1)
    bones /= np.maximum(np.linalg.norm(bones, axis=2, keepdims=True), 1e-9)
    return bool(((bones[1:] * bones[:-1]).sum(axis=2) < np.cos(LEAP)).any())
