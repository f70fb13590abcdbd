"""Virtual inertial sensors: mounting and ideal signals."""

from imusim.sensor.imu import ImuSignals, read_imu
from imusim.sensor.mounting import Mounting, draw_mounting

__all__ = ["ImuSignals", "Mounting", "draw_mounting", "read_imu"]
