"""A page on which a clip moves: one HTML file that needs nothing else."""

from imusim.view.page import view_clip

__all__ = ["view_clip"]
