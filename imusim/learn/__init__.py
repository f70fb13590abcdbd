"""Corpora in PyTorch. Needs the extra ``learn``; raises MissingExtraError without it."""

from typing import TYPE_CHECKING, Any

try:
    import torch as _torch  # noqa: F401
except ImportError:
    from imusim.errors import MissingExtraError

    raise MissingExtraError(
        "imusim.learn needs PyTorch: pip install 'imusim-toolkit[learn]'"
    ) from None

from imusim.learn.data import CorpusDataset, collate
from imusim.learn.sampler import CorpusSampler

if TYPE_CHECKING:
    from imusim.learn.use import Encoder, load_encoder

__all__ = ["CorpusDataset", "CorpusSampler", "Encoder", "collate", "load_encoder"]


def __getattr__(name: str) -> Any:
    """Import on first use: whoever only reads a corpus needs no model."""
    if name not in ("Encoder", "load_encoder"):
        raise AttributeError(f"module 'imusim.learn' has no attribute {name!r}")
    from imusim.learn import use

    return getattr(use, name)
