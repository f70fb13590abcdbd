"""``imusim compare transfer``: what a simulated corpus is worth to a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imusim.commands.compare_corpus import meeting_of
from imusim.commands.compare_report import reported, tell
from imusim.errors import ConfigError


def run_compare_transfer(
    corpus: str, dataset: str, out: str, overwrite: bool, fail_under: Sequence[str], *,
    model: str, folds: int, few: Sequence[str], draws: int, low_pass_hz: float | None,
    real_share: float, augmentation: dict[str, Any], seed: int, **meeting: Any,
) -> bool:  # fmt: skip
    """Train, test and report; whether a figure is worse than asked for."""
    from imusim.compare.report import check_folder, parse_fail_under
    from imusim.compare.transfer import Augmentation, Recipe, transfer
    from imusim.compare.transfer import folds as dealt
    from imusim.compare.transfer.models import get_model

    get_model(model)
    recipe = Recipe(low_pass_hz, Augmentation(**augmentation), real_share)
    counts = [_count(part) for text in few for part in text.split(",") if part.strip()]
    conditions = parse_fail_under(fail_under)
    check_folder(Path(out), overwrite)
    met = meeting_of(corpus, dataset, seed=seed, **meeting)
    result = transfer(
        met.simulated, met.real, dealt(met.real.subjects, folds), model, recipe, counts, draws,
        seed, progress=tell,
    )  # fmt: skip
    said = [f"note: {note}" for note in (*met.notes, *result.notes)]
    return reported(result, out, overwrite, conditions, said)


def _count(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise ConfigError(f"--few {text!r}: numbers of windows of each class, such as 1,2,5")
    return count
