"""Commands that look at a corpus or a clip."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import options
from imusim.cli.app import app


@app.command()
def inspect(
    corpus: options.CorpusFolder = "corpus",
    clip: Annotated[
        str | None, typer.Option(metavar="KEY|INDEX", help="Show one clip instead.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
    licences: Annotated[
        bool, typer.Option("--licences", help="What it may be used for, and whom to cite.")
    ] = False,
) -> None:
    """Show what is in a corpus."""
    if licences:
        from imusim.commands.licences import run_licences

        run_licences(corpus, json)
        return
    from imusim.commands.show import run_inspect

    run_inspect(corpus, clip, json)


@app.command()
def plot(
    corpus: options.CorpusFolder = "corpus",
    clip: Annotated[str, typer.Option(metavar="KEY|INDEX", help="Which clip.")] = "0",
    sensors: options.SomeSensors = None,
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="FILE.png", help="Default: the clip's key, .png."),
    ] = None,
) -> None:
    """Draw a clip: its signals over time, its skeleton at moments under them."""
    from imusim.commands.show import run_plot

    run_plot(corpus, clip, sensors, out)


@app.command()
def view(
    corpus: options.CorpusFolder = "corpus",
    clip: Annotated[
        str, typer.Argument(metavar="[CLIP]", help="Key or number.", show_default=False)
    ] = "0",
    named: Annotated[
        str | None, typer.Option("--clip", metavar="KEY|INDEX", help="The same, as for plot.")
    ] = None,
    sensors: options.SomeSensors = None,
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="FILE.html", help="Default: the clip's key, .html."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that is there.")
    ] = False,
) -> None:
    """Write a page on which a clip moves: its source and its body, its signals under them."""
    from imusim.commands.show import run_view

    run_view(corpus, named or clip, sensors, out, overwrite)
