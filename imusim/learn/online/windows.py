"""What frame-wise models are trained on: stretches of recordings and corpora, by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from hashlib import sha256
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.corpus import Corpus
from imusim.corpus.windows import Windows
from imusim.errors import ConfigError, CorpusError
from imusim.learn.online.frames import NO_LABEL, FrameBatch
from imusim.learn.online.recorded import FrameSequence, Recorded
from imusim.learn.places import joints_of
from imusim.licences import sum_up

Numbers = NDArray[np.int64]


class Stretches(Protocol):
    """N stretches of so many frames, by number.

    ``people`` (N,): who moved, told apart over all datasets and corpora. ``digest``: of what they
    are. ``origin``: what they were made of, for a model's record.
    """

    people: NDArray[np.str_]
    digest: str
    origin: Mapping[str, Any]

    def __len__(self) -> int: ...

    def read(self, numbers: Numbers) -> FrameBatch:
        """Some of them."""
        ...


class RecordedStretches:
    """Stretches of recordings, each the half of the one before; short recordings are padded.

    Parameters
    ----------
    recorded : Recorded
    samples : int
        Of a stretch.
    left_out : collection of str
        Subjects of whom none is made.

    Raises
    ------
    ConfigError
        If nobody is left.
    """

    def __init__(self, recorded: Recorded, samples: int, left_out: Sequence[str] = ()):
        self._samples = samples
        self._sequences = [each for each in recorded.sequences if each.subject not in left_out]
        if not self._sequences:
            raise ConfigError(f"{recorded.dataset}: nobody is left to train on")
        places = [
            (number, start)
            for number, sequence in enumerate(self._sequences)
            for start in _starts(len(sequence), samples)
        ]
        self._places = np.array(places)
        own = [sequence.subject for sequence in self._sequences]
        self.people = np.array([f"{recorded.dataset} {own[number]}" for number, _ in places])
        self.digest = _digest(self._sequences)
        licences = sorted({sequence.licence for sequence in self._sequences})
        self.origin: Mapping[str, Any] = {
            "licences": licences,
            "people": sorted(set(self.people.tolist())),
            "data": [{"name": recorded.dataset, "sha256": self.digest,
                      "recordings": len(self._sequences)}],
        }  # fmt: skip

    def __len__(self) -> int:
        return len(self._places)

    def read(self, numbers: Numbers) -> FrameBatch:
        """Some of them."""
        sensors = self._sequences[0].frames.shape[1]
        frames = np.zeros((len(numbers), self._samples, sensors, 6), np.float32)
        present = np.zeros((len(numbers), self._samples, sensors, 2), bool)
        labels = np.full((len(numbers), self._samples), NO_LABEL, np.int64)
        for row, (number, start) in enumerate(self._places[numbers].tolist()):
            sequence, part = self._sequences[number], slice(start, start + self._samples)
            count = len(sequence.labels[part])
            frames[row, :count] = sequence.frames[part]
            present[row, :count] = sequence.present[part]
            labels[row, :count] = sequence.labels[part]
        return FrameBatch(*map(torch.from_numpy, (frames, present, labels)))


class CorpusStretches:
    """Stretches of a corpus's clips, side by side, read when asked for; they have no labels.

    Parameters
    ----------
    corpus : Corpus
    sensors : sequence of str
        Joints. A sensor that the corpus lacks is absent.
    rate_hz : float
    samples : int

    Raises
    ------
    ConfigError, CorpusError
        If the corpus has a sensor at none of the joints; as :class:`imusim.corpus.Windows`.
    """

    def __init__(self, corpus: Corpus, sensors: Sequence[str], rate_hz: float, samples: int):
        at = dict(zip(reversed(joints_of(corpus)), reversed(corpus.sensors), strict=True))
        self._there = [k for k, joint in enumerate(sensors) if joint in at]
        if not self._there:
            raise ConfigError(
                f"{corpus.folder}: has no sensor at {', '.join(sensors)}; it has them at "
                f"{', '.join(dict.fromkeys(joints_of(corpus)))}"
            )
        if corpus.rate_hz < rate_hz * (1 - 1e-9):
            raise CorpusError(
                f"{corpus.folder}: has {corpus.rate_hz:g} Hz, less than the {rate_hz:g} Hz of the "
                f"training; give --rate {corpus.rate_hz:g}, or make it again at a higher rate"
            )
        self._sensors = len(sensors)
        self._windows = Windows(
            corpus, samples / rate_hz, rate_hz=rate_hz, short="pad", only_valid=False,
            sensors=[at[sensors[k]] for k in self._there],
            columns=("subject",),
        )  # fmt: skip
        name = corpus.folder.resolve().name
        self.people = np.array(
            [
                f"{name} {window.columns['subject'] or window.key}"
                for window in self._windows.about()
            ]
        )
        self.digest = corpus.manifest.sha256
        self.origin: Mapping[str, Any] = {
            "licences": sorted({str(each) for each in corpus.column("licence")}),
            "people": [],
            "data": [{"name": name, "sha256": self.digest, "clips": len(corpus)}],
        }

    def __len__(self) -> int:
        return len(self._windows)

    def read(self, numbers: Numbers) -> FrameBatch:
        """Some of them. Raises CorpusError for signals that are not finite."""
        batch = self._windows.batch(numbers)
        bad = ~np.isfinite(batch.signals).all(axis=(1, 2, 3))
        if bad.any():
            raise CorpusError(
                f"{self._windows.corpus.folder}: clip {batch.key[int(bad.argmax())]!r} holds "
                "signals that are not finite; check the corpus with `imusim verify`"
            )
        shape = (*batch.valid.shape, self._sensors)
        frames, present = np.zeros((*shape, 6), np.float32), np.zeros((*shape, 2), bool)
        frames[:, :, self._there] = batch.signals
        present[:, :, self._there] = batch.valid[:, :, None, None]
        labels = np.full(batch.valid.shape, NO_LABEL, np.int64)
        return FrameBatch(*map(torch.from_numpy, (frames, present, labels)))


class JoinedStretches:
    """Several sets of stretches, behind each other.

    Raises
    ------
    ConfigError
        If there is none.
    """

    def __init__(self, parts: Sequence[Stretches]):
        if not parts:
            raise ConfigError("nothing to train on: name a corpus, or DATASET=FOLDER")
        self._parts = tuple(parts)
        self._ends = np.cumsum([0, *map(len, parts)])
        self.people = np.concatenate([part.people for part in parts])
        self.digest = sha256("".join(part.digest for part in parts).encode()).hexdigest()
        self.origin: Mapping[str, Any] = reduce(joined_origins, [part.origin for part in parts], {})

    def __len__(self) -> int:
        return int(self._ends[-1])

    def read(self, numbers: Numbers) -> FrameBatch:
        """Some of them, in the order asked for."""
        owner = np.searchsorted(self._ends, numbers, side="right") - 1
        order = np.argsort(owner, kind="stable")
        read = [
            part.read(numbers[owner == k] - self._ends[k])
            for k, part in enumerate(self._parts)
            if (owner == k).any()
        ]
        back = torch.from_numpy(np.argsort(order, kind="stable"))
        return FrameBatch(
            *(
                torch.cat([getattr(each, name) for each in read])[back]
                for name in ("frames", "present", "labels")
            )
        )


def joined_origins(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What a model is made of that was trained on one, then on the other."""
    licences = sorted({*one.get("licences", ()), *other.get("licences", ())})
    return {
        "data": [*one.get("data", ()), *other.get("data", ())],
        "people": sorted({*one.get("people", ()), *other.get("people", ())}),
        "licences": licences,
        "use": sum_up(licences).use,
    }


def _starts(length: int, samples: int) -> list[int]:
    """Where stretches start: every half of one; the last one ends with the recording."""
    last = max(length - samples, 0)
    return sorted({*range(0, last + 1, max(1, samples // 2)), last})


def _digest(sequences: Sequence[FrameSequence]) -> str:
    found = sha256()
    for sequence in sequences:
        found.update(sequence.key.encode())
        for part in (sequence.frames, sequence.present, sequence.labels):
            found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()
