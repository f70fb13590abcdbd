"""What a shard holds: names of datasets, their notes, the clip record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus.channels import CHANNELS, FORCES, KINEMATIC

SCHEMA_VERSION = 5
"""Version of the layout; a reader refuses any other."""

POSE_RATE_HZ = 10.0
"""Rate of the stored joint positions, Hz: enough for drawing."""
CHANNELS_POSE_RATE_HZ = 50.0
"""Their rate where forces are stored: a foot must be drawn down when the ground pushes it."""

ACCELEROMETER = "accelerometer"
GYROSCOPE = "gyroscope"
VALID = "valid"
POSES = "poses"
SOURCE_POSES = "source_poses"
CLIPS = "clips"
DEVICES = "devices"
CAPTION_TEXT = "captions/text"
CAPTION_CLIP = "captions/clip"

TEXT_COLUMNS = ("key", "source", "subject", "licence", "file", "file_sha256", "engine")
"""UTF-8 columns of the clip table."""
RANGE_COLUMNS = ("start", "length", "pose_start", "pose_length")
"""int64 columns of the clip table: a clip's rows in the signals and in the poses."""
ARRAY_COLUMNS: dict[str, str] = {
    "run": "<i4",
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
    f"{CLIPS}/run": {"axes": "clip", "meaning": "which of the manifest's runs made the clip"},
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
    subject : str
        Who moved, in the source's own naming; empty where it does not tell.
    run : int
        Which of the manifest's runs made the clip.
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
    subject: str = ""
    run: int = 0
    channels: Mapping[str, NDArray[Any]] = field(default_factory=dict)
