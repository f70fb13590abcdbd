"""Models that say at every frame what is done, from the past alone."""

from imusim.learn.online.evaluation import evaluate_frames
from imusim.learn.online.model import (
    FrameModel,
    FrameSettings,
    Stepper,
    is_frame_model,
    load_frame_model,
    save_frame_model,
)
from imusim.learn.online.registry import NETWORKS, make_network

__all__ = [
    "NETWORKS",
    "FrameModel",
    "FrameSettings",
    "Stepper",
    "evaluate_frames",
    "is_frame_model",
    "load_frame_model",
    "make_network",
    "save_frame_model",
]
