"""The contract that every dataset of recordings fulfils."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imusim.recordings.model import Recording


@dataclass(frozen=True)
class RecordingRef:
    """A recording that can be read: of which dataset, from which file, which part of it."""

    dataset: str
    path: Path
    key: str
    part: str = ""


@dataclass(frozen=True)
class Dataset:
    """One dataset of real recordings: an entry of the registry.

    Parameters
    ----------
    name : str
        Lower case with hyphens.
    summary : str
    licence : str
        SPDX identifier, or ``LicenseRef-…`` as :mod:`imusim.licences` has it; ``""`` where the
        publisher states none.
    home, obtain, citation : str
        Web page; how a user gets the files; whom to cite.
    rate_hz : float
        Nominal.
    placements : mapping
        Sensor of the dataset to the placement that it is worn at.
    labels : mapping
        Label as the dataset writes it to what it means, in words, in the present participle.
    find : callable
        ``find(folder)``: the recordings in a folder as its publisher packs it. Raises
        MotionError where it holds none.
    read : callable
        ``read(ref)``: the recording, in SI. Raises MotionError with file and line.
    paired : bool
        Whether motion was captured along.
    """

    name: str
    summary: str
    licence: str
    home: str
    obtain: str
    citation: str
    rate_hz: float
    placements: Mapping[str, str]
    labels: Mapping[str, str]
    find: Callable[[Path], Sequence[RecordingRef]]
    read: Callable[[RecordingRef], Recording]
    paired: bool = False
