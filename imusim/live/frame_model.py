"""A frame-wise model as what tells what is done: an answer at every frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.learn.online.model import FrameModel, Stepper
from imusim.live.places import Stated, check_stated, joint_worn
from imusim.live.recognise import Probabilities


class FrameRecogniser:
    """A frame-wise model that is fed what comes of its sensors; the others count as absent.

    Frames are to be made as those of its training were, of the past alone.

    A sensor is the model's by the joint at which it counts. Where the model has one sensor and one
    comes of which nobody says where it sits, it is that.

    Parameters
    ----------
    model : FrameModel
        With labels.
    placement : str or mapping of str to str
        One for all sensors, or by their names; empty: as the names say.

    Raises
    ------
    ConfigError
        If the model has no labels, or for an unknown placement.
    """

    def __init__(self, model: FrameModel, placement: Stated = ""):
        check_stated(placement)
        self._stepper, self._placement = Stepper(model), placement
        self.rate_hz, self.labels = self._stepper.rate_hz, self._stepper.labels
        self.causal = True
        self.start(())

    def start(self, sensors: Sequence[str]) -> None:
        """Begin anew, with these sensors."""
        joints = [joint_worn(name, self._placement) for name in sensors]
        own = self._stepper.sensors
        if len(own) == len(joints) == 1 and not joints[0]:
            joints = list(own)
        self.heard = tuple(joint for joint in own if joint in joints)
        self._to = [own.index(joint) for joint in self.heard]
        self._from = [joints.index(joint) for joint in self.heard]
        self._stepper.reset()

    def push(self, frame: NDArray[np.float32], present: NDArray[np.bool_]) -> Probabilities | None:
        """Take a frame; probabilities (K,) as soon as one of the model's sensors is among them."""
        if not self.heard:
            return None
        count = len(self._stepper.sensors)
        signals, there = np.zeros((count, 6), np.float32), np.zeros((count, 2), bool)
        signals[self._to], there[self._to] = frame[self._from], present[self._from]
        return self._stepper.push(signals, there).astype(float)
