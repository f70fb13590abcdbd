"""A person: bones in proportion to stature, and the small motions of a living body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS
from imusim.motion import Skeleton

Array = NDArray[np.float64]

STATURE_M = (1.70, 0.10, 1.45, 1.98)
"""Mean, standard deviation and bounds of stature, m: about both sexes' of adults worldwide
(NCD-RisC 2016, eLife 5:e13410)."""

LIMB_VARIATION = 0.03
"""Standard deviation of a limb's length against the table's, relative."""

# Lengths as fractions of stature: R. Drillis and R. Contini, "Body segment parameters", New
# York University, report 1166.03, 1966. Heights above the floor: ankle 0.039, knee 0.285, hip
# 0.530, shoulder 0.818, chin 0.870. Where the trunk and neck divide, and where the joint lies
# inside the shoulder's and the hip's breadth, is chosen.
SOLE, SHANK, THIGH = 0.039, 0.246, 0.245
UPPER_ARM, FOREARM, HAND, FOOT = 0.186, 0.146, 0.108, 0.152
_TRUNK = {
    "hip": (0.0, 0.050, -0.040),
    "spine1": (0.0, 0.0, 0.045),
    "spine2": (0.0, 0.0, 0.070),
    "spine3": (0.0, 0.0, 0.055),
    "neck": (0.0, 0.0, 0.110),
    "collar": (0.0, 0.020, 0.072),
    "shoulder": (0.0, 0.090, 0.006),
    "head": (0.008, 0.0, 0.050),
}


@dataclass(frozen=True, eq=False)
class Person:
    """Whose motion it is.

    Parameters
    ----------
    stature : float
        m.
    offsets : (22, 3) array
        Each joint in its parent's frame in the T-pose, facing +x, m.
    breath_hz : float
        Breaths a second at rest.
    breath_rad : float
        Half the turn of the upper trunk in a breath, rad.
    sway : (2,) array
        Standard deviation of quiet standing's sway of the pelvis, forward and sideways, m.
    tremor_m : float
        Standard deviation of a hand's physiological tremor, m.
    pace : float
        Factor on the speed of all that this person does.
    """

    stature: float
    offsets: Array
    breath_hz: float
    breath_rad: float
    sway: Array
    tremor_m: float
    pace: float

    def bone(self, joint: str) -> Array:
        """A joint's place (3,) in its parent's frame, m."""
        return self.offsets[JOINTS.index(joint)]

    def length(self, joint: str) -> float:
        """Length of the bone that ends at a joint, m."""
        return float(np.linalg.norm(self.bone(joint)))

    @property
    def thigh(self) -> float:
        """Hip to knee, m."""
        return self.length("left_knee")

    @property
    def shank(self) -> float:
        """Knee to ankle, m."""
        return self.length("left_ankle")

    @property
    def leg(self) -> float:
        """Hip to ankle of a straight leg, m."""
        return self.thigh + self.shank

    @property
    def hip_drop(self) -> float:
        """Hips below the pelvis joint, m."""
        return -float(self.bone("left_hip")[2])

    @property
    def palm(self) -> float:
        """Wrist to the middle of the palm, m."""
        return 0.5 * HAND * self.stature

    @property
    def arm(self) -> float:
        """Shoulder to the middle of the palm of a straight arm, m."""
        return self.length("left_elbow") + self.length("left_wrist") + self.palm

    @property
    def sole(self) -> float:
        """Ankle above the floor of a flat foot, m."""
        return SOLE * self.stature

    @property
    def seat(self) -> float:
        """Pelvis joint above the seat, m."""
        return 0.085 * self.stature

    @property
    def mouth(self) -> Array:
        """The mouth (3,) in the head's frame, m."""
        return np.array([0.058, 0.0, -0.005]) * self.stature

    @property
    def skeleton(self) -> Skeleton:
        """The canonical skeleton with this person's bones."""
        return Skeleton(JOINTS, np.array(PARENTS, np.intp), self.offsets)


def draw_person(rng: np.random.Generator) -> Person:
    """Draw a person.

    Breathing rate at rest: 12–20 a minute (Yuan, Drost, McIvor 2013, McMaster University
    Medical Journal 10). The trunk's turn stands for the chest wall's 4–12 mm in quiet
    breathing (De Groote et al. 1997, J. Appl. Physiol. 83:1531) over a quarter of a metre.
    Sway of the centre of mass in quiet standing: about 3–6 mm forward and 2–4 mm sideways
    (Winter 1995, Gait & Posture 3:193; Prieto et al. 1996, IEEE Trans. Biomed. Eng. 43:956).
    Tremor: some hundredths of a millimetre at 8–12 Hz (Elble and Koller 1990, Tremor).
    """
    mean, spread, least, most = STATURE_M
    stature = float(np.clip(rng.normal(mean, spread), least, most))
    bones: dict[str, Array] = {name: np.array(place) for name, place in _TRUNK.items()}
    bones["pelvis"] = np.zeros(3)
    bones["knee"], bones["ankle"] = np.array([0, 0, -THIGH]), np.array([0, 0, -SHANK])
    bones["elbow"], bones["wrist"] = np.array([0, UPPER_ARM, 0]), np.array([0, FOREARM, 0])
    bones["foot"] = np.array([0.5 * FOOT, 0, -0.75 * SOLE])
    vary = {name: 1 + LIMB_VARIATION * np.clip(rng.standard_normal(), -2, 2) for name in bones}
    vary["foot"] = 1.0  # the ball of the foot stays above the floor
    kinds = [joint.removeprefix("left_").removeprefix("right_") for joint in JOINTS]
    mirror = np.array([[1.0, -1.0 if j.startswith("right_") else 1.0, 1.0] for j in JOINTS])
    offsets = mirror * np.array([bones[kind] * vary[kind] for kind in kinds]) * stature
    return Person(
        stature,
        offsets,
        breath_hz=rng.uniform(12, 20) / 60,
        breath_rad=rng.uniform(0.004, 0.012),
        sway=np.array([rng.uniform(0.003, 0.006), rng.uniform(0.002, 0.004)]),
        tremor_m=rng.uniform(1e-5, 3e-5),
        pace=float(np.exp(rng.normal(0, 0.12))),
    )
