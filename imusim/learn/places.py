"""At which joint of the canonical skeleton a sensor counts."""

from __future__ import annotations

from imusim.corpus import Corpus
from imusim.sensor.placement import Placement, placements

_FAR_END = 0.5


def joint_of(placement: Placement) -> str:
    """The joint whose virtual sensor reads as one at a placement does.

    That of the segment, with which the sensor turns; but a sensor on the far half of a forearm is
    the wrist's, which it moves with, as the hand keeps nearly to the forearm's direction.
    """
    side, _, kind = placement.segment.partition("_")
    if kind == "elbow" and (placement.along or 0.0) > _FAR_END:
        return f"{side}_wrist"
    return placement.segment


def joints_of(corpus: Corpus) -> tuple[str, ...]:
    """The joint of each of a corpus's S sensors, whether they sit at joints or at placements."""
    known = placements()
    return tuple(
        joint_of(known[name]) if name in known and known[name].segment == joint else joint
        for name, joint in zip(corpus.sensors, corpus.joints, strict=True)
    )
