"""How much to smooth a clip of a Kinect: more the slower the motion is.

The tracker's errors are much the same in every clip, slow and together, so no spectrum tells them
from the motion. How strong the motion is tells where it meets them: a motion's spectrum of
positions falls about as ``A f^-2.5`` in amplitude, so that one of A times the strength reaches
``A^0.4`` times as high.
"""

from __future__ import annotations

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
SEEN_HZ = 2.0
"""Below it the strength is measured: above, it would be the tracker's."""


def cutoff(positions: Array, rate_hz: float) -> float:
    """Cut-off for a clip, Hz.

    The constants suit the real sensors of UTD-MHAD's subjects 1 to 3; see docs/benchmarks.md.

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
