"""How devices' readings are stored as the counts of their converters."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from imusim.corpus.counts import EXACT_BITS, Counted
from imusim.corpus.integrity.content import MAX_ACCELERATION, MAX_RATE
from imusim.errors import ConfigError
from imusim.sensor.device import Device
from imusim.sensor.device.steps import step_limits
from imusim.sensor.device.tables import Triad

UNITS = {"magnetometer": 1e6, "barometer": 1.0}
"""What a tesla and a pascal are in the units of the corpus."""
_LARGEST = {"accelerometer": MAX_ACCELERATION, "gyroscope": MAX_RATE}
"""What a clip is refused for, SI."""


def count_signals(devices: Sequence[Device], channels: Collection[str]) -> dict[str, Counted]:
    """What is stored as counts: both signals, the magnetometer where all devices count it.

    Raises
    ------
    ConfigError
        If a device has no resolution, or one that float32 does not hold.
    """
    found = {name: _count(devices, name) for name in _LARGEST}
    if "magnetometer" in channels and all(_counts(device.magnetometer) for device in devices):
        found["magnetometer"] = _count(devices, "magnetometer")
    return found


def _counts(triad: Triad) -> bool:
    return all(triad.resolution) and triad.saturates and bool(np.isfinite(triad.range).all())


def _count(devices: Sequence[Device], name: str) -> Counted:
    largest = 0.0
    for device in devices:
        triad: Triad = getattr(device, name)
        step = np.array(triad.resolution)
        if not step.all():
            raise ConfigError(
                f"store device: the {name} of the device {device.name} has no resolution (it has "
                "none, or --errors leaves it out), so there is nothing to count; choose another "
                "--device, or --store float32"
            )
        upper = np.array(triad.range) if triad.saturates else np.full(3, np.inf)
        lowest, highest = step_limits(-upper, upper, step)
        # Beyond the range, or where there is none, a clip is refused for its size.
        most = np.minimum(np.maximum(-lowest, highest + 1), _LARGEST.get(name, np.inf) / step)
        if most.max() > 2 ** (EXACT_BITS - 1):
            raise ConfigError(
                f"store device: the {name} of the device {device.name} counts to {most.max():.3g}; "
                f"float32 holds {EXACT_BITS} bits; choose --store float32"
            )
        largest = max(largest, most.max())
    unit = UNITS.get(name, 1.0)
    lsb = tuple(tuple(step * unit for step in getattr(d, name).resolution) for d in devices)
    return Counted(bits=16 if largest <= 2**15 else 32, lsb=lsb)  # type: ignore[arg-type]
