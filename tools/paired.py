"""Real sensors beside the captured motion of the body that carried them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation

import body_models
from imusim.body import BodyOptions, RetargetedMotion
from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.math import rotations as rot
from imusim.sensor import Mounting, SoftTissue, draw_tissue, read_imu
from imusim.trajectory import LinkTrajectory, fit_trajectory
from imusim.trajectory.body import body_trajectory

Array = NDArray[np.float64]

BODY = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
SOFT_HZ = 10.0
"""Below it an arm and a bias are fitted: impacts that no camera sees would pull at them."""
LAG_STEP_S = 0.001


@dataclass(frozen=True, eq=False)
class Sensor:
    """One IMU of a recording.

    Parameters
    ----------
    row : str
        Line of the table that it counts in.
    unit : str
        Sensors of one unit share a rotation and biases.
    joint : str
        Segment that carries it.
    rate_hz : float
    accelerometer, gyroscope : (N, 3) array
        m/s², rad/s.
    scored : (N,) bool array
    offset : (3,) array, optional
        Its place in the link's frame, m; ``None``: to be found.
    lag_s : float
        Its clock may differ by as much from that of the cameras.
    """

    row: str
    unit: str
    joint: str
    rate_hz: float
    accelerometer: Array
    gyroscope: Array
    scored: NDArray[np.bool_]
    offset: Array | None
    lag_s: float


@dataclass(frozen=True, eq=False)
class Recording:
    """A captured motion on the body, and the sensors that were worn."""

    name: str
    moved: RetargetedMotion
    sensors: tuple[Sensor, ...]
    cutoff_hz: float | None = None

    @cached_property
    def kinematic(self) -> LinkTrajectory:
        """The trajectory of the kinematic engine, without touchdowns."""
        return body_trajectory(self._smooth, self.moved, touchdowns=False)

    @cached_property
    def landing(self) -> LinkTrajectory | None:
        """The same with touchdowns; none without any."""
        trajectory = body_trajectory(self._smooth, self.moved)
        return trajectory if trajectory.position.jumps else None

    @cached_property
    def _smooth(self) -> LinkTrajectory:
        poses = self.moved.world_poses()
        return fit_trajectory(JOINTS, *poses, self.moved.rate_hz, cutoff_hz=self.cutoff_hz)


@dataclass(frozen=True, eq=False)
class Placement:
    """How a sensor sits: found once, with the kinematic engine, and kept for all.

    Parameters
    ----------
    link_from_sensor : (4,) array, offset : (3,) array
    lag_s : float
        What to add to the sensor's times for those of the motion, s.
    accelerometer_bias, gyroscope_bias : (3,) array
        To add to what is simulated.
    """

    link_from_sensor: Array
    offset: Array
    lag_s: float
    accelerometer_bias: Array
    gyroscope_bias: Array


def read(
    trajectory: LinkTrajectory,
    sensor: Sensor,
    link_from_sensor: Array,
    offset: Array,
    lag_s: float,
    tissue: SoftTissue | None = None,
) -> tuple[Array, Array]:
    """Accelerometer and gyroscope (N, 3) simulated at the sensor's own times."""
    mounting = Mounting((sensor.joint,), link_from_sensor[None], offset[None])
    signals = read_imu(trajectory, mounting, sensor.rate_hz, tissue)
    wanted = np.arange(len(sensor.gyroscope)) / sensor.rate_hz + lag_s
    wanted = np.clip(wanted, 0, signals.time_s[-1])
    accelerometer, gyroscope = (
        make_interp_spline(signals.time_s, values[:, 0], k=5)(wanted)
        for values in (signals.accelerometer, signals.gyroscope)
    )
    return accelerometer, gyroscope


def simulate(
    trajectory: LinkTrajectory, sensor: Sensor, placement: Placement, on_tissue: bool = False
) -> tuple[Array, Array]:
    """What a sensor would have recorded on a trajectory: accelerometer, gyroscope (N, 3).

    ``on_tissue``: on skin and muscle as is typical of its place.
    """
    tissue = draw_tissue((sensor.joint,), "typical") if on_tissue else None
    force, rate = read(
        trajectory, sensor, placement.link_from_sensor, placement.offset, placement.lag_s, tissue
    )
    return force + placement.accelerometer_bias, rate + placement.gyroscope_bias


def place(worn: Sequence[tuple[Sensor, LinkTrajectory]]) -> list[Placement]:
    """Placements of the sensors of one unit on their kinematic trajectories.

    The clock comes from the correlation of the norms of angular rates. The rotation solves
    Wahba's problem over the angular rates and, where the place on the link is known, specific
    forces in like sizes. The place, where it is not, and the biases are least squares.
    """
    turn = np.zeros((3, 3))
    lags, signals = [], []
    for sensor, trajectory in worn:
        lags.append(_lag(sensor, trajectory))
        arm = np.zeros(3) if sensor.offset is None else sensor.offset
        force, rate = read(trajectory, sensor, rot.IDENTITY, arm, lags[-1])
        use = sensor.scored
        turn += rate[use].T @ sensor.gyroscope[use] / 4
        if sensor.offset is not None:
            turn += force[use].T @ sensor.accelerometer[use] / STANDARD_GRAVITY**2
        signals.append((force, rate))
    matrix = rot.nearest_matrix(turn)
    link_from_sensor = Rotation.from_matrix(matrix).as_quat()
    columns, errors, drifts = [], [], []
    for (sensor, trajectory), lag, (force, rate) in zip(worn, lags, signals, strict=True):
        use = sensor.scored
        effects = np.zeros((len(force), 3, 3))
        if sensor.offset is None:
            for axis, unit in enumerate(np.eye(3)):
                moved_force, _ = read(trajectory, sensor, rot.IDENTITY, unit, lag)
                effects[..., axis] = moved_force - force
        bias = np.broadcast_to(matrix, effects.shape)
        design = np.concatenate([effects, bias], axis=2)
        error = sensor.accelerometer @ matrix.T - force
        low = min(SOFT_HZ, 0.4 * sensor.rate_hz)
        columns.append(low_pass(design, sensor.rate_hz, low)[use].reshape(-1, 6))
        errors.append(low_pass(error, sensor.rate_hz, low)[use].reshape(-1))
        drifts.append((sensor.gyroscope - rate @ matrix)[use])
    found = np.linalg.lstsq(np.vstack(columns), np.concatenate(errors), rcond=None)[0]
    drift = np.vstack(drifts).mean(axis=0)
    return [
        Placement(
            link_from_sensor,
            found[:3] if sensor.offset is None else sensor.offset,
            lag,
            found[3:],
            drift,
        )
        for (sensor, _), lag in zip(worn, lags, strict=True)
    ]


def low_pass(values: Array, rate_hz: float, cutoff_hz: float) -> Array:
    """Fourth-order Butterworth, forwards and backwards, along time."""
    return sosfiltfilt(butter(4, cutoff_hz, fs=rate_hz, output="sos"), values, axis=0)


def _lag(sensor: Sensor, trajectory: LinkTrajectory) -> float:
    _, rate = read(trajectory, sensor, rot.IDENTITY, np.zeros(3), 0.0)
    time = np.arange(len(rate)) / sensor.rate_hz
    turning = make_interp_spline(time, np.linalg.norm(rate, axis=1), k=3)
    real = np.linalg.norm(sensor.gyroscope, axis=1)[sensor.scored]
    at = time[sensor.scored]
    lags = np.arange(-sensor.lag_s, sensor.lag_s + LAG_STEP_S / 2, LAG_STEP_S)
    scores = [np.corrcoef(real, turning(np.clip(at + lag, 0, time[-1])))[0, 1] for lag in lags]
    return float(lags[np.argmax(scores)])
