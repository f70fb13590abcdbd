"""The walk of `gaitmap` on the body, with its two foot IMUs."""

from __future__ import annotations

from pathlib import Path

from paired import BODY, Recording, Sensor

from imusim.body import retarget
from imusim.motion import Motion
from imusim.recordings import find_recordings, read_recording

MARGIN_S = 0.5


def walk(folder: Path) -> Recording:
    """The walk with both feet's IMUs."""
    recording = read_recording(find_recordings("gaitmap", folder)[0])
    assert isinstance(recording.motion, Motion)
    end_s = recording.motion.duration_s
    sensors = []
    for sensor in recording.sensors:
        side = sensor.name.removesuffix("_sensor")
        assert sensor.accelerometer is not None
        assert sensor.gyroscope is not None
        sensors.append(
            Sensor(
                "gaitmap foot",
                f"gaitmap {side}",
                f"{side}_ankle",
                sensor.rate_hz,
                sensor.accelerometer,
                sensor.gyroscope,
                (sensor.time_s > MARGIN_S) & (sensor.time_s < end_s - MARGIN_S),
                offset=None,
                lag_s=recording.offset_within_s,
            )
        )
    return Recording("gaitmap", retarget(recording.motion, BODY), tuple(sensors))
