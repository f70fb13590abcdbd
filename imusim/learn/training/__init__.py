"""Training of both towers. Lightning is imported when a training begins."""

from imusim.learn.training.config import PretrainConfig, load_pretrain_config
from imusim.learn.training.presets import PRESETS, Preset
from imusim.learn.training.run import Trained, find_device, pretrain

__all__ = [
    "PRESETS",
    "Preset",
    "PretrainConfig",
    "Trained",
    "find_device",
    "load_pretrain_config",
    "pretrain",
]
