"""The body as a graph: how many bones lie between two joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, PARENTS


def hops() -> NDArray[np.int64]:
    """Bones (22, 22) between every two joints of the canonical skeleton."""
    count = len(JOINTS)
    distance = np.full((count, count), count, np.int64)
    np.fill_diagonal(distance, 0)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            distance[joint, parent] = distance[parent, joint] = 1
    for between in range(count):
        through = distance[:, between, None] + distance[None, between]
        distance = np.minimum(distance, through)
    return distance


def partitions_of(far: bool = True) -> NDArray[np.float64]:
    """Neighbours (3, 22, 22) in three partitions, after Yan, Xiong and Lin 2018.

    Entry ``[k, v, w]`` is what joint w hears of joint v: 0 itself, 1 from its parent, nearer to the
    pelvis, 2 from its children. What w hears sums to one over all partitions.

    Parameters
    ----------
    far : bool
        Without, distances from the pelvis end at one bone, as in the published code of ST-GCN and
        UniMTS: farther joints are all equally far, and hear of parents in partition 2 as well.
    """
    bones = hops()
    near = bones <= 1
    shares = near / near.sum(axis=0)
    depth = bones[:, 0].astype(float)
    if not far:
        depth[depth > 1] = np.inf
    nearer = depth[:, None] < depth[None]
    itself = np.eye(len(bones), dtype=bool)
    return np.stack([shares * itself, shares * nearer, shares * (~nearer & ~itself)])
