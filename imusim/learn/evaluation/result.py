"""What an evaluation found: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Interval
from imusim.compare.transfer.result import Split
from imusim.compare.transfer.scores import resamples
from imusim.learn.evaluation.figures import Outcome, with_intervals

Mode = Literal["zero-shot", "k-shot", "probe", "finetune"]
MODES: tuple[Mode, ...] = ("zero-shot", "k-shot", "probe", "finetune")

PRETRAINED = "pretrained"
UNPLACED = "pretrained, placement unknown"
TUNED = "pretrained, fine-tuned"
CONTROL = "shuffled captions"
RANDOM = "random initialisation"
SCRATCH = "from scratch"
HANDCRAFTED = "handcrafted features"
CONVOLUTIONS = "random convolutions"
MAJORITY = "majority class"
WAYS = (
    PRETRAINED, UNPLACED, TUNED, CONTROL, RANDOM, SCRATCH, HANDCRAFTED, CONVOLUTIONS, MAJORITY,
)  # fmt: skip
"""All that stands beside each other, in the order of tables."""
BESIDE = (RANDOM, SCRATCH, HANDCRAFTED, CONVOLUTIONS, MAJORITY)
"""What needs no pretraining."""
OURS = (PRETRAINED, UNPLACED, TUNED)


@dataclass(frozen=True)
class ClassFigures:
    """Of one class; ``windows`` of it were tested."""

    precision: float
    recall: float
    f1: float
    windows: int


@dataclass(frozen=True, eq=False)
class Line:
    """One way to tell classes, in one mode.

    Parameters
    ----------
    mode : str
    way : str
        Of :data:`WAYS`.
    shots : int, optional
        Labelled windows of each class; ``None``: none in mode zero-shot, all in the others.
    figures : mapping of str to Interval
        Means over models and draws; intervals over people and their recordings.
    by_model : tuple of mapping
        The same figures of each model alone, without intervals; one where there are no seeds.
    classes : mapping of str to ClassFigures
    confusion : (K, K) int array
        Row: what it was; column: what it was taken for. Summed over models and draws.
    """

    mode: Mode
    way: str
    shots: int | None
    figures: Mapping[str, Interval]
    by_model: tuple[Mapping[str, float], ...]
    classes: Mapping[str, ClassFigures]
    confusion: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DatasetResult:
    """What models are worth on one dataset.

    Parameters
    ----------
    dataset, mounting : str
    classes : tuple of str
    prompts : tuple of tuple of str
    counts : mapping of str to int
        Windows of each class.
    subjects : tuple of str
    sensors : mapping of str to str
        Sensor to joint; ``""``: not told.
    splits : tuple of Split
        Of what is trained; zero-shot tests everyone whom the splits test.
    draws : tuple of mapping
        Of each split and draw, k as text to the names of the windows shown.
    lines : tuple of Line
    notes : tuple of str
    """

    dataset: str
    mounting: str
    classes: tuple[str, ...]
    prompts: tuple[tuple[str, ...], ...]
    counts: Mapping[str, int]
    subjects: tuple[str, ...]
    sensors: Mapping[str, str]
    splits: tuple[Split, ...]
    draws: tuple[Mapping[str, object], ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    def line(self, mode: str, way: str, shots: int | None = None) -> Line:
        """The line that is so called. Raises KeyError where there is none."""
        return {(one.mode, one.way, one.shots): one for one in self.lines}[(mode, way, shots)]


@dataclass(frozen=True, eq=False)
class EvaluationResult:
    """What ``imusim evaluate`` found; ``settings``: what was asked for, and of which models."""

    settings: Mapping[str, object]
    datasets: tuple[DatasetResult, ...]
    notes: tuple[str, ...] = field(default_factory=tuple)


def make_line(
    mode: Mode,
    way: str,
    shots: int | None,
    outcome: Outcome,
    classes: tuple[str, ...],
    models: int,
    n_resamples: int,
    seed: int,
) -> Line:
    """Figures of an outcome whose rows are of so many models, one model's behind each other.

    The same seed and windows give the same resamples, whatever the way.
    """
    weights = resamples(outcome.subjects, outcome.groups, n_resamples, np.random.default_rng(seed))
    rows = np.array_split(np.arange(len(outcome.predicted)), models)
    alone = [with_intervals(outcome.rows(own), []) for own in rows]
    confusion = outcome.tested.confusions().sum(axis=0)
    right = np.diagonal(confusion)
    real, said = confusion.sum(axis=1), confusion.sum(axis=0)
    repeats = len(outcome.predicted)
    by_class = {
        name: ClassFigures(
            float(right[k] / said[k]) if said[k] else 0.0,
            float(right[k] / real[k]) if real[k] else float("nan"),
            float(2 * right[k] / (real[k] + said[k])) if real[k] + said[k] else float("nan"),
            round(real[k] / repeats),
        )
        for k, name in enumerate(classes)
    }
    return Line(
        mode,
        way,
        shots,
        with_intervals(outcome, weights),
        tuple({name: figure.value for name, figure in one.items()} for one in alone),
        by_class,
        confusion.astype(np.int64),
    )
