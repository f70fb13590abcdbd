"""Segments, mass, inertia and shape; retargeting; the body as URDF."""

from imusim.body.model import Body, BodyMaker, BodyModel, BodyOptions, Skin, segment_mesh
from imusim.body.retarget import RetargetedMotion, retarget
from imusim.body.urdf import Spheres, body_urdf, write_urdf

__all__ = [
    "Body",
    "BodyMaker",
    "BodyModel",
    "BodyOptions",
    "RetargetedMotion",
    "Skin",
    "Spheres",
    "body_urdf",
    "retarget",
    "segment_mesh",
    "write_urdf",
]
