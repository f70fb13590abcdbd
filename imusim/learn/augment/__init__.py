"""What is changed of windows while a model learns: batched, where the windows lie."""

from imusim.learn.augment.augment import Augment
from imusim.learn.augment.settings import AugmentSettings

__all__ = ["Augment", "AugmentSettings"]
