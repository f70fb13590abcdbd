"""Corpora in PyTorch. Needs the extra ``learn``; raises MissingExtraError without it."""

try:
    import torch as _torch  # noqa: F401
except ImportError:
    from imusim.errors import MissingExtraError

    raise MissingExtraError(
        "imusim.learn needs PyTorch: pip install 'imusim-toolkit[learn]'"
    ) from None

from imusim.learn.data import CorpusDataset, collate
from imusim.learn.sampler import CorpusSampler
from imusim.learn.use import Encoder, load_encoder

__all__ = ["CorpusDataset", "CorpusSampler", "Encoder", "collate", "load_encoder"]
