"""Pictures of clips."""

from imusim.plot.clip import choose_joints, known_joints, plot_clip, preferred_joints
from imusim.plot.figures import drawn_bones

__all__ = ["choose_joints", "drawn_bones", "known_joints", "plot_clip", "preferred_joints"]
