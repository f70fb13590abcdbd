"""Noise of gnss-ins-sim beside ours: what is asked for, and what the signals then have.

A gyroscope at rest is simulated by both with the same N, B or K, and the terms are fitted to what
they give. The peer is no dependency. With it installed, or checked out::

    pip install git+https://github.com/Aceinna/gnss-ins-sim
    python tools/device_peers.py [--checkout gnss-ins-sim] [--hours 2]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.math.allan import allan_deviation
from imusim.math.allan_fit import fit_noise
from imusim.sensor.device import Device, Triad, draw_errors, measure_channel

Array = NDArray[np.float64]

N, B, K = 1e-4, 1e-4, 1e-5
"""rad/s/√Hz, rad/s and rad/s/√s: of a cheap gyroscope, and a little more to see them apart."""
MARKOV_PEAK = 0.618 / 0.664
"""B over the standard deviation of the Gauss–Markov process whose Allan peak is 0.664 B."""
CORRELATION_S = 10.0
SHORT_S, LONG_S = 1.0, 300.0
"""Averaging times between which an Allan deviation's slope is taken."""


@dataclass(frozen=True)
class Case:
    """What both are asked for.

    Parameters
    ----------
    name : str
    rate_hz : float
    ours : Triad
    arw, drift, correlation_s : float
        The peer's angle random walk, bias drift and correlation time.
    """

    name: str
    rate_hz: float
    ours: Triad
    arw: float = 0.0
    drift: float = 0.0
    correlation_s: float = np.inf


def cases() -> list[Case]:
    """White noise, a Gauss–Markov bias at three rates, and a bias of infinite correlation time."""
    white, walk = Triad(noise_density=(N, N, N)), Triad(random_walk=(K, K, K))
    markov = replace(
        white,
        bias_instability=(B, B, B),
        bias_model="gauss-markov",
        correlation_time_s=(CORRELATION_S,) * 3,
    )
    drift = B / MARKOV_PEAK
    named = f"bias of {CORRELATION_S:g} s"
    return [
        Case("white noise", 100.0, white, N),
        Case(f"{named}, 25 Hz", 25.0, markov, N, drift, CORRELATION_S),
        Case(f"{named}, 100 Hz", 100.0, markov, N, drift, CORRELATION_S),
        Case(f"{named}, 400 Hz", 400.0, markov, N, drift, CORRELATION_S),
        Case("bias of infinite time, 25 Hz", 25.0, walk, 0.0, K),
        Case("bias of infinite time, 100 Hz", 100.0, walk, 0.0, K),
    ]


def ours(case: Case, samples: int, seed: int) -> Array:
    """A gyroscope at rest, (samples, 3), rad/s."""
    rngs = [np.random.default_rng(seed)]
    errors = draw_errors([Device(gyroscope=case.ours)], rngs)
    return measure_channel(np.zeros((samples, 1, 3)), errors.gyroscope, case.rate_hz, rngs)[:, 0]


def peers(pathgen: Any, case: Case, samples: int, seed: int) -> Array:
    """The same by the peer."""
    np.random.seed(seed)  # noqa: NPY002 (it draws from NumPy's global state)
    errors = {
        "b": np.zeros(3),
        "b_drift": np.full(3, case.drift),
        "b_corr": np.full(3, case.correlation_s),
        "arw": np.full(3, case.arw),
    }
    return pathgen.gyro_gen(case.rate_hz, np.zeros((samples, 3)), errors)


def row(name: str, case: Case, simulate: Callable[[], Array]) -> str:
    """One line: fitted terms as means over three axes, and the slope at long averaging times."""
    start = time.perf_counter()
    signal = simulate()
    spent = time.perf_counter() - start
    fits = [fit_noise([axis], case.rate_hz).value for axis in signal.T]
    _, n, b, k = np.mean(fits, axis=0)
    factor = np.array([SHORT_S, LONG_S]) * case.rate_hz
    deviation = allan_deviation([signal], case.rate_hz, factor.astype(np.int64)).deviation
    short, long = np.sqrt(np.square(deviation).mean(axis=1))
    slope = np.log(long / short) / np.log(LONG_S / SHORT_S)
    cost = 1e9 * spent / signal.size
    return (
        f"| {case.name} | {name} | {n:.3g} | {b:.3g} | {k:.3g} | {short:.3g} | {long:.3g} "
        f"| {slope:+.2f} | {cost:.0f} |"
    )


def find_peer(checkout: Path | None) -> Any:
    """Its module of sensor errors, or ``None``."""
    if checkout is not None:
        sys.path.insert(0, str(checkout))
    try:
        return import_module("gnss_ins_sim.pathgen.pathgen")
    except ImportError:
        return None


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--checkout", type=Path, help="folder of gnss-ins-sim, if not installed")
    parser.add_argument("--hours", type=float, default=2.0, help="length of each record")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if not 4 * LONG_S / 3600 <= arguments.hours <= 100:
        parser.error(f"--hours must be from {4 * LONG_S / 3600:.2g} to 100")
    pathgen = find_peer(arguments.checkout)
    if pathgen is None:
        print("gnss-ins-sim is not here: pip install git+https://github.com/Aceinna/gnss-ins-sim")
    print(f"asked: N = {N:g} rad/s/√Hz, B = {B:g} rad/s, K = {K:g} rad/s/√s, where a case has them")
    print(
        f"\n| case | by | N | B | K | Allan, {SHORT_S:g} s | Allan, {LONG_S:g} s | slope | ns |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    for case in cases():
        samples = round(arguments.hours * 3600 * case.rate_hz)
        print(row("imusim", case, partial(ours, case, samples, arguments.seed)))
        if pathgen is not None:
            simulate = partial(peers, pathgen, case, samples, arguments.seed)
            print(row("gnss-ins-sim", case, simulate))


if __name__ == "__main__":
    main()
