"""Settings of a frame-wise training, and what is changed of its frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from torch import Tensor

from imusim.errors import ConfigError
from imusim.learn.augment.rotations import uniform
from imusim.learn.online.frames import FrameBatch
from imusim.names import did_you_mean

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class FrameConfig(BaseModel):
    """How a frame-wise model is trained.

    Parameters
    ----------
    network : str
        Of :data:`imusim.learn.online.registry.NETWORKS`.
    network_settings : mapping
        What it is made with.
    pretrain : str
        Of :data:`imusim.learn.online.pretraining.OBJECTIVES`; ``none``: trained on labels.
    sensors : tuple of str
        Joints; none: those of the data.
    rate_hz : float
        Of the frames.
    window_s : float
        Of the stretches that are trained on. A model can be fed for longer.
    mounting : {"unknown", "stored"}
        ``unknown``: every sensor of a stretch is turned at random, uniformly over SO(3).
        ``stored``: as it was recorded.
    scale : float
        Standard deviation of the logarithm of a signal's amplitude.
    accelerometer_noise, gyroscope_noise : float
        Largest standard deviation of white noise, m/s² and rad/s; drawn for each sensor from 0.
    lost : float
        Share of the sensors of a stretch that drop out for a part of it.
    steps, batch_size : int
    learning_rate, warmup, schedule, betas, weight_decay
        As :class:`imusim.learn.training.PretrainConfig` has them.
    clip_norm : float
        Largest norm of a step's gradient; 0: any.
    device : {"auto", "cpu", "cuda"}
    seed : int
    validation_share : float
        Part of the people who are held out to choose the best step: by frame-wise macro-F1, of a
        pretraining by its loss.
    validation_every, log_every : int
        Steps.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    network: str = "gru"
    network_settings: dict[str, JsonValue] = Field(default_factory=dict)
    pretrain: str = "none"
    sensors: tuple[str, ...] = ()
    rate_hz: Positive = 50.0
    window_s: Positive = 5.0
    mounting: Literal["unknown", "stored"] = "unknown"
    scale: NotNegative = 0.1
    accelerometer_noise: NotNegative = 0.3
    gyroscope_noise: NotNegative = 0.1
    lost: Share = 0.1
    steps: Count = 1000
    batch_size: Count = 64
    learning_rate: Positive = 1e-3
    warmup: Annotated[int, Field(ge=0)] = 50
    schedule: Literal["cosine", "constant"] = "cosine"
    betas: tuple[Share, Share] = (0.9, 0.98)
    weight_decay: NotNegative = 0.01
    clip_norm: NotNegative = 1.0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    validation_share: Annotated[float, Field(ge=0, lt=1)] = 0.15
    validation_every: Count = 100
    log_every: Count = 10

    @property
    def samples(self) -> int:
        """Frames of a stretch."""
        return max(2, round(self.window_s * self.rate_hz))


FREE = ("device", "log_every")
"""Settings that a resumed training may have otherwise: they do not change its weights."""


def make_config(settings: Mapping[str, Any]) -> FrameConfig:
    """Settings that fit. Raises ConfigError with the first fault in one line."""
    try:
        return FrameConfig.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            valid = tuple(FrameConfig.model_fields)
            raise ConfigError(
                f"unknown setting {name!r}.{did_you_mean(name, valid)} "
                f"Settings: {', '.join(valid)}."
            ) from None
        message = first["msg"][0].lower() + first["msg"][1:]
        raise ConfigError(f"{name}: {message}, got {first['input']!r}") from None


def augmented(batch: FrameBatch, config: FrameConfig, generator: torch.Generator) -> FrameBatch:
    """Stretches as new as the generator makes them: turned, scaled, noisy, with sensors lost."""
    count, samples, sensors, _ = batch.frames.shape
    frames = batch.frames.unflatten(-1, (2, 3))  # (B, T, S, 2, 3)
    if config.mounting == "unknown":
        turns = uniform((count, 1, sensors), generator)
        frames = frames @ turns.transpose(-1, -2)
    each = (count, 1, sensors, 2, 1)
    if config.scale:
        frames = frames * (torch.randn(each, generator=generator) * config.scale).exp()
    noise = torch.tensor([config.accelerometer_noise, config.gyroscope_noise])
    if noise.any():
        level = noise[:, None] * torch.rand(each, generator=generator)
        frames = frames + level * torch.randn(frames.shape, generator=generator)
    present = batch.present & ~_lost((count, samples, sensors), config.lost, generator)[..., None]
    return FrameBatch(frames.flatten(-2), present, batch.labels)


def _lost(shape: tuple[int, int, int], share: float, generator: torch.Generator) -> Tensor:
    """Frames (B, T, S) at which a sensor is lost: one stretch of some of the sensors."""
    count, samples, sensors = shape
    ends = torch.rand(2, count, 1, sensors, generator=generator).sort(dim=0).values * samples
    places = torch.arange(samples)[None, :, None]
    some = torch.rand(count, 1, sensors, generator=generator) < share
    return (ends[0] <= places) & (places < ends[1]) & some
