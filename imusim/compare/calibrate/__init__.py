"""From motion and recordings to files that make `generate` simulate just those sensors."""

from imusim.compare.calibrate.calibrate import calibrate
from imusim.compare.calibrate.gather import gather_worn
from imusim.compare.calibrate.limbs import Limbs, find_limbs, limb_effects
from imusim.compare.calibrate.model import Calibration, SensorCalibration, Worn

__all__ = [
    "Calibration",
    "Limbs",
    "SensorCalibration",
    "Worn",
    "calibrate",
    "find_limbs",
    "gather_worn",
    "limb_effects",
]
