"""Clips of the procedural source, with what they were made from."""

from functools import cache

import numpy as np

from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.motion import world_poses
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.recipe import make_clip
from motion_sources.procedural.timing import RATE_HZ

SIDES = ("left", "right")


@cache
def clip(name, number=0, seed=0):
    """Motion, what it was made from, person, positions (T, 22, 3), orientations (T, 22, 4)."""
    motion, made, person = make_clip(RECIPES[name], seed, f"{name}/{number:05d}")
    positions, world = world_poses(motion)
    return motion, made, person, positions, world


def place(of, joint, offset=(0.0, 0.0, 0.0)):
    """World track (T, 3) of a point in a joint's frame."""
    _, _, _, positions, world = of
    j = JOINTS.index(joint)
    return positions[:, j] + rot.rotate(world[:, j], np.asarray(offset, float))


def palm(of, k):
    """World track (T, 3) of a palm."""
    person = of[2]
    return place(of, f"{SIDES[k]}_wrist", [0, (1 - 2 * k) * person.palm, 0])


def within(of, start, end):
    """Frames (T,) between two times."""
    time_s = np.arange(len(of[3])) / RATE_HZ
    return (time_s >= start) & (time_s <= end)


def visits(distance, near, far):
    """How often a distance (T,) falls under ``near`` after having been over ``far``."""
    count, away = 0, True
    for value in distance:
        if away and value < near:
            count, away = count + 1, False
        elif value > far:
            away = True
    return count
