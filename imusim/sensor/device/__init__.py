"""Errors of real devices: what data sheets state, what a unit has, what it does to signals."""

from imusim.sensor.device.draw import (
    ChannelErrors,
    ClockErrors,
    Errors,
    ThermalErrors,
    draw_errors,
)
from imusim.sensor.device.files import (
    device_names,
    device_text,
    dump_device,
    load_device,
    read_device,
)
from imusim.sensor.device.measure import (
    Measured,
    draw_received,
    hold,
    measure,
    measure_channel,
    sample_times,
    warmth_k,
)
from imusim.sensor.device.spec import EFFECTS, IDEAL, Device, Effect
from imusim.sensor.device.tables import Barometer, Clock, Thermal, Triad

__all__ = [
    "EFFECTS",
    "IDEAL",
    "Barometer",
    "ChannelErrors",
    "Clock",
    "ClockErrors",
    "Device",
    "Effect",
    "Errors",
    "Measured",
    "Thermal",
    "ThermalErrors",
    "Triad",
    "device_names",
    "device_text",
    "draw_errors",
    "draw_received",
    "dump_device",
    "hold",
    "load_device",
    "measure",
    "measure_channel",
    "read_device",
    "sample_times",
    "warmth_k",
]
