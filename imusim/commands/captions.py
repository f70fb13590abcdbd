"""``imusim captions``: what a corpus's clips are called, and could be called."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from imusim import console
from imusim.corpus import Corpus
from imusim.corpus.paraphrases import PARAPHRASES, read_paraphrases
from imusim.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from imusim.learn.captions.models import Maker

SHOWN = 30
KEY_VARIABLE = "IMUSIM_API_KEY"
ASKED = 4
REPHRASED = 12


@dataclass(frozen=True)
class Asked:
    """Whom to ask for paraphrases and how; nobody without a command and without an endpoint."""

    command: str | None = None
    endpoint: str | None = None
    model: str | None = None
    key_variable: str | None = None
    most: int | None = None
    batch: int = 1
    jobs: int = 1
    timeout_s: float = 120.0
    maker: str | None = None
    again: bool = False


def run_captions(folder: str, asked: Asked, every: bool, as_json: bool) -> None:
    """Have the captions paraphrased if that is asked for; else show them."""
    with Corpus(folder) as corpus:
        counts = Counter(text for _, text in corpus.captions() if text.strip())
    if not counts:
        raise CorpusError(
            f"{folder}: none of its clips has a caption; give captions to the motion and make the "
            "corpus again"
        )
    captions = [caption for caption, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
    maker = _maker(asked)
    if maker is not None:
        _paraphrase(folder, captions, maker, asked)
    elif as_json:
        console.show_json(_entries(folder, captions, counts, asked.most or REPHRASED))
    else:
        _show(folder, captions, counts, every)


def _maker(asked: Asked) -> Maker | None:
    """Whom to ask; nobody unless the user said so."""
    if asked.endpoint is None and (asked.model or asked.key_variable):
        raise ConfigError("--model and --key-variable need --endpoint URL")
    if asked.command is not None and asked.endpoint is not None:
        raise ConfigError("either --paraphrase-command or --endpoint")
    if asked.batch > 1 and asked.command is None:
        raise ConfigError("--batch is for --paraphrase-command")
    if asked.command is not None:
        from imusim.learn.captions.models import CommandMaker

        return CommandMaker(asked.command, asked.timeout_s, asked.batch, asked.maker)
    if asked.endpoint is None:
        return None
    from imusim.learn.captions.models import EndpointMaker

    key = os.environ.get(asked.key_variable or KEY_VARIABLE, "").strip()
    if asked.key_variable and not key:
        raise ConfigError(f"--key-variable: {asked.key_variable} is not set")
    return EndpointMaker(asked.endpoint, asked.model or "", key, asked.timeout_s, asked.maker)


def _paraphrase(folder: str, captions: list[str], maker: Maker, asked: Asked) -> None:
    from imusim.bars import stage_bar
    from imusim.learn.captions.models import gather_paraphrases

    with stage_bar() as bar:
        made = gather_paraphrases(
            folder,
            captions,
            maker,
            most=asked.most or ASKED,
            jobs=asked.jobs,
            again=asked.again,
            progress=None if bar is None else lambda *done: bar("asking", *done),
        )
    rows = [
        ("captions", f"{len(captions):,}"),
        ("before", f"{made.before:,} answered by {maker.name} before"),
        ("answered", f"{made.answered:,} with {made.texts:,} paraphrases"),
        ("refused", f"{made.refused:,} texts of another side, direction or count, or too long"),
        ("file", str(Path(folder) / PARAPHRASES)),
    ]
    console.show(console.fields([row for row in rows if not row[1].startswith("0 ")]))
    sys.stdout.flush()
    reasons = Counter(reason for _, reason in made.failed)
    for reason, count in reasons.most_common(5):
        typer.echo(f"not answered: {count:,} captions: {reason}", err=True)
    if made.failed:
        typer.echo("the same command asks about these again", err=True)


def _entries(
    folder: str, captions: list[str], counts: Counter[str], most: int
) -> list[dict[str, object]]:
    from imusim.learn.captions import opposite, rephrased

    paraphrases = read_paraphrases(folder)
    return [
        {
            "caption": caption,
            "clips": counts[caption],
            "rephrased": list(rephrased(caption, most)),
            "opposite": opposite(caption),
            "paraphrases": list(paraphrases.get(caption, ())),
        }
        for caption in captions
    ]


def _show(folder: str, captions: list[str], counts: Counter[str], every: bool) -> None:
    from imusim.learn.captions import opposite, rephrased

    paraphrases = read_paraphrases(folder)
    shown = captions if every else captions[:SHOWN]
    rows = []
    for caption in shown:
        others = rephrased(caption)
        rows.append((
            f"{counts[caption]:,}", caption, f"{len(others)}", others[0] if others else "–",
            opposite(caption) or "–", f"{len(paraphrases.get(caption, ()))}",
        ))  # fmt: skip
    head = ("clips", "caption", "ways", "such as", "opposite", "paraphrases")
    if not paraphrases:
        head, rows = head[:-1], [row[:-1] for row in rows]
    console.show(console.listing(head, rows, right=(0, 2, 5)))
    sys.stdout.flush()
    if len(shown) < len(captions):
        typer.echo(f"… and {len(captions) - len(shown):,} more: --all shows them", err=True)
