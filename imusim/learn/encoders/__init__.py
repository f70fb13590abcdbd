"""Networks that make an embedding of a window's sensors."""

from imusim.learn.encoders.registry import ENCODERS, EncoderKind, make_encoder

__all__ = ["ENCODERS", "EncoderKind", "make_encoder"]
