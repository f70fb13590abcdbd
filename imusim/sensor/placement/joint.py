"""At which joint of the canonical skeleton a placement counts."""

from __future__ import annotations

from imusim.sensor.placement.model import Placement

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
