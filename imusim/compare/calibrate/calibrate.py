"""From sensors that were worn to how they sat, what they are, and how long the limbs are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from imusim.compare.align import Alignment, Steps, align
from imusim.compare.align.keep import ARM
from imusim.compare.calibrate.device import known_device
from imusim.compare.calibrate.limbs import Limbs, find_limbs
from imusim.compare.calibrate.model import Calibration, SensorCalibration, Worn
from imusim.errors import MotionError

Array = NDArray[np.float64]

ROUNDS = 6
SETTLED_M = 1e-4


def calibrate(
    worn: Sequence[Worn], steps: Steps | None = None, limbs: Limbs | None = None
) -> Calibration:
    """Calibrate the sensors that one person wore.

    Parameters
    ----------
    worn : sequence of Worn
    steps : Steps, optional
    limbs : Limbs, optional
        Bones whose lengths are open; in the order of the sensors' effects. ``None``: none are.

    Raises
    ------
    MotionError
        If there is nothing to calibrate, or a sensor has no pair with enough samples.
    """
    steps = steps or Steps()
    if not worn:
        raise MotionError("nothing to calibrate: no sensor beside its motion")
    alignments = [align(sensor.pairs, steps) for sensor in worn]
    lengths: dict[str, tuple[float, float]] = {}
    if limbs is not None and limbs.joints:
        change, error, strength = _lengths(worn, alignments, limbs, steps)
        told = chi2.sf((change / error) ** 2, 1) <= steps.significance
        told &= np.abs(change) * strength >= ARM
        change = np.where(told, change, 0.0)
        worn = [_with_limbs(sensor, change) for sensor in worn]
        alignments = [align(sensor.pairs, steps) for sensor in worn]
        lengths = {
            joint: (float(limbs.lengths[k] + change[k]), float(error[k]))
            for k, joint in enumerate(limbs.joints)
            if told[k]
        }
    sensors = [
        SensorCalibration(
            sensor.name,
            sensor.link,
            sensor.offset + found[0].lever_arm,
            tuple(found),
            known_device(sensor.name, sensor.rate_hz, sensor.pairs, found),
        )
        for sensor, found in zip(worn, alignments, strict=True)
    ]
    return Calibration(tuple(sensors), lengths)


def _lengths(
    worn: Sequence[Worn], alignments: Sequence[Sequence[Alignment]], limbs: Limbs, steps: Steps
) -> tuple[Array, Array, Array]:
    """Change of each length (L,) and its standard error, m, and its strength, 1/m."""
    change = strength = np.zeros(len(limbs.joints))
    covariance = np.eye(len(change))
    for _ in range(ROUNDS):
        stretched = [_with_limbs(sensor, change) for sensor in worn]
        after, covariance, strength = find_limbs(stretched, alignments, change, steps)
        settled = np.abs(after - change).max() < SETTLED_M
        change = np.maximum(after, -0.5 * limbs.lengths)
        if settled:
            break
        stretched = [_with_limbs(sensor, change) for sensor in worn]
        alignments = [align(sensor.pairs, steps) for sensor in stretched]
    return change, np.sqrt(np.diag(covariance)), strength


def _with_limbs(sensor: Worn, change: Array) -> Worn:
    """The sensor beside the same motion of a body with longer limbs."""
    if not sensor.effects:
        return sensor
    pairs = tuple(
        replace(pair, kinematics=replace(pair.kinematics, force=pair.kinematics.force + e @ change))
        for pair, e in zip(sensor.pairs, sensor.effects, strict=True)
    )
    return replace(sensor, pairs=pairs)
