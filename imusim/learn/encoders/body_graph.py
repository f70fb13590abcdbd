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
