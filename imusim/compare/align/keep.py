"""Which of the things found are there.

Two doubts are cast on what is found. It may be chance: Wald's test with standard errors that know
how errors hang together in time. And it may be the simulation's fault: errors that last are not
the sensor's. A part ``1 - 1/τ`` of the errors' power is taken to be of that kind, τ being how many
samples there are to an independent error: none of white noise, nearly all of what a wrong pose
leaves.

- A pose that is wrong all the time tilts gravity, which looks like an accelerometer's bias: that
  must exceed BIAS times those errors. It does not turn: a gyroscope's bias needs no such test.
- What a lever arm adds must exceed ARM times those errors: places and turns that come from the
  same noisy joints err together, and a false arm makes up for it.
- A scale factor b is known no better than to lie between b and b/r², where ``1 - r²`` is the share
  of those errors in the signal's power: regression of the one signal on the other and of the other
  on the one, Frisch's bounds (1934) for signals that both have errors. They must leave out 1.
  Beyond MOST_SCALE times what is expected of devices it is the simulation that is too weak or
  too strong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from imusim.compare.align.model import NAMES, Steps
from imusim.compare.align.signals import Stack
from imusim.compare.align.solve import Found, solve, without
from imusim.compare.align.state import BLOCKS, OWN, SHARED, arm_effects, errors

Array = NDArray[np.float64]

BIAS, ARM = 1.5, 0.5
"""Chosen so that the poses of a Kinect pass for neither, and those of markers for both."""
MOST_SCALE = 3.0


def keep_significant(pairs: Stack, found: Found, steps: Steps) -> Found:
    """Set back what is in doubt, the most doubtful first, and solve once more."""
    left = found
    while True:
        doubts = [
            (chance, places)
            for places in _optional(left)
            if (chance := _doubt(pairs, left, places, steps)) > steps.significance
        ]
        if not doubts:
            break
        left = without(left, max(doubts)[1])
    return found if left is found else solve(pairs, left.state, left.free, steps)


def _optional(found: Found) -> list[list[int]]:
    """Parameters that are free and may be set back, group by group; scale factors one by one."""
    groups = []
    for name in NAMES:
        places = [k for k in range(BLOCKS[name].start, BLOCKS[name].stop) if found.free[k]]
        if places:
            groups += [[k] for k in places] if name.endswith("scale") else [places]
    clocks = range(SHARED + 1, len(found.free), OWN)
    return groups + [[place] for place in clocks if found.free[place]]


def _doubt(pairs: Stack, found: Found, places: list[int], steps: Steps) -> float:
    """Chance that there is nothing; 1 where the simulation's errors may look like it."""
    values = found.state.values()[places]
    name = next((n for n in NAMES if BLOCKS[n].start <= places[0] < BLOCKS[n].stop), "clock")
    half = 1 if name.startswith("gyroscope") or not pairs.seen[:, 0].any() else 0
    lasting = 1 - 1 / found.apart[half]
    wrong, inside = errors(found.state, pairs)
    use = inside & pairs.seen[:, half]
    if not use.any():
        return 1.0
    least = _size(wrong[use, 3 * half : 3 * half + 3]) * np.sqrt(lasting)
    if name == "accelerometer_bias" and np.abs(values).max() < BIAS * least:
        return 1.0
    if name == "lever_arm" and _size(arm_effects(found.state, pairs)[use]) < ARM * least:
        return 1.0
    if name.endswith("scale"):
        axis = places[0] - BLOCKS["accelerometer_scale"].start
        share = lasting * float(wrong[use, axis].var() / max(pairs.real[use, axis].var(), 1e-12))
        bounds = np.array([1.0, 1 / max(1 - share, 0.01)]) * (1 + values[0])
        if bounds[0] <= 1 <= bounds[1] or abs(values[0]) > MOST_SCALE * steps.scale_prior:
            return 1.0
        values = bounds[[np.argmin(np.abs(bounds - 1))]] - 1
    inverse = np.linalg.pinv(found.covariance[np.ix_(places, places)], hermitian=True)
    return float(chi2.sf(values @ inverse @ values, len(places)))


def _size(vectors: Array) -> float:
    """Root mean square of the components of vectors (N, 3)."""
    return float(np.sqrt((vectors**2).mean()))
