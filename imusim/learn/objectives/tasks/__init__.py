"""Tell what was done to a window."""

from imusim.learn.objectives.tasks.objective import TASKS, Tasks

__all__ = ["TASKS", "Tasks"]
