"""What the listing commands show: sources, bodies, placements, devices.

What only one command needs is imported there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import typer

from imusim import console
from imusim.names import plain


def run_sources() -> None:
    """List the sources."""
    import motion_sources

    rows = [
        (s.name, s.summary, s.licence or "the files' own", s.home, s.obtain, s.noise, s.citation)
        for s in motion_sources.sources().values()
    ]
    _cards(rows, ("", "", "licence", "home", "obtain", "noise", "cite"))


def run_match(file: str, settings: dict[str, Any], as_map: bool) -> None:
    """Show a file's joints beside those that they are taken for."""
    from imusim import api
    from imusim.conventions import JOINTS
    from imusim.pipeline import load_config

    job = api.prepare(load_config(None, {"paths": file, **settings}))
    clip = job.clips[0]
    motion = job.inputs.read(clip)
    if as_map:
        for joint in JOINTS:
            typer.echo(f"{joint} = {json.dumps(motion.joint_map.get(joint, ''))}")
        return
    rows = [
        ("file", str(clip.path)),
        ("source", clip.source + (f", profile {motion.profile}" if motion.profile else "")),
        ("motion", f"{motion.frames:,} frames at {motion.rate_hz:g} Hz"),
        ("captions", " | ".join(motion.captions) or "none"),
    ]
    console.show(console.fields(rows), "")
    taken = [
        (
            joint,
            motion.joint_map.get(joint, "–"),
            f"{motion.map_sureness.get(joint, 1.0):.0%}" if joint in motion.joint_map else "",
        )
        for joint in JOINTS
    ]
    console.show(console.listing(("joint", "in the file", "sure"), taken, right=(2,)))
    used = set(motion.joint_map.values())
    left = [n for n in motion.skeleton.names if n not in used and not n.endswith("_end")]
    if left:
        console.show("", f"not used: {', '.join(left)}")


def run_bodies() -> None:
    """List the bodies."""
    import body_models

    rows = [
        (b.name, b.summary, b.licence, b.home, b.obtain, b.citation)
        for b in body_models.body_models().values()
    ]
    _cards(rows, ("", "", "licence", "home", "obtain", "cite"))


def run_placements(name: str | None) -> None:
    """List placements and layouts, or show one of them."""
    from imusim.sensor.placement import find_placements, layouts, placements

    if name is None:
        rows = [(p.name, p.summary) for p in placements().values()]
        console.show(console.listing(("placement", ""), rows), "")
        rows = [
            (key, str(len(layout.sensors)), layout.summary or layout.name)
            for key, layout in layouts().items()
        ]
        console.show(console.listing(("layout", "sensors", ""), rows, right=(1,)))
        return
    layout = layouts().get(plain(name))
    if layout is not None:
        rows = [
            ("layout", layout.name),
            ("", layout.summary),
            ("device", layout.device),
            ("rate", f"{layout.rate_hz:g} Hz" if layout.rate_hz else ""),
            ("source", str(layout.source or "")),
            ("note", layout.note),
        ]
        console.show(console.fields([row for row in rows if row[1]]), "")
    rows = [
        (p.name, p.segment, "" if p.along is None else f"{p.along:.2f}", f"{p.around_deg:g}°",
         p.summary)
        for p in find_placements([name])
    ]  # fmt: skip
    console.show(console.listing(("sensor", "on", "along", "around", ""), rows, right=(2, 3)))


def run_devices(name: str | None) -> None:
    """List the devices and the errors that can be switched, or show one device."""
    from imusim.sensor.device import EFFECTS, device_names, device_text, load_device

    if name is not None:
        typer.echo(device_text(name).rstrip())
        return
    rows = [(known, load_device(known).summary) for known in device_names()]
    console.show(console.listing(("device", ""), rows), "")
    rows = [(known, effect.summary) for known, effect in EFFECTS.items()]
    console.show(console.listing(("error", ""), rows))


def _cards(rows: Sequence[Sequence[str]], names: Sequence[str]) -> None:
    for number, row in enumerate(rows):
        title, *details = zip(names, row, strict=True)
        if number:
            console.show("")
        console.show(console.fields([(title[1], details[0][1]), *(d for d in details[1:] if d[1])]))
