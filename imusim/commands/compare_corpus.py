"""``imusim compare corpus``: a simulated corpus against unpaired recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imusim.commands.compare_report import named_folder, reported, split_names, tell

if TYPE_CHECKING:
    from imusim.compare.meeting import Meeting


def run_compare_corpus(
    corpus: str, dataset: str, out: str, overwrite: bool, fail_under: Sequence[str], *,
    encoder: str, repeats: int, permutations: int, seed: int, **meeting: Any,
) -> bool:  # fmt: skip
    """Compare and report; whether a figure is worse than asked for."""
    from imusim.compare.corpora import compare_corpora
    from imusim.compare.corpora.encoders import get_encoder
    from imusim.compare.report import check_folder, parse_fail_under

    get_encoder(encoder)
    conditions = parse_fail_under(fail_under)
    check_folder(Path(out), overwrite)
    met = meeting_of(corpus, dataset, seed=seed, **meeting)
    result = compare_corpora(
        met.simulated, met.real, encoder, repeats, permutations, seed=seed, progress=tell
    )
    notes = [*met.notes, *(f"{name}: {why}" for name, why in result.skipped)]
    said = [f"note: {note}" for note in notes]
    more = [result.activities[0].feature_rows()]
    return reported(result, out, overwrite, conditions, said, more)


def meeting_of(
    corpus: str, dataset: str, *, activity: Sequence[str], activities: str | None,
    sensor: Sequence[str], subjects: Sequence[str], **settings: Any,
) -> Meeting:  # fmt: skip
    """Both sides, from what was stated on the command line."""
    from imusim.compare.activities import parse_activity, read_activities
    from imusim.compare.meeting import meet

    name, folder = named_folder(dataset)
    chosen = [parse_activity(text) for text in activity]
    if activities:
        chosen += read_activities(Path(activities))
    return meet(
        corpus, name, folder, sensors=split_names(sensor), activities=chosen,
        subjects=split_names(subjects), **settings,
    )  # fmt: skip
