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

_PERIOD = 2**128
_BEYOND = 16 * _APART % _PERIOD


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
            bits.advance(_BEYOND)

    def stream(self, sensor: int, number: int) -> np.random.Generator:
        """A sensor's generator, put to the start of one of its streams, 0 to 15."""
        bits, start = self._bits[sensor], self._starts[sensor]
        if start is None:
            self._starts[sensor] = bits.state
        else:
            bits.state = start  # type: ignore[assignment]
        bits.advance(number * _APART % _PERIOD)
        return self._rngs[sensor]

    def normals(self, number: int, sensors: NDArray[np.intp], axes: int, frames: int) -> Floats:
        """Standard normals (len(sensors), axes, frames) of each sensor's stream."""
        drawn = np.empty((len(sensors), axes, frames), np.float32)
        for row, sensor in zip(drawn, sensors, strict=True):
            self.stream(int(sensor), number).standard_normal(out=row, dtype=np.float32)
        return drawn

    def uniforms(self, number: int, sensors: NDArray[np.intp], axes: int, frames: int) -> Floats:
        """The same of variates of variance 1 spread evenly about zero, which cost a fifth."""
        drawn = np.empty((len(sensors), axes, frames), np.float32)
        for row, sensor in zip(drawn, sensors, strict=True):
            self.stream(int(sensor), number).random(out=row, dtype=np.float32)
        drawn -= np.float32(0.5)
        drawn *= np.float32(math.sqrt(12))
        return drawn
