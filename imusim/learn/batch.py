"""What encoders take: the sensors that are present, where they sit, and what of them is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from imusim.conventions import JOINTS
from imusim.errors import ConfigError

UNKNOWN = len(JOINTS)
"""Placement of a sensor of which nobody says where it sits."""


@dataclass(frozen=True, eq=False)
class SensorBatch:
    """B windows of T samples, each with up to S sensors.

    Parameters
    ----------
    signals : (B, S, 6, T) float tensor
        Accelerometer, m/s², and gyroscope, rad/s, in sensor axes; finite, zero where nothing is
        known.
    placement : (B, S) int64 tensor
        Numbers of :data:`imusim.conventions.JOINTS`, or :data:`UNKNOWN`.
    present : (B, S, 2) bool tensor
        Whether there is an accelerometer, a gyroscope. A sensor with neither is padding.
    valid : (B, T) bool tensor
        False for padding behind the window's end, and in gaps.
    """

    signals: Tensor
    placement: Tensor
    present: Tensor
    valid: Tensor

    def __len__(self) -> int:
        return len(self.signals)

    @property
    def worn(self) -> Tensor:
        """(B, S) bool: which sensors are there at all."""
        return self.present.any(dim=-1)

    def to(self, device: torch.device | str) -> SensorBatch:
        """The same on another device."""
        parts = (self.signals, self.placement, self.present, self.valid)
        return SensorBatch(*(part.to(device, non_blocking=True) for part in parts))

    def __getitem__(self, chosen: slice | Tensor | Sequence[int]) -> SensorBatch:
        """Some of the windows."""
        parts = (self.signals, self.placement, self.present, self.valid)
        return SensorBatch(*(part[chosen] for part in parts))

    def without_gyroscopes(self) -> SensorBatch:
        """The same of accelerometers alone; a sensor that is a gyroscope only is padding then."""
        there = torch.tensor([True, False], device=self.present.device)
        return replace(self, present=self.present & there).cleaned()

    def cleaned(self) -> SensorBatch:
        """With zeros wherever nothing is known, so that what stood there counts for nothing."""
        known = self.present.repeat_interleave(3, dim=-1)[..., None] & self.valid[:, None, None]
        return SensorBatch(
            torch.where(known, self.signals, 0.0), self.placement, self.present, self.valid
        )


def placements(names: Sequence[str]) -> Tensor:
    """Numbers (S,) of joints by name; ``""`` is :data:`UNKNOWN`.

    Raises
    ------
    ConfigError
        For a name that is no joint.
    """
    for name in names:
        if name and name not in JOINTS:
            raise ConfigError(f"no joint {name!r}; there are: {', '.join(JOINTS)}")
    return torch.tensor([JOINTS.index(name) if name else UNKNOWN for name in names])
