"""What the ground does to a body, as it is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.corpus import Clip
from imusim.corpus.channels import KINEMATIC


def ground_forces(clip: Clip) -> dict[str, NDArray[np.float64]]:
    """Force of the ground upwards on the left, the right and the trunk, in body weights, (F,).

    Only those that the ground pushes at some time; none where the clip's forces are not known.
    """
    if clip.engine == KINEMATIC or "ground_reaction" not in clip.channels:
        return {}
    up = clip.channel("ground_reaction")[..., 2].astype(np.float64)
    up /= clip.mass_kg * STANDARD_GRAVITY
    side = np.array([name.partition("_")[0] for name in JOINTS])
    of_trunk = ~np.isin(side, ["left", "right"])
    parts = {"left": side == "left", "right": side == "right", "trunk": of_trunk}
    forces = {name: up[:, chosen].sum(axis=1) for name, chosen in parts.items()}
    return {name: force for name, force in forces.items() if force.any()}
