"""What a model is worth on real recordings."""

from imusim.learn.evaluation.figures import figures_of
from imusim.learn.evaluation.protocol import Protocol, known_protocols, load_protocol
from imusim.learn.evaluation.real import RealWindows, load_real
from imusim.learn.evaluation.zero_shot import class_features, zero_shot

__all__ = [
    "Protocol",
    "RealWindows",
    "class_features",
    "figures_of",
    "known_protocols",
    "load_protocol",
    "load_real",
    "zero_shot",
]
