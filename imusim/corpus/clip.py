"""One clip of a corpus: a window onto its shard that reads what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import schema
from imusim.corpus.hdf5 import dataset, texts
from imusim.errors import CorpusError
from imusim.math.rotations import rotate

if TYPE_CHECKING:
    from imusim.corpus.manifest import Run
    from imusim.corpus.reader import Corpus
    from imusim.sensor import Mounting

Float32 = NDArray[np.float32]


class Signals(NamedTuple):
    """Accelerometer (F, S, 3), m/s², and gyroscope (F, S, 3), rad/s, both float32."""

    accelerometer: Float32
    gyroscope: Float32


class Clip:
    """A clip: F frames of S sensors. Nothing is read before it is asked for, nothing is kept.

    Clips come from :class:`imusim.corpus.Corpus`; every property raises CorpusError if the
    shard is missing or damaged.
    """

    def __init__(self, corpus: Corpus, shard: int, row: int):
        self._corpus = corpus
        self._shard = shard
        self._row = row

    def __repr__(self) -> str:
        return f"Clip({self.key!r}, {len(self)} frames)"

    def __len__(self) -> int:
        return self._range("length")

    def _range(self, name: str) -> int:
        with self._corpus.shard(self._shard) as shard:
            return int(shard.ranges[name][self._row])

    def _cell(self, name: str) -> Any:
        with self._corpus.shard(self._shard) as shard:
            column = dataset(shard.file, f"{schema.CLIPS}/{name}")
            return column.asstr()[self._row] if name in schema.TEXT_COLUMNS else column[self._row]

    @property
    def key(self) -> str:
        """The clip's name, unique in the corpus."""
        with self._corpus.shard(self._shard) as shard:
            return shard.keys[self._row]

    @property
    def captions(self) -> tuple[str, ...]:
        """What the clip shows."""
        with self._corpus.shard(self._shard) as shard:
            first, last = np.searchsorted(shard.caption_clip, [self._row, self._row + 1])
            rows = slice(int(first), int(last))
            return tuple(texts(shard.file, schema.CAPTION_TEXT, rows))

    @property
    def sensors(self) -> tuple[str, ...]:
        """Names of the S sensors."""
        return self._corpus.sensors

    @property
    def joints(self) -> tuple[str, ...]:
        """The joint on whose segment each sensor sits."""
        return self._corpus.joints

    @property
    def devices(self) -> tuple[str, ...]:
        """Which device measured at each sensor."""
        return tuple(self._corpus.devices[number] for number in self._cell("device"))

    @property
    def rate_hz(self) -> float:
        """Rate of the signals, Hz."""
        return self._corpus.rate_hz

    @property
    def duration_s(self) -> float:
        """Number of frames over their rate, s."""
        return len(self) / self.rate_hz

    @property
    def time_s(self) -> NDArray[np.float64]:
        """Times of the frames, (F,), s, from 0."""
        return np.arange(len(self)) / self.rate_hz

    @property
    def source(self) -> str:
        """Name of the motion source."""
        return str(self._cell("source"))

    @property
    def licence(self) -> str:
        """SPDX identifier of the motion's licence."""
        return str(self._cell("licence"))

    @property
    def file(self) -> str:
        """Name of the file that the motion came from."""
        return str(self._cell("file"))

    @property
    def file_sha256(self) -> str:
        """SHA-256 of that file."""
        return str(self._cell("file_sha256"))

    @property
    def engine(self) -> str:
        """Which engine made the clip: ``kinematic``, or the physics engine."""
        return str(self._cell("engine"))

    @property
    def mass_kg(self) -> float:
        """Mass of the whole body, kg."""
        return float(self._cell("mass_kg"))

    @property
    def subject(self) -> str:
        """Who moved, in the source's own naming; empty where it does not tell."""
        return str(self._cell("subject"))

    @property
    def run(self) -> Run:
        """What made the clip: versions of the software, settings, seed."""
        return self._corpus.manifest.runs[self._cell("run")]

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of what :meth:`channel` gives."""
        return self._corpus.channels

    @property
    def seed(self) -> int:
        """The clip's own seed."""
        return int(self._cell("seed"))

    @property
    def accelerometer(self) -> Float32:
        """Specific force in the sensor frame, (F, S, 3), m/s²."""
        return self._read(schema.ACCELEROMETER, 0, len(self))

    @property
    def gyroscope(self) -> Float32:
        """Angular velocity in the sensor frame, (F, S, 3), rad/s."""
        return self._read(schema.GYROSCOPE, 0, len(self))

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Whether the capture saw the frame, (F,)."""
        return self._read(schema.VALID, 0, len(self))

    @property
    def poses(self) -> Float32:
        """World positions of the 22 canonical joints, (P, 22, 3), m, at ``pose_rate_hz``."""
        return self._posed(schema.POSES)

    @property
    def source_poses(self) -> Float32:
        """World positions of the source's own joints at the instants of ``poses``, (P, 22, 3), m.

        NaN for joints that the source lacks, or whose bones it does not know, and in gaps.
        """
        return self._posed(schema.SOURCE_POSES)

    @property
    def pose_rate_hz(self) -> float:
        """Rate of the poses, Hz."""
        return self._corpus.manifest.pose_rate_hz

    @property
    def link_from_sensor(self) -> NDArray[np.float64]:
        """Mounting rotations at the start, (S, 4), xyzw."""
        return self._cell("link_from_sensor")

    @property
    def mounting_offset(self) -> NDArray[np.float64]:
        """The sensors' places in their links' frames, (S, 3), m."""
        return self._cell("mounting_offset")

    @property
    def mounting(self) -> Mounting:
        """How the sensors sat, slip and all."""
        from imusim.sensor import Mounting  # brings the engine, which few readers need

        return Mounting(
            self.joints,
            self.link_from_sensor,
            self.mounting_offset,
            self._cell("mounting_slip"),
            self._cell("mounting_slip_time_s"),
        )

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Whether the capture saw the sensors' segments, (S,)."""
        return self._cell("observed")

    @property
    def unobserved_axis(self) -> NDArray[np.float64]:
        """Unit axis about which no turn was seen, or zero: (S, 3), sensor frame at the start."""
        return self._cell("unobserved_axis")

    @property
    def quality(self) -> dict[str, float]:
        """Numbers of :data:`imusim.conventions.QUALITY`; NaN: one that could not be told."""
        with self._corpus.shard(self._shard) as shard:
            column = dataset(shard.file, f"{schema.CLIPS}/quality")
            names, row = np.asarray(column.attrs["names"]), column[self._row]
        return {str(name): float(value) for name, value in zip(names, row, strict=True)}

    def signals(
        self, start: int = 0, stop: int | None = None, sensors: Sequence[str] | None = None
    ) -> Signals:
        """Read a stretch of the signals, in the sensor frames.

        Parameters
        ----------
        start, stop : int, optional
            Frames, as in a slice; the whole clip by default.
        sensors : sequence of str, optional
            Which sensors, in this order; all by default.

        Returns
        -------
        Signals
            Arrays of shape (stop - start, len(sensors), 3).

        Raises
        ------
        CorpusError
            If there is no such sensor.
        """
        first, last = self._frames(start, stop)
        columns = None if sensors is None else self._columns(sensors)
        return Signals(
            self._read(schema.ACCELEROMETER, first, last, columns),
            self._read(schema.GYROSCOPE, first, last, columns),
        )

    def channel(self, name: str, start: int = 0, stop: int | None = None) -> NDArray[Any]:
        """Read a stretch of a channel, one row a frame.

        Parameters
        ----------
        name : str
            ``ground_reaction`` (F, 22, 3), N, ``magnetometer`` (F, S, 3), µT, ``true_velocity``
            (F, S, 3), m/s, and so on, as in the corpus format.
        start, stop : int, optional
            Frames, as in a slice; the whole clip by default.

        Returns
        -------
        array
            float32, or bool of ``contact`` and ``received``. Forces of a clip whose engine is
            ``kinematic``: NaN, and no contact.

        Raises
        ------
        CorpusError
            If the corpus does not have it.
        """
        if name not in self.channels:
            raise CorpusError(
                f"{self._corpus.folder}: no channel {name!r}; the corpus has "
                f"{', '.join(self.channels) or 'none (see `imusim generate --help`)'}"
            )
        return self._read(name, *self._frames(start, stop))

    def unmounted(self) -> Signals:
        """Give the signals in the links' frames: the mounting rotation undone, (F, S, 3).

        Where a mounting slips, its rotation at each frame is undone, and the slip's own angular
        rate is taken off the gyroscope.

        The lever arm of the mounting offset stays: the accelerometer still feels the
        acceleration of the point where it sits.
        """
        force, rate = self.signals()
        turn = self.link_from_sensor
        if self._cell("mounting_slip").any():
            turn = self.mounting.at(self.time_s)
            rate = rate - self.mounting.slip_rate(self.time_s)
        return Signals(*(rotate(turn, s).astype(np.float32) for s in (force, rate)))

    def _frames(self, start: int, stop: int | None) -> tuple[int, int]:
        """First frame of a stretch, and the frame after its last."""
        first, last, _ = slice(start, stop).indices(len(self))
        return first, max(first, last)

    def _posed(self, name: str) -> Float32:
        """Rows of a dataset that has one for every pose."""
        start = self._range("pose_start")
        with self._corpus.shard(self._shard) as shard:
            return dataset(shard.file, name)[start : start + self._range("pose_length")]

    def _columns(self, sensors: Sequence[str]) -> list[int]:
        unknown = [name for name in sensors if name not in self.sensors]
        if unknown:
            raise CorpusError(
                f"{self._corpus.folder}: no sensor {unknown[0]!r}; there are: "
                f"{', '.join(self.sensors)}"
            )
        return [self.sensors.index(name) for name in sensors]

    def _read(self, name: str, start: int, stop: int, columns: list[int] | None = None) -> Any:
        """Rows of a dataset, of these columns."""
        with self._corpus.shard(self._shard) as shard:
            return shard.frames(name, self._row, start, stop, columns)
