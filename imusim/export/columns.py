"""What is told of an example: names, types, shapes, for readers that want to know beforehand.

The types are those of the Hugging Face Hub, whose card states them as ``features``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from imusim.conventions import QUALITY
from imusim.corpus.channels import CHANNELS
from imusim.export.plan import Plan

TEXTS = (
    "name", "key", "source", "subject", "licence", "file", "file_sha256", "imusim", "engine",
    "seed",
)  # fmt: skip
NUMBERS = {
    "mass_kg": "float64",
    "rate_hz": "float64",
    "window": "int32",
    "start_s": "float64",
    "frames": "int32",
    "duration_s": "float64",
}
LISTS = {
    "captions": "string",
    "sensors": "string",
    "joints": "string",
    "devices": "string",
    "link_from_sensor": "float64",
    "mounting_offset": "float64",
    "observed": "bool",
    "unobserved_axis": "float64",
}
"""A value a sensor, but for captions."""
ROWS = {"link_from_sensor": 4, "mounting_offset": 3, "unobserved_axis": 3}
"""Lists with so many values a sensor."""


def array_rows(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Shape of a frame of each array."""
    rows: dict[str, tuple[int, ...]] = {
        "accelerometer": (len(plan.sensors), 3),
        "gyroscope": (len(plan.sensors), 3),
        "valid": (),
    }
    return rows | {name: plan.row(name) for name in plan.channels}


def array_type(name: str) -> str:
    """Type of an array's values."""
    boolean = name == "valid" or (name in CHANNELS and CHANNELS[name].dtype == "|b1")
    return "bool" if boolean else "float32"


def fact_features(flat: bool) -> list[dict[str, Any]]:
    """The facts of an example; lists of rows made flat, or not."""
    features: list[dict[str, Any]] = [{"name": name, "dtype": "string"} for name in TEXTS]
    features += [{"name": name, "dtype": kind} for name, kind in NUMBERS.items()]
    for name, kind in LISTS.items():
        features.append(
            {"name": name, "list": {"list": kind} if name in ROWS and not flat else kind}
        )
    quality = [{"name": name, "dtype": "float64"} for name in QUALITY]
    return [*features, {"name": "quality", "struct": quality}]


def header(features: Iterable[dict[str, Any]]) -> list[str]:
    """Lines of YAML that state features; a line of JSON is YAML too."""
    return ["dataset_info:", "  features:", *(f"  - {json.dumps(each)}" for each in features)]
