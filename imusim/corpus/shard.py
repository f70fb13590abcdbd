"""One shard in the making: an HDF5 file that grows at its end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, QUALITY
from imusim.corpus import schema
from imusim.corpus.channels import CHANNELS
from imusim.corpus.codecs import filters
from imusim.corpus.counts import lsb_name, lsb_notes, notes
from imusim.corpus.hdf5 import dataset
from imusim.corpus.layout import Layout
from imusim.corpus.manifest import file_digest
from imusim.corpus.schema import ClipRecord
from imusim.corpus.sink import Sink, interrupts_held_back

CHUNK_FRAMES = 256
_HELD_FRAMES = 8192
"""Frames that are held before HDF5 gets them: short clips would each cost it a millisecond."""
_TEXT = h5py.string_dtype("utf-8")


class Finished(NamedTuple):
    """A shard that is whole: digest and size of its file."""

    sha256: str
    bytes: int


class ShardWriter:
    """Writes clips one after another into a hidden file; ``finish`` gives it its name.

    The bytes depend on the layout and the sequence of clips alone.

    Parameters
    ----------
    path : Path
        Of the shard once it is whole.
    layout : Layout
    partial : Path, optional
        The hidden file; by default beside the shard.

    Raises
    ------
    OSError
        From every method, if the disk does not take the bytes.
    MissingExtraError
        If the layout's codec is not installed.
    """

    def __init__(self, path: Path, layout: Layout, partial: Path | None = None):
        self.path = path
        self._partial = partial or path.parent / f".{path.name}.partial"
        self._dtypes: dict[str, Any] = dict.fromkeys(schema.TEXT_COLUMNS, _TEXT)
        self._dtypes |= dict.fromkeys(schema.RANGE_COLUMNS, "<i8") | schema.ARRAY_COLUMNS
        self._columns: dict[str, list[Any]] = {name: [] for name in self._dtypes}
        self._captions: list[tuple[int, str]] = []
        self._held: list[ClipRecord] = []
        self._held_frames = 0
        self._frames = 0
        self._poses = 0
        self._layout = layout
        self._filters = filters(layout.codec)
        sensors = len(layout.sensors)
        with interrupts_held_back():
            self._sink = Sink(self._partial)
            self._file = h5py.File(self._sink, "w", libver=("v110", "v110"))
            self._file.attrs.update(layout.attributes())
            signal = (CHUNK_FRAMES, sensors, 3)
            signals = (schema.ACCELEROMETER, schema.GYROSCOPE)
            self._grow = {
                **{name: self._create(name, signal, layout.dtype(name)) for name in signals},
                schema.VALID: self._create(schema.VALID, (16384,), "?"),
                schema.POSES: self._create(schema.POSES, (64, len(JOINTS), 3), "<f4"),
                schema.SOURCE_POSES: self._create(schema.SOURCE_POSES, (64, len(JOINTS), 3), "<f4"),
            }
            for channel in layout.channels:
                rows = (CHANNELS[channel].chunk_frames, *CHANNELS[channel].row(sensors))
                self._grow[channel] = self._create(channel, rows, layout.dtype(channel))

    @property
    def clips(self) -> int:
        """Number of clips so far."""
        return len(self._columns["key"])

    @property
    def frames(self) -> int:
        """Number of frames so far."""
        return self._frames

    @contextlib.contextmanager
    def _honest(self) -> Iterator[None]:
        """Raise what the disk said, if it said something, and not what HDF5 made of it."""
        with interrupts_held_back():
            try:
                yield
            finally:
                self._sink.check()

    def _create(self, name: str, chunk: tuple[int, ...], dtype: str) -> h5py.Dataset:
        return self._file.create_dataset(
            name, (0, *chunk[1:]), dtype, maxshape=(None, *chunk[1:]), chunks=chunk,
            track_times=False, **self._filters,
        )  # fmt: skip

    def add(self, clip: ClipRecord) -> None:
        """Append one clip that has been checked."""
        row: dict[str, Any] = {name: getattr(clip, name) for name in schema.TEXT_COLUMNS}
        row |= {"start": self._frames, "length": len(clip.valid)}
        row |= {"pose_start": self._poses, "pose_length": len(clip.poses)}
        row |= {name: getattr(clip, name) for name in schema.ARRAY_COLUMNS}
        row["quality"] = np.array([clip.quality[name] for name in QUALITY])
        self._captions += [(self.clips, text) for text in clip.captions]
        for name, cells in self._columns.items():
            cells.append(row[name])
        self._frames += len(clip.valid)
        self._poses += len(clip.poses)
        self._held.append(clip)
        self._held_frames += len(clip.valid)
        if self._held_frames >= _HELD_FRAMES:
            self._flush()

    def _flush(self) -> None:
        """Give HDF5 the clips that are held."""
        held, self._held, self._held_frames = self._held, [], 0
        if not held:
            return
        with self._honest():
            for name, column in self._grow.items():
                values = np.concatenate([self._stored(name, clip) for clip in held])
                start = column.shape[0]
                column.resize(start + len(values), axis=0)
                if len(values):
                    column[start:] = values

    def _stored(self, name: str, clip: ClipRecord) -> NDArray[Any]:
        values = clip.channels[name] if name in CHANNELS else getattr(clip, name)
        counted = self._layout.counted.get(name)
        return values if counted is None else counted.to_counts(values, clip.device)

    def _tables(self) -> None:
        for name, dtype in self._dtypes.items():
            data = np.array(self._columns[name], dtype=object if dtype is _TEXT else dtype)
            self._file.create_dataset(
                f"{schema.CLIPS}/{name}", data=data, dtype=dtype, track_times=False
            )
        text = np.array([text for _, text in self._captions], dtype=object)
        index = np.array([clip for clip, _ in self._captions], dtype="<i8")
        self._file.create_dataset(schema.CAPTION_TEXT, data=text, dtype=_TEXT, track_times=False)
        self._file.create_dataset(schema.CAPTION_CLIP, data=index, track_times=False)
        for name, counted in self._layout.counted.items():
            lsb = self._file.create_dataset(
                lsb_name(name), data=np.array(counted.lsb), dtype="<f8", track_times=False
            )
            lsb.attrs.update(lsb_notes(name))
        for name in schema.SHARD_NOTES:
            if name not in CHANNELS or name in self._grow:
                own = notes(name, counted=name in self._layout.counted)
                dataset(self._file, name).attrs.update(own)
        dataset(self._file, f"{schema.CLIPS}/quality").attrs["names"] = list(QUALITY)

    def finish(self, durable: bool = True) -> Finished:
        """Write the tables, close the file, give it its final name.

        What is ``durable`` has left the system's memory for the disk before it gets its name.
        """
        self._flush()
        with self._honest():
            self._tables()
            self._file.close()
            self._sink.finish(durable)
        digest = file_digest(self._partial)
        size = self._partial.stat().st_size
        self._partial.replace(self.path)
        return Finished(digest, size)

    def abandon(self) -> None:
        """Close and remove the file, whatever state it is in."""
        with interrupts_held_back():
            with contextlib.suppress(Exception):  # the error that led here is the one to report
                self._file.close()
            self._sink.finish()
            self._partial.unlink(missing_ok=True)
