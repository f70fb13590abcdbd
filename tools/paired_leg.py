"""The swinging leg of `leg-swing` on the body, with its three IMUs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from paired import BODY, Recording, Sensor
from real_sensors import leg_swing

from imusim.body import retarget
from imusim.motion import Motion
from imusim.recordings import find_recordings, read_recording
from imusim.recordings.datasets.leg_swing_body import LINKS


def swing(folder: Path) -> Recording:
    """The swing with its three IMUs."""
    recording = read_recording(find_recordings("leg-swing", folder)[0])
    trials = {trial.name.split()[-1]: trial for trial in leg_swing(folder)}
    assert isinstance(recording.motion, Motion)
    sensors = []
    for sensor in recording.sensors:
        trial = trials[sensor.name]
        assert sensor.offset is not None
        sensors.append(
            Sensor(
                f"leg-swing {sensor.name}",
                trial.name,
                LINKS[sensor.name],
                sensor.rate_hz,
                trial.accelerometer,
                trial.gyroscope,
                trial.scored,
                np.asarray(sensor.offset),
                lag_s=0.012,
            )
        )
    return Recording("leg-swing", retarget(recording.motion, BODY), tuple(sensors))
