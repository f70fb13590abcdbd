"""Pictures of clips."""

from imusim.plot.clip import choose_joints, known_joints, plot_clip, preferred_joints

__all__ = ["choose_joints", "known_joints", "plot_clip", "preferred_joints"]
