"""``imusim classify``: names what is done in a recording."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from imusim import console
from imusim.errors import ConfigError
from imusim.view.document import check_free, write_whole

if TYPE_CHECKING:
    from imusim.learn.use import Classes, Named

SHOWN = 3
"""Labels of a span that the table shows."""
STANDARD_OUTPUT = "-"


def run_classify(
    recording: str,
    model: str,
    labels: Sequence[str],
    prompts: str | None,
    *,
    reading: Mapping[str, Any],
    placement: Sequence[str],
    up: Sequence[str],
    window_s: float | None,
    stride_s: float | None,
    device: str,
    json_file: str | None,
    csv_file: str | None,
    overwrite: bool,
) -> None:
    """Classify, show spans of like windows, write every window."""
    from imusim.learn.use import load_encoder
    from imusim.recordings.files import FileSettings, read_file

    classes = chosen_classes(labels, prompts)
    for file, option in ((json_file, "--json"), (csv_file, "--csv")):
        check_out(file, overwrite, option)
    encoder = load_encoder(model, device)
    encoder.model.check_text()
    read = read_file(recording, FileSettings(**reading))
    windows = encoder.windows(
        read,
        window_s=window_s,
        stride_s=stride_s,
        placement=by_sensor(placement, "--placement"),
        up=by_sensor(up, "--up"),
    )
    named = encoder.classify(windows, classes)
    table = as_json(named)
    if json_file != STANDARD_OUTPUT:
        show_named(named)
    sys.stdout.flush()
    for note in (*read.notes, *unplaced(windows.sensors, windows.places)):
        typer.echo(f"note: {note}", err=True)
    if json_file == STANDARD_OUTPUT:
        console.show_json(table)
    elif json_file is not None:
        import json

        write_whole(Path(json_file), json.dumps(table, indent=2, ensure_ascii=False).encode())
        typer.echo(json_file)
    if csv_file is not None:
        write_whole(Path(csv_file), as_csv(named).encode())
        typer.echo(csv_file, err=json_file == STANDARD_OUTPUT)


def chosen_classes(labels: Sequence[str], prompts: str | None) -> Classes:
    """What is to be told apart: labels as stated, or a file's; ConfigError for both or none."""
    from imusim.learn.use import classes_of, read_classes

    if prompts is not None:
        if labels:
            raise ConfigError("labels are stated, and --prompts names others: leave one of them")
        return read_classes(prompts)
    if not labels:
        raise ConfigError('say what may be done: --labels walking "climbing stairs" …')
    return classes_of(labels)


def by_sensor(stated: Sequence[str], option: str) -> str | dict[str, str]:
    """One value for all sensors, or ``SENSOR=VALUE`` for each. Raises ConfigError for a mixture."""
    parts = [part.strip() for text in stated for part in text.split(",")]
    if len(parts) == 1 and "=" not in parts[0]:
        return parts[0]
    named: dict[str, str] = {}
    for part in parts:
        sensor, equals, value = part.partition("=")
        if not equals or not sensor or not value:
            raise ConfigError(f"{option} {part!r}: of several sensors, write each as SENSOR=VALUE")
        if sensor in named:
            raise ConfigError(f"{option} states sensor {sensor!r} twice")
        named[sensor] = value
    return named


def check_out(file: str | None, overwrite: bool, option: str) -> None:
    """Refuse a file that is there or whose folder is not, before anything is computed."""
    if file is None or file == STANDARD_OUTPUT:
        return
    check_free(Path(file), overwrite, option)
    if not Path(file).parent.is_dir():
        raise ConfigError(f"{option} {file}: there is no folder {Path(file).parent}")


def unplaced(sensors: Sequence[str], places: Sequence[int]) -> list[str]:
    """What to say of sensors of which nobody says where they are worn."""
    from imusim.learn.batch import UNKNOWN

    lost = [name for name, place in zip(sensors, places, strict=True) if place == UNKNOWN]
    if not lost:
        return []
    return [f"{', '.join(lost)}: taken as worn at an unknown place; state it with --placement"]


def show_named(named: Named) -> None:
    """Print spans of windows with the same best label, and the next likely ones."""
    spans = named.spans()
    rows = []
    for start, end, shares in zip(
        spans.start_s, spans.end_s, spans.probabilities, strict=True
    ):  # fmt: skip
        order = shares.argsort()[::-1][:SHOWN].tolist()
        first, *others = ((named.labels[k], f"{shares[k]:.0%}") for k in order)
        also = ", ".join(f"{name} {share}" for name, share in others)
        rows.append((_clock(start), _clock(end), *first, also))
    console.show(console.listing(("from", "to", "label", "sure", "else"), rows, right=(0, 1, 3)))


def as_json(named: Named) -> dict[str, Any]:
    """Every window, for machines."""
    return {
        "labels": list(named.labels),
        "windows": [
            {
                "start_s": round(float(start), 6),
                "end_s": round(float(end), 6),
                "label": best,
                "probabilities": {
                    name: float(share) for name, share in zip(named.labels, shares, strict=True)
                },
            }
            for start, end, best, shares in zip(
                named.start_s, named.end_s, named.best, named.probabilities, strict=True
            )
        ],
    }


def as_csv(named: Named) -> str:
    """Every window as a line: times, the best label, the probability of each."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("start_s", "end_s", "label", *named.labels))
    for start, end, best, shares in zip(
        named.start_s, named.end_s, named.best, named.probabilities, strict=True
    ):
        table.writerow((f"{start:.6g}", f"{end:.6g}", best, *(f"{share:.6f}" for share in shares)))
    return out.getvalue()


def _clock(seconds: float) -> str:
    """Minutes and seconds, and hours where there are any."""
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
