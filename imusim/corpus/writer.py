"""Writes a corpus: shards first, the manifest last; all of it appears at once or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from imusim.corpus.check import checked
from imusim.corpus.codecs import Codec, load_codec
from imusim.corpus.counts import Counted
from imusim.corpus.hdf5 import clean
from imusim.corpus.layout import SHARD_SIZE_BYTES, Layout, this_run
from imusim.corpus.manifest import Run, Shard, Skipped, write_manifest
from imusim.corpus.schema import ClipRecord
from imusim.corpus.shard import ShardWriter
from imusim.corpus.staging import Staging, disk_error
from imusim.errors import CorpusError


class CorpusWriter:
    """A corpus in the making, as a context manager.

    Nothing appears under ``folder`` before the block ends without an error; then all does. With
    ``overwrite`` the corpus that was there stays until that moment. Memory does not grow with
    the number of clips, but for their keys and one shard's clip table.

    Parameters
    ----------
    folder : Path or str
        Where the corpus shall appear; parents are created.
    sensors : sequence of str
        Names of the S sensors, each once.
    rate_hz : float
        Rate of the signals, Hz.
    configuration : dict
        How the corpus is made; anything that JSON can hold.
    overwrite : bool
        Whether to replace a corpus.
    joints : sequence of str, optional
        The joint on whose segment each sensor sits; by default the sensors' own names.
    runs : sequence of Run, optional
        What made the clips, where that is not a run of now with ``configuration``.
    devices, channels, shard_size_bytes, counted, codec
        As of :class:`imusim.corpus.layout.Layout`.

    Raises
    ------
    CorpusError
        If the folder is not free, cannot be written to, or the disk is full; if a clip is not
        fit to be stored; if there is no clip at all.
    MissingExtraError
        If the codec is not installed.
    """

    def __init__(
        self,
        folder: Path | str,
        sensors: Sequence[str],
        rate_hz: float,
        configuration: dict[str, Any],
        overwrite: bool = False,
        *,
        joints: Sequence[str] | None = None,
        runs: Sequence[Run] | None = None,
        devices: Sequence[str] = ("ideal",),
        channels: Sequence[str] = (),
        shard_size_bytes: int = SHARD_SIZE_BYTES,
        counted: Mapping[str, Counted] | None = None,
        codec: Codec = "none",
    ):
        self.folder = Path(folder)
        self._overwrite = overwrite
        try:
            self.layout = Layout(
                tuple(sensors),
                tuple(sensors if joints is None else joints),
                float(rate_hz),
                (this_run(configuration),) if runs is None else tuple(runs),
                tuple(devices),
                tuple(channels),
                shard_size_bytes,
                counted or {},
                codec,
            )
        except CorpusError as error:
            raise CorpusError(f"{folder}: {error}") from error.__cause__
        load_codec(codec)
        self._keys: set[str] = set()
        self._skipped: list[Skipped] = []
        self._shards: list[Shard] = []
        self._captions = 0
        self._broken = False
        self._staging: Staging | None = None
        self._shard: ShardWriter | None = None

    def __enter__(self) -> CorpusWriter:
        self._staging = Staging(self.folder, self._overwrite)
        return self

    def add(self, clip: ClipRecord) -> None:
        """Store a clip.

        Raises
        ------
        CorpusError
            If the clip's arrays have the wrong shape or are not finite, its key is taken
            (nothing of the clip is then written), or the disk is full.
        """
        if self._staging is None:
            raise CorpusError(f"{self.folder}: clips are added inside `with CorpusWriter(...)`")
        if self._broken:
            raise CorpusError(f"{self.folder}: writing has failed; no more clips can be added")
        try:
            clip = checked(clip, self.layout)
        except ValueError as error:
            raise CorpusError(f"{self.folder}: clip {clip.key!r}: {error}") from error
        if clip.key in self._keys:
            raise CorpusError(f"{self.folder}: clip {clip.key!r}: the key is already in the corpus")
        try:
            if self._shard is not None and not self.layout.fits(
                self._shard.frames + len(clip.valid)
            ):
                self._finish_shard()
            if self._shard is None:
                name = f"shard-{len(self._shards):05d}.h5"
                self._shard = ShardWriter(self._staging.path / name, self.layout)
            self._shard.add(clip)
        except BaseException as error:
            self._broken = True
            if isinstance(error, OSError):
                raise disk_error(self.folder, error) from error
            raise
        self._keys.add(clip.key)
        self._captions += len(clip.captions)

    def skip(self, clip_key: str, reason: str) -> None:
        """Note in the manifest that a clip could not be made."""
        self._skipped.append(Skipped(clip=clean(clip_key), reason=clean(reason)))

    def _finish_shard(self) -> None:
        if self._shard is not None:
            digest, size = self._shard.finish()
            self._shards.append(
                Shard(
                    file=self._shard.path.name,
                    sha256=digest,
                    bytes=size,
                    clips=self._shard.clips,
                    frames=self._shard.frames,
                )
            )
            self._shard = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        staging = self._staging
        if staging is None:
            return
        try:
            if error is None:
                if self._broken:
                    raise CorpusError(f"{self.folder}: writing has failed; no corpus was made")
                if not self._keys:
                    raise CorpusError(f"{self.folder}: no clip could be made{self._first_reason()}")
                self._finish_shard()
                write_manifest(
                    staging.path, self.layout.manifest(self._shards, self._captions, self._skipped)
                )
                staging.publish()
        except OSError as problem:
            raise disk_error(self.folder, problem) from problem
        finally:
            try:
                if self._shard is not None:
                    self._shard.abandon()
            finally:
                self._shard = self._staging = None
                staging.discard()

    def _first_reason(self) -> str:
        if not self._skipped:
            return " (none was given)"
        first = self._skipped[0]
        return f"; the first, {first.clip!r}: {first.reason}"
