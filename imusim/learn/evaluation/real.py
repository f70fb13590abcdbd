"""Real recordings as windows that a model takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.learn.batch import UNKNOWN, SensorBatch, placements
from imusim.learn.evaluation.protocol import Protocol, load_protocol
from imusim.learn.evaluation.stretches import Stretch, read_stretches
from imusim.learn.evaluation.upright import turn_to_z, up_axis

Words = NDArray[np.str_]
MOUNTINGS = ("unknown", "upright")
_LEAST_KNOWN = 0.5


@dataclass(frozen=True, eq=False)
class RealWindows:
    """W windows of a dataset.

    Parameters
    ----------
    dataset : str
    batch : SensorBatch
        Sensors that a recording has stand first. Their names: ``sensors`` (W, S), ``""`` for none.
    labels : (W,) int array
        Numbers of ``classes``.
    classes : tuple of str
        The protocol's that occur here.
    prompts : tuple of tuple of str
        Of each class.
    subjects, groups : (W,) array of str
        Who, and which recording: nobody is on both sides of a split, recordings are drawn whole.
    sensors : (W, S) array of str
    rate_hz, window_s : float
    mounting : str
    notes : tuple of str
        What was left out.
    """

    dataset: str
    batch: SensorBatch
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    prompts: tuple[tuple[str, ...], ...]
    subjects: Words
    groups: Words
    sensors: Words
    rate_hz: float
    window_s: float
    mounting: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | Sequence[int]) -> RealWindows:
        """Some of the windows, by mask or numbers; the classes stay."""
        chosen = np.asarray(chosen)
        numbers = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.int64)
        return replace(
            self,
            batch=self.batch[torch.from_numpy(numbers)],
            labels=self.labels[numbers],
            subjects=self.subjects[numbers],
            groups=self.groups[numbers],
            sensors=self.sensors[numbers],
        )

    def thinned(self, most: int) -> RealWindows:
        """At most so many windows: of each person and class alike, one at least, evenly in time."""
        cells = np.stack([self.subjects, self.labels.astype(str)])
        cell = np.unique(cells, axis=1, return_inverse=True)[1].reshape(-1)
        counts = np.bincount(cell)
        each = counts.max()
        while each > 1 and np.minimum(counts, each).sum() > most:
            each -= 1
        kept = [
            own[np.linspace(0, len(own) - 1, min(each, len(own))).round().astype(int)]
            for own in (np.flatnonzero(cell == number) for number in range(len(counts)))
        ]
        return self.take(np.sort(np.concatenate(kept)))

    @property
    def keys(self) -> tuple[str, ...]:
        """Of each window its recording and which of that recording's it is, from 0."""
        before: dict[str, int] = {}
        found = []
        for group in self.groups.tolist():
            before[group] = before.get(group, -1) + 1
            found.append(f"{group}#{before[group]}")
        return tuple(found)

    def without_placement(self) -> RealWindows:
        """The same of sensors of which nobody says where they sit."""
        unknown = torch.full_like(self.batch.placement, UNKNOWN)
        return replace(self, batch=replace(self.batch, placement=unknown))


def load_real(
    dataset: str,
    folder: Path | str,
    protocol: Protocol | Path | str | None = None,
    rate_hz: float = 20.0,
    window_s: float | None = None,
    mounting: str = "unknown",
    sensors: Sequence[str] | None = None,
    unknown_placement: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> RealWindows:
    """Windows of a dataset as its protocol has them; signals are read once and kept.

    Parameters
    ----------
    dataset : str
    folder : Path or str
        As its publisher packs it.
    protocol : Protocol, Path or str, optional
        By default the bundled one of the dataset.
    rate_hz : float
        The model's.
    window_s : float, optional
        By default the protocol's.
    mounting : {"unknown", "upright"}
        Signals as recorded, or turned by the smallest rotation that takes the axis that is up
        along the segment to z.
    sensors : sequence of str, optional
        Some of the protocol's; recordings with none of them are left out.
    unknown_placement : bool
        Whether models are not told where sensors sit.
    progress : callable, optional
        ``progress(done, total)``, of recordings.

    Raises
    ------
    ConfigError
        For an unknown dataset, mounting or sensor, a protocol of another dataset, or if no window
        is left.
    MotionError
        If the folder holds nothing that can be read.
    """
    if mounting not in MOUNTINGS:
        raise ConfigError(f"no mounting {mounting!r}; there are: {', '.join(MOUNTINGS)}")
    if not isinstance(protocol, Protocol):
        protocol = load_protocol(protocol or dataset)
    if protocol.dataset != dataset:
        raise ConfigError(f"the protocol is for {protocol.dataset}, not for {dataset}")
    length_s = protocol.window_s if window_s is None else window_s
    samples = round(length_s * rate_hz) if np.isfinite(length_s * rate_hz) else 0
    if samples < 1:
        raise ConfigError(f"windows of {length_s} s at {rate_hz} Hz: give them a length")
    for name in sensors or ():
        if name not in protocol.sensors:
            raise ConfigError(f"no sensor {name!r}; there are: {', '.join(protocol.sensors)}")
    read = read_stretches(folder, protocol, rate_hz, progress)
    chosen = tuple(sensors) if sensors else tuple(protocol.sensors)
    cuts = [cut for stretch in read.found for cut in _cuts(stretch, chosen, samples)]
    if not cuts:
        raise ConfigError(f"{dataset}: no window is left of {len(read.found):,} stretches")
    turns = _turns(read.found, protocol, chosen) if mounting == "upright" else {}
    real = _gathered(cuts, protocol, samples, rate_hz, mounting, turns)
    notes = tuple(f"{key}: {why}" for key, why in read.unread)
    real = replace(real, window_s=length_s, notes=notes)
    return real.without_placement() if unknown_placement else real


@dataclass(frozen=True)
class _Cut:
    """A window: of a stretch, columns of sensors, and where it starts."""

    stretch: Stretch
    columns: tuple[int, ...]
    start: int
    known: NDArray[np.bool_]


def _cuts(stretch: Stretch, chosen: Sequence[str], samples: int) -> list[_Cut]:
    """Windows side by side, or the one that there is; a sensor is in it if half of it is known."""
    mine = [k for k, name in enumerate(stretch.sensors) if name in chosen]
    found = []
    for start in range(0, max(len(stretch.signals) - samples, 0) + 1, samples):
        known = stretch.known[start : start + samples]
        columns = tuple(k for k in mine if known[:, k].mean() >= _LEAST_KNOWN)
        together = np.asarray(known[:, list(columns)].all(axis=1))
        if columns and together.mean() >= _LEAST_KNOWN:
            found.append(_Cut(stretch, columns, start, together))
    return found


def _turns(
    stretches: Sequence[Stretch], protocol: Protocol, chosen: Sequence[str]
) -> dict[tuple[str, str, str], NDArray[np.float64]]:
    """Rotations (3, 3) by wearer, recording (``""``: all of a wearer's) and sensor."""
    forces: dict[tuple[str, str, str], list[NDArray[np.float64]]] = {}
    for stretch in stretches:
        for k, name in enumerate(stretch.sensors):
            if name in chosen:
                key = (stretch.subject, _of(stretch, protocol, name), name)
                forces.setdefault(key, []).append(stretch.signals[stretch.known[:, k], k, :3])
    return {
        key: turn_to_z(up_axis(protocol.sensors[key[2]].up, np.concatenate(parts)))
        for key, parts in forces.items()
    }


def _of(stretch: Stretch, protocol: Protocol, sensor: str) -> str:
    return stretch.recording if protocol.sensors[sensor].per == "recording" else ""


def _gathered(
    cuts: Sequence[_Cut],
    protocol: Protocol,
    samples: int,
    rate_hz: float,
    mounting: str,
    turns: dict[tuple[str, str, str], NDArray[np.float64]],
) -> RealWindows:
    most = max(len(cut.columns) for cut in cuts)
    signals = np.zeros((len(cuts), most, 6, samples), np.float32)
    present = np.zeros((len(cuts), most, 2), bool)
    valid = np.zeros((len(cuts), samples), bool)
    names = np.full((len(cuts), most), "", dtype=f"<U{max(map(len, protocol.sensors))}")
    for w, cut in enumerate(cuts):
        stretch, length = cut.stretch, len(cut.known)
        valid[w, :length] = cut.known
        for slot, k in enumerate(cut.columns):
            name = stretch.sensors[k]
            own = stretch.signals[cut.start : cut.start + length, k]
            key = (stretch.subject, _of(stretch, protocol, name), name)
            if key in turns:
                own = (own.reshape(-1, 2, 3) @ turns[key].T).reshape(-1, 6)
            has = np.isfinite(own[cut.known]).reshape(-1, 2, 3).all(axis=(0, 2))
            kept = np.repeat(has, 3) & cut.known[:, None]
            signals[w, slot, :, :length] = np.where(kept, own, 0.0).T
            present[w, slot] = has
            names[w, slot] = name
    joints = protocol.joints()
    rows = [placements([joints.get(name, "") for name in row]) for row in names.tolist()]
    numbers = np.array([cut.stretch.label for cut in cuts])
    used = np.unique(numbers)
    return RealWindows(
        dataset=protocol.dataset,
        batch=SensorBatch(
            torch.from_numpy(signals),
            torch.stack(rows),
            torch.from_numpy(present),
            torch.from_numpy(valid),
        ),
        labels=np.searchsorted(used, numbers),
        classes=tuple(protocol.classes[k].name for k in used),
        prompts=tuple(protocol.classes[k].prompts for k in used),
        subjects=np.array([cut.stretch.subject for cut in cuts]),
        groups=np.array([cut.stretch.recording for cut in cuts]),
        sensors=names,
        rate_hz=rate_hz,
        window_s=samples / rate_hz,
        mounting=mounting,
    )
