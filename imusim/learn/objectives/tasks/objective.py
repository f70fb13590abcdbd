"""Self-supervision by several tasks at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from imusim.errors import ConfigError
from imusim.learn.batch import SensorBatch
from imusim.learn.objectives.base import Objective, Step
from imusim.learn.objectives.tasks import changes

TASKS = ("reversal", "scale", "permutation", "warp")
"""In the order in which they are done to a window."""
_DRAWS = 1000
"""Number of the generator."""


class Tasks(Objective):
    """Binary questions about what was done to a window, after harnet (Yuan et al. 2024).

    Each task is done to half of the windows, drawn apart from the others, and told from the
    embedding of the window by a linear head; the loss is the mean cross-entropy over windows and
    tasks. Windows are changed after augmentation and within their valid length, so that padding
    tells nothing.

    - ``reversal``: played backwards; angular rates have the other sign then.
    - ``scale``: each axis times a factor from 1 - ``most_scale`` to 1 + ``most_scale``, but none
      nearer to 1 than ``least_scale``.
    - ``permutation``: cut into ``parts`` of ``least`` samples or more, which are put in random
      order; windows too short for it are left as they are, and asked like the others.
    - ``warp``: faster and slower by turns, by a factor of standard deviation ``sigma``.

    Parameters
    ----------
    width : int
        Of the encoder.
    tasks : sequence of str
        Of :data:`TASKS`.
    sigma : float
    apart : bool
        Whether each axis of each sensor is warped by a curve of its own, as published; else all of
        a window by one.
    parts, least : int
    least_scale, most_scale : float

    Raises
    ------
    ConfigError
        For an unknown task, or settings out of range.
    """

    def __init__(
        self,
        width: int,
        tasks: Sequence[str] = ("reversal", "permutation", "warp"),
        sigma: float = 0.2,
        apart: bool = False,
        parts: int = 4,
        least: int = 10,
        least_scale: float = 0.15,
        most_scale: float = 0.5,
    ):
        super().__init__()
        strangers = [each for each in tasks if each not in TASKS]
        if strangers or not tasks:
            raise ConfigError(f"tasks: some of {', '.join(TASKS)}, not {list(tasks)}")
        if not 0 <= sigma <= 1 or not 0 <= least_scale < most_scale <= 1:
            raise ConfigError("tasks: sigma from 0 to 1, and 0 <= least_scale < most_scale <= 1")
        if parts < 2 or least < 1:
            raise ConfigError(f"tasks: 2 parts of a sample or more, not {parts} of {least}")
        self.tasks = tuple(each for each in TASKS if each in tasks)
        self.sigma, self.apart, self.parts, self.least = sigma, apart, parts, least
        self.scales = (least_scale, most_scale)
        self.head = nn.Linear(width, len(self.tasks))

    def forward(self, step: Step) -> Tensor:
        """Over this rank's windows."""
        changed, done = self.change(step.sensors(), step.generator(_DRAWS))
        told = self.head(step.encode(changed))
        return binary_cross_entropy_with_logits(told, done.to(told.dtype))

    def change(
        self, sensors: SensorBatch, generator: torch.Generator
    ) -> tuple[SensorBatch, Tensor]:
        """Windows with what was drawn done to them; which tasks were, (B, tasks) bool."""
        shape = (len(sensors), len(self.tasks))
        done = torch.rand(shape, generator=generator, device=generator.device) < 0.5
        for number, task in enumerate(self.tasks):
            mine = done[:, number]
            if task == "permutation":
                long = changes.lengths(sensors.valid) >= self.parts * self.least
                mine = done[:, number] = mine & long
            new = getattr(self, f"_{task}")(sensors, generator)
            signals = torch.where(mine[:, None, None, None], new.signals, sensors.signals)
            valid = torch.where(mine[:, None], new.valid, sensors.valid)
            sensors = replace(sensors, signals=signals, valid=valid).cleaned()
        return sensors, done

    def _reversal(self, sensors: SensorBatch, generator: torch.Generator) -> SensorBatch:
        del generator
        samples = sensors.valid.shape[1]
        at = changes.backwards(changes.lengths(sensors.valid), samples)
        back = _reordered(sensors, at)
        sign = torch.tensor([1.0] * 3 + [-1.0] * 3, device=at.device)[:, None]
        return replace(back, signals=back.signals * sign)

    def _permutation(self, sensors: SensorBatch, generator: torch.Generator) -> SensorBatch:
        length, samples = changes.lengths(sensors.valid), sensors.valid.shape[1]
        at = changes.shuffled(length, samples, generator, self.parts, self.least)
        return _reordered(sensors, at)

    def _warp(self, sensors: SensorBatch, generator: torch.Generator) -> SensorBatch:
        length, (_, several, axes, samples) = changes.lengths(sensors.valid), sensors.signals.shape
        curves = several * axes if self.apart else 1
        at = changes.warped(length, samples, generator, self.sigma, curves)
        shape = (several, axes) if self.apart else (1, 1)
        # What lies beside a gap is read across it, so the gap grows to all that it touches.
        touched = changes.read(sensors.valid.float()[:, None], at).amin(dim=1)
        return replace(
            sensors,
            signals=changes.read(sensors.signals, at.unflatten(1, shape)),
            valid=touched > 1 - 1e-3,
        )

    def _scale(self, sensors: SensorBatch, generator: torch.Generator) -> SensorBatch:
        least, most = self.scales
        shape = (*sensors.signals.shape[:3], 1)
        drawn = torch.rand(shape, generator=generator, device=generator.device) * 2 - 1
        factor = 1 + drawn.sign() * least + drawn * (most - least)
        return replace(sensors, signals=sensors.signals * factor)


def _reordered(sensors: SensorBatch, at: Tensor) -> SensorBatch:
    places = at[:, None, None].expand(sensors.signals.shape)
    return replace(
        sensors, signals=sensors.signals.gather(-1, places), valid=sensors.valid.gather(1, at)
    )
