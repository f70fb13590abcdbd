"""What a comparison of pairs is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from imusim.compare.align import Steps
from imusim.pipeline import GenerateConfig
from imusim.sensor.device import IDEAL, Device


@dataclass(frozen=True)
class PairedSettings:
    """Settings of :func:`imusim.compare.paired.run.compare_paired`.

    Parameters
    ----------
    simulation : GenerateConfig
        How motion is read, put on a body and moved; of its engines only ``engines`` count.
    engines : tuple of str
    device : Device
        What the simulated sensors are; its errors that alignment finds are not felt twice.
    placement : str
        Where the sensors sit, instead of what recordings say; ``""``: as they say, or found.
    steps : Steps
        What is found of a sensor before it is scored.
    folds : int
        Parts that trials are dealt into; what is found on the others is scored on each.
    baselines, references : bool
        Whether others' methods and the noise ceilings are scored as well.
    statistic : {"median", "mean"}
        Of recordings, in summaries.
    seed : int
    workers : int, optional
        Processes. ``None``: one for every core.
    """

    simulation: GenerateConfig = field(default_factory=GenerateConfig)
    engines: tuple[str, ...] = ("kinematic",)
    device: Device = IDEAL
    placement: str = ""
    steps: Steps = field(default_factory=Steps)
    folds: int = 5
    baselines: bool = True
    references: bool = True
    statistic: Literal["median", "mean"] = "median"
    seed: int = 0
    workers: int | None = None
