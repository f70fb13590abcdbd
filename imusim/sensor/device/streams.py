"""Many independent random streams out of each sensor's one generator.

Every error draws from a stream of its own, so that an error that is switched off leaves the draws
of all others as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.errors import ConfigError

Floats = NDArray[np.float32]

_APART = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Steps from stream to stream: odd, near the golden section of PCG64's period. (The low bits of
its state repeat after powers of two, so that distances of such would give like streams.)"""

_PLACES = tuple(number * _APART % 2**128 for number in range(17))
"""Where streams 0 to 15 begin, and what lies beyond them."""


class Streams:
    """Streams of S sensors, used in any order. On leaving, each generator is moved on by as much
    whatever was drawn.

    Parameters
    ----------
    rngs : sequence of S numpy Generators
        As ``numpy.random.default_rng`` makes them (PCG64).

    Raises
    ------
    ConfigError
        For a generator of another kind.
    """

    def __init__(self, rngs: Sequence[np.random.Generator]) -> None:
        self._rngs = rngs
        self._bits: list[np.random.PCG64] = []
        for rng in rngs:
            bits = rng.bit_generator
            if not isinstance(bits, np.random.PCG64):
                raise ConfigError("the generators must be those of numpy.random.default_rng")
            self._bits.append(bits)
        self._starts: list[Mapping[str, Any] | None] = [None] * len(self._bits)

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *_: object) -> None:
        for bits, start in zip(self._bits, self._starts, strict=True):
            if start is not None:
                bits.state = start  # type: ignore[assignment]
            bits.advance(_PLACES[-1])

    def stream(self, sensor: int, number: int) -> np.random.Generator:
        """A sensor's generator, put to the start of one of its streams, 0 to 15."""
        bits, start = self._bits[sensor], self._starts[sensor]
        if start is None:
            self._starts[sensor] = bits.state
        else:
            bits.state = start  # type: ignore[assignment]
        bits.advance(_PLACES[number])
        return self._rngs[sensor]

    def normals(self, number: int, rows: NDArray[np.intp], frames: int) -> Floats:
        """Standard normals, as many rows (n, frames) as each sensor is given (S,)."""
        drawn = np.empty((rows.sum(), frames), np.float32)
        start = 0
        for sensor in np.flatnonzero(rows).tolist():
            stop = start + rows[sensor]
            self.stream(sensor, number).standard_normal(out=drawn[start:stop], dtype=np.float32)
            start = stop
        return drawn

    def drivers(self, number: int, rows: NDArray[np.intp], frames: int) -> Floats:
        """White noise of variance 1 as :meth:`normals`, a quarter of their cost.

        Each number is the sum of two even ones of 16 bits. What is summed from many of them is
        normal, and spectra and covariances know no other law.
        """
        drawn = np.empty((rows.sum(), frames), np.float32)
        start = 0
        for sensor in np.flatnonzero(rows).tolist():
            stop = start + rows[sensor]
            self.stream(sensor, number)
            size = int(rows[sensor]) * frames
            raw = self._bits[sensor].random_raw(-(-size // 2)).view(np.uint32)[:size]
            np.add(raw & 0xFFFF, raw >> 16, out=drawn[start:stop].reshape(-1), casting="unsafe")
            start = stop
        drawn -= np.float32(65535)
        drawn *= np.float32(math.sqrt(6 / (2**32 - 1)))
        return drawn
