"""Models held against a dataset in all modes, beside what each must beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from imusim.compare.transfer.result import Split
from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.learn.batch import UNKNOWN
from imusim.learn.evaluation.draws import sides, splits_of
from imusim.learn.evaluation.modes import (
    Bench,
    Features,
    probe_lines,
    shot_lines,
    tune_lines,
    zero_shot_lines,
)
from imusim.learn.evaluation.real import RealWindows
from imusim.learn.evaluation.result import MODES, DatasetResult
from imusim.learn.evaluation.settings import EvaluationSettings
from imusim.learn.evaluation.zero_shot import check_fits
from imusim.learn.model import ImuTextModel

_LINES = {
    "zero-shot": zero_shot_lines,
    "k-shot": shot_lines,
    "probe": probe_lines,
    "finetune": tune_lines,
}


def evaluate_dataset(
    models: Sequence[ImuTextModel],
    real: RealWindows,
    features: Features,
    settings: EvaluationSettings | None = None,
    controls: Sequence[ImuTextModel] = (),
    test_subjects: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> DatasetResult:
    """Hold models of several seeds against a dataset.

    Parameters
    ----------
    models : sequence of ImuTextModel
        Alike but for their seeds: figures are means over them.
    real : RealWindows
    features : mapping
        Of the prompts of ``real.classes``, by the text encoders of all models; none of models that
        were trained without texts.
    settings : EvaluationSettings, optional
        Of all modes by default; models without texts have no mode zero-shot.
    controls : sequence of ImuTextModel
        Trained on the same signals with captions that were shuffled.
    test_subjects : sequence of str
        Who is tested; by default everyone, in folds.
    progress : callable
        Told what is computed.

    Raises
    ------
    ConfigError
        If a model does not fit the windows, or is to name classes and was trained without texts;
        if fewer than two classes occur, or there are not two people to part.
    MissingExtraError
        Where scikit-learn is not installed.
    """
    settings = settings or EvaluationSettings()
    if not models:
        raise ConfigError("no model to evaluate")
    for model in (*models, *controls):
        check_fits(model, real)
        if "zero-shot" in settings.modes:
            model.check_text()
    if len(real.classes) < 2:
        only = ", ".join(real.classes)
        raise ConfigError(f"{real.dataset}: only {only!r} occurs; classes must be two")
    splits: tuple[Split, ...] = ()
    if test_subjects or set(settings.modes) != {"zero-shot"}:
        splits = splits_of(real.subjects, settings.folds, test_subjects)
    parted = tuple(sides(split, real.subjects) for split in splits)
    tested = (
        np.sort(np.concatenate([test for _, test in parted])) if parted else np.arange(len(real))
    )
    bench = Bench(tuple(models), tuple(controls), real, features, settings, parted, progress)
    lines = [
        line for mode in MODES if mode in settings.modes for line in _LINES[mode](bench, tested)
    ]
    return DatasetResult(
        dataset=real.dataset,
        mounting=real.mounting,
        classes=real.classes,
        prompts=real.prompts,
        counts={name: int((real.labels == k).sum()) for k, name in enumerate(real.classes)},
        subjects=tuple(np.unique(real.subjects).tolist()),
        sensors=_worn(real),
        splits=splits,
        draws=_stored(bench) if "k-shot" in settings.modes else (),
        lines=tuple(lines),
        notes=real.notes,
    )


def _worn(real: RealWindows) -> dict[str, str]:
    """Sensor to joint, ``""`` for one that is not told."""
    placed = zip(
        real.sensors.ravel().tolist(), real.batch.placement.flatten().tolist(), strict=True
    )
    return {
        name: "" if joint == UNKNOWN else JOINTS[joint]
        for name, joint in sorted(set(placed))
        if name
    }


def _stored(bench: Bench) -> tuple[Mapping[str, object], ...]:
    """Which windows were shown, by name."""
    keys = bench.real.keys
    return tuple(
        {
            "split": split,
            "draw": draw,
            "windows": {str(k): [keys[n] for n in own] for k, own in shown.items()},
        }
        for split, drawn in enumerate(bench.shots)
        for draw, shown in enumerate(drawn)
    )
