"""What a corpus holds: names of files and datasets, the clip record, the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
)

from imusim.corpus.channels import CHANNELS, FORCES, KINEMATIC, known_channels
from imusim.errors import CorpusError

SCHEMA_VERSION = 4
"""Version of the layout; a reader refuses any other."""

POSE_RATE_HZ = 10.0
"""Rate of the stored joint positions, Hz: enough for drawing."""
CHANNELS_POSE_RATE_HZ = 50.0
"""Their rate where forces are stored: a foot must be drawn down when the ground pushes it."""

MANIFEST = "manifest.json"
SHARD_PATTERN = r"^shard-[0-9]{5,}\.h5$"

ACCELEROMETER = "accelerometer"
GYROSCOPE = "gyroscope"
VALID = "valid"
POSES = "poses"
SOURCE_POSES = "source_poses"
CLIPS = "clips"
CAPTION_TEXT = "captions/text"
CAPTION_CLIP = "captions/clip"

TEXT_COLUMNS = ("key", "source", "licence", "file", "file_sha256", "engine")
"""UTF-8 columns of the clip table."""
RANGE_COLUMNS = ("start", "length", "pose_start", "pose_length")
"""int64 columns of the clip table: a clip's rows in the signals and in the poses."""
ARRAY_COLUMNS: dict[str, str] = {
    "seed": "<u8",
    "mass_kg": "<f8",
    "link_from_sensor": "<f8",
    "mounting_offset": "<f8",
    "mounting_slip": "<f8",
    "mounting_slip_time_s": "<f8",
    "device": "<i4",
    "observed": "?",
    "unobserved_axis": "<f8",
    "quality": "<f8",
}
"""Numeric columns of the clip table, which hold what the clip record does, and their types."""

SHARD_NOTES: dict[str, dict[str, str]] = {
    ACCELEROMETER: {
        "units": "m/s^2",
        "axes": "frame, sensor, xyz",
        "frame": "sensor; specific force: at rest it reads +gravity along the upward axis",
    },
    GYROSCOPE: {
        "units": "rad/s",
        "axes": "frame, sensor, xyz",
        "frame": "sensor; angular velocity of the sensor against the world",
    },
    VALID: {"axes": "frame", "meaning": "false where the capture had a gap"},
    POSES: {
        "units": "m",
        "axes": "frame, joint, xyz",
        "frame": "world, right-handed, z up; the 22 joints of imusim.conventions.JOINTS",
    },
    SOURCE_POSES: {
        "units": "m",
        "axes": "frame, joint, xyz",
        "frame": "world, right-handed, z up; the source's own joints, NaN for those it lacks",
    },
    f"{CLIPS}/mass_kg": {"units": "kg", "axes": "clip", "meaning": "mass of the whole body"},
    f"{CLIPS}/link_from_sensor": {
        "axes": "clip, sensor, quaternion xyzw",
        "meaning": "mounting at the clip's start",
    },
    f"{CLIPS}/mounting_offset": {"units": "m", "axes": "clip, sensor, xyz", "frame": "link"},
    f"{CLIPS}/mounting_slip": {
        "units": "rad",
        "axes": "clip, sensor, xyz",
        "frame": "sensor at the clip's start",
        "meaning": "rotation vector towards which the mounting slips",
    },
    f"{CLIPS}/mounting_slip_time_s": {
        "units": "s",
        "axes": "clip, sensor",
        "meaning": "time in which 63 % of the slip is done",
    },
    f"{CLIPS}/device": {
        "axes": "clip, sensor",
        "meaning": "which of the attribute devices measured",
    },
    f"{CLIPS}/observed": {"axes": "clip, sensor", "meaning": "segment was seen by the capture"},
    f"{CLIPS}/unobserved_axis": {
        "axes": "clip, sensor, xyz",
        "frame": "sensor at the clip's start",
        "meaning": "unit axis about which rotation was not seen; zero where all of it was",
    },
    f"{CLIPS}/quality": {
        "axes": "clip, number",
        "meaning": "the numbers in the attribute names; NaN where one could not be told",
    },
}
"""Attributes of the datasets of a shard; the channels' own are in :data:`CHANNELS`."""
SHARD_NOTES |= {name: channel.notes for name, channel in CHANNELS.items()}


def pose_rate_hz(channels: Sequence[str]) -> float:
    """Rate at which a corpus with these channels holds joint positions, Hz."""
    return CHANNELS_POSE_RATE_HZ if set(channels) & set(FORCES) else POSE_RATE_HZ


@dataclass(frozen=True, eq=False)
class ClipRecord:
    """One clip, ready to be stored: F frames, S sensors, P poses.

    Parameters
    ----------
    key : str
        Unique in the corpus.
    source, licence, file, file_sha256 : str
        Where the motion came from: source name, SPDX licence, file name, digest of the file.
    captions : tuple of str
        What the clip shows.
    seed : int
        The clip's own seed, in the range of uint64.
    accelerometer : (F, S, 3) array
        Specific force in the sensor frame, m/s², stored as float32.
    gyroscope : (F, S, 3) array
        Angular velocity in the sensor frame, rad/s, stored as float32.
    valid : (F,) bool array
        False where the capture had a gap.
    link_from_sensor : (S, 4) array
        Mounting rotation at the start, unit quaternion xyzw, stored as float64.
    mounting_offset : (S, 3) array
        The sensor's place in the link's frame, m, stored as float64.
    mounting_slip : (S, 3) array
        Rotation vector, in the sensor's frame at the start, rad, towards which it slips.
    mounting_slip_time_s : (S,) array
        Time constant of the slip, s.
    device : (S,) int array
        Which of the corpus's devices measured.
    observed : (S,) bool array
        Whether the capture saw the segment.
    poses : (P, 22, 3) array
        World positions, m, of the canonical joints at :func:`pose_rate_hz`, stored as float32.
    unobserved_axis : (S, 3) array
        In the sensor frame at the start, the unit axis about which the capture did not see the
        segment's rotation; zero where it saw all of it. Stored as float64.
    quality : mapping of str to float
        A number for every name in :data:`imusim.conventions.QUALITY`; NaN: could not be told.
    source_poses : (P, 22, 3) array
        World positions, m, of the source's own joints at the instants of ``poses``; NaN where
        it lacks the joint or the capture had a gap. Stored as float32.
    mass_kg : float
        Mass of the whole body.
    engine : str
        Which engine made the clip.
    channels : mapping of str to (F, ...) array
        What is stored beside the signals, by the names of :data:`CHANNELS` and in the shapes
        stated there. Those that the corpus stores, of a kinematic clip without forces.
    """

    key: str
    source: str
    licence: str
    file: str
    file_sha256: str
    captions: tuple[str, ...]
    seed: int
    accelerometer: NDArray[np.floating]
    gyroscope: NDArray[np.floating]
    valid: NDArray[np.bool_]
    link_from_sensor: NDArray[np.floating]
    mounting_offset: NDArray[np.floating]
    mounting_slip: NDArray[np.floating]
    mounting_slip_time_s: NDArray[np.floating]
    device: NDArray[np.integer]
    observed: NDArray[np.bool_]
    poses: NDArray[np.floating]
    unobserved_axis: NDArray[np.floating]
    quality: Mapping[str, float]
    source_poses: NDArray[np.floating]
    mass_kg: float
    engine: str = KINEMATIC
    channels: Mapping[str, NDArray[Any]] = field(default_factory=dict)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Counts(_Model):
    """How much a corpus holds."""

    clips: int = Field(ge=0)
    frames: int = Field(ge=0)
    captions: int = Field(ge=0)


class Skipped(_Model):
    """A clip that could not be made, and why."""

    clip: str
    reason: str


class Shard(_Model):
    """One file of a corpus."""

    file: Annotated[str, StringConstraints(pattern=SHARD_PATTERN)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: int = Field(ge=0)
    clips: int = Field(ge=0)
    frames: int = Field(ge=0)


class Manifest(_Model):
    """The table of contents, ``manifest.json``. It holds no time of day: same seed, same bytes."""

    schema_version: int
    created_with: dict[str, str]
    configuration: dict[str, JsonValue]
    rate_hz: float = Field(gt=0, allow_inf_nan=False)
    pose_rate_hz: float = Field(gt=0, allow_inf_nan=False)
    sensors: tuple[str, ...] = Field(min_length=1)
    joints: tuple[str, ...] = Field(min_length=1)
    devices: tuple[str, ...] = Field(min_length=1)
    channels: Annotated[tuple[str, ...], AfterValidator(known_channels)]
    seed: int | None
    counts: Counts
    duration_s: float = Field(ge=0, allow_inf_nan=False)
    skipped: tuple[Skipped, ...]
    shards: tuple[Shard, ...]


class _Version(BaseModel):
    schema_version: int


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``manifest.json`` of a corpus.

    Raises
    ------
    CorpusError
        If it is missing, unreadable, of another schema version, or not what the schema says.
    """
    path = folder / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if not folder.exists():
            raise CorpusError(f"{folder}: no such folder") from None
        raise CorpusError(
            f"{folder}: not a corpus (there is no {MANIFEST}); make one with `imusim generate`"
        ) from None
    except UnicodeDecodeError:
        raise CorpusError(f"{path}: not UTF-8; the corpus is damaged, make it again") from None
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        version = _Version.model_validate_json(text).schema_version
        if version > SCHEMA_VERSION:
            raise CorpusError(
                f"{path}: schema version {version} is newer than the {SCHEMA_VERSION} that this "
                "imusim reads; upgrade imusim"
            )
        if version < 1:
            raise CorpusError(f"{path}: schema version {version} does not exist")
        if version < SCHEMA_VERSION:
            raise CorpusError(
                f"{path}: schema version {version} was made by an older imusim, this one reads "
                f"{SCHEMA_VERSION}; make the corpus again"
            )
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "manifest"
        message = first["msg"].splitlines()[0]
        raise CorpusError(
            f"{path}: {place}: {message}; the corpus is damaged, make it again"
        ) from None
