"""Pictures of clips."""

from imusim.plot.clip import choose_joints, known_joints, plot_clip, preferred_joints
from imusim.plot.figures import drawn_bones
from imusim.plot.ground import ground_forces

__all__ = [
    "choose_joints",
    "drawn_bones",
    "ground_forces",
    "known_joints",
    "plot_clip",
    "preferred_joints",
]
