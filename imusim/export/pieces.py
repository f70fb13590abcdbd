"""The examples of an export: clips, or windows of them, with all that is known of each."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import Clip
from imusim.export.plan import Plan, of_sensors

_LONGEST_NAME = 80


@dataclass(frozen=True, eq=False)
class Piece:
    """One example: frames ``start`` to ``stop`` of a clip.

    Parameters
    ----------
    name : str
        Of letters, digits, ``_`` and ``-`` alone, in no case alike with another's.
    facts : dict
        All that is known of it, as JSON knows it.
    """

    name: str
    plan: Plan
    clip: Clip
    start: int
    stop: int
    facts: dict[str, Any]

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.stop - self.start

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Read the signals (F, S, 3), whether each frame was seen (F,), and the channels."""
        accelerometer, gyroscope = self.clip.signals(self.start, self.stop, self.plan.sensors)
        found: dict[str, NDArray[Any]] = {
            "accelerometer": accelerometer,
            "gyroscope": gyroscope,
            "valid": self.clip.valid[self.start : self.stop],
        }
        for name in self.plan.channels:
            rows = self.clip.channel(name, self.start, self.stop)
            found[name] = rows[:, self.plan.columns] if of_sensors(name) else rows
        return found


class Pieces:
    """Cuts the clips of a corpus, one after another."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._names = Names()

    def of(self, clip: Clip) -> Iterator[Piece]:
        """Give the clip, or its windows; the last window holds what is left."""
        facts, frames = _facts(self._plan, clip), len(clip)
        length = self._plan.window or frames
        starts = range(0, frames, length)
        stem = self._names.of(clip.key)
        for number, start in enumerate(starts):
            stop = min(start + length, frames)
            name = stem if len(starts) == 1 else self._names.of(f"{stem}_{number:04d}")
            own = {
                "window": number,
                "start_s": start / clip.rate_hz,
                "frames": stop - start,
                "duration_s": (stop - start) / clip.rate_hz,
            }
            yield Piece(name, self._plan, clip, start, stop, {"name": name, **facts, **own})


class Names:
    """Names that every file system, tar and shell takes, none given twice."""

    def __init__(self):
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def of(self, text: str) -> str:
        """The name that comes closest to a text; never alike in letters that differ in case."""
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")[:_LONGEST_NAME] or "clip"
        number = self._last.get(stem.casefold(), 1)
        name = stem
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name.casefold())
        self._last[stem.casefold()] = number
        return name


def _facts(plan: Plan, clip: Clip) -> dict[str, Any]:
    columns = plan.columns
    devices, run = clip.devices, clip.run
    return {
        "key": clip.key,
        "captions": list(clip.captions),
        "source": clip.source,
        "subject": clip.subject,
        "licence": clip.licence,
        "file": clip.file,
        "file_sha256": clip.file_sha256,
        "imusim": run.created_with.get("imusim", ""),
        "engine": clip.engine,
        "seed": str(clip.seed),  # beyond what JSON and torch take as a number
        "mass_kg": clip.mass_kg,
        "rate_hz": clip.rate_hz,
        "sensors": list(plan.sensors),
        "joints": list(plan.joints),
        "devices": [devices[column] for column in columns],
        "link_from_sensor": clip.link_from_sensor[columns].tolist(),
        "mounting_offset": clip.mounting_offset[columns].tolist(),
        "observed": clip.observed[columns].tolist(),
        "unobserved_axis": clip.unobserved_axis[columns].tolist(),
        "quality": {n: None if math.isnan(v) else v for n, v in clip.quality.items()},
    }


def npy(array: NDArray[Any]) -> bytes:
    """An array as the bytes of an npy file."""
    packed = io.BytesIO()
    np.save(packed, array, allow_pickle=False)
    return packed.getvalue()


def frames_bytes(arrays: dict[str, NDArray[Any]]) -> int:
    """Bytes of a piece's arrays."""
    return sum(array.nbytes for array in arrays.values())
