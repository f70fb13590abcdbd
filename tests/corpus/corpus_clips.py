"""Clips to write, made from a seed."""

from __future__ import annotations

import dataclasses

import numpy as np

from imusim.conventions import QUALITY
from imusim.corpus import ClipRecord, CorpusWriter

JOINTS = ("pelvis", "left_wrist", "right_ankle")


def make_clip(number: int, joints: int = len(JOINTS), frames: int | None = None, **changes):
    rng = np.random.default_rng(number)
    frames = int(rng.integers(1, 700)) if frames is None else frames
    quaternions = rng.standard_normal((joints, 4))
    clip = ClipRecord(
        key=f"source/Läufer {number:03d}",
        source="bvh",
        licence="CC0-1.0",
        file=f"{number}.bvh",
        file_sha256=f"{number:064x}",
        captions=tuple(f"someone walks, version {i} — 走る" for i in range(number % 3)),
        seed=2**64 - 1 - number,
        accelerometer=rng.normal(0, 9, (frames, joints, 3)).astype(np.float32),
        gyroscope=rng.normal(0, 3, (frames, joints, 3)).astype(np.float32),
        valid=rng.random(frames) < 0.9,
        link_from_sensor=quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True),
        mounting_offset=rng.normal(0, 0.05, (joints, 3)),
        mounting_slip=rng.normal(0, 0.1, (joints, 3)),
        mounting_slip_time_s=rng.uniform(60, 600, joints),
        device=np.zeros(joints, np.int32),
        observed=rng.random(joints) < 0.5,
        poses=rng.normal(0, 1, (frames // 20 + 1, 22, 3)).astype(np.float32),
        unobserved_axis=_axes(rng, joints),
        quality={name: float(rng.choice([np.nan, 0.0, rng.random()])) for name in QUALITY},
        source_poses=_with_holes(rng, rng.normal(0, 1, (frames // 20 + 1, 22, 3))),
        mass_kg=50.0 + number,
    )
    return dataclasses.replace(clip, **changes)


def _axes(rng, joints):
    axes = rng.standard_normal((joints, 3))
    axes /= np.linalg.norm(axes, axis=-1, keepdims=True)
    return np.where(rng.random((joints, 1)) < 0.5, axes, 0.0)


def _with_holes(rng, poses):
    return np.where(rng.random((*poses.shape[:2], 1)) < 0.3, np.nan, poses).astype(np.float32)


def felt(clip, engine="bullet"):
    """The clip as a physics engine makes it, with every channel."""
    rng = np.random.default_rng(clip.seed)
    rows = len(clip.valid)
    return dataclasses.replace(
        clip,
        engine=engine,
        channels={
            "contact": rng.random((rows, 22)) < 0.2,
            "ground_reaction": rng.normal(0, 300, (rows, 22, 3)).astype(np.float32),
            "root_wrench": rng.normal(0, 20, (rows, 6)).astype(np.float32),
            "joint_torque": rng.normal(0, 50, (rows, 22, 3)).astype(np.float32),
        },
    )


def write(folder, clips, shard_size_bytes=30_000, joints=JOINTS, **options):
    configuration = {"seed": 7, "engine": "kinematic"}
    with CorpusWriter(
        folder, joints, 100.0, configuration, shard_size_bytes=shard_size_bytes, **options
    ) as writer:
        for clip in clips:
            writer.add(clip)
        writer.skip("bad.bvh", "line 3: no frames")
    return folder
