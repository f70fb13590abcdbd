"""What training makes small: one loss, or a weighted sum of several."""

from imusim.learn.objectives.base import MOTION, PEOPLE, TEXT, VIDEO, Objective, Step
from imusim.learn.objectives.contrast import Pairs, contrastive_loss
from imusim.learn.objectives.registry import (
    OBJECTIVES,
    ObjectiveKind,
    find_objective,
    make_objective,
)

__all__ = [
    "MOTION", "OBJECTIVES", "PEOPLE", "TEXT", "VIDEO", "Objective", "ObjectiveKind", "Pairs",
    "Step", "contrastive_loss", "find_objective", "make_objective",
]  # fmt: skip
