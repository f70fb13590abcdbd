"""What a frame-wise model is worth on recordings of people whom it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imusim.compare.result import Interval
from imusim.compare.transfer.scores import accuracy, interval, macro_f1, resamples
from imusim.errors import ConfigError
from imusim.learn.online.boundaries import boundaries_of, delays
from imusim.learn.online.model import FrameModel
from imusim.learn.online.recorded import FrameSequence, Recorded
from imusim.learn.online.tasks import confusion_of

FIGURES = ("macro_f1", "accuracy", "delay_median_s", "delay_p90_s", "missed")
N_RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Followed:
    """What a model told of one recording.

    Parameters
    ----------
    subject, key : str
    confusion : (K, K) array
        Frames, truth by rows.
    delays_s : (N,) array
        Of the N changes of label; NaN where one was missed.
    """

    subject: str
    key: str
    confusion: NDArray[np.float64]
    delays_s: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FrameResult:
    """Figures over recordings.

    Parameters
    ----------
    figures : mapping of str to Interval
        Of :data:`FIGURES`: frame-wise macro-F1 and accuracy; median and 90th percentile of the
        delays of changes that were seen, s; share of changes that were missed. NaN where no label
        changes. Intervals are over people and their recordings.
    classes : tuple of str
    confusion : (K, K) array
        Frames, truth by rows.
    changes : int
    people : tuple of str
    """

    figures: Mapping[str, Interval]
    classes: tuple[str, ...]
    confusion: NDArray[np.float64]
    changes: int
    people: tuple[str, ...]


def follow(
    sequence: FrameSequence,
    probabilities: Callable[[NDArray[np.float32], NDArray[np.bool_]], NDArray],
    rate_hz: float,
    classes: int,
) -> Followed:
    """Go through a recording from its first frame, from which a model begins anew.

    Parameters
    ----------
    sequence : FrameSequence
    probabilities : callable
        ``probabilities(frames, present)``: (T, K).
    rate_hz : float
    classes : int
    """
    said = np.asarray(probabilities(sequence.frames, sequence.present)).argmax(axis=1)
    return Followed(
        sequence.subject,
        sequence.key,
        confusion_of(sequence.labels, said, classes),
        delays(said, boundaries_of(sequence.labels, rate_hz), rate_hz),
    )


def evaluate_frames(
    model: FrameModel,
    recorded: Recorded,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> FrameResult:
    """Hold a model against recordings of the people of a dataset whom it was not trained on.

    Raises
    ------
    ConfigError
        If the recordings are of another rate, sensors or classes than the model's, or it was
        trained on all of the people.
    """
    settings = model.settings
    check_fits(model, recorded)
    seen = set(settings.source.get("people", ()))
    unseen = [
        each for each in recorded.sequences if f"{recorded.dataset} {each.subject}" not in seen
    ]
    if not unseen:
        raise ConfigError(
            f"the model was trained on everybody in {recorded.dataset}; train one with "
            "--fold 1/5, which leaves a fifth of the people out"
        )
    followed = []
    for number, sequence in enumerate(unseen, start=1):
        followed.append(
            follow(sequence, model.probabilities, settings.rate_hz, len(settings.labels))
        )
        if progress is not None:
            progress(number, len(unseen))
    return summed_up(followed, settings.labels, n_resamples, seed)


def check_fits(model: FrameModel, recorded: Recorded) -> None:
    """Raise ConfigError for recordings that a model is not made for."""
    settings = model.settings
    if model.head is None:
        raise ConfigError("the model was pretrained only and tells no classes; train it on labels")
    for what, wanted, given in (
        ("sensors", tuple(settings.sensors), recorded.sensors),
        ("classes", tuple(settings.labels), recorded.labels),
    ):
        if wanted != given:
            raise ConfigError(
                f"the model's {what} are {', '.join(wanted)}; those of {recorded.dataset} are "
                f"{', '.join(given)}"
            )
    if not np.isclose(settings.rate_hz, recorded.rate_hz):
        raise ConfigError(f"the model takes {settings.rate_hz:g} Hz, not {recorded.rate_hz:g} Hz")


def summed_up(
    followed: Sequence[Followed],
    classes: tuple[str, ...],
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> FrameResult:
    """Figures of recordings, each followed once, by models that had not seen its person."""
    subjects = np.array([each.subject for each in followed])
    keys = np.array([each.key for each in followed])
    confusions = np.stack([each.confusion for each in followed])
    late = [each.delays_s for each in followed]
    weights = resamples(subjects, keys, n_resamples, np.random.default_rng(seed))
    every = _figures(confusions, late, np.ones(len(followed)))
    drawn = [_figures(confusions, late, weight) for weight in weights]
    people = np.unique(subjects)
    changes = sum(map(len, late))
    counts = (int(confusions.sum()),) * 2 + (changes,) * 3
    return FrameResult(
        {
            name: interval(every[name], [each[name] for each in drawn], len(people), count)
            for name, count in zip(FIGURES, counts, strict=True)
        },
        classes,
        confusions.sum(axis=0),
        changes,
        tuple(people.tolist()),
    )


def _figures(
    confusions: NDArray[np.float64],
    late: Sequence[NDArray[np.float64]],
    weights: NDArray[np.float64],
) -> dict[str, float]:
    """Of recordings that count so often each."""
    confusion = np.einsum("r,rjk->jk", weights, confusions)
    every = np.concatenate(
        [np.tile(own, int(times)) for own, times in zip(late, weights, strict=True)]
    )
    seen = every[np.isfinite(every)]
    median, p90 = np.quantile(seen, [0.5, 0.9]) if len(seen) else (np.nan, np.nan)
    missed = 1 - len(seen) / len(every) if len(every) else np.nan
    return {
        "macro_f1": float(macro_f1(confusion)),
        "accuracy": float(accuracy(confusion)),
        "delay_median_s": float(median),
        "delay_p90_s": float(p90),
        "missed": float(missed),
    }
