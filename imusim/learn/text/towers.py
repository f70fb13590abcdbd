"""The models themselves: folders of sentence-transformers, and the text half of CLIP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.errors import ConfigError, MissingExtraError

Tower = Callable[[Sequence[str]], NDArray[np.float32]]
"""Makes (M, D) of M texts, as the model gives them."""

BATCH = 64
CLIP_TYPES = ("clip", "clip_text_model")


def load_tower(folder: Path, device: str) -> Tower:
    """Load a model from its folder; nothing is fetched, and no code of the model's is run.

    Raises
    ------
    ConfigError
        If the folder holds no model that can be read.
    MissingExtraError
        If sentence-transformers is not there.
    """
    try:
        import sentence_transformers  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "text models need sentence-transformers: pip install 'imusim-toolkit[learn]'"
        ) from None
    make = _clip if _model_type(folder) in CLIP_TYPES else _sentences
    try:
        with _quiet():
            return make(folder, device)
    except (torch.cuda.OutOfMemoryError, MemoryError):
        raise
    except Exception as error:  # whatever a damaged folder makes of the libraries
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ConfigError(f"{folder}: the text model cannot be loaded: {reason}") from error


def _model_type(folder: Path) -> str:
    """What a folder of transformers says it is; empty for one of sentence-transformers."""
    file = folder / "config.json"
    if (folder / "modules.json").is_file() or not file.is_file():
        return ""
    try:
        return str(json.loads(file.read_bytes()).get("model_type", ""))
    except (ValueError, AttributeError, RecursionError):
        raise ConfigError(f"{file}: this is no configuration of a model") from None


def _sentences(folder: Path, device: str) -> Tower:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(folder),
        device=device,
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    ).eval()

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        made = model.encode(
            list(texts), batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(made, np.float32)

    return encode


def _clip(folder: Path, device: str) -> Tower:
    from transformers import AutoTokenizer, CLIPTextModelWithProjection

    words: Any = AutoTokenizer.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False
    )
    model: Any = CLIPTextModelWithProjection.from_pretrained(
        str(folder), local_files_only=True, use_safetensors=True
    )
    model = model.to(device).eval()
    longest = int(model.config.max_position_embeddings)

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        made = []
        for start in range(0, len(texts), BATCH):
            tokens = words(
                list(texts[start : start + BATCH]),
                padding=True,
                truncation=True,
                max_length=longest,
                return_tensors="pt",
            ).to(device)
            with torch.inference_mode():
                made.append(model(**tokens).text_embeds.float().cpu().numpy())
        return np.concatenate(made)

    return encode


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the libraries' bars and their notes on weights that are not needed."""
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
