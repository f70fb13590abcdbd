"""How soft the body is where sensors sit: natural frequency and damping by site.

Few figures are published for sensors of the size of an inertial unit (20 to 50 g with its strap),
so each site says on what its range rests. The sources:

- Rong and Kuo 2023 (preprint, doi 10.21203/rs.3.rs-3325551): units on the shank after impacts ring
  at 9.8 ± 2.7 Hz over the calf for 326 ms and at 18 ± 12 Hz in front for 151 ms. Taken as the
  time to settle within 2 %, 4/(ζω₀), that is a damping ratio of 0.20 and 0.23.
- Karlsson and Tranberg 1999 (Human Movement Science 18:627): tangential stiffness of the skin of
  the leg 330 N/m (proximal thigh) to 1,900 N/m (knee). A sensor of 20 to 50 g has 13 to 20 Hz on
  the one and 31 to 49 Hz on the other.
- Gallasch and Kenner 1997 (European J. Applied Physiology 75): a weakly damped resonance of 7
  to 13 Hz over the relaxed muscle of the forearm, not over the bone of the wrist.
- Kim et al. 1993 (J. Biomechanical Engineering 115:47): an accelerometer on the skin over bone,
  in vitro, reads 12 % too much between 15 and 30 Hz, as a spring of 45 to 91 Hz does.
- Wu et al. 2016 (Annals of Biomedical Engineering 44:1234): a patch on the head moves by up to
  4 mm in impacts of 6 to 13 g, as an underdamped system does. Force over displacement is that of
  19 to 28 Hz.
- Wakeling and Nigg 2001 (J. Applied Physiology 90:412): frequency and damping of the leg's muscles
  rise with their force, and are higher across the skin than along it. Hence the width of the
  ranges; the difference between directions is not modelled.

Kitazaki and Griffin 1995 (J. Biomechanics 28:885) and Smeathers 1989 (Clinical Biomechanics 4:34)
correct accelerometers on the skin of the spine for the same resonance.

No figure for rotation was found. A thin plate on a bed of springs tips with the frequency and the
damping ratio with which it bounces, since stiffness and inertia are both second moments of its
area; so rotation has the values of translation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.sensor.soft_tissue import SoftTissue

Tissue = Literal["none", "typical", "random"]


class Range(NamedTuple):
    """Least, typical and greatest value."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True)
class TissueSite:
    """Springs of a part of the body, in translation and in rotation alike.

    Parameters
    ----------
    name : str
    frequency_hz : Range
        Natural frequency.
    damping_ratio : Range
    basis : str
        On what the values rest.
    """

    name: str
    frequency_hz: Range
    damping_ratio: Range
    basis: str


_THIGH = TissueSite(
    "thigh", Range(8, 13, 20), Range(0.15, 0.25, 0.4),
    "stiffness of Karlsson and Tranberg; least frequency as over the calf; damping chosen",
)  # fmt: skip
_SHANK = TissueSite(
    "shank", Range(7, 14, 30), Range(0.15, 0.2, 0.3),
    "Rong and Kuo, both places with their spread; typical: the middle of both",
)  # fmt: skip
_FOOT = TissueSite(
    "foot", Range(30, 45, 60), Range(0.2, 0.3, 0.5),
    "chosen at the lower end of Kim et al., since shoe and strap add to the skin",
)  # fmt: skip
_TRUNK = TissueSite(
    "trunk", Range(10, 20, 35), Range(0.2, 0.3, 0.5),
    "chosen between muscle and bone",
)  # fmt: skip
_HEAD = TissueSite(
    "head", Range(19, 25, 40), Range(0.15, 0.25, 0.4),
    "frequency of Wu et al., with room above for a tight band; damping chosen",
)  # fmt: skip
_UPPER_ARM = TissueSite(
    "upper arm", Range(7, 11, 18), Range(0.15, 0.25, 0.4),
    "chosen as the forearm's muscle of Gallasch and Kenner, stiffer when tense",
)  # fmt: skip
_FOREARM = TissueSite(
    "forearm", Range(7, 13, 25), Range(0.15, 0.25, 0.4),
    "least and typical frequency of Gallasch and Kenner; the greatest chosen, towards the wrist",
)  # fmt: skip
_HAND = TissueSite(
    "hand", Range(20, 35, 60), Range(0.2, 0.3, 0.5),
    "chosen between forearm and foot, since the wrist is bony and a strap is loose",
)  # fmt: skip

SOFT_TISSUE: dict[str, TissueSite] = {
    joint: {
        "hip": _THIGH, "knee": _SHANK, "ankle": _FOOT, "foot": _FOOT, "head": _HEAD,
        "shoulder": _UPPER_ARM, "elbow": _FOREARM, "wrist": _HAND,
    }.get(joint.split("_")[-1], _TRUNK)
    for joint in JOINTS
}  # fmt: skip
"""The site that each joint's segment is."""


def draw_tissue(
    joints: tuple[str, ...], tissue: Tissue = "none", rngs: Sequence[np.random.Generator] = ()
) -> SoftTissue | None:
    """Springs for one sensor on each joint's segment.

    Parameters
    ----------
    joints : tuple of str
        Of :data:`imusim.conventions.JOINTS`.
    tissue : {"none", "typical", "random"}
        ``"typical"``: each site's typical values. ``"random"``: drawn from its ranges, a draw a
        sensor, translation and rotation apart; frequencies evenly in their logarithm.
    rngs : sequence of numpy Generator
        One a sensor, needed for ``"random"``.

    Returns
    -------
    SoftTissue, or ``None`` for sensors that sit rigidly

    Raises
    ------
    ConfigError
        For an unknown choice or joint, or ``"random"`` without generators.
    """
    unknown = [joint for joint in joints if joint not in SOFT_TISSUE]
    if unknown:
        raise ConfigError(f"no soft tissue for joint {unknown[0]!r}; there is: {', '.join(JOINTS)}")
    sites = [SOFT_TISSUE[joint] for joint in joints]
    frequency = np.array([site.frequency_hz for site in sites]).reshape(-1, 3)
    damping = np.array([site.damping_ratio for site in sites]).reshape(-1, 3)
    if tissue == "none":
        return None
    if tissue == "typical":
        return SoftTissue(frequency[:, 1], damping[:, 1], frequency[:, 1], damping[:, 1])
    if tissue == "random" and len(rngs) == len(joints):
        share = np.reshape([rng.random(4) for rng in rngs], (-1, 4)).T
        low, high = frequency[:, 0], frequency[:, 2]
        spread = damping[:, 2] - damping[:, 0]
        return SoftTissue(
            low * (high / low) ** share[0],
            damping[:, 0] + spread * share[1],
            low * (high / low) ** share[2],
            damping[:, 0] + spread * share[3],
        )
    raise ConfigError(
        f"soft tissue is 'none', 'typical' or 'random' (with a generator each), not {tissue!r}"
    )
