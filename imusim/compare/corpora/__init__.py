"""A simulated corpus against unpaired recordings, activity by activity."""

from imusim.compare.corpora.encoders import ENCODERS, Encoder, standardised
from imusim.compare.corpora.result import FIGURES, ActivityResult, CorpusResult, FeatureDistance
from imusim.compare.corpora.run import compare_corpora

__all__ = [
    "ENCODERS",
    "FIGURES",
    "ActivityResult",
    "CorpusResult",
    "Encoder",
    "FeatureDistance",
    "compare_corpora",
    "standardised",
]
