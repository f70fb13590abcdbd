"""Naming what is done in windows of which no model has seen any."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from imusim.errors import ConfigError
from imusim.learn.batch import SensorBatch
from imusim.learn.evaluation.figures import figures_of
from imusim.learn.evaluation.real import RealWindows
from imusim.learn.model import ImuTextModel

Array = NDArray[np.float64]

Features = Sequence[Tensor] | Tensor

BATCH = 256
"""Windows that are embedded at a time."""


def embed_windows(
    model: ImuTextModel, batch: SensorBatch, projected: bool = True, size: int = BATCH
) -> Tensor:
    """Embeddings (B, E) of windows, without gradients and with the model at rest.

    ``projected``: unit vectors, in the space of text where the model has one; else (B, D) as the
    encoder makes them.
    """
    device = next(model.parameters()).device
    trained, parts = model.training, []
    model.eval()
    try:
        with torch.no_grad():
            for first in range(0, len(batch), size):
                part = batch[first : first + size].to(device)
                if not model.settings.gyroscope:
                    part = part.without_gyroscopes()
                made = model.embed_sensors(part) if projected else model.encoder(part)
                parts.append(made.float().cpu())
    finally:
        model.train(trained)
    return torch.cat(parts)


def embed_classes(model: ImuTextModel, features: Features) -> Tensor:
    """Unit embeddings (K, E) of classes: of each the mean of its prompts', which are unit.

    Parameters
    ----------
    model : ImuTextModel
    features : sequence of (P, F) tensor
        What the text encoder made of the P prompts of each class.

    Raises
    ------
    ConfigError
        If it is of another text encoder, by its width, or the model was trained without texts.
    """
    model.check_text()
    width, device = model.settings.text_width, next(model.parameters()).device
    means = []
    for own in features:
        if own.ndim != 2 or not len(own) or own.shape[1] != width:
            raise ConfigError(
                f"features of prompts have the shape {tuple(own.shape)}, not (prompts, {width}): "
                f"the model is of the text encoder {model.settings.text_model}"
            )
        with torch.no_grad():
            means.append(model.embed_text(own.to(device).float()).mean(dim=0))
    return functional.normalize(torch.stack(means), dim=-1)


def class_scores(
    model: ImuTextModel, real: RealWindows, features: Sequence[Tensor] | Tensor
) -> Array:
    """Similarities (W, K) of windows and classes."""
    check_fits(model, real)
    if len(features) != len(real.classes):
        raise ConfigError(f"prompts of {len(features)} classes; there are {len(real.classes)}")
    windows = embed_windows(model, real.batch)
    return (windows @ embed_classes(model, features).cpu().T).numpy().astype(float)


def zero_shot(
    model: ImuTextModel, real: RealWindows, features: Sequence[Tensor] | Tensor
) -> dict[str, float]:
    """Accuracy, macro-F1, R@2 and MRR of a model that saw none of this.

    Parameters
    ----------
    model : ImuTextModel
    real : RealWindows
    features : sequence of (P, F) tensor
        Of the prompts of ``real.classes``, in their order; see :func:`class_features`.

    Raises
    ------
    ConfigError
        If the windows are of another rate or mounting than the model's, or the features do not
        fit.
    """
    return figures_of(class_scores(model, real, features), real.labels)


def check_fits(model: ImuTextModel, real: RealWindows) -> None:
    """Raise ConfigError for windows that the model is not made for."""
    wanted = model.settings
    if not np.isclose(wanted.rate_hz, real.rate_hz):
        raise ConfigError(f"the model takes {wanted.rate_hz:g} Hz, not {real.rate_hz:g} Hz")
    if wanted.mounting != real.mounting:
        raise ConfigError(
            f"the model was trained with mounting {wanted.mounting}, "
            f"and the windows are of mounting {real.mounting}"
        )


def class_features(
    encode: Callable[[Sequence[str]], Tensor | NDArray[np.floating]],
    prompts: Sequence[Sequence[str]],
) -> list[Tensor]:
    """What a text encoder makes of the prompts of classes: of each (P, F), all encoded at once.

    Parameters
    ----------
    encode : callable
        ``encode(texts)``: (M, F).
    prompts : sequence of sequence of str
        As :class:`imusim.learn.evaluation.real.RealWindows` has them.
    """
    texts = [text for own in prompts for text in own]
    return list(torch.as_tensor(encode(texts)).split([len(own) for own in prompts]))
