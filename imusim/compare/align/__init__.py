"""How a real sensor relates to a motion: clock, mounting, lever arm, biases, scale factors."""

from imusim.compare.align.align import align, predict, refine_offset, within
from imusim.compare.align.model import Alignment, Pair, Steps, Trace

__all__ = ["Alignment", "Pair", "Steps", "Trace", "align", "predict", "refine_offset", "within"]
