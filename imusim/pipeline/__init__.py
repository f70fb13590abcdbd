"""One clip through the whole house, and many clips to a corpus."""

from imusim.pipeline.agenda import Status
from imusim.pipeline.clip import simulate_clip
from imusim.pipeline.config import GenerateConfig, load_config, resolve_joints
from imusim.pipeline.run import Progress, Summary, generate
from imusim.pipeline.work import Inputs, InputsMaker, Skipped

__all__ = [
    "GenerateConfig",
    "Inputs",
    "InputsMaker",
    "Progress",
    "Skipped",
    "Status",
    "Summary",
    "generate",
    "load_config",
    "resolve_joints",
    "simulate_clip",
]
