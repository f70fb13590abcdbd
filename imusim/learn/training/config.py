"""Settings of a training: defaults, a preset, a TOML file, and what is given on top."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from imusim.errors import ConfigError
from imusim.learn.augment import AugmentSettings
from imusim.learn.model import LOGIT_SCALE
from imusim.learn.objectives import find_objective
from imusim.learn.training.presets import get_preset
from imusim.names import did_you_mean
from imusim.toml import read_toml

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PretrainConfig(BaseModel):
    """How a model is trained.

    Parameters
    ----------
    encoder : str
        Of :data:`imusim.learn.encoders.ENCODERS`.
    encoder_settings : mapping
        What it is made with. How ``sensor_graph`` turns sensors follows from the mounting, unless
        told otherwise: see :attr:`network`.
    text_model : str
        Name or folder of the text encoder. It is frozen; what it makes of a text is projected.
    width : int
        Of the shared space.
    rate_hz, window_s : float
        Of the windows.
    augment : AugmentSettings
        With what is known of the mounting.
    wordings : int
        How many other wordings of each caption are made by rule and drawn from, at most.
    paraphrases : bool
        Whether those of `imusim captions` that lie beside a corpus are drawn from too.
    opposites : bool
        Whether texts that say the opposite are hard negatives.
    balance : bool
        Whether windows are drawn so that no source and no activity drowns others; else all alike.
    balance_sources, balance_activities : float
        Powers of :func:`imusim.learn.balance.balanced`.
    shares : mapping of str to float
        Factors on how often windows of sources are drawn, by the source or how it begins:
        ``procedural``, ``bvh CC-BY-NC``.
    by_movement : bool
        Whether windows are drawn in proportion to how their acceleration varies, besides: see
        :func:`imusim.learn.training.material.movement`.
    shuffled_captions : bool
        Whether captions are dealt out anew over clips: a control, which learns nothing that holds.
    objectives : mapping of str to float
        Weights of the losses that are added, of :data:`imusim.learn.objectives.OBJECTIVES`.
    objective_settings : mapping of str to mapping
        What objectives other than ``text`` are made with, by name.
    companions : int
        Further windows of the same person that are read along each, for objectives that compare
        within people.
    direction : {"symmetric", "imu2text"}
        Of the objective ``text``: both, or from signals to texts alone.
    divide_by : float
        A fixed temperature beside the learnable one.
    several_positives : bool
        Whether all texts that fit a window are positives; else only its own is.
    similar : float
        Share of the targets that goes to texts by their likeness to the drawn one, see
        :func:`imusim.learn.objectives.contrast.contrastive_loss`.
    similar_temperature : float
    logit_scale : float
        What similarities are multiplied with at the start.
    batch_size : int
        Windows that meet in one loss, over all devices.
    accumulate : int
        Batches of which a step takes the mean gradient.
    cached_gradients : int
        Windows that are encoded at a time, on each device; 0: all of a batch. The gradient is that
        of the whole batch, in the memory of these (Gao et al. 2021), for a second forward pass.
    steps : int
    epochs : float, optional
        How often windows are seen, in the mean; sets ``steps``.
    learning_rate : float
        The largest.
    warmup : int
        Steps in which it rises to that.
    schedule : {"cosine", "constant"}
        What it does afterwards: falls to 0, or stays.
    betas : (float, float)
        How much of the past the optimizer's means keep.
    weight_decay : float
        Of the weights of linear and convolutional layers, and of nothing else.
    clip_norm : float
        Largest norm of a step's gradient; 0: any.
    precision : {"auto", "bf16", "fp32"}
        Of the encoder. ``auto``: bf16 on a GPU that has it and on a CPU with AMX. The loss is
        always fp32.
    device : {"auto", "cpu", "cuda"}
    devices : int
        Processes, each on a device of its own.
    workers : int
        Processes that read, on each device; 0: none but the training's own.
    seed : int
    validation_share : float
        Part of the clips that is held out, to choose the best step by retrieval.
    validation_every : int
        Steps.
    validation_windows : int
        At most so many.
    log_every : int
        Steps.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str = "sensor_graph"
    encoder_settings: dict[str, JsonValue] = Field(default_factory=dict)
    text_model: str = "all-MiniLM-L6-v2"
    width: Count = 512
    rate_hz: Positive = 20.0
    window_s: Positive = 10.0
    augment: AugmentSettings = Field(default_factory=AugmentSettings)
    wordings: Annotated[int, Field(ge=0, le=64)] = 8
    paraphrases: bool = True
    opposites: bool = True
    balance: bool = True
    balance_sources: Share = 0.5
    balance_activities: Share = 0.5
    shares: dict[str, NotNegative] = Field(default_factory=dict)
    by_movement: bool = False
    shuffled_captions: bool = False
    objectives: dict[str, Positive] = Field(default_factory=lambda: {"text": 1.0}, min_length=1)
    objective_settings: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    companions: Annotated[int, Field(ge=0, le=1000)] = 0
    direction: Literal["symmetric", "imu2text"] = "symmetric"
    divide_by: Positive = 1.0
    several_positives: bool = True
    similar: Share = 0.0
    similar_temperature: Positive = 0.1
    logit_scale: Annotated[float, Field(ge=1, le=100)] = round(math.exp(LOGIT_SCALE), 4)
    batch_size: Annotated[int, Field(ge=2)] = 256
    accumulate: Count = 1
    cached_gradients: Annotated[int, Field(ge=0)] = 0
    steps: Count = 3000
    epochs: Positive | None = None
    learning_rate: Positive = 1e-3
    warmup: Annotated[int, Field(ge=0)] = 200
    schedule: Literal["cosine", "constant"] = "cosine"
    betas: tuple[Share, Share] = (0.9, 0.98)
    weight_decay: NotNegative = 0.05
    clip_norm: NotNegative = 1.0
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    devices: Annotated[int, Field(ge=1, le=1024)] = 1
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    validation_share: Annotated[float, Field(ge=0, lt=1)] = 0.1
    validation_every: Count = 250
    validation_windows: Annotated[int, Field(ge=2)] = 1024
    log_every: Count = 10

    @property
    def samples(self) -> int:
        """Of a window."""
        return max(1, round(self.window_s * self.rate_hz))

    @property
    def read_s(self) -> float:
        """Length of what is read for a window, so that time can be stretched in it."""
        return self.window_s * max(1.0, self.augment.speed[1])

    @property
    def network(self) -> dict[str, Any]:
        """All that the encoder is made with, for `sensor_graph` what suits the mounting too."""
        suits = _SUITS.get(self.augment.mounting, {}) if self.encoder == "sensor_graph" else {}
        return {**suits, **self.encoder_settings}

    @property
    def needs(self) -> frozenset[str]:
        """Of a corpus, by all objectives together."""
        return frozenset[str]().union(
            *(find_objective(name).needs_of(self.settings_of(name)) for name in self.objectives)
        )

    def settings_of(self, objective: str) -> dict[str, Any]:
        """What an objective is made with."""
        if objective != "text":
            return dict(self.objective_settings.get(objective, {}))
        names = (
            "direction", "divide_by", "several_positives", "similar", "similar_temperature",
            "opposites",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    @property
    def own_batch(self) -> int:
        """Windows of a batch on each device."""
        return self.batch_size // self.devices


_SUITS: Mapping[str, Mapping[str, JsonValue]] = {
    "unknown": {"frame": "level", "turns": 4},
    "upright": {"frame": "heading", "turns": 4, "doubt": 1.2},
}
"""Settings of ``sensor_graph`` by what is known of the mounting."""
FREE = ("device", "workers", "log_every")
"""Settings that a resumed training may have otherwise: they do not change its weights."""


def load_pretrain_config(
    preset: str = "default",
    file: Path | str | None = None,
    overrides: Mapping[str, Any] | None = None,
    base: Mapping[str, Any] | None = None,
) -> PretrainConfig:
    """Settings of a preset, or ``base``; a TOML file's win over them, ``overrides`` over both.

    ``mounting`` is short for that of ``augment``. Steps win over epochs of what they stand above.

    Raises
    ------
    ConfigError
        One line that names the file and the key, or the line where the TOML is broken; for a
        preset that is not there; for settings that do not fit each other.
    """
    settings: dict[str, Any] = dict(get_preset(preset) if base is None else base)
    given = {} if file is None else read_toml(file)
    for layer in (given, dict(overrides or {})):
        if "mounting" in layer:
            layer["augment"] = {**layer.get("augment", {}), "mounting": layer.pop("mounting")}
        if "steps" in layer:
            settings.pop("epochs", None)
        settings = _merged(settings, layer)
    try:
        config = PretrainConfig.model_validate(settings)
    except ValidationError as error:
        raise ConfigError(_describe(error, file, given, overrides or {})) from None
    if config.batch_size % config.devices:
        raise ConfigError(
            f"batch_size: {config.batch_size} windows cannot be shared out equally to "
            f"{config.devices} devices"
        )
    for name in config.objective_settings:
        if name not in config.objectives or name == "text":
            raise ConfigError(
                f"objective_settings: {name} has none here; those of text stand beside, and others "
                f"must be among the objectives: {', '.join(config.objectives)}"
            )
    for name in config.objectives:
        find_objective(name)
    return config


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        both = name == "augment" and isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[name] = {**old, **value} if both and old is not None else value
    return merged


def _describe(
    error: ValidationError,
    file: Path | str | None,
    given: Mapping[str, Any],
    overrides: Mapping[str, Any],
) -> str:
    """The first fault in one line."""
    first = error.errors()[0]
    places = [str(part) for part in first["loc"]]
    key = places[0] if places else ""
    place = f"{file}: " if key in given and key not in overrides else ""
    if first["type"] == "extra_forbidden":
        model = AugmentSettings if key == "augment" else PretrainConfig
        valid = tuple(model.model_fields)
        hint = did_you_mean(places[-1], valid)
        shown = ".".join(places)
        return f"{place}unknown setting {shown!r}.{hint} Settings: {', '.join(valid)}."
    message = first["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    value = first["input"]
    shown = "" if isinstance(value, dict) else f", got {value!r}"
    return f"{place}{'.'.join(places)}: {message}{shown}"
