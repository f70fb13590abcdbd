"""How a body moves during windows: positions of its joints, as sensors could tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imusim.conventions import JOINTS
from imusim.corpus import Corpus
from imusim.errors import CorpusError

RATE_HZ = 10.0
"""Of poses, as corpora hold them unless they hold forces too."""
_HIPS = (JOINTS.index("left_hip"), JOINTS.index("right_hip"))
_ROOT = JOINTS.index("pelvis")


@dataclass(frozen=True, eq=False)
class Poses:
    """B windows of P poses.

    Parameters
    ----------
    positions : (B, P, 22, 3) float32 tensor
        In the world, m; zero behind the clip's end.
    valid : (B, P) bool tensor
    """

    positions: Tensor
    valid: Tensor

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, some: slice | Tensor) -> Poses:
        """Those of some of the windows."""
        return Poses(self.positions[some], self.valid[some])

    def to(self, device: torch.device | str) -> Poses:
        """The same on another device."""
        return Poses(*(each.to(device, non_blocking=True) for each in self._parts))

    def pin_memory(self) -> Poses:
        """The same in memory that is copied to a GPU while that works on."""
        return Poses(*(each.pin_memory() for each in self._parts))

    @property
    def _parts(self) -> tuple[Tensor, Tensor]:
        return self.positions, self.valid


def count(length_s: float) -> int:
    """Poses of a window."""
    return max(1, round(length_s * RATE_HZ))


def read(
    corpus: Corpus, keys: Sequence[str], start_s: Sequence[float], length_s: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Positions (B, P, 22, 3) and whether they are the clip's (B, P), of windows of clips.

    Between stored poses positions lie on straight lines.

    Raises
    ------
    CorpusError
        If a clip holds no poses.
    """
    positions = np.zeros((len(keys), count(length_s), len(JOINTS), 3), np.float32)
    valid = np.zeros(positions.shape[:2], bool)
    stored: dict[str, NDArray[np.float32]] = {}
    for number, (key, begin_s) in enumerate(zip(keys, start_s, strict=True)):
        if key not in stored:
            stored = {key: corpus[key].poses}  # windows of a clip follow one another
        held = stored[key]
        if not len(held):
            raise CorpusError(
                f"{corpus.folder}: clip {key!r} holds no poses, which the motion of a window is "
                "read from; leave the objectives away that need motion"
            )
        at = (begin_s + np.arange(positions.shape[1]) / RATE_HZ) * corpus.manifest.pose_rate_hz
        valid[number] = at < len(held) - 0.5
        at = np.clip(at[valid[number]], 0, len(held) - 1)
        before = np.minimum(at.astype(int), max(len(held) - 2, 0))
        share = (at - before)[:, None, None]
        after = np.minimum(before + 1, len(held) - 1)
        positions[number, valid[number]] = (1 - share) * held[before] + share * held[after]
    return positions, valid


def canonical(poses: Poses) -> Tensor:
    """Positions (B, P, 22, 3) that know neither place nor heading.

    Joints are told from the pelvis of the same pose; the pelvis itself from where it was at first.
    The window is turned about the vertical so that the first pose faces +x: its left hip lies
    towards +y.
    """
    found = poses.positions
    root = found[:, :, _ROOT : _ROOT + 1]
    from_root = found - root
    from_root[:, :, _ROOT] = root[:, :, 0] - root[:, :1, 0]
    left = found[:, 0, _HIPS[0]] - found[:, 0, _HIPS[1]]
    length = left[:, :2].norm(dim=-1).clamp(min=1e-9)
    cos, sin = left[:, 1] / length, left[:, 0] / length  # of the turn that takes left to +y
    cos, sin = cos[:, None, None], sin[:, None, None]
    x, y, z = from_root.unbind(-1)
    turned = torch.stack([cos * x - sin * y, sin * x + cos * y, z], dim=-1)
    return torch.where(poses.valid[:, :, None, None], turned, 0.0)
