"""At which joint of the canonical skeleton a sensor counts."""

from __future__ import annotations

from imusim.corpus import Corpus
from imusim.sensor.placement import placements
from imusim.sensor.placement.joint import joint_of

__all__ = ["joint_of", "joints_of"]


def joints_of(corpus: Corpus) -> tuple[str, ...]:
    """The joint of each of a corpus's S sensors, whether they sit at joints or at placements."""
    known = placements()
    return tuple(
        joint_of(known[name]) if name in known and known[name].segment == joint else joint
        for name, joint in zip(corpus.sensors, corpus.joints, strict=True)
    )
