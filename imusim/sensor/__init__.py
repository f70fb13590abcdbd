"""Virtual inertial sensors: mounting, the tissue under it, and ideal signals."""

from imusim.sensor.imu import ImuSignals, read_imu
from imusim.sensor.mounting import Mounting, Rotations, draw_mounting, parse_rotations
from imusim.sensor.sampling import Sampling
from imusim.sensor.soft_tissue import SoftTissue
from imusim.sensor.tissue_sites import SOFT_TISSUE, TissueSite, draw_tissue

__all__ = [
    "SOFT_TISSUE",
    "ImuSignals",
    "Mounting",
    "Rotations",
    "Sampling",
    "SoftTissue",
    "TissueSite",
    "draw_mounting",
    "draw_tissue",
    "parse_rotations",
    "read_imu",
]
