"""Options of ``imusim export``."""

from __future__ import annotations

from typing import Annotated

import typer

To = Annotated[str, typer.Option(metavar="unimts|parquet|webdataset", help="The layout to write.")]
Out = Annotated[
    str | None, typer.Option("--out", "-o", metavar="FOLDER", help="Default: CORPUS-LAYOUT.")
]
Channels = Annotated[
    list[str] | None,
    typer.Option(metavar="NAMES", help="Channels of the corpus to write too, or all."),
]
WindowS = Annotated[
    float | None,
    typer.Option("--window", metavar="S", help="Cut clips to windows of so many seconds."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an export that is there.")]
