"""Where the solver starts: clocks by the norms, the rotation by all pairs together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from imusim.compare.align.coarse import guesses
from imusim.compare.align.model import Steps
from imusim.compare.align.signals import Stack
from imusim.compare.align.state import State, readings
from imusim.math import rotations as rot

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ROUNDS = 3
LEAST_SHARE = 0.5
"""Of a recording that should lie within the motion."""


def begin(pairs: Stack, steps: Steps) -> State:
    """Choose among the guesses of every pair.

    Each guess first gets the rotation that suits it best (Wahba's problem, both sensors in like
    sizes); then one rotation is made to serve all pairs, and each chooses again.
    """
    options = _options(pairs, steps)
    seen = [_motion(pairs, clocks) for clocks in options]
    own = [_moments(pairs, motion, inside) for motion, inside in seen]
    turns = [
        _turned(moments) if steps.rotation else np.broadcast_to(rot.IDENTITY, (len(pairs), 4))
        for moments in own
    ]
    agreed = [
        agreements(pairs, _felt(motion, turn[pairs.owner]), inside)
        for (motion, inside), turn in zip(seen, turns, strict=True)
    ]
    chosen = np.argmax(agreed, axis=0)
    turn, everyone = rot.IDENTITY, np.arange(len(pairs))
    for _ in range(ROUNDS):
        if steps.rotation:
            turn = _turned(np.array(own)[chosen, everyone].sum(axis=0)[None])[0]
        before, chosen = chosen, choose(pairs, State(turn), seen)
        if (chosen == before).all():
            break
    return State(turn, clocks=options[chosen, everyone])


def choose(pairs: Stack, state: State, seen: list[tuple[Array, Mask]]) -> NDArray[np.intp]:
    """For each pair the guess (P,) that agrees best; by what the motion does at each."""
    agreed = [agreements(pairs, readings(state, motion), inside) for motion, inside in seen]
    return np.argmax(agreed, axis=0)


def agreements(pairs: Stack, found: Array, inside: Mask) -> Array:
    """Sums of correlations (P,) of readings (N, 6) with the real ones, pair by pair.

    Of the norms and, in the mean, of the axes of both sensors, over what lies within the motion;
    less where that is little.
    """
    weight = inside.astype(float)[:, None]
    counts = pairs.sums(weight)
    total = np.zeros(len(pairs))
    for half in range(2):
        rows = slice(3 * half, 3 * half + 3)
        a, b = (
            np.concatenate([v[:, rows], rot.norm(v[:, rows])[:, None]], axis=1)
            for v in (pairs.real, found)
        )
        a, b = (
            (v - (pairs.sums(weight * v) / np.maximum(counts, 1))[pairs.owner]) * weight
            for v in (a, b)
        )
        power = np.maximum(pairs.sums(a**2) * pairs.sums(b**2), 1e-30)
        r = pairs.sums(a * b) / np.sqrt(power)
        total += np.where(pairs.seen[pairs.starts, half], r[:, :3].mean(axis=1) + r[:, 3], 0.0)
    share = counts[:, 0] / pairs.sums(np.ones(len(weight)))
    return total - np.maximum(LEAST_SHARE - share, 0.0) * 4 / LEAST_SHARE


def _options(pairs: Stack, steps: Steps) -> Array:
    """Guesses (K, P, 2), the last of a pair repeated where it has fewer."""
    found = [guesses(pairs, number, steps) for number in range(len(pairs))]
    most = max(map(len, found))
    return np.stack(
        [np.concatenate([g, np.repeat(g[-1:], most - len(g), axis=0)]) for g in found], axis=1
    )


def _motion(pairs: Stack, clocks: Array) -> tuple[Array, Mask]:
    time_s = pairs.motion_times(clocks)
    return pairs.smooth.at(time_s, pairs.owner), pairs.smooth.inside(time_s, pairs.owner)


def _moments(pairs: Stack, motion: Array, inside: Mask) -> Array:
    """Sums (P, 3, 3) of outer products of the motion's vectors with the sensor's."""
    total = np.zeros((len(pairs), 3, 3))
    for half in range(2):
        rows = slice(3 * half, 3 * half + 3)
        real = pairs.real[:, rows] * inside[:, None]
        power = max(float((real**2).sum()), 1e-12)
        total += pairs.sums(motion[:, rows, None] * real[:, None, :]) / power
    return total


def _turned(moments: Array) -> Array:
    """link_from_sensor (P, 4) that turns the real vectors onto the motion's."""
    return Rotation.from_matrix(rot.nearest_matrix(moments)).as_quat()


def _felt(motion: Array, turns: Array) -> Array:
    """Force and rate (N, 6) of a motion (N, 9) in the axes of sensors turned (N, 4)."""
    felt = [rot.rotate_inverse(turns, motion[:, rows]) for rows in (slice(0, 3), slice(3, 6))]
    return np.concatenate(felt, axis=1)
