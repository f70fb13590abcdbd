"""What all shards of a corpus share, and how large one may be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from typing import Any

import h5py
import numpy as np
import scipy

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.corpus import schema
from imusim.corpus.channels import CHANNELS, known_channels
from imusim.corpus.codecs import Codec, codec_version
from imusim.corpus.counts import Counted
from imusim.corpus.hdf5 import clean
from imusim.corpus.manifest import Counts, Manifest, Run, Shard, Skipped
from imusim.errors import CorpusError

SHARD_SIZE_BYTES = 512_000_000
_SIZE = re.compile(r"([0-9]+\.?[0-9]*)\s*(|kb|mb|gb|tb)", re.IGNORECASE | re.ASCII)
_MEGABYTES = {"": 1.0, "kb": 1e-3, "mb": 1.0, "gb": 1e3, "tb": 1e6}


def megabytes(text: str) -> float:
    """MB of ``"64MB"``, ``"0.5 GB"``, or of a number alone. Raises ValueError."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError("state a size as 64MB, 500kB or 2GB")
    return float(found[1]) * _MEGABYTES[found[2].lower()]


@dataclass(frozen=True)
class Layout:
    """What all shards of a corpus share.

    Parameters
    ----------
    sensors : tuple of str
        Names of the S sensors, each once.
    joints : tuple of str
        The joint on whose segment each sensor sits.
    rate_hz : float
        Rate of the signals, Hz.
    runs : tuple of Run
        What made the clips.
    devices : tuple of str
        Names of the devices that measure.
    channels : tuple of str
        What is stored beside the signals, of :data:`imusim.corpus.channels.CHANNELS`.
    shard_size_bytes : int
        A shard is closed before a clip that would take its signals, uncompressed, past this size.
        A clip is never split.
    counted : mapping of str to Counted
        What is stored as counts of the devices' LSBs: both signals and perhaps the magnetometer,
        or nothing.
    codec : str
        Compression of the large datasets, of :data:`imusim.corpus.codecs.CODECS`.

    Raises
    ------
    CorpusError
        If one of them is none that a corpus can have.
    """

    sensors: tuple[str, ...]
    joints: tuple[str, ...]
    rate_hz: float
    runs: tuple[Run, ...]
    devices: tuple[str, ...] = ("ideal",)
    channels: tuple[str, ...] = ()
    shard_size_bytes: int = SHARD_SIZE_BYTES
    counted: Mapping[str, Counted] = field(default_factory=dict)
    codec: Codec = "none"

    def __post_init__(self) -> None:
        if not self.sensors or len(set(self.sensors)) != len(self.sensors):
            raise CorpusError(f"a corpus needs sensors, each named once: {self.sensors}")
        if len(self.joints) != len(self.sensors) or not set(self.joints) <= set(JOINTS):
            raise CorpusError(f"every sensor needs a joint: {self.joints}")
        if not self.devices or len(set(self.devices)) != len(self.devices):
            raise CorpusError(f"a corpus needs devices, each named once: {self.devices}")
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise CorpusError(f"the rate must be a positive number of Hz, not {self.rate_hz}")
        if self.shard_size_bytes <= 0:
            raise CorpusError(f"the shard size must be positive, not {self.shard_size_bytes}")
        for name, counted in self.counted.items():
            if len(counted.lsb) != len(self.devices):
                raise CorpusError(f"{name} is counted, but not with an LSB for each device")
        try:
            object.__setattr__(self, "channels", known_channels(self.channels))
        except ValueError as error:
            raise CorpusError(str(error)) from None

    @property
    def frame_bytes(self) -> int:
        """Size of a frame's signals and channels, before any compression."""
        sensors = len(self.sensors)
        rows = dict.fromkeys((schema.ACCELEROMETER, schema.GYROSCOPE), (sensors, 3))
        rows |= {name: CHANNELS[name].row(sensors) for name in self.channels}
        return sum(
            int(np.prod(row)) * np.dtype(self.dtype(name)).itemsize for name, row in rows.items()
        )

    def dtype(self, name: str) -> str:
        """Type of a signal or channel."""
        if name in self.counted:
            return self.counted[name].dtype
        return CHANNELS[name].dtype if name in CHANNELS else "<f4"

    @property
    def plain(self) -> Layout:
        """The same of float32 without compression: for what is soon read again."""
        return replace(self, counted={}, codec="none")

    def fits(self, frames: int) -> bool:
        """Whether so many frames are within a shard's size."""
        return frames * self.frame_bytes <= self.shard_size_bytes

    def attributes(self) -> dict[str, Any]:
        """Attributes of every shard."""
        return {
            "schema_version": schema.SCHEMA_VERSION,
            "imusim_version": own_version(),
            "rate_hz": self.rate_hz,
            "pose_rate_hz": schema.pose_rate_hz(self.channels),
            "sensors": list(self.sensors),
            "joints": list(self.joints),
            "devices": list(self.devices),
            "codec": self.codec,
            "pose_joints": list(JOINTS),
            "gravity": STANDARD_GRAVITY,
            "gravity_units": "m/s^2",
            "quaternion_order": "xyzw",
            "world_frame": "right-handed, z up, gravity along -z",
        }

    def manifest(
        self, shards: Sequence[Shard], captions: int, skipped: Sequence[Skipped]
    ) -> Manifest:
        """The manifest of a corpus of these shards."""
        frames = sum(shard.frames for shard in shards)
        clips = sum(shard.clips for shard in shards)
        return Manifest(
            schema_version=schema.SCHEMA_VERSION,
            runs=self.runs,
            rate_hz=self.rate_hz,
            pose_rate_hz=schema.pose_rate_hz(self.channels),
            sensors=self.sensors,
            joints=self.joints,
            devices=self.devices,
            channels=self.channels,
            store="device" if self.counted else "float32",
            codec=self.codec,
            counted=dict(self.counted),
            counts=Counts(clips=clips, frames=frames, captions=captions),
            duration_s=frames / self.rate_hz,
            skipped=tuple(skipped),
            shards=tuple(shards),
        )


def own_version() -> str:
    """Version of this toolkit."""
    try:
        return metadata.version("imusim-toolkit")
    except metadata.PackageNotFoundError:
        return "unknown"


def this_run(configuration: dict[str, Any], seed: int | None = None) -> Run:
    """A run of the software that is installed here.

    Parameters
    ----------
    configuration : dict
        How the clips are made; anything that JSON can hold.
    seed : int, optional
        By default ``configuration["seed"]`` if it is there.

    Raises
    ------
    CorpusError
        If JSON cannot hold the configuration.
    """
    try:
        text = json.dumps(configuration, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise CorpusError(f"the configuration is not JSON: {error}") from error
    settings: dict[str, Any] = json.loads(clean(text))
    versions = {
        "imusim": own_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "h5py": h5py.__version__,
        "hdf5": h5py.version.hdf5_version,
        **codec_version(str(settings.get("codec"))),
    }
    return Run(
        created_with=versions,
        configuration=settings,
        seed=settings.get("seed") if seed is None else int(seed),
    )
