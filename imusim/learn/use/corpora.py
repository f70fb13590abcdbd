"""A corpus as windows that a model takes, in the order of the corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from imusim.corpus import Corpus, Windows
from imusim.corpus.windows import About
from imusim.learn.augment.rotations import z_from_sensor
from imusim.learn.batch import SensorBatch, placements
from imusim.learn.model import ModelSettings
from imusim.learn.places import joints_of


class CorpusWindows:
    """All windows of a corpus, of all its sensors or some, at a model's rate and of its length.

    Signals are as stored, or, for a model of upright sensors, turned so that the segment's long
    axis is z. Clips shorter than a window are padded.

    Parameters
    ----------
    corpus : Corpus
    settings : ModelSettings
    sensors : sequence of str, optional
    stride_s : float, optional
        By default windows stand side by side.

    Raises
    ------
    ConfigError, CorpusError
        As :class:`imusim.corpus.Windows`.
    """

    def __init__(
        self,
        corpus: Corpus,
        settings: ModelSettings,
        sensors: Sequence[str] | None = None,
        stride_s: float | None = None,
    ):
        self._windows = Windows(
            corpus, settings.window_s, stride_s, rate_hz=settings.rate_hz, sensors=sensors,
            short="pad", only_valid=False, columns=("link_from_sensor",),
        )  # fmt: skip
        self.sensors = self._windows.sensors
        joints = joints_of(corpus)
        self._placement = placements([joints[corpus.sensors.index(s)] for s in self.sensors])
        self._upright = settings.mounting == "upright"

    def __len__(self) -> int:
        return len(self._windows)

    def about(self) -> Iterator[About]:
        """Clip, time and captions of each window."""
        return self._windows.about()

    def batches(self, size: int) -> Iterator[SensorBatch]:
        """All windows, so many at a time."""
        for batch in self._windows.batches(size):
            signals = torch.from_numpy(batch.signals)
            if self._upright:
                turned = torch.from_numpy(np.asarray(batch.columns["link_from_sensor"])).float()
                signals = self._turned(signals, turned)
            yield SensorBatch(
                signals.permute(0, 2, 3, 1).contiguous(),
                self._placement.expand(len(batch), -1),
                torch.ones(len(batch), len(self.sensors), 2, dtype=torch.bool),
                torch.from_numpy(batch.valid),
            ).cleaned()

    def _turned(self, signals: torch.Tensor, link_from_sensor: torch.Tensor) -> torch.Tensor:
        joint = self._placement.expand(link_from_sensor.shape[:2])
        turn = z_from_sensor(joint, link_from_sensor)  # (B, S, 3, 3)
        both = signals.unflatten(-1, (2, 3))
        return torch.einsum("bsij,btskj->btski", turn, both).flatten(-2)
