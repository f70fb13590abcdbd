"""What tells, frame by frame, what is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float64]


class Recogniser(Protocol):
    """Tells what is done out of even frames.

    Attributes
    ----------
    rate_hz : float
        Of the frames that it takes.
    labels : tuple of str
        Of the K classes.
    causal : bool
        Whether its frames rest on no later sample, as :class:`imusim.live.frames.Framer` has it.
    """

    rate_hz: float
    labels: tuple[str, ...]
    causal: bool

    def start(self, sensors: Sequence[str]) -> None:
        """Begin anew: the frames that follow are of these sensors and follow no earlier ones."""
        ...

    def push(self, frame: NDArray[np.float32], present: NDArray[np.bool_]) -> Probabilities | None:
        """Take a frame (S, 6) and what of it is known (S, 2); probabilities (K,) where it is time.

        Signals are the accelerometer's, m/s², and the gyroscope's, rad/s.
        """
        ...
