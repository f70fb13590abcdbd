"""Writes the page of a clip: data once, as JSON, and a script that draws them with plotly."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.corpus import Clip
from imusim.corpus.channels import KINEMATIC
from imusim.plot import (
    drawn_bones,
    ground_forces,
    known_sensors,
    lost_samples,
    preferred_sensors,
    sensor_places,
)
from imusim.view.document import asset, check_free, finish, plotly_script, to_script

MOST_VALUES = 4_000_000
"""Numbers of both sensors that a page holds unless asked for more: about 20 MB of text."""


def view_clip(
    clip: Clip,
    sensors: Sequence[str] | None = None,
    file: Path | str | None = None,
    overwrite: bool = False,
) -> str:
    """Make the page of a clip: its source and its body moving, and its signals.

    The two stand side by side, or the body over its source where a physics engine made the
    clip; there contacts and forces of the ground are drawn too, if the corpus stores them.

    Parameters
    ----------
    clip : Clip
    sensors : sequence of str, optional
        Joints whose signals the page holds. ``None``: all of the clip's, or of a long clip
        those that tell most.
    file : path, optional
        HTML file to write; it appears whole or not at all.
    overwrite : bool
        Replace a file that is there.

    Returns
    -------
    str
        The page.

    Raises
    ------
    ConfigError
        If a sensor is not in the corpus, or the file is there already.
    MissingExtraError
        If plotly is not installed.
    """
    target = None if file is None else Path(file)
    plotly = plotly_script()
    check_free(target, overwrite, "--out")
    parts = {
        "title": html.escape(clip.key),
        "head": _head(clip),
        "style": asset("page.css"),
        "plotly": plotly,
        "data": to_script(clip_data(clip, sensors)),
        "motion": asset("motion.js"),
        "scene": asset("scene.js"),
        "forces": asset("forces.js"),
        "signals": asset("signals.js"),
        "page": asset("page.js"),
    }
    return finish("page.html", parts, target)


def clip_data(clip: Clip, sensors: Sequence[str] | None = None) -> dict[str, Any]:
    """What the page's script draws. Arrays are float32, little-endian, in base64.

    Raises
    ------
    ConfigError
        If a sensor is not in the corpus.
    """
    chosen = _sensors(clip, sensors)
    accelerometer, gyroscope = clip.signals(sensors=chosen)
    columns = [clip.sensors.index(sensor) for sensor in chosen]
    return {
        "key": clip.key,
        "frames": len(clip),
        "rate_hz": clip.rate_hz,
        "sensors": chosen,
        "sensor_places": sensor_places(clip, chosen),
        "first_sensor": next(iter(preferred_sensors(chosen))),
        "accelerometer": _packed(accelerometer),
        "gyroscope": _packed(gyroscope),
        "gaps": _runs(~clip.valid),
        "lost": [_runs(lost_samples(clip, sensor)) for sensor in chosen],
        "observed": clip.observed[columns].tolist(),
        "unobserved_axis": clip.unobserved_axis[columns].tolist(),
        "pose_rate_hz": clip.pose_rate_hz,
        "pose_joints": JOINTS,
        "poses": _packed(clip.poses),
        "source_poses": _packed(clip.source_poses),
        "bones": _bones(clip.poses),
        "source_bones": _bones(clip.source_poses),
        "engine": clip.engine,
        "forces": _forces(clip),
    }


def _forces(clip: Clip) -> dict[str, Any] | None:
    """What the ground did to the segments that met it; none where no physics ran."""
    drawn = [n for n in clip.channels if n in ("ground_reaction", "contact", "root_wrench")]
    if clip.engine == KINEMATIC or not drawn:
        return None
    stored = {name: clip.channel(name) for name in drawn}
    force, contact = stored.get("ground_reaction"), stored.get("contact")
    met = np.zeros(len(JOINTS), bool)
    if force is not None:
        met |= force.any(axis=(0, 2))
    if contact is not None:
        met |= contact.any(axis=0)
    wrench = stored.get("root_wrench")
    return {
        "weight_n": clip.mass_kg * STANDARD_GRAVITY,
        "segments": np.flatnonzero(met).tolist(),
        "ground_reaction": None if force is None else _packed(force[:, met]),
        "contact": None if contact is None else _base64(contact[:, met].tobytes()),
        "upwards": {
            name: _packed(force.astype(np.float32)) for name, force in ground_forces(clip).items()
        },
        "root_wrench": None if wrench is None else _packed(wrench),
    }


def _bones(poses: NDArray[Any]) -> list[tuple[int, int]]:
    """Of the joints whose place is known in some frame."""
    return drawn_bones(np.asarray(np.isfinite(poses[..., 0]).any(axis=0)))


def _sensors(clip: Clip, wanted: Sequence[str] | None) -> tuple[str, ...]:
    if not wanted:
        many = len(clip) * len(clip.sensors) * 6 > MOST_VALUES
        return preferred_sensors(clip.sensors) if many else clip.sensors
    return known_sensors(clip.sensors, wanted)


def _head(clip: Clip) -> str:
    """What the clip is, for the top of the page."""
    captions = " <i>·</i> ".join(f"<span>{html.escape(text)}</span>" for text in clip.captions)
    facts = {
        "source": clip.source,
        "licence": clip.licence or "not stated",
        "file": clip.file,
        "length": f"{clip.duration_s:.2f} s, {len(clip):,} frames at {clip.rate_hz:g} Hz",
    }
    listed = "".join(
        f"<span><b>{name}</b> {html.escape(text)}</span>" for name, text in facts.items() if text
    )
    numbers = "".join(
        f"<span><b>{name}</b> {_number(value)}</span>" for name, value in clip.quality.items()
    )
    return (
        f"<h1>{html.escape(clip.key)}</h1><p class=captions>{captions}</p>"
        f"<div class=facts>{listed}</div>"
        f"<details open><summary>quality</summary><div class=numbers>{numbers}</div></details>"
    )


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    return "0" if abs(value) < 1e-9 else f"{value:.3g}"  # less is rounding


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First frame of every stretch of true flags, and the frame after its last."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    starts, ends = (np.flatnonzero(turn).tolist() for turn in (edges > 0, edges < 0))
    return list(zip(starts, ends, strict=True))


def _packed(values: NDArray[np.float32]) -> str:
    return _base64(np.ascontiguousarray(values, "<f4").tobytes())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
