"""What is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field

from imusim.errors import ConfigError
from imusim.learn.evaluation.result import BESIDE, MODES
from imusim.learn.evaluation.tuning import Tuning
from imusim.names import did_you_mean


@dataclass(frozen=True)
class EvaluationSettings:
    """What is evaluated, and how often.

    Parameters
    ----------
    modes : tuple of str
        Of :data:`imusim.learn.evaluation.result.MODES`.
    shots : tuple of int
        Labelled windows of each class in mode k-shot.
    draws : int
        How often they are drawn.
    folds : int
        Splits of the people in all modes but zero-shot, at most.
    tune_shots : bool
        Whether in mode k-shot all weights are trained too, and the encoder from scratch.
    tuning : Tuning
        How they are trained.
    beside : tuple of str
        What models stand beside, of :data:`imusim.learn.evaluation.result.BESIDE`.
    n_resamples, seed : int

    Raises
    ------
    ConfigError
        For an unknown mode or way, or numbers that are too small.
    """

    modes: tuple[str, ...] = MODES
    shots: tuple[int, ...] = (1, 2, 3, 5, 10)
    draws: int = 5
    folds: int = 5
    tune_shots: bool = True
    tuning: Tuning = field(default_factory=Tuning)
    beside: tuple[str, ...] = BESIDE
    n_resamples: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        for mode in self.modes:
            if mode not in MODES:
                raise ConfigError(
                    f"no mode {mode!r}.{did_you_mean(mode, MODES)} There are: {', '.join(MODES)}"
                )
        for way in self.beside:
            if way not in BESIDE:
                raise ConfigError(f"beside {way!r}: models stand beside {', '.join(BESIDE)}")
        if not self.modes:
            raise ConfigError(f"no mode is named; there are: {', '.join(MODES)}")
        if not self.shots or min(*self.shots, self.draws, self.n_resamples) < 1:
            raise ConfigError("shots, draws and resamples are 1 or more")
        if self.folds < 2:
            raise ConfigError("folds are 2 or more")
