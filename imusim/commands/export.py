"""What the commands do that hand a corpus to other tools.

What only one command needs is imported there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import typer

from imusim import console
from imusim.bars import clip_bar
from imusim.commands.choice import shard_bytes, wanted_sensors
from imusim.commands.licences import body_licences
from imusim.corpus import Corpus


def run_export(
    folder: str,
    to: str,
    out: str | None,
    *,
    sensors: Sequence[str] | None,
    channels: Sequence[str] | None,
    window_s: float | None,
    shard_size: str | None,
    overwrite: bool,
) -> None:
    """Write a corpus in another layout and show what was made."""
    from imusim.export import export_corpus
    from imusim.export.formats import find_format

    name = find_format(to).name
    start = time.perf_counter()
    with Corpus(folder) as corpus, clip_bar("exporting", len(corpus)) as progress:
        made = export_corpus(
            corpus,
            name,
            out or f"{corpus.folder.resolve().name}-{name}",
            sensors=wanted_sensors(corpus, sensors),
            channels=[part for text in channels or () for part in text.split(",")],
            window_s=window_s,
            shard_bytes=shard_bytes(shard_size),
            overwrite=overwrite,
            bodies=body_licences(corpus),
            progress=progress,
        )
    examples = f"{made.examples:,}" if made.examples != made.clips else ""
    rows = [
        ("clips", f"{made.clips:,}"),
        ("examples", examples),
        ("motion", console.duration(made.motion_s)),
        ("licences", ", ".join(licence or "not stated" for licence in made.licences)),
        ("together", made.use),
        ("files", f"{made.files:,}, {console.size(made.bytes)}"),
        ("took", console.duration(time.perf_counter() - start)),
        ("folder", str(made.folder)),
    ]
    console.show(console.fields([row for row in rows if row[1]]))
    sys.stdout.flush()
    for note in made.notes:
        typer.echo(f"note: {note}", err=True)
