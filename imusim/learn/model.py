"""The two towers: signals and text in one space, and the file that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.errors import ConfigError
from imusim.learn.batch import SensorBatch
from imusim.learn.encoders import make_encoder

FORMAT = 1
"""Of model files; another is refused."""
LOGIT_SCALE = float(np.log(1 / 0.07))
MOST_LOGIT_SCALE = float(np.log(100.0))


@dataclass(frozen=True)
class ModelSettings:
    """All that must be known to make a model anew and to feed it.

    Parameters
    ----------
    encoder : str
        Of :data:`imusim.learn.encoders.ENCODERS`.
    encoder_settings : mapping
        What it is made with.
    text_model : str
        Name of the text encoder.
    text_width : int
        Of its embeddings; 0 where the training knew no text, so that no class has a name.
    width : int
        Of the shared space, where there is text.
    rate_hz, window_s : float
        Of the windows that it was trained on.
    mounting : {"unknown", "upright"}
        What the training took for known: nothing, or the segment's long axis, which sensors then
        have as z, upwards in a person who stands with the arms hanging.
    gyroscope : bool
        Whether it was trained on gyroscopes too; else it is shown none.
    source : mapping
        Corpus digests, licence, settings of the training: for the record.
    """

    encoder: str = "sensor_graph"
    encoder_settings: Mapping[str, Any] = field(default_factory=dict)
    text_model: str = "all-MiniLM-L6-v2"
    text_width: int = 384
    width: int = 512
    rate_hz: float = 20.0
    window_s: float = 10.0
    mounting: str = "unknown"
    gyroscope: bool = True
    source: Mapping[str, Any] = field(default_factory=dict)


class ImuTextModel(nn.Module):
    """Embeds windows and texts into one space, after CLIP (Radford et al. 2021).

    The text encoder itself is frozen and not a part: what it makes of texts is handed in. A model
    that was trained without texts has its encoder only, whose space is its own.

    Parameters
    ----------
    settings : ModelSettings
    """

    def __init__(self, settings: ModelSettings):
        super().__init__()
        self.settings = settings
        self.encoder = make_encoder(settings.encoder, settings.encoder_settings)
        wide = int(self.encoder.width)  # pyright: ignore[reportArgumentType]
        self.width = settings.width if settings.text_width else wide
        """Of unit embeddings, E."""
        if settings.text_width:
            self.sensor_projection = nn.Linear(wide, settings.width, bias=False)
            self.text_projection = nn.Linear(settings.text_width, settings.width, bias=False)
            self.logit_scale = nn.Parameter(torch.tensor(LOGIT_SCALE))

    @property
    def knows_text(self) -> bool:
        """Whether it was trained with texts, so that classes can be named."""
        return self.settings.text_width > 0

    def encode(self, batch: SensorBatch) -> Tensor:
        """(B, D) as the encoder makes them."""
        return self.encoder(self._shown(batch))

    def frames(self, batch: SensorBatch) -> Tensor:
        """(N, T, D) of all samples of the N sensors worn, of an encoder that has ``frames``."""
        return self.encoder.frames(self._shown(batch))  # pyright: ignore[reportCallIssue]

    def project(self, encoded: Tensor) -> Tensor:
        """Unit embeddings (B, E) of what :meth:`encode` made.

        They are in the space of text; of a model without texts the same vectors, of length one.
        """
        made = self.sensor_projection(encoded) if self.knows_text else encoded
        return functional.normalize(made, dim=-1)

    def embed_sensors(self, batch: SensorBatch) -> Tensor:
        """Unit embeddings (B, E) of windows, as :meth:`project` makes them."""
        return self.project(self.encode(batch))

    def embed_text(self, features: Tensor) -> Tensor:
        """Unit embeddings (M, E) of what the text encoder made of texts, (M, ``text_width``)."""
        self.check_text()
        return functional.normalize(self.text_projection(features), dim=-1)

    def _shown(self, batch: SensorBatch) -> SensorBatch:
        return batch if self.settings.gyroscope else batch.without_gyroscopes()

    def check_text(self) -> None:
        """Raise ConfigError for a model that was trained without texts."""
        if not self.knows_text:
            raise ConfigError(
                "the model was trained without texts, so it names no classes; train a head on "
                "labels, or take a model with the objective text"
            )

    def scale(self) -> Tensor:
        """What similarities are multiplied with: one over the temperature, 100 at most."""
        return self.logit_scale.clamp(max=MOST_LOGIT_SCALE).exp()


def save_model(
    model: ImuTextModel, path: Path | str, objectives: Mapping[str, Tensor] | None = None
) -> None:
    """Write settings and weights to a file that :func:`load_model` reads.

    Parameters
    ----------
    model : ImuTextModel
    path : Path or str
    objectives : mapping of str to tensor, optional
        What objectives learnt beside the model, for :func:`load_objectives`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    held = {"format": FORMAT, "settings": asdict(model.settings), "state": model.state_dict()}
    if objectives:
        held["objectives"] = dict(objectives)
    part = path.with_name(path.name + ".part")
    torch.save(held, part)
    part.replace(path)


def load_model(path: Path | str) -> ImuTextModel:
    """Read a model; nothing but tensors and plain values is unpickled.

    Raises
    ------
    ConfigError
        If there is no such file, or it is no model, or not of this format, or its weights do not
        fit the architecture that it names.
    """
    path = Path(path)
    held = _held(path)
    try:
        model = ImuTextModel(ModelSettings(**held["settings"]))
        model.load_state_dict(held["state"])
    except (TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{path}: its weights are of another architecture: {reason}") from None
    return model.eval()


def load_objectives(path: Path | str) -> tuple[ModelSettings, Mapping[str, Tensor]]:
    """Read what objectives learnt beside a model; none of most.

    Raises
    ------
    ConfigError
        If there is no such file, or it is no model, or not of this format.
    """
    held = _held(Path(path))
    try:
        settings = ModelSettings(**held["settings"])
    except TypeError:
        raise ConfigError(f"{path}: this is no model of imusim") from None
    return settings, dict(held.get("objectives", {}))


def _held(path: Path) -> dict[str, Any]:
    """All of a file."""
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file; give a model that pretrain wrote")
    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged file makes of the reader
        raise ConfigError(f"{path}: this is no model of imusim, or it is damaged") from error
    if not isinstance(held, dict) or not {"format", "settings", "state"} <= set(held):
        raise ConfigError(f"{path}: this is no model of imusim; give what pretrain wrote")
    if held["format"] != FORMAT:
        raise ConfigError(f"{path}: format {held['format']}; this version reads {FORMAT}")
    return held
