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
MOST_SHARE = 3.0
"""An error counts as no more than so many times the spread of the signal."""


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
    chosen = np.argmin(
        [
            misfits(pairs, _apart(pairs, s[0], turn), s[1])
            for s, turn in zip(seen, turns, strict=True)
        ],
        axis=0,
    )
    turn, everyone = rot.IDENTITY, np.arange(len(pairs))
    for _ in range(ROUNDS):
        if steps.rotation:
            turn = _turned(np.array(own)[chosen, everyone].sum(axis=0)[None])[0]
        before, chosen = chosen, choose(pairs, State(turn), seen)
        if (chosen == before).all():
            break
    return State(turn, clocks=options[chosen, everyone])


def choose(pairs: Stack, state: State, seen: list[tuple[Array, Mask]]) -> NDArray[np.intp]:
    """For each pair the guess (P,) with the least misfit; by what the motion does at each."""
    apart = [
        misfits(pairs, pairs.real - readings(state, motion), inside) for motion, inside in seen
    ]
    return np.argmin(apart, axis=0)


def misfits(pairs: Stack, wrong: Array, inside: Mask) -> Array:
    """Mean size of errors (N, 6) over that of the signals, pair by pair (P,).

    What does not lie within the motion counts as an error as large as the signal.
    """
    counts = pairs.sums(np.ones(len(wrong)))
    mean = pairs.sums(pairs.real) / counts[:, None]
    spread = pairs.sums(np.abs(pairs.real - mean[pairs.owner])) / counts[:, None]
    total, parts = np.zeros(len(pairs)), np.zeros(len(pairs))
    for half in range(2):
        rows = slice(3 * half, 3 * half + 3)
        size = np.maximum(spread[:, rows].mean(axis=1), 1e-9)
        share = np.minimum(np.abs(wrong[:, rows]).mean(axis=1) / size[pairs.owner], MOST_SHARE)
        there = pairs.seen[pairs.starts, half]
        total += np.where(there, pairs.sums(np.where(inside, share, 1.0)) / counts, 0.0)
        parts += there
    return total / parts


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


def _apart(pairs: Stack, motion: Array, turns: Array) -> Array:
    """Errors (N, 6) where each pair has a rotation of its own (P, 4)."""
    turn = turns[pairs.owner]
    felt = [rot.rotate_inverse(turn, motion[:, rows]) for rows in (slice(0, 3), slice(3, 6))]
    return pairs.real - np.concatenate(felt, axis=1)
