"""Writes a corpus: shards first, the manifest last; all of it appears at once or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py
import numpy as np
import scipy

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.corpus import schema
from imusim.corpus.channels import known_channels
from imusim.corpus.check import checked, clean
from imusim.corpus.schema import ClipRecord, Counts, Manifest, Shard, Skipped
from imusim.corpus.shard import ShardWriter
from imusim.corpus.staging import Staging, disk_error
from imusim.errors import CorpusError


def versions() -> dict[str, str]:
    """Versions of the software that shapes a corpus's bytes."""
    try:
        own = metadata.version("imusim-toolkit")
    except metadata.PackageNotFoundError:
        own = "unknown"
    return {
        "imusim": own,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "h5py": h5py.__version__,
        "hdf5": h5py.version.hdf5_version,
    }


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
        How the corpus was made; anything that JSON can hold.
    shard_size_bytes : int
        A shard is closed before a clip that would take its signals past this size. A clip is
        never split.
    overwrite : bool
        Whether to replace a corpus.
    seed : int, optional
        Seed of the run, for the manifest; by default ``configuration["seed"]`` if it is there.
    joints : sequence of str, optional
        The joint on whose segment each sensor sits; by default the sensors' own names.
    devices : sequence of str
        Names of the devices that measure.
    channels : sequence of str
        What is stored beside the signals, of :data:`imusim.corpus.channels.CHANNELS`.

    Raises
    ------
    CorpusError
        If the folder is not free, cannot be written to, or the disk is full; if a clip is not
        fit to be stored; if there is no clip at all.
    """

    def __init__(
        self,
        folder: Path | str,
        sensors: Sequence[str],
        rate_hz: float,
        configuration: dict[str, Any],
        shard_size_bytes: int = 512_000_000,
        overwrite: bool = False,
        seed: int | None = None,
        joints: Sequence[str] | None = None,
        devices: Sequence[str] = ("ideal",),
        channels: Sequence[str] = (),
    ):
        self.folder = Path(folder)
        self.sensors = tuple(sensors)
        self.joints = self.sensors if joints is None else tuple(joints)
        self.devices = tuple(devices)
        self.rate_hz = float(rate_hz)
        self._limit = shard_size_bytes
        self._overwrite = overwrite
        if not self.sensors or len(set(self.sensors)) != len(self.sensors):
            raise CorpusError(f"{folder}: a corpus needs sensors, each named once: {self.sensors}")
        if len(self.joints) != len(self.sensors) or not set(self.joints) <= set(JOINTS):
            raise CorpusError(f"{folder}: every sensor needs a joint: {self.joints}")
        if not self.devices or len(set(self.devices)) != len(self.devices):
            raise CorpusError(f"{folder}: a corpus needs devices, each named once: {self.devices}")
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise CorpusError(f"{folder}: the rate must be a positive number of Hz, not {rate_hz}")
        try:
            self.channels = known_channels(channels)
        except ValueError as error:
            raise CorpusError(f"{folder}: {error}") from None
        if shard_size_bytes <= 0:
            raise CorpusError(f"{folder}: the shard size must be positive, not {shard_size_bytes}")
        try:
            text = json.dumps(configuration, allow_nan=False, ensure_ascii=False)
            self._configuration: dict[str, Any] = json.loads(clean(text))
        except (TypeError, ValueError) as error:
            raise CorpusError(f"{folder}: the configuration is not JSON: {error}") from error
        self._seed = self._configuration.get("seed") if seed is None else int(seed)
        self._keys: set[str] = set()
        self._skipped: list[Skipped] = []
        self._shards: list[Shard] = []
        self._captions = 0
        self._broken = False
        self._versions = versions()
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
            clip = checked(clip, len(self.sensors), len(self.devices), self.channels)
        except ValueError as error:
            raise CorpusError(f"{self.folder}: clip {clip.key!r}: {error}") from error
        if clip.key in self._keys:
            raise CorpusError(f"{self.folder}: clip {clip.key!r}: the key is already in the corpus")
        frame_bytes = len(self.sensors) * 3 * 4 * 2 + sum(
            array[0].nbytes for array in clip.channels.values()
        )
        try:
            if self._shard is not None and self._shard.clips:
                frames = self._shard.frames + len(clip.valid)
                if frames * frame_bytes > self._limit:
                    self._finish_shard()
            if self._shard is None:
                name = f"shard-{len(self._shards):05d}.h5"
                self._shard = ShardWriter(
                    self._staging.path, name, len(self.sensors), self.channels, self._attributes()
                )
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

    def _attributes(self) -> dict[str, Any]:
        return {
            "schema_version": schema.SCHEMA_VERSION,
            "imusim_version": self._versions["imusim"],
            "rate_hz": self.rate_hz,
            "pose_rate_hz": schema.pose_rate_hz(self.channels),
            "sensors": list(self.sensors),
            "joints": list(self.joints),
            "devices": list(self.devices),
            "pose_joints": list(JOINTS),
            "gravity": STANDARD_GRAVITY,
            "gravity_units": "m/s^2",
            "quaternion_order": "xyzw",
            "world_frame": "right-handed, z up, gravity along -z",
        }

    def _finish_shard(self) -> None:
        if self._shard is not None:
            self._shards.append(self._shard.finish())
            self._shard = None

    def _write_manifest(self, folder: Path) -> None:
        frames = sum(shard.frames for shard in self._shards)
        manifest = Manifest(
            schema_version=schema.SCHEMA_VERSION,
            created_with=self._versions,
            configuration=self._configuration,
            rate_hz=self.rate_hz,
            pose_rate_hz=schema.pose_rate_hz(self.channels),
            sensors=self.sensors,
            joints=self.joints,
            devices=self.devices,
            channels=self.channels,
            seed=self._seed,
            counts=Counts(clips=len(self._keys), frames=frames, captions=self._captions),
            duration_s=frames / self.rate_hz,
            skipped=tuple(self._skipped),
            shards=tuple(self._shards),
        )
        text = json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
        partial = folder / f".{schema.MANIFEST}.partial"
        with partial.open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / schema.MANIFEST)

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
                self._write_manifest(staging.path)
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
