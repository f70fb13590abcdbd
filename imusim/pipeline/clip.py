"""One clip through the house: motion, body, trajectory, sensors, record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, RetargetedMotion, retarget
from imusim.conventions import JOINTS
from imusim.corpus import ClipRecord
from imusim.corpus.channels import FORCES, KINEMATIC
from imusim.corpus.integrity.content import MAX_ACCELERATION, MAX_RATE
from imusim.corpus.schema import pose_rate_hz
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import Motion
from imusim.physics import Simulated, simulate
from imusim.pipeline.config import SOURCE_RATES_HZ as RATES_HZ
from imusim.pipeline.config import GenerateConfig
from imusim.pipeline.frames import frame_means
from imusim.pipeline.readings import read_sensors
from imusim.pipeline.sensors import SensorPlan, plan_sensors
from imusim.sensor import ImuSignals
from imusim.trajectory import LinkTrajectory
from imusim.trajectory.body import body_trajectory, smooth_links
from imusim.trajectory.quality import measure
from imusim.trajectory.quality_filter import parse_filter


def clip_seed(run_seed: int, source: str, key: str) -> int:
    """Seed of one clip, from the run's seed and the clip's name alone."""
    words = np.frombuffer(hashlib.sha256(f"{source}\0{key}".encode()).digest(), dtype="<u4")
    sequence = np.random.SeedSequence([run_seed, *(int(word) for word in words)])
    return int(sequence.generate_state(1, np.uint64)[0]) >> 1


def output_valid(
    time_s: NDArray[np.float64], valid: NDArray[np.bool_], rate_hz: float, out_rate_hz: float
) -> NDArray[np.bool_]:
    """Which output frames rest on no gap.

    An output frame is good when no source frame within half a step of it, of the longer of the
    two steps, is a gap.

    Parameters
    ----------
    time_s : (F,) array
        Output times, from the first source frame.
    valid : (T,) bool array
        Source frames that were seen.
    rate_hz, out_rate_hz : float
    """
    reach = 0.5 * max(rate_hz / out_rate_hz, 1.0)
    centre = time_s * rate_hz
    last = len(valid) - 1
    slack = 1e-9 * (last + 1)
    first = np.clip(np.ceil(centre - reach - slack), 0, last).astype(np.intp)
    stop = np.clip(np.floor(centre + reach + slack), 0, last).astype(np.intp) + 1
    gaps = np.concatenate([[0], np.cumsum(~valid)])
    return gaps[stop] == gaps[first]


def at_times(
    values: NDArray[np.float64], time_s: NDArray[np.float64], rate_hz: float
) -> NDArray[np.float64]:
    """Linear interpolation of samples (T, ...) at times (N,) within them, s; NaN is kept."""
    place = np.clip(time_s * rate_hz, 0, len(values) - 1)
    low = np.floor(place + 1e-9).astype(np.intp)
    share = np.maximum(place - low, 0.0).reshape(-1, *[1] * (values.ndim - 1))
    high = np.minimum(low + 1, len(values) - 1)
    before = values[low]
    between = before + share * (values[high] - before)
    return np.where(share < 1e-6, before, between)


@dataclass(frozen=True, eq=False)
class Moved:
    """A motion on its body, ready for sensors.

    Parameters
    ----------
    motion : Motion
    body : RetargetedMotion
    trajectory : LinkTrajectory
    seen : (T,) bool array
        Source frames that rest on no gap.
    quality : dict
    simulated : Simulated, optional
        What the physics engine made; ``None``: the kinematic engine served.
    """

    motion: Motion
    body: RetargetedMotion
    trajectory: LinkTrajectory
    seen: NDArray[np.bool_]
    quality: dict[str, float]
    simulated: Simulated | None


def simulate_clip(motion: Motion, body: Body, config: GenerateConfig) -> ClipRecord:
    """Simulate the sensors of one clip.

    The result depends on the motion, the body and the settings alone: neither on the other
    clips of the run nor on which other sensors are asked for.

    Parameters
    ----------
    motion : Motion
    body : Body
    config : GenerateConfig
        Of ``random:K`` rotations the first draw is made.

    Raises
    ------
    MotionError
        If the motion is too short, cannot be retargeted, its signals are none that a sensor
        gives, or the settings leave it out for its quality.
    ConfigError
        If a sensor is asked for that has no place on the body.
    """
    return next(simulate_draws(motion, body, config, plan_sensors(config)))


def simulate_draws(
    motion: Motion, body: Body, config: GenerateConfig, plan: SensorPlan
) -> Iterator[ClipRecord]:
    """Every draw of a clip, each with mountings, tissue and devices of its own.

    The body moves once. Draws after the first are named ``key#2`` and so on. Raises as
    :func:`simulate_clip`.
    """
    moved = move(motion, body, config)
    for draw in range(1, plan.rotations.draws + 1):
        yield _record(moved, config, plan, motion.key if draw == 1 else f"{motion.key}#{draw}")


def move(motion: Motion, body: Body, config: GenerateConfig) -> Moved:
    """Put a motion on its body and move that with the engine of the settings.

    Raises
    ------
    MotionError
        As :func:`simulate_clip`.
    """
    if not RATES_HZ[0] <= motion.rate_hz <= RATES_HZ[1]:
        raise MotionError(
            f"{motion.rate_hz:.3g} frames a second: captures have "
            f"{RATES_HZ[0]:g} to {RATES_HZ[1]:,.0f}"
        )
    moved = retarget(motion, body, config.limb_lengths)
    smooth = smooth_links(motion, moved)
    quality = measure(moved, smooth)
    _check_quality(quality, config)
    trajectory = body_trajectory(smooth, moved, config.touchdowns)
    simulated = _in_physics(moved, trajectory, config)
    if simulated is not None:
        trajectory = simulated.trajectory
        quality |= simulated.quality()
        _check_quality(quality, config)
    return Moved(motion, moved, trajectory, smooth.valid & moved.valid, quality, simulated)


def _record(moved: Moved, config: GenerateConfig, plan: SensorPlan, key: str) -> ClipRecord:
    origin, retargeted, trajectory = moved.motion.provenance, moved.body, moved.trajectory
    seed = clip_seed(config.seed, origin.source, key)
    read = read_sensors(trajectory, retargeted.body, plan, config, seed)
    signals, mounting = read.signals, read.mounting
    pose_times = trajectory.times(pose_rate_hz(plan.channels))
    joint_positions, _ = trajectory.poses(pose_times)
    _check_signals(read.reached, plan)
    if not plan.ideal:
        _check_signals(signals, plan, read.device)
    if not np.isfinite(joint_positions).all():
        raise MotionError("the simulated poses are not finite")
    on = [JOINTS.index(joint) for joint in plan.joints]
    felt = _felt(moved.simulated, plan.channels, signals.time_s, config.rate_hz)
    return ClipRecord(
        key=key,
        source=origin.source,
        licence=origin.licence,
        file=origin.file,
        file_sha256=origin.sha256,
        subject=origin.subject,
        captions=moved.motion.captions,
        seed=seed,
        accelerometer=signals.accelerometer,
        gyroscope=signals.gyroscope,
        valid=output_valid(signals.time_s, moved.seen, retargeted.rate_hz, config.rate_hz),
        link_from_sensor=mounting.link_from_sensor,
        mounting_offset=mounting.offset,
        mounting_slip=mounting.slip,
        mounting_slip_time_s=mounting.slip_time_s,
        device=read.device,
        observed=np.asarray(retargeted.observed)[on],
        poses=joint_positions,
        unobserved_axis=rot.rotate_inverse(
            mounting.link_from_sensor, retargeted.unobserved_axes[on]
        ),
        quality=moved.quality,
        source_poses=at_times(retargeted.source_positions, pose_times, retargeted.rate_hz),
        mass_kg=float(retargeted.body.masses.sum()),
        engine=KINEMATIC if moved.simulated is None else config.engine,
        channels=read.channels | felt,
    )


def _felt(
    simulated: Simulated | None, names: Sequence[str], time_s: NDArray[np.float64], rate_hz: float
) -> dict[str, NDArray[np.generic]]:
    """Forces that are stored, at the frames (F,); none where no physics ran."""
    if simulated is None:
        return {}
    arrays = {name: getattr(simulated, name) for name in names if name in FORCES}
    return {n: frame_means(a, simulated.rate_hz, time_s, rate_hz) for n, a in arrays.items()}


def _check_signals(
    signals: ImuSignals, plan: SensorPlan, device: NDArray[np.intp] | None = None
) -> None:
    """Refuse what :func:`imusim.corpus.verify` would: no sensor gives it, no body does it.

    Devices, by number (S,), are told of where it is they that make it so.
    """
    for array, most, unit in (
        (signals.accelerometer, MAX_ACCELERATION, "m/s²"),
        (signals.gyroscope, MAX_RATE, "rad/s"),
    ):
        if np.abs(array).max() <= most / 2:  # then no norm of three is above
            continue
        if not np.isfinite(array).all():
            raise MotionError("the simulated signals are not finite")
        size = np.linalg.norm(array, axis=-1)
        frame, sensor = np.unravel_index(np.argmax(size), size.shape)
        if size[frame, sensor] > most:
            why = "the capture leaps there"
            if device is not None:
                name = plan.devices[device[sensor]].name
                why = f"the errors of its device, {name}, are too large for one without a range"
            raise MotionError(
                f"the sensor on {plan.names[sensor]} would read {size[frame, sensor]:,.0f} {unit} "
                f"at {signals.time_s[frame]:.2f} s, more than {most:,.0f}: {why}"
            )


def _check_quality(quality: dict[str, float], config: GenerateConfig) -> None:
    fault = parse_filter(config.quality).fault(quality)
    if fault is not None:
        raise MotionError(f"left out by --quality: {fault}")


def _in_physics(
    moved: RetargetedMotion, trajectory: LinkTrajectory, config: GenerateConfig
) -> Simulated | None:
    """What the physics engine makes of a motion; ``None`` for the kinematic engine's turn."""
    settings = config.physics()
    if settings is None:
        return None
    try:
        return simulate(moved, trajectory, settings)
    except MotionError as error:
        if config.on_failure == "skip":
            raise MotionError(f"{error}; --on-failure kinematic keeps such clips") from error
        return None
