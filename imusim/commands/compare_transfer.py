"""``imusim compare transfer``: what a simulated corpus is worth to a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imusim import console
from imusim.commands.compare_corpus import check_out, meeting_of, tell, told
from imusim.errors import ConfigError


def run_compare_transfer(
    corpus: str, dataset: str, out: str, overwrite: bool, *, model: str, folds: int,
    few: Sequence[str], draws: int, low_pass_hz: float | None, real_share: float,
    augmentation: dict[str, Any], seed: int, **meeting: Any,
) -> None:  # fmt: skip
    """Train and test, write the result, show a table."""
    from imusim.compare.tables import save_json, transfer_rows
    from imusim.compare.transfer import Augmentation, Recipe, transfer
    from imusim.compare.transfer import folds as dealt
    from imusim.compare.transfer.models import get_model

    get_model(model)
    recipe = Recipe(low_pass_hz, Augmentation(**augmentation), real_share)
    counts = [_count(part) for text in few for part in text.split(",") if part.strip()]
    file = check_out(out, overwrite)
    met = meeting_of(corpus, dataset, seed=seed, **meeting)
    result = transfer(
        met.simulated, met.real, dealt(met.real.subjects, folds), model, recipe, counts, draws,
        seed, progress=tell,
    )  # fmt: skip
    save_json(result, file, overwrite)
    head, rows = transfer_rows(result)
    console.show(console.listing(head, rows, right=range(1, len(head))))
    told([*met.notes, *result.notes], file)


def _count(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise ConfigError(f"--few {text!r}: numbers of windows of each class, such as 1,2,5")
    return count
