"""Corpora to export, and what is known of them."""

from __future__ import annotations

import dataclasses

import numpy as np
from corpus_clips import JOINTS as FEW
from corpus_clips import felt, make_clip, write

from imusim.conventions import JOINTS

FORCES = ("ground_reaction", "contact", "joint_torque", "root_wrench")


def few_sensors(folder, count=7, **options):
    """Clips of three sensors: with no, one and two captions, of two licences."""
    clips = [
        make_clip(n, frames=60 + 37 * n, licence=("CC0-1.0", "CC-BY-NC-4.0")[n % 2])
        for n in range(count)
    ]
    return write(folder, clips, joints=FEW, **options)


def with_forces(folder):
    """Clips with all that a physics engine feels."""
    return write(folder, [felt(make_clip(n, frames=50 + n)) for n in range(3)], channels=FORCES)


def all_joints(folder, joints=JOINTS, keys=("walk",), frames=130, captions=("a walk",), **options):
    """Clips in which the signal at each joint is a constant, the number of its name."""
    clips = []
    for number, key in enumerate(keys):
        clip = make_clip(number, joints=len(joints), frames=frames, key=key, captions=captions)
        acc, gyr = (np.empty((frames, len(joints), 3), np.float32) for _ in range(2))
        for column, joint in enumerate(joints):
            acc[:, column], gyr[:, column] = reading(joint)
        clips.append(dataclasses.replace(clip, accelerometer=acc, gyroscope=gyr))
    return write(folder, clips, joints=joints, **options)


def reading(joint):
    """What the two sensors at a joint read, xyz each."""
    number = sum(ord(letter) << place for place, letter in enumerate(joint)) % 997
    axes = np.array([0.25, 0.5, 0.75])
    return (number + axes).astype(np.float32), (-number - axes).astype(np.float32)
