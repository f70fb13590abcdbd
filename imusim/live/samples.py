"""One reading of one sensor, as it comes out of any stream."""

from __future__ import annotations

from typing import NamedTuple

Triple = tuple[float, float, float]


class Sample(NamedTuple):
    """A reading.

    Parameters
    ----------
    time_s : float
        When it was taken, by the clock named in ``clock``, s.
    sensor : str
    accelerometer : tuple of three floats, or None
        Specific force, m/s²; None: nothing was read of it.
    gyroscope : tuple of three floats, or None
        Angular rate, rad/s; the same.
    clock : str
        Which clock the time is of: that of the device. Sensors of one device share it.
    """

    time_s: float
    sensor: str
    accelerometer: Triple | None
    gyroscope: Triple | None
    clock: str = ""


class PacketError(ValueError):
    """A packet that cannot be read; the message says why."""
