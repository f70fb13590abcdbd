"""A report as JSON: arrays in 16 bits, text as it is."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Interval

Array = NDArray[np.float64]
LEVELS = 65_000
"""Steps from the least to the largest value of an array."""
MISSING = -32_768


def pack(value: object) -> Any:
    """Dataclasses to objects that name their class, arrays to bytes, NaN to ``None``."""
    if isinstance(value, np.ndarray):
        return _pack_array(value.astype(float))
    if isinstance(value, Interval):
        return {"value": [number(x) for x in (value.value, value.low, value.high)] + [value.count]}
    if is_dataclass(value):
        packed = {field.name: pack(getattr(value, field.name)) for field in fields(value)}
        return {"type": type(value).__name__, **packed}
    if isinstance(value, Mapping):
        return {clean(str(key)): pack(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [pack(part) for part in value]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return number(value)
    return value


def clean(text: str) -> str:
    """Text without halves of signs, which names of files can have and no page may."""
    return text.encode("utf-8", "replace").decode("utf-8")


def number(value: float) -> float | None:
    """Six significant digits; nothing where it is not finite."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _pack_array(values: Array) -> dict[str, object]:
    """Values as ``low + step * (code + 32500)``: a picture needs no more."""
    known = np.isfinite(values)
    low, high = (values[known].min(), values[known].max()) if known.any() else (0.0, 0.0)
    step = (high - low) / LEVELS or 1.0
    codes = np.full(values.shape, MISSING, "<i2")
    codes[known] = np.round((values[known] - low) / step) - LEVELS // 2
    text = base64.b64encode(codes.tobytes()).decode("ascii")
    return {"low": float(low), "step": float(step), "shape": values.shape, "codes": text}
