"""The training of the distance itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from imusim.errors import ConfigError
from imusim.learn.objectives.base import Objective, Step
from imusim.learn.objectives.relative.changes import changed
from imusim.learn.objectives.relative.distance import MotifDistance, traces_of

if TYPE_CHECKING:
    from imusim.learn.training.config import PretrainConfig

_CHANGES = 1_000
"""Number of the generator that changes are drawn with."""


class Reconstruct(Objective):
    """Windows are rebuilt from themselves, changed: the distance of RelCon learns what is alike.

    The encoder is not used. What was learnt is for the objective ``relative``, which finds it in
    ``model.pt``.

    Parameters
    ----------
    channels, kernel, doublings, dropout
        As :class:`MotifDistance` has them.
    """

    encodes: ClassVar[bool] = False
    kept: ClassVar[bool] = True

    def __init__(
        self, channels: int = 64, kernel: int = 15, doublings: int = 2, dropout: float = 0.1
    ):
        super().__init__()
        if channels < 8 or channels % 8 or kernel < 1 or not kernel % 2 or doublings < 0:
            raise ConfigError(
                f"objective reconstruct: {channels} channels, a kernel of {kernel} and {doublings} "
                "doublings; channels are a multiple of 8, the kernel is odd"
            )
        if not 0 <= dropout < 1:
            raise ConfigError(f"objective reconstruct: dropout {dropout}; from 0 to below 1")
        self.distance = MotifDistance(channels, kernel, doublings, dropout)

    def check(self, config: PretrainConfig) -> None:
        """Raises ConfigError where windows have more than one sensor."""
        check_single(config, "reconstruct")

    def forward(self, step: Step) -> Tensor:
        """Mean square error, (m/s²)²."""
        windows = traces_of(step.sensors())
        return self.distance(windows, changed(windows, step.generator(_CHANGES))).mean()


def check_single(config: PretrainConfig, name: str) -> None:
    """Raises ConfigError where windows have more than one sensor."""
    low, high = config.augment.sensors
    if high != 1:
        raise ConfigError(
            f"objective {name} compares windows of one sensor, and augment.sensors is {low} to "
            f"{high}: set it to [1, 1]"
        )
