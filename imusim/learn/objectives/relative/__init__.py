"""Windows ranked by how well they rebuild one another, and an encoder that keeps the ranks."""

from imusim.learn.objectives.relative.distance import MotifDistance, Traces
from imusim.learn.objectives.relative.files import load_distance
from imusim.learn.objectives.relative.reconstruct import Reconstruct
from imusim.learn.objectives.relative.relative import Relative, relative_loss
from imusim.learn.objectives.relative.sparsemax import sparsemax

__all__ = [
    "MotifDistance", "Reconstruct", "Relative", "Traces", "load_distance", "relative_loss",
    "sparsemax",
]  # fmt: skip
