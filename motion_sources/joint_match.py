"""Which joint of a file is which, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS
from imusim.errors import MotionError
from motion_sources.joint_names import map_joints

_BY_NAME = 0.9
_BY_PLACE = 0.6
"""Sureness of a limb that its name tells, and of a spine joint that its place in the tree does."""

_SYMMETRY = 1.25
"""Ratio of a left bone to the right one beyond which one of the two is doubted."""


def match_joints(
    names: Sequence[str],
    parents: NDArray[np.intp],
    offsets: NDArray[np.float64],
    stated: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
) -> tuple[dict[str, str], dict[str, float]]:
    """Match joints by the user's map, by what is known of the format, else by names and places.

    Parameters
    ----------
    names : sequence of str
        The file's joints without its end sites.
    parents : (J,) int array
    offsets : (J, 3) array
        Any unit.
    stated : mapping, optional
        The user's: canonical joint to joint of the file; it goes before all else, joint by
        joint. An empty name takes a joint out.
    known : mapping, optional
        What is known of files of this kind, instead of what names and places tell.

    Returns
    -------
    joint_map : dict
        Canonical joint to joint of the file.
    sureness : dict
        Of each canonical joint, 0 to 1.

    Raises
    ------
    MotionError
        If the pelvis and two more joints cannot be told, or the user's map names a joint that
        is not there.
    """
    stated = stated or {}
    for joint, own in stated.items():
        if own and own not in names:
            raise MotionError(
                f"the joint map gives {joint} to {own!r}, which is not in the file; it has "
                + ", ".join(names[:40])
            )
    if known is not None:
        joint_map, sureness = dict(known), dict.fromkeys(known, 1.0)
    else:
        try:
            joint_map = map_joints(names, parents, offsets)
        except MotionError:
            if len(stated) < 3 or "pelvis" not in stated:
                raise
            joint_map = {}
        sureness = _sureness(joint_map, names, offsets)
    for joint, own in stated.items():
        joint_map = {j: n for j, n in joint_map.items() if j != joint and n != own}
        if own:
            joint_map[joint], sureness[joint] = own, 1.0
    joint_map = {joint: joint_map[joint] for joint in JOINTS if joint in joint_map}
    return joint_map, {joint: sureness[joint] for joint in joint_map}


def _sureness(
    joint_map: Mapping[str, str], names: Sequence[str], offsets: NDArray[np.float64]
) -> dict[str, float]:
    """Less for what only the place tells, half for a pair of bones of unlike length."""
    lengths = dict(zip(names, np.linalg.norm(offsets, axis=1), strict=True))
    sure = {}
    for joint, own in joint_map.items():
        sure[joint] = _BY_PLACE if joint.startswith("spine") else _BY_NAME
        side, _, limb = joint.partition("_")
        other = f"{'right' if side == 'left' else 'left'}_{limb}"
        if not limb:
            continue
        if other not in joint_map:
            sure[joint] /= 2
            continue
        pair = sorted((lengths[own], lengths[joint_map[other]]))
        if pair[1] > _SYMMETRY * pair[0] + 1e-9:
            sure[joint] /= 2
    return sure
