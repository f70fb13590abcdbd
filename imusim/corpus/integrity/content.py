"""What a shard holds, against its schema: layout, tables, values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from imusim.conventions import JOINTS, QUALITY, STANDARD_GRAVITY
from imusim.corpus import schema
from imusim.corpus.channels import CHANNELS, FORCES, KINEMATIC
from imusim.corpus.check import unit_or_zero
from imusim.corpus.counts import lsb_name, notes, read_rows
from imusim.corpus.hdf5 import dataset, texts
from imusim.corpus.manifest import Manifest, Shard

MAX_ACCELERATION = 1e4
"""Largest plausible accelerometer magnitude, m/s²."""
MAX_RATE = 1e3
"""Largest plausible gyroscope magnitude, rad/s."""
_BLOCK = 32768


def shard_problems(file: h5py.File, shard: Shard, manifest: Manifest) -> Iterator[str]:
    """What is wrong inside a shard, one line each, without its name.

    Memory is bounded by a block of frames and the clip table. Raises what h5py does, of a file
    that is none of HDF5's.
    """
    problems = list(_layout_problems(file, shard, manifest))
    yield from problems
    if problems:
        return
    problems = list(_table_problems(file, shard, len(manifest.runs)))
    problems += _lsb_problems(file, manifest)
    yield from problems
    if problems and manifest.counted:  # counts mean nothing without their devices
        return
    limits = {schema.ACCELEROMETER: MAX_ACCELERATION, schema.GYROSCOPE: MAX_RATE}
    for name in (schema.ACCELEROMETER, schema.GYROSCOPE, schema.POSES):
        yield from _value_problems(file, name, limits.get(name, np.inf))
    yield from _value_problems(file, schema.SOURCE_POSES, np.inf, lacking=True)
    for name in manifest.channels:
        yield from _channel_problems(file, name)


def _layout(shard: Shard, manifest: Manifest) -> dict[str, tuple[tuple[int | None, ...], str]]:
    """Shape and kind of every dataset; ``None`` where the length is not known beforehand."""
    clips, frames, sensors = shard.clips, shard.frames, len(manifest.sensors)
    table: dict[str, tuple[tuple[int | None, ...], str]] = {
        schema.ACCELEROMETER: ((frames, sensors, 3), "<f4"),
        schema.GYROSCOPE: ((frames, sensors, 3), "<f4"),
        schema.VALID: ((frames,), "|b1"),
        schema.POSES: ((None, len(JOINTS), 3), "<f4"),
        schema.SOURCE_POSES: ((None, len(JOINTS), 3), "<f4"),
        schema.CAPTION_TEXT: ((None,), "text"),
        schema.CAPTION_CLIP: ((None,), "<i8"),
        f"{schema.CLIPS}/run": ((clips,), "<i4"),
        f"{schema.CLIPS}/seed": ((clips,), "<u8"),
        f"{schema.CLIPS}/mass_kg": ((clips,), "<f8"),
        f"{schema.CLIPS}/link_from_sensor": ((clips, sensors, 4), "<f8"),
        f"{schema.CLIPS}/mounting_offset": ((clips, sensors, 3), "<f8"),
        f"{schema.CLIPS}/mounting_slip": ((clips, sensors, 3), "<f8"),
        f"{schema.CLIPS}/mounting_slip_time_s": ((clips, sensors), "<f8"),
        f"{schema.CLIPS}/device": ((clips, sensors), "<i4"),
        f"{schema.CLIPS}/observed": ((clips, sensors), "|b1"),
        f"{schema.CLIPS}/unobserved_axis": ((clips, sensors, 3), "<f8"),
        f"{schema.CLIPS}/quality": ((clips, len(QUALITY)), "<f8"),
    }
    table |= {f"{schema.CLIPS}/{name}": ((clips,), "text") for name in schema.TEXT_COLUMNS}
    table |= {f"{schema.CLIPS}/{name}": ((clips,), "<i8") for name in schema.RANGE_COLUMNS}
    for name in manifest.channels:
        table[name] = ((frames, *CHANNELS[name].row(sensors)), CHANNELS[name].dtype)
    for name, counted in manifest.counted.items():
        table[name] = ((frames, sensors, 3), counted.dtype)
        table[lsb_name(name)] = ((len(manifest.devices), 3), "<f8")
    return table


def _layout_problems(file: h5py.File, shard: Shard, manifest: Manifest) -> Iterator[str]:
    expected: dict[str, Any] = {
        "schema_version": manifest.schema_version,
        "rate_hz": manifest.rate_hz,
        "pose_rate_hz": manifest.pose_rate_hz,
        "gravity": STANDARD_GRAVITY,
        "sensors": list(manifest.sensors),
        "joints": list(manifest.joints),
        "devices": list(manifest.devices),
        "codec": manifest.codec,
        "pose_joints": list(JOINTS),
        "quaternion_order": "xyzw",
    }
    for name, value in expected.items():
        found = file.attrs.get(name)
        found = list(found) if isinstance(found, np.ndarray) else found
        if found != value:
            yield f"attribute {name} is {found!r}, not {value!r}"
    for name, (shape, kind) in _layout(shard, manifest).items():
        data = file.get(name)
        if not isinstance(data, h5py.Dataset):
            yield f"dataset {name} is missing"
            continue
        text = h5py.check_string_dtype(data.dtype)
        found = data.dtype.str if text is None else "text"
        if found != kind:
            yield f"dataset {name} is of type {found}, not {kind}"
        fits = len(shape) == len(data.shape) and all(
            want in (None, have) for want, have in zip(shape, data.shape, strict=True)
        )
        if not fits:
            yield f"dataset {name} has shape {data.shape}, not {shape}"
        units = notes(name, counted=name in manifest.counted).get("units")
        if units and data.attrs.get("units") != units:
            yield f"dataset {name} has the units {data.attrs.get('units')!r}, not {units!r}"


def _lsb_problems(file: h5py.File, manifest: Manifest) -> Iterator[str]:
    for name, counted in manifest.counted.items():
        if not np.array_equal(dataset(file, lsb_name(name))[:], counted.lsb):
            yield f"{lsb_name(name)} holds other steps than the manifest"


def _table_problems(file: h5py.File, shard: Shard, runs: int) -> Iterator[str]:
    for name, total in (("", shard.frames), ("pose_", len(dataset(file, schema.POSES)))):
        start = dataset(file, f"{schema.CLIPS}/{name}start")[:]
        length = dataset(file, f"{schema.CLIPS}/{name}length")[:]
        ends = np.cumsum(length)
        if (length < (0 if name else 1)).any() or (start != ends - length).any():
            yield f"clip table: {name}start and {name}length leave a gap or overlap"
        elif (ends[-1] if len(ends) else 0) != total:
            yield f"clip table: the clips cover {ends[-1] if len(ends) else 0} of {total} rows"
    index = dataset(file, schema.CAPTION_CLIP)[:]
    if len(index) != len(dataset(file, schema.CAPTION_TEXT)):
        yield "captions: text and clip differ in length"
    if len(index) and (index.min() < 0 or index.max() >= shard.clips):
        yield "captions: an index is not that of a clip"
    if (np.diff(index) < 0).any():
        yield "captions: not in the order of the clips"
    norm = np.linalg.norm(dataset(file, f"{schema.CLIPS}/link_from_sensor")[:], axis=-1)
    if not (np.abs(norm - 1) < 1e-6).all():
        yield "clip table: link_from_sensor holds a quaternion that is not of unit length"
    mass_kg = dataset(file, f"{schema.CLIPS}/mass_kg")[:]
    if not (np.isfinite(mass_kg) & (mass_kg > 0)).all():
        yield "clip table: mass_kg holds a value that is no mass"
    for name in ("mounting_offset", "mounting_slip", "mounting_slip_time_s"):
        if not np.isfinite(dataset(file, f"{schema.CLIPS}/{name}")[:]).all():
            yield f"clip table: {name} holds a value that is not finite"
    if (dataset(file, f"{schema.CLIPS}/mounting_slip_time_s")[:] <= 0).any():
        yield "clip table: mounting_slip_time_s holds a time that is not positive"
    run = dataset(file, f"{schema.CLIPS}/run")[:]
    if ((run < 0) | (run >= runs)).any():
        yield "clip table: run holds a number that is not that of a run"
    device = dataset(file, f"{schema.CLIPS}/device")[:]
    if ((device < 0) | (device >= len(np.asarray(file.attrs["devices"])))).any():
        yield "clip table: device holds a number that is not that of a device"
    if not unit_or_zero(dataset(file, f"{schema.CLIPS}/unobserved_axis")[:]).all():
        yield "clip table: unobserved_axis holds a vector neither of unit length nor zero"
    quality = dataset(file, f"{schema.CLIPS}/quality")
    if list(quality.attrs.get("names", ())) != list(QUALITY):
        yield "clip table: quality does not have the names of this schema"
    if np.isinf(quality[:]).any():
        yield "clip table: quality holds a number that is infinite"
    if len(dataset(file, schema.SOURCE_POSES)) != len(dataset(file, schema.POSES)):
        yield "poses and source_poses differ in length"


def _value_problems(
    file: h5py.File, name: str, limit: float, lacking: bool = False
) -> Iterator[str]:
    """Rows that no sensor gives; NaN is good where things may be ``lacking``."""
    for start in range(0, len(dataset(file, name)), _BLOCK):
        block = read_rows(file, name, start, start + _BLOCK)
        size = np.linalg.norm(block.astype(float), axis=-1)
        infinite = np.isinf(block).any(axis=-1) if lacking else ~np.isfinite(size)
        for wrong, what in ((infinite, "not finite"), (size > limit, "implausible")):
            if wrong.any():
                row, joint = np.argwhere(wrong)[0]
                yield (
                    f"{name}: {what} at row {start + row}, column {joint}"
                    f"{_clip_at(file, name, start + row)}"
                )
                return


def _channel_problems(file: h5py.File, name: str) -> Iterator[str]:
    """Rows with a value that is not finite, with one where no physics ran, with no rotation."""
    starts = dataset(file, f"{schema.CLIPS}/start")[:]
    kinematic = np.array(texts(file, f"{schema.CLIPS}/engine")) == KINEMATIC
    for start in range(0, len(dataset(file, name)), _BLOCK):
        stored = read_rows(file, name, start, start + _BLOCK)
        block = stored.reshape(len(stored), -1)
        clips = np.searchsorted(starts, start + np.arange(len(block)), side="right") - 1
        without = kinematic[clips] & (name in FORCES)
        if block.dtype == bool:
            wrong = without & block.any(axis=1)
        else:
            whole, none = np.isfinite(block).all(axis=1), np.isnan(block).all(axis=1)
            wrong = np.where(without, ~none, ~whole)
        what = "not finite"
        if name == "true_orientation" and not wrong.any():
            what = "a quaternion that is not of unit length"
            wrong = (np.abs(np.linalg.norm(stored, axis=-1) - 1) > 1e-5).any(axis=1)
        if wrong.any():
            row = int(np.argmax(wrong))
            what = "a value where no physics ran" if without[row] else what
            yield f"{name}: {what} at row {start + row}{_clip_at(file, name, start + row)}"
            return


def _clip_at(file: h5py.File, name: str, row: int) -> str:
    column = "pose_start" if name in (schema.POSES, schema.SOURCE_POSES) else "start"
    starts = dataset(file, f"{schema.CLIPS}/{column}")[:]
    number = int(np.searchsorted(starts, row, side="right")) - 1
    key = texts(file, f"{schema.CLIPS}/key", slice(number, number + 1))
    return f" (clip {key[0]!r})" if key else ""
