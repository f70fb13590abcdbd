"""Whether a clip is fit to be stored."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, QUALITY
from imusim.corpus import schema
from imusim.corpus.channels import checked_channels
from imusim.corpus.hdf5 import clean
from imusim.corpus.layout import Layout
from imusim.corpus.schema import ClipRecord


def checked(clip: ClipRecord, layout: Layout) -> ClipRecord:
    """The clip with its arrays in the types that are stored. Raises ValueError."""
    sensors = len(layout.sensors)
    for name in (*schema.TEXT_COLUMNS, "captions"):
        value = getattr(clip, name)
        for text in value if name == "captions" else (value,):
            if "\0" in text or clean(text) != text:
                raise ValueError(f"{name} holds a character that UTF-8 cannot store: {text!r}")
    if not clip.key:
        raise ValueError("the key is empty")
    if not 0 <= clip.seed < 2**64:
        raise ValueError(f"the seed {clip.seed} is not in the range of uint64")
    if not 0 <= clip.run < len(layout.runs):
        raise ValueError(f"there is no run {clip.run}")
    if not 0 < clip.mass_kg < np.inf:
        raise ValueError(f"the body's mass is {clip.mass_kg} kg")
    frames, poses = len(clip.valid), len(clip.poses)
    if frames == 0:
        raise ValueError("it has no frames")
    shapes: dict[str, tuple[tuple[int, ...], str]] = {
        "accelerometer": ((frames, sensors, 3), "<f4"),
        "gyroscope": ((frames, sensors, 3), "<f4"),
        "valid": ((frames,), "?"),
        "poses": ((poses, len(JOINTS), 3), "<f4"),
        "source_poses": ((poses, len(JOINTS), 3), "<f4"),
        "link_from_sensor": ((sensors, 4), "<f8"),
        "mounting_offset": ((sensors, 3), "<f8"),
        "mounting_slip": ((sensors, 3), "<f8"),
        "mounting_slip_time_s": ((sensors,), "<f8"),
        "device": ((sensors,), "<i4"),
        "observed": ((sensors,), "?"),
        "unobserved_axis": ((sensors, 3), "<f8"),
    }
    arrays: dict[str, Any] = {}
    for name, (shape, dtype) in shapes.items():
        with np.errstate(over="ignore"):
            array = np.asarray(getattr(clip, name)).astype(dtype, copy=False)
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, not {shape}")
        if name == "source_poses":
            if np.isinf(array).any():
                raise ValueError("source_poses holds a value beyond float32")
        elif not np.isfinite(array).all():
            raise ValueError(f"{name} holds a value that is not a finite float32 number")
        arrays[name] = array
    if (np.abs(np.linalg.norm(arrays["link_from_sensor"], axis=-1) - 1) > 1e-6).any():
        raise ValueError("link_from_sensor holds a quaternion that is not of unit length")
    if (arrays["mounting_slip_time_s"] <= 0).any():
        raise ValueError("mounting_slip_time_s holds a time that is not positive")
    if ((arrays["device"] < 0) | (arrays["device"] >= len(layout.devices))).any():
        raise ValueError("device is not the number of a device of the corpus")
    if not unit_or_zero(arrays["unobserved_axis"]).all():
        raise ValueError("unobserved_axis holds a vector that is neither of unit length nor zero")
    if set(clip.quality) != set(QUALITY):
        wrong = sorted(set(clip.quality) ^ set(QUALITY))[0]
        raise ValueError(f"quality lacks, or should not have, the number {wrong!r}")
    if any(np.isinf(value) for value in clip.quality.values()):
        raise ValueError("quality holds a number that is infinite")
    arrays["channels"] = checked_channels(
        clip.channels, layout.channels, frames, sensors, clip.engine
    )
    for name, counted in layout.counted.items():
        try:
            counted.to_counts((arrays | arrays["channels"])[name], arrays["device"])
        except ValueError as error:
            raise ValueError(f"{name}: {error}; store the corpus as float32") from None
    return dataclasses.replace(clip, **arrays)


def unit_or_zero(axes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which vectors (..., 3) are of unit length or zero."""
    length = np.linalg.norm(axes, axis=-1)
    return (length == 0) | (np.abs(length - 1) <= 1e-6)
