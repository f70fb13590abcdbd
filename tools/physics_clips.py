"""What clips do in physics engines, in numbers: the measurements of ``tools/physics.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.api import prepare
from imusim.body import RetargetedMotion, retarget
from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.errors import ImusimError
from imusim.math import rotations as rot
from imusim.motion import Motion
from imusim.physics import PhysicsEngine, PhysicsSettings, Simulated, simulate
from imusim.physics.rigid import principal_body
from imusim.pipeline import GenerateConfig
from imusim.sensor import ImuSignals, Mounting, read_imu
from imusim.trajectory import LinkTrajectory
from imusim.trajectory.body import body_trajectory, smooth_links

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Row = dict[str, Any]

RATE_HZ = 100.0
ENDS_S = 0.1
AROUND_CONTACT_S = 0.05
"""Time before and after a contact in which a leg does not count as swinging."""
FALLING = 0.15
"""Largest force on a flying body, in body weights, by its captured centre of mass."""
FLIGHT_ENDS_S, SHORTEST_FLIGHT_S = 0.02, 0.1

SENSORS = Mounting(JOINTS, np.tile(rot.IDENTITY, (len(JOINTS), 1)), np.zeros((len(JOINTS), 3)))
LEGS = tuple(
    [JOINTS.index(f"{side}_{name}") for name in ("hip", "knee", "ankle", "foot")]
    for side in ("left", "right")
)
UPPER = [k for k in range(len(JOINTS)) if k not in LEGS[0] + LEGS[1]]
THIGHS_SHANKS, ANKLES = [1, 2, 4, 5], [7, 8]


@dataclass(frozen=True, eq=False)
class Clip:
    """A motion, ready for the engines."""

    group: str
    key: str
    told: str
    moved: RetargetedMotion
    fit: Callable[[bool], LinkTrajectory]


def clips(data: Path | None, quick: bool, failed: list[str]) -> Iterator[Clip]:
    """The bundled clips, and those of CMU and Bandai-Namco under a folder."""
    groups: list[tuple[str, list[Path], int]] = [("bundled", [], 1)]
    if data is not None:
        groups += [
            ("CMU, BVH", [data / "cmu/bvh"], 8 if quick else 1),
            ("CMU, AMC", [data / "cmu/asfamc"], 8 if quick else 1),
            ("Bandai-Namco", [data / "bandai-namco-1"], 32 if quick else 8),
        ]
    for group, paths, every in groups:
        job = prepare(GenerateConfig(paths=tuple(str(path) for path in paths)))
        for reference in job.clips[::every]:
            try:
                motion = job.inputs.read(reference)
                moved = retarget(motion, job.inputs.body_for(motion.shape))
            except ImusimError as error:
                failed.append(f"{group} {reference.key}: {error}")
                continue

            def fit(
                touchdowns: bool, moved: RetargetedMotion = moved, motion: Motion = motion
            ) -> LinkTrajectory:
                return body_trajectory(smooth_links(motion, moved), moved, touchdowns)

            told = " ".join([motion.key, *(str(c) for c in motion.captions)]).lower()
            yield Clip(group, motion.key, told, moved, fit)


def correlation(a: Array, b: Array, where: Bools | None = None) -> float:
    """Pooled over channels (N, ...), each less its mean; of the moments told alone."""
    if where is not None:
        a, b = a[where], b[where]
    if len(a) < 5:
        return float("nan")
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    return float((a * b).sum() / max(np.sqrt((a * a).sum() * (b * b).sum()), 1e-300))


def inside(signals: ImuSignals) -> slice:
    """Samples away from both ends, or all of a clip that is too short."""
    ends = round(ENDS_S * RATE_HZ)
    return slice(ends, -ends) if len(signals.time_s) > 3 * ends else slice(None)


def swinging(done: Simulated, time_s: Array) -> tuple[Bools, Bools]:
    """Whether each leg is off the ground, and was and will be for a while."""
    legs = []
    for leg in LEGS:
        touches = np.flatnonzero(done.contact[:, leg].any(axis=1)) / done.rate_hz
        after = np.searchsorted(touches, time_s)
        to = np.append(touches, np.inf)[after] - time_s
        since = time_s - np.append(-np.inf, touches)[after]
        legs.append(np.minimum(to, since) > AROUND_CONTACT_S)
    return legs[0], legs[1]


def swing_correlation(a: Array, b: Array, legs: tuple[Bools, Bools]) -> float:
    """Of the links of each leg while it swings."""
    pairs = [(a[w][:, leg], b[w][:, leg]) for leg, w in zip(LEGS, legs, strict=True) if w.sum() > 4]
    if not pairs:
        return float("nan")
    centred = [[x - x.mean(axis=0) for x in pair] for pair in pairs]
    return correlation(*(np.concatenate(x) for x in zip(*centred, strict=True)))


def moments(done: Simulated) -> Array:
    """Times of the steps, s."""
    return np.arange(len(done.contact)) / done.rate_hz


def measure(clip: Clip, engines: Sequence[PhysicsEngine], settings: PhysicsSettings) -> list[Row]:
    """A row an engine, and a row that compares them."""
    trajectory = clip.fit(False)  # the same blows on both sides would only flatter
    kinematic = read_imu(trajectory, SENSORS, RATE_HZ)
    rows, held = [], {}
    for engine in engines:
        row: Row = {"group": clip.group, "key": clip.key, "engine": engine, "failure": ""}
        row |= {"rate_hz": clip.moved.rate_hz, "seconds": trajectory.end_s}
        rows.append(row)
        chosen = replace(settings, engine=engine)
        try:
            on = simulate(clip.moved, trajectory, chosen)
            off = simulate(clip.moved, trajectory, replace(chosen, contact=False))
        except (ImusimError, np.linalg.LinAlgError) as error:
            row["failure"] = str(error)
            continue
        legs = swinging(on, kinematic.time_s[inside(kinematic)])
        for prefix, done in (("", on), ("off_", off)):
            signals = read_imu(done.trajectory, SENSORS, RATE_HZ)
            held[engine, prefix] = done, signals
            row |= {
                prefix + name: value
                for name, value in compare(done, signals, trajectory, kinematic, legs).items()
            }
        row |= physics(clip, trajectory, on, chosen)
    if len(held) == 4:
        row = {"group": clip.group, "key": clip.key, "engine": "both", "failure": ""}
        for prefix in ("", "off_"):
            row |= {
                prefix + k: v for k, v in agreement(*(held[e, prefix] for e in engines)).items()
            }
        rows.append(row)
    return rows


def compare(
    done: Simulated,
    signals: ImuSignals,
    trajectory: LinkTrajectory,
    kinematic: ImuSignals,
    legs: tuple[Bools, Bools],
) -> Row:
    """An engine's run against the kinematic engine."""
    kept, time_s = inside(kinematic), moments(done)
    there = trajectory.sample(np.minimum(time_s, trajectory.end_s)).position
    missed = 100 * np.linalg.norm(done.trajectory.sample(time_s).position - there, axis=-1)
    a, b = kinematic.accelerometer[kept], signals.accelerometer[kept]
    v, w = kinematic.gyroscope[kept], signals.gyroscope[kept]
    felt, was = (np.linalg.norm(x[:, ANKLES], axis=-1) / STANDARD_GRAVITY for x in (b, a))
    vertical = done.ground_reaction[..., 2].sum(axis=1) / done.body_weight
    root = np.linalg.norm(done.root_wrench[:, :3], axis=1) / done.body_weight
    numbers = (signals.accelerometer, signals.gyroscope, done.root_wrench, done.joint_torque)
    return {
        "rmse_cm": float(np.sqrt(np.mean(missed**2))),
        "p95_cm": float(np.percentile(missed, 95)),
        "max_cm": float(missed.max()),
        "reference_mm": 1000 * done.quality()["tracking_error_m"],
        "all": correlation(a, b),
        "upper": correlation(a[:, UPPER], b[:, UPPER]),
        "worst_upper": min(one := [correlation(a[:, k], b[:, k]) for k in UPPER]),
        "worst_joint": JOINTS[UPPER[int(np.argmin(one))]],
        "swing": swing_correlation(a, b, legs),
        "gyro": correlation(v, w),
        "gyro_upper": correlation(v[:, UPPER], w[:, UPPER]),
        "gyro_swing": swing_correlation(v, w, legs),
        "ankle_g": float(felt.max()),
        "kinematic_ankle_g": float(was.max()),
        "vertical": float(vertical.mean()),
        "most_vertical": float(vertical.max()),
        "root_rms": float(np.sqrt(np.mean(root**2))),
        "most_root": float(root.max()),
        "nan": int(sum((~np.isfinite(x)).sum() for x in numbers)),
    }


def agreement(one: tuple[Simulated, ImuSignals], two: tuple[Simulated, ImuSignals]) -> Row:
    """Two engines on the same clip."""
    (first, a), (second, b) = one, two
    kept, time_s = inside(a), moments(first)
    places = (done.trajectory.sample(time_s).position for done in (first, second))
    apart = np.linalg.norm(np.subtract(*places), axis=-1)
    force = [d.ground_reaction[..., 2].sum(axis=1) / d.body_weight for d in (first, second)]
    left, right = a.accelerometer[kept], b.accelerometer[kept]
    return {
        "apart_mm": float(1000 * np.sqrt(np.mean(apart**2))),
        "upper": correlation(left[:, UPPER], right[:, UPPER]),
        "legs": correlation(left[:, THIGHS_SHANKS], right[:, THIGHS_SHANKS]),
        "ankles": correlation(left[:, ANKLES], right[:, ANKLES]),
        "gyro": correlation(a.gyroscope[kept], b.gyroscope[kept]),
        "vertical_r": correlation(*force) if all(f.any() for f in force) else float("nan"),
        "vertical_1": float(force[0].mean()),
        "vertical_2": float(force[1].mean()),
    }


def centre_of_mass(
    clip: Clip, trajectory: LinkTrajectory, time_s: Array, foot_mass_ratio: float
) -> Array:
    """Of the body with the feet of the engines, (N, 3), m."""
    states = trajectory.sample(np.minimum(time_s, trajectory.end_s))
    masses = principal_body(clip.moved.body, foot_mass_ratio).body.masses
    centres = states.position + rot.rotate(states.world_from_link, clip.moved.body.centres_of_mass)
    return np.einsum("l,nlk->nk", masses / masses.sum(), centres)


def physics(
    clip: Clip, trajectory: LinkTrajectory, done: Simulated, settings: PhysicsSettings
) -> Row:
    """Newton's second law, forces over strides, and contact in flight."""
    time_s, step_s, weight = moments(done), 1 / done.rate_hz, done.body_weight
    up = np.array([0.0, 0.0, 1.0])
    moved, captured = (
        np.diff(centre_of_mass(clip, t, time_s, settings.foot_mass_ratio), 2, axis=0)
        / (step_s**2 * STANDARD_GRAVITY)
        + up
        for t in (done.trajectory, trajectory)
    )
    ground, root = done.ground_reaction.sum(axis=1) / weight, done.root_wrench[:, :3] / weight
    row: Row = {
        "newton_rms": float(np.sqrt(np.mean((moved - (ground + root)[1:-1]) ** 2))),
        "momentum": float(np.abs((moved - (ground + root)[1:-1]).mean(axis=0)).max()),
    }
    if "walk" in clip.told:
        row["strides"] = [
            (float(ground[a:b, 2].mean()), float(root[a:b, 2].mean())) for a, b in strides(done)
        ]
    flies = np.pad(np.linalg.norm(captured, axis=1) < FALLING, 1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flies.astype(int), [0]])))
    flights = [
        slice(a + round(FLIGHT_ENDS_S / step_s), b - round(FLIGHT_ENDS_S / step_s))
        for a, b in edges.reshape(-1, 2)
        if (b - a) * step_s >= SHORTEST_FLIGHT_S
    ]
    row["flights"] = [
        (
            (f.stop - f.start) * step_s,
            float(done.contact[f].any(axis=1).mean()),
            float(ground[f, 2].mean()),
        )
        for f in flights
    ]
    return row


def strides(done: Simulated) -> list[tuple[int, int]]:
    """Steps between the left foot's landings, for strides of 0.7 to 1.8 s."""
    touches = np.flatnonzero(done.contact[:, LEGS[0]].any(axis=1))
    landings = touches[1:][np.diff(touches) > 0.2 * done.rate_hz]
    return [(int(a), int(b)) for a, b in pairwise(landings) if 0.7 <= (b - a) / done.rate_hz <= 1.8]
