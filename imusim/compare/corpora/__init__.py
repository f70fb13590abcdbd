"""A simulated corpus against unpaired recordings, activity by activity."""

from imusim.compare.corpora.result import ActivityResult, CorpusResult, FeatureDistance

__all__ = ["ActivityResult", "CorpusResult", "FeatureDistance"]
