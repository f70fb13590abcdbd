"""The command that shows captions and has them rephrased."""

from __future__ import annotations

from typing import Annotated

import typer

from imusim.cli import options
from imusim.cli.app import app


@app.command()
def captions(
    corpus: options.CorpusFolder = "corpus",
    command: Annotated[
        str | None,
        typer.Option(
            "--paraphrase-command",
            metavar="CMD",
            help="Gets a caption on standard input; each line it says is a paraphrase.",
        ),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Ask a language model there, by OpenAI's chat completions."
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which model of the endpoint.")
    ] = None,
    key_variable: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Environment variable with the endpoint's key. Default: IMUSIM_API_KEY.",
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=100,
            help="Texts of a caption. Default: 4 to ask for, 12 to show with --json.",
        ),
    ] = None,
    batch: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=1000, help="Captions in a run of the command, as JSON lines."
        ),
    ] = 1,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="How many to ask at a time.")
    ] = 1,
    timeout_s: Annotated[
        float,
        typer.Option("--timeout", metavar="S", min=0.1, help="How long an answer may take."),
    ] = 120.0,
    maker: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Under which name to keep the texts. Default: program or model."
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask anew about captions that were answered.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Show all captions, not the commonest 30.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
) -> None:
    """List captions with other wordings and opposites; have them paraphrased.

    Nothing is sent anywhere without --paraphrase-command or --endpoint. Paraphrases lie beside
    the corpus, in paraphrases.json; its shards and manifest do not change.
    """
    from imusim.commands.captions import Asked, run_captions

    asked = Asked(
        command, endpoint, model, key_variable, most, batch, jobs, timeout_s, maker, again
    )
    run_captions(corpus, asked, every, json)
