"""Frozen encoders of text: by name, or from a folder; what they make is kept on disk."""

from imusim.learn.text.encoder import DEFAULT, TextEncoder, load_text_encoder

__all__ = ["DEFAULT", "TextEncoder", "load_text_encoder"]
