"""Captions said otherwise: by rule, as their opposite, or by a language model."""

from imusim.corpus.paraphrases import read_paraphrases
from imusim.learn.captions.opposites import opposite, opposites
from imusim.learn.captions.rephrase import rephrased, variants

__all__ = ["opposite", "opposites", "read_paraphrases", "rephrased", "variants"]
