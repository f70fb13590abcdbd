"""``imusim recordings``: datasets of real recordings, and what is in a folder of one."""

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from imusim import console

if TYPE_CHECKING:
    from imusim.recordings import Dataset
    from imusim.recordings.contents import Contents

SHOWN = 10
"""Notes and faults that are shown."""
_MOST_LABELS = 8


def run_recordings(name: str | None, folder: str | None) -> None:
    """List the datasets, show one of them, or what a folder holds of it."""
    from imusim.recordings import get_dataset, known_datasets

    if name is None:
        for number, dataset in enumerate(known_datasets().values()):
            if number:
                console.show("")
            console.show(console.fields(_card(dataset)))
    elif folder is None:
        _show_dataset(get_dataset(name))
    else:
        _show_folder(get_dataset(name), folder)


def _card(dataset: Dataset) -> list[tuple[str, str]]:
    words = [*dataset.labels.values()]
    more = f"; and {len(words) - _MOST_LABELS} more" if len(words) > _MOST_LABELS else ""
    rows = [
        (dataset.name, dataset.summary),
        ("paired", "motion was captured along" if dataset.paired else ""),
        ("licence", dataset.licence or "none stated"),
        ("home", dataset.home),
        ("obtain", dataset.obtain),
        ("rate", f"{dataset.rate_hz:.6g} Hz"),
        ("sensors", ", ".join(f"{s} on {j}" if j else s for s, _, j in sensor_rows(dataset))),
        ("labels", "; ".join(words[:_MOST_LABELS]) + more),
        ("cite", dataset.citation),
    ]
    return [row for row in rows if row[1]]


def sensor_rows(dataset: Dataset) -> list[tuple[str, str, str]]:
    """Sensor, placement, and the joint whose segment carries it; empty where not on a body."""
    from imusim.sensor.placement import find_placements

    return [
        (sensor, placement, find_placements([placement])[0].segment if placement else "")
        for sensor, placement in dataset.placements.items()
    ]


def _show_dataset(dataset: Dataset) -> None:
    rows = [row for row in _card(dataset) if row[0] not in ("sensors", "labels")]
    console.show(console.fields(rows), "")
    console.show(console.listing(("sensor", "placement", "joint"), sensor_rows(dataset)))
    if dataset.labels:
        console.show("", console.listing(("label", "words"), [*dataset.labels.items()]))


def _show_folder(dataset: Dataset, folder: str) -> None:
    from imusim.bars import stage_bar
    from imusim.recordings.contents import look_through

    with stage_bar() as bar:
        progress = None if bar is None else (lambda done, total: bar("reading", done, total))
        found = look_through(dataset.name, folder, progress)
    rows = [
        ("folder", folder),
        ("dataset", f"{dataset.name}: {dataset.summary}"),
        ("found", f"{found.recordings:,} recordings, {console.duration(found.seconds)}"),
        ("subjects", f"{len(found.subjects):,}" if found.subjects else "not said"),
        ("motion", f"with {found.paired:,} of them" if dataset.paired else ""),
        ("unreadable", f"{len(found.faults):,}" if found.faults else ""),
    ]
    console.show(console.fields([row for row in rows if row[1]]), "")
    joints = {sensor: (placement, joint) for sensor, placement, joint in sensor_rows(dataset)}
    listed = [
        (sensor, *joints.get(sensor, ("", "")), console.duration(seconds))
        for sensor, seconds in found.sensors.items()
    ]
    console.show(console.listing(("sensor", "placement", "joint", "time"), listed, right=(3,)))
    _show_labels(dataset, found)
    lines = [*_notes(found), *(f"unreadable: {fault}" for fault in found.faults[:SHOWN])]
    sys.stdout.flush()
    for line in lines:
        typer.echo(line, err=True)


def _notes(found: Contents) -> list[str]:
    """Notes by how often they come; those that differ in a number are one."""
    counts: Counter[str] = Counter()
    example: dict[str, str] = {}
    for note, count in found.notes.items():
        kind = re.sub(r"\d[\d.,]*", "…", note)
        example[kind] = note if kind not in example else kind
        counts[kind] += count
    return [f"note: {example[kind]} (of {n:,})" for kind, n in counts.most_common(SHOWN)]


def _show_labels(dataset: Dataset, found: Contents) -> None:
    if not found.labels:
        return
    order = {label: number for number, label in enumerate(dataset.labels)}
    rows = [
        (label, dataset.labels.get(label, ""), f"{count:,}", console.duration(seconds))
        for label, (count, seconds) in sorted(
            found.labels.items(), key=lambda item: (order.get(item[0], len(order)), item[0])
        )
    ]
    console.show("", console.listing(("label", "words", "spans", "time"), rows, right=(2, 3)))
