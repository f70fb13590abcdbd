"""What the commands do that embed windows and export models."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer

from imusim import console
from imusim.bars import stage_bar
from imusim.commands.choice import wanted_sensors
from imusim.commands.classify import by_sensor, check_out, unplaced
from imusim.corpus import Corpus
from imusim.errors import ConfigError
from imusim.view.document import write_whole

MANY_SENSORS = 6
"""More than models are trained on at a time, as long as nobody says otherwise."""


def run_embed(
    what: str,
    model: str,
    out: str,
    *,
    texts: Sequence[str],
    nearest: int,
    page: str | None,
    sensors: Sequence[str] | None,
    reading: Mapping[str, Any],
    placement: Sequence[str],
    up: Sequence[str],
    stride_s: float | None,
    device: str,
    overwrite: bool,
) -> None:
    """Embed a corpus or a recording; show what is nearest to texts, draw a picture."""
    from imusim.learn.use import load_encoder
    from imusim.learn.use.embeddings import BETWEEN, embed_corpus, embed_recording
    from imusim.recordings.files import FileSettings, read_file

    target = Path(out)
    if target.suffix != ".npy":
        raise ConfigError(f"--out {out}: embeddings are a file that ends in .npy")
    table = target.with_suffix(".csv")
    if table.resolve() == Path(what).resolve():
        raise ConfigError(f"--out {out}: the table {table} beside it would replace the recording")
    for file, option in ((out, "--out"), (str(table), "--out"), (page, "--page")):
        check_out(file, overwrite, option)
    if page is not None:
        from imusim.view.document import plotly_script

        plotly_script()
    if nearest < 1:
        raise ConfigError(f"--nearest {nearest}: ask for one at least")
    encoder = load_encoder(model, device)
    points = encoder.encode_texts(texts) if texts else ()
    notes: list[str] = []
    if Path(what).is_dir():
        if placement or up or any(value is not None for value in reading.values()):
            raise ConfigError(f"{what}: a corpus tells places, axes, units and rates itself")
        with Corpus(what) as corpus, stage_bar() as progress:
            tell = None if progress is None else lambda *d: progress("embedding", *d)
            chosen = wanted_sensors(corpus, sensors)
            embedded = embed_corpus(encoder, corpus, chosen, stride_s, tell)
            count = len(chosen or corpus.sensors)
        if count > MANY_SENSORS:
            notes.append(
                f"{count} sensors at a time, where models are trained on a few: choose with "
                "--sensors"
            )
    else:
        read = read_file(what, FileSettings(**reading))
        windows = encoder.windows(
            read, stride_s=stride_s, placement=by_sensor(placement, "--placement"),
            up=by_sensor(up, "--up"),
        )  # fmt: skip
        embedded = embed_recording(encoder, read, windows)
        notes += [*read.notes, *unplaced(windows.sensors, windows.places)]
    content = io.BytesIO()
    np.save(content, embedded.embeddings)
    write_whole(target, content.getvalue())
    write_whole(table, embedded.table().encode())
    if page is not None:
        from imusim.learn.use.picture import embeddings_page

        embeddings_page(embedded, f"Embeddings of {Path(what).resolve().name}", Path(page))
    for text, point in zip(texts, points, strict=True):
        rows = [
            (f"{near:.3f}", embedded.keys[n], f"{embedded.start_s[n]:.1f}",
             BETWEEN.join(embedded.labels[n]))
            for n, near in embedded.nearest(point, nearest)
        ]  # fmt: skip
        console.show(f"nearest to: {text}")
        console.show(console.listing(("cosine", "clip", "at s", "says"), rows, right=(0, 2)), "")
    sys.stdout.flush()
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{out}: {len(embedded):,} windows of {embedded.embeddings.shape[1]} numbers")
    for file in (str(table), page):
        if file is not None:
            typer.echo(file)


def run_export_model(model: str, out: str | None, overwrite: bool) -> None:
    """Write a model as ONNX and say how close it is to PyTorch's."""
    from imusim.learn.use import load_encoder
    from imusim.learn.use.onnx import INPUTS, OUTPUT, export_onnx

    path = Path(model)
    default = path / "model.onnx" if path.is_dir() else path.with_suffix(".onnx")
    target = Path(out) if out is not None else default
    if target.suffix != ".onnx":
        raise ConfigError(f"--out {target}: a model is written as a file that ends in .onnx")
    check_out(str(target), overwrite, "--out")
    encoder = load_encoder(model)
    difference = export_onnx(encoder.model, target)
    settings = encoder.settings
    count = sum(part.numel() for part in encoder.model.encoder.parameters())
    rows = [
        ("encoder", f"{settings.encoder}, {count:,} parameters"),
        ("windows", f"{settings.window_s:g} s at {settings.rate_hz:g} Hz, mounting "
         f"{settings.mounting}"),
        ("inputs", ", ".join(INPUTS)),
        ("output", f"{OUTPUT}, {encoder.model.width} numbers a window"),
        ("off PyTorch's", f"{difference:.1g} at most, of unit vectors"),
        ("file", f"{target}, {console.size(target.stat().st_size)}"),
    ]  # fmt: skip
    console.show(console.fields(rows))
