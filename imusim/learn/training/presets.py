"""Settings under a name. What they change of the defaults, and why: docs/reference/presets.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from imusim.errors import ConfigError
from imusim.names import did_you_mean


@dataclass(frozen=True)
class Preset:
    """Settings under a name: an entry of the registry.

    Parameters
    ----------
    name, summary : str
    settings : mapping
        Those of :class:`imusim.learn.training.PretrainConfig` that are not the default.
    """

    name: str
    summary: str
    settings: Mapping[str, Any]


_RAW = {
    "mounting": "unknown", "sensors": (1, 5), "no_gyroscope": 0.0, "no_placement": 0.0,
    "speed": (1.0, 1.0), "crop": 0.0, "scale": 0.0, "accelerometer_noise": 0.0,
    "gyroscope_noise": 0.0, "accelerometer_bias": 0.0, "gyroscope_bias": 0.0, "clip": 0.0,
}  # fmt: skip
"""Rotations and one to five joints, as UniMTS has them, and nothing else."""

_UNIMTS: dict[str, Any] = {
    "encoder": "stgcn", "text_model": "clip-ViT-B-32", "width": 512, "rate_hz": 20.0,
    "window_s": 10.0, "augment": _RAW, "wordings": 0, "opposites": False, "balance": False,
    "direction": "imu2text", "several_positives": False, "batch_size": 64, "epochs": 100.0,
    "learning_rate": 1e-4, "warmup": 0, "schedule": "constant", "weight_decay": 0.0,
    "betas": (0.9, 0.999), "clip_norm": 0.0, "precision": "fp32",
}  # fmt: skip

_PLAIN: dict[str, Any] = {
    "width": 512, "wordings": 0, "opposites": False, "balance": False, "warmup": 0,
    "schedule": "constant", "weight_decay": 0.0, "betas": (0.9, 0.999), "clip_norm": 0.0,
    "precision": "fp32",
}  # fmt: skip
"""Adam, and windows all alike."""

_RELCON: dict[str, Any] = {
    "width": 256, "rate_hz": 100.0, "window_s": 2.56, "wordings": 0, "opposites": False,
    "augment": {
        **_RAW, "mounting": "stored", "sensors": (1, 1), "no_gyroscope": 1.0,
        "favoured": {"left_wrist": 1e4, "right_wrist": 1e4},
    },
    "balance": False, "batch_size": 64, "warmup": 0, "schedule": "constant",
    "betas": (0.9, 0.999), "weight_decay": 0.0, "clip_norm": 0.0, "precision": "fp32",
}  # fmt: skip
"""One accelerometer, at a wrist where there is one; nothing is changed of it."""

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset("default", "this package's own", {}),
            Preset(
                "unimts-paper",
                "as the paper of UniMTS describes it (Zhang et al. 2024), on masked windows",
                {**_UNIMTS, "logit_scale": 10.0},
            ),
            Preset(
                "unimts-code",
                "as its published code does it: no gyroscope, divided by 0.1 on top of 100",
                {
                    **_UNIMTS, "logit_scale": 100.0, "divide_by": 0.1,
                    "augment": {**_RAW, "no_gyroscope": 1.0},
                },
            ),
            Preset(
                "primus",
                "one sensor, two views, text, motion and neighbours (Das et al. 2025)",
                {
                    **_PLAIN, "encoder": "cnn_gru", "text_model": "clip-ViT-B-32",
                    "rate_hz": 50.0, "window_s": 5.0, "logit_scale": 10.0,
                    "augment": {**_RAW, "sensors": (1, 1), "scale": 0.25},
                    "objectives": {"primus": 1.0},
                    "objective_settings": {"primus": {"alpha": 0.5, "queue": 8192}},
                    "batch_size": 64, "epochs": 15.0, "learning_rate": 2e-4,
                },
            ),
            Preset(
                "harnet",
                "one accelerometer tells what was done to its time (Yuan et al. 2024)",
                {
                    **_PLAIN, "encoder": "harnet10", "rate_hz": 30.0, "window_s": 10.0,
                    "augment": {**_RAW, "sensors": (1, 1), "no_gyroscope": 1.0},
                    "objectives": {"tasks": 1.0}, "objective_settings": {"tasks": {"apart": True}},
                    "by_movement": True, "batch_size": 6000, "epochs": 20.0,
                    "learning_rate": 1.17e-3, "warmup": 1000,
                },
            ),
            Preset(
                "limu-bert",
                "one sensor, spans of whose samples are hidden and rebuilt (Xu et al. 2021)",
                {
                    **_PLAIN, "encoder": "limu_bert", "rate_hz": 20.0, "window_s": 6.0,
                    "augment": {**_RAW, "mounting": "stored", "sensors": (1, 1)},
                    "objectives": {"masked": 1.0}, "batch_size": 128, "epochs": 3200.0,
                    "learning_rate": 1e-3,
                },
            ),
            Preset(
                "relcon-distance",
                "the distance of RelCon (Xu et al. 2025), which its encoder is trained by",
                {**_RELCON, "objectives": {"reconstruct": 1.0}, "epochs": 10.0},
            ),
            Preset(
                "relcon",
                "RelCon's encoder (Xu et al. 2025), by a distance that was trained before",
                {
                    **_RELCON, "encoder": "resnet", "objectives": {"relative": 1.0},
                    "companions": 20, "epochs": 100.0, "learning_rate": 1e-6,
                },
            ),
        )
    }
)  # fmt: skip


def get_preset(name: str) -> Mapping[str, Any]:
    """Settings of a preset. Raises ConfigError, which lists those that there are."""
    if name not in PRESETS:
        raise ConfigError(
            f"no preset {name!r}.{did_you_mean(name, PRESETS)} There are: {', '.join(PRESETS)}"
        )
    return PRESETS[name].settings
