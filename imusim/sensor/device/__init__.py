"""Errors of real devices: what data sheets state, what a unit has, what it does to signals."""

from imusim.sensor.device.files import device_names, dump_device, load_device, read_device
from imusim.sensor.device.spec import (
    EFFECTS,
    IDEAL,
    Barometer,
    Clock,
    Device,
    Effect,
    Thermal,
    Triad,
)

__all__ = [
    "EFFECTS",
    "IDEAL",
    "Barometer",
    "Clock",
    "Device",
    "Effect",
    "Thermal",
    "Triad",
    "device_names",
    "dump_device",
    "load_device",
    "read_device",
]
