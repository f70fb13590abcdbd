"""One clip through the whole house, and many clips to a corpus."""

from imusim.pipeline.clip import simulate_clip
from imusim.pipeline.config import GenerateConfig, load_config, resolve_joints
from imusim.pipeline.run import Progress, Skipped, Summary, generate

__all__ = [
    "GenerateConfig",
    "Progress",
    "Skipped",
    "Summary",
    "generate",
    "load_config",
    "resolve_joints",
    "simulate_clip",
]
