"""One clip through the house: motion, body, trajectory, sensors, record."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.body import Body, RetargetedMotion, retarget
from imusim.conventions import JOINTS
from imusim.corpus import ClipRecord
from imusim.corpus.channels import KINEMATIC
from imusim.corpus.schema import pose_rate_hz
from imusim.corpus.verify import MAX_ACCELERATION, MAX_RATE
from imusim.errors import ConfigError, MotionError
from imusim.math import rotations as rot
from imusim.motion import Motion
from imusim.physics import Simulated, simulate
from imusim.pipeline.config import SOURCE_RATES_HZ as RATES_HZ
from imusim.pipeline.config import GenerateConfig, resolve_channels, resolve_joints
from imusim.pipeline.frames import frame_means
from imusim.sensor import ImuSignals, Mounting, draw_mounting, draw_tissue, read_imu
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
    between = values[low] + share * (values[high] - values[low])
    return np.where(share < 1e-6, values[low], between)


def sensor_offsets(body: Body, config: GenerateConfig) -> NDArray[np.float64]:
    """Place of each joint's sensor (22, 3) in its link's frame, m.

    The vertex of the body's skin where the settings name one for the joint, else their offset.

    Raises
    ------
    ConfigError
        If the body has no skin or no such vertex, if the vertex lies on another joint's
        segment, or if the joint carries no sensor.
    """
    offsets = np.tile(np.asarray(config.offset, float), (len(JOINTS), 1))
    skin = body.skin
    for joint, vertex in config.vertices.items():
        if joint not in resolve_joints(config.joints):
            raise ConfigError(f"vertex {vertex}: there is no sensor on {joint!r}")
        if skin is None:
            raise ConfigError(
                f"vertex {vertex} of {joint}: the body {config.body!r} has no skin; "
                "choose one that has, such as --body smplh"
            )
        if vertex >= len(skin.vertices):
            raise ConfigError(f"vertex {vertex} of {joint}: the skin has {len(skin.vertices):,}")
        owner = JOINTS[skin.segment[vertex]]
        if owner != joint:
            raise ConfigError(f"vertex {vertex} lies on {owner}, not on {joint}")
        offsets[JOINTS.index(joint)] = skin.vertices[vertex]
    return offsets


def simulate_clip(motion: Motion, body: Body, config: GenerateConfig) -> ClipRecord:
    """Simulate the sensors of one clip.

    The result depends on the motion, the body and the settings alone: neither on the other
    clips of the run nor on which other joints are asked for.

    Parameters
    ----------
    motion : Motion
    body : Body
    config : GenerateConfig

    Raises
    ------
    MotionError
        If the motion is too short, cannot be retargeted, its signals are none that a sensor
        gives, or the settings leave it out for its quality.
    ConfigError
        If a vertex is asked for that the body or the joint does not have.
    """
    if not RATES_HZ[0] <= motion.rate_hz <= RATES_HZ[1]:
        raise MotionError(
            f"{motion.rate_hz:.3g} frames a second: captures have "
            f"{RATES_HZ[0]:g} to {RATES_HZ[1]:,.0f}"
        )
    joints = resolve_joints(config.joints)
    seed = clip_seed(config.seed, motion.provenance.source, motion.key)
    moved = retarget(motion, body)
    poses = moved.world_poses()
    smooth = smooth_links(motion, moved, poses)
    quality = measure(moved, smooth, poses)
    _check_quality(quality, config)
    seen = smooth.valid & moved.valid
    trajectory = body_trajectory(smooth, moved, config.touchdowns, poses)
    simulated = _in_physics(moved, trajectory, config)
    if simulated is not None:
        trajectory = simulated.trajectory
        quality |= simulated.quality()
        _check_quality(quality, config)
    chosen = [JOINTS.index(joint) for joint in joints]
    offsets = sensor_offsets(moved.body, config)
    drawn = draw_mounting(JOINTS, config.rotations, np.random.default_rng(seed), offsets)
    mounting = Mounting(joints, drawn.link_from_sensor[chosen], drawn.offset[chosen])
    # A stream of its own: the mountings are the same with and without tissue.
    tissue = draw_tissue(JOINTS, config.soft_tissue, np.random.default_rng([seed, 1]))
    tissue = None if tissue is None else tissue.part(chosen)
    signals = read_imu(trajectory, mounting, config.rate_hz, tissue)
    channels = resolve_channels(config.channels, config.engine)
    pose_times = trajectory.times(pose_rate_hz(channels))
    joint_positions, _ = trajectory.poses(pose_times)
    _check_signals(signals, joints)
    if not np.isfinite(joint_positions).all():
        raise MotionError("the simulated poses are not finite")
    origin = motion.provenance
    return ClipRecord(
        key=motion.key,
        source=origin.source,
        licence=origin.licence,
        file=origin.file,
        file_sha256=origin.sha256,
        captions=motion.captions,
        seed=seed,
        accelerometer=signals.accelerometer,
        gyroscope=signals.gyroscope,
        valid=output_valid(signals.time_s, seen, moved.rate_hz, config.rate_hz),
        link_from_sensor=mounting.link_from_sensor,
        mounting_offset=mounting.offset,
        observed=np.asarray(moved.observed)[chosen],
        poses=joint_positions,
        unobserved_axis=rot.rotate_inverse(
            mounting.link_from_sensor, moved.unobserved_axes[chosen]
        ),
        quality=quality,
        source_poses=at_times(moved.source_positions, pose_times, moved.rate_hz),
        mass_kg=float(moved.body.masses.sum()),
        engine=KINEMATIC if simulated is None else config.engine,
        channels=_felt(simulated, channels, signals.time_s, config.rate_hz),
    )


def _felt(
    simulated: Simulated | None, names: Sequence[str], time_s: NDArray[np.float64], rate_hz: float
) -> dict[str, NDArray[np.generic]]:
    """Channels of the record, at its frames (F,); none where no physics ran."""
    if simulated is None:
        return {}
    arrays = {name: getattr(simulated, name) for name in names}
    return {n: frame_means(a, simulated.rate_hz, time_s, rate_hz) for n, a in arrays.items()}


def _check_signals(signals: ImuSignals, joints: tuple[str, ...]) -> None:
    """Refuse what :func:`imusim.corpus.verify` would: no sensor gives it, no body does it."""
    for array, most, unit in (
        (signals.accelerometer, MAX_ACCELERATION, "m/s²"),
        (signals.gyroscope, MAX_RATE, "rad/s"),
    ):
        if not np.isfinite(array).all():
            raise MotionError("the simulated signals are not finite")
        size = np.linalg.norm(array, axis=-1)
        frame, joint = np.unravel_index(np.argmax(size), size.shape)
        if size[frame, joint] > most:
            raise MotionError(
                f"the sensor on {joints[joint]} would read {size[frame, joint]:,.0f} {unit} at "
                f"{signals.time_s[frame]:.2f} s, more than {most:,.0f}: the capture leaps there"
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
