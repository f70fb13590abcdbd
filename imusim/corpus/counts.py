"""Signals as the whole numbers that a device's converter gives, and back: the one place for both.

A reading is ``float32(float64(count) · LSB)``. That is what :mod:`imusim.sensor.device.measure`
rounds to, so counts give back every bit of the float32 that would have been stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import h5py
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from imusim.corpus import schema
from imusim.corpus.hdf5 import dataset

EXACT_BITS = 24
"""Counts of so many bits are told apart in float32."""


class Counted(BaseModel):
    """How a dataset is counted.

    Parameters
    ----------
    bits : {16, 32}
        Of the stored integers.
    lsb : tuple
        What a count stands for, of each of D devices on x, y and z, in the dataset's SI unit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bits: Literal[16, 32]
    lsb: tuple[tuple[float, float, float], ...]

    @property
    def dtype(self) -> str:
        """Type of the stored integers."""
        return f"<i{self.bits // 8}"

    def to_counts(self, values: NDArray[np.float32], device: NDArray[np.integer]) -> NDArray[Any]:
        """Counts of readings (F, S, 3) of sensors whose devices are numbered (S,).

        Raises
        ------
        ValueError
            If a reading is no whole number of its device's LSB, or too large.
        """
        lsb = np.array(self.lsb)[device]
        counts = np.rint(values / lsb)
        limits = np.iinfo(self.dtype)
        if counts.size and not (counts.min() >= limits.min and counts.max() <= limits.max):
            raise ValueError(f"a value is beyond {self.bits} bits of its device's LSB")
        counts = counts.astype(self.dtype)
        if not np.array_equal(to_values(counts, lsb), values):
            raise ValueError("a value is no whole number of its device's LSB")
        return counts


def join_counted(
    parts: Sequence[tuple[Sequence[str], Mapping[str, Counted]]], devices: Sequence[str]
) -> dict[str, Counted]:
    """What can be counted of several corpora together.

    Parameters
    ----------
    parts : sequence of (devices, counted)
        Names of each corpus's devices, and how it counts.
    devices : sequence of str
        Names of all devices.
    """
    shared = [name for name in parts[0][1] if all(name in counted for _, counted in parts)]
    joined = {}
    for name in shared:
        found = {
            (device, lsb)
            for own, counted in parts
            for device, lsb in zip(own, counted[name].lsb, strict=True)
        }
        lsb_of_device = dict(found)
        if len(lsb_of_device) == len(found):  # no device has two
            wide = any(counted[name].bits == 32 for _, counted in parts)
            lsb = tuple(lsb_of_device[device] for device in devices)
            joined[name] = Counted(bits=32 if wide else 16, lsb=lsb)
    return joined


def to_values(counts: NDArray[Any], lsb: NDArray[np.float64]) -> NDArray[np.float32]:
    """Readings (F, S, 3) of counts, LSBs (S, 3) or (F, S, 3)."""
    return np.multiply(counts, lsb, dtype=np.float64).astype(np.float32)


def lsb_of(file: h5py.File, name: str) -> NDArray[np.float64] | None:
    """LSBs (D, 3) of a dataset of a shard, ``None`` if it holds readings and no counts."""
    if dataset(file, name).dtype.kind != "i":
        return None
    return dataset(file, lsb_name(name))[:]


def lsb_name(name: str) -> str:
    """The dataset with the LSBs of a dataset of counts."""
    return f"{schema.DEVICES}/{name}_lsb"


def notes(name: str, counted: bool) -> dict[str, str]:
    """Attributes of a dataset of readings or counts."""
    own = schema.SHARD_NOTES.get(name, {})
    if not counted:
        return own
    scale = lsb_name(name)
    meaning = f"times {scale} of the sensor's device, as clips/device tells it, {own['units']}"
    return own | {"units": "LSB", "scale": scale, "meaning": meaning}


def lsb_notes(name: str) -> dict[str, str]:
    """Attributes of the LSBs of a dataset."""
    units = schema.SHARD_NOTES[name]["units"]
    return {"units": units, "axes": "device, xyz", "meaning": f"one count of {name}"}


def read_rows(file: h5py.File, name: str, start: int, stop: int) -> NDArray[Any]:
    """Rows of any dataset of a shard, over any number of clips; readings where it holds counts."""
    stored = dataset(file, name)[start:stop]
    stop = start + len(stored)
    lsb = lsb_of(file, name)
    if lsb is None:
        return stored
    starts = dataset(file, f"{schema.CLIPS}/start")[:]
    first = max(int(np.searchsorted(starts, start, side="right")) - 1, 0)
    last = int(np.searchsorted(starts, stop, side="left"))
    devices = dataset(file, f"{schema.CLIPS}/device")[first:last]
    edges = np.clip(starts[first + 1 : last] - start, 0, len(stored))
    parts = np.split(stored, edges)
    values = np.empty(stored.shape, np.float32)
    for part, device, out in zip(parts, devices, np.split(values, edges), strict=False):
        out[:] = to_values(part, lsb[device])
    return values
