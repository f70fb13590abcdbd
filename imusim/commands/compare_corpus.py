"""``imusim compare corpus``: a simulated corpus against unpaired recordings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from imusim import console
from imusim.errors import ConfigError

if TYPE_CHECKING:
    from imusim.compare.meeting import Meeting


def run_compare_corpus(
    corpus: str, dataset: str, out: str, overwrite: bool, *, encoder: str, repeats: int,
    permutations: int, seed: int, **meeting: Any,
) -> None:  # fmt: skip
    """Compare, write the result, show figures and the features that give most away."""
    from imusim.compare.corpora import compare_corpora
    from imusim.compare.corpora.encoders import get_encoder
    from imusim.compare.tables import corpus_rows, feature_rows, save_json

    get_encoder(encoder)
    file = check_out(out, overwrite)
    met = meeting_of(corpus, dataset, seed=seed, **meeting)
    result = compare_corpora(
        met.simulated, met.real, encoder, repeats, permutations, seed=seed, progress=tell
    )
    save_json(result, file, overwrite)
    head, rows = corpus_rows(result)
    console.show(console.listing(head, rows, right=range(1, len(head))))
    console.show("in brackets: real against real\n")
    head, rows = feature_rows(result.activities[0])
    console.show(console.listing(head, rows, right=range(1, len(head))))
    told([*met.notes, *(f"{name}: {why}" for name, why in result.skipped)], file)


def meeting_of(
    corpus: str, dataset: str, *, activity: Sequence[str], activities: str | None,
    sensor: Sequence[str], subjects: Sequence[str], **settings: Any,
) -> Meeting:  # fmt: skip
    """Both sides, from what was stated on the command line."""
    from imusim.compare.activities import parse_activity, read_activities
    from imusim.compare.meeting import meet

    name, equals, folder = dataset.partition("=")
    if not equals or not folder:
        raise ConfigError(f"{dataset!r}: write it as NAME=FOLDER, as in uci-har=./UCI")
    chosen = [parse_activity(text) for text in activity]
    if activities:
        chosen += read_activities(Path(activities))
    return meet(
        corpus, name.strip(), folder, sensors=_split(sensor), activities=chosen,
        subjects=_split(subjects), **settings,
    )  # fmt: skip


def check_out(out: str, overwrite: bool) -> Path:
    """Where the result goes. Raises ConfigError if one is there and not to be replaced."""
    file = Path(out) / "report.json"
    if file.exists() and not overwrite:
        raise ConfigError(f"{file}: exists already; choose another with --out, or --overwrite")
    return file


def tell(doing: str) -> None:
    """Where a person looks on: what is being done."""
    if sys.stderr.isatty():
        typer.echo(doing, err=True)


def told(notes: Sequence[str], file: Path) -> None:
    """What was left out, and what was written."""
    sys.stdout.flush()
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(str(file))


def _split(names: Sequence[str]) -> list[str]:
    return [part.strip() for name in names for part in name.split(",") if part.strip()]
