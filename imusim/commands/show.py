"""What shows a corpus or a clip: inspect, plot and view."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import typer

from imusim import console
from imusim.commands.choice import wanted_sensors
from imusim.corpus import Clip, Corpus, Manifest
from imusim.errors import ConfigError

SHOWN_CLIPS = 30
_NOTHING = 1e-9
"""Numbers below this are rounding, and shown as zero."""
STATISTICS_CLIPS = 200
"""How many clips the sensors' statistics are taken from: enough, and soon read."""


def run_inspect(folder: str, which: str | None, as_json: bool) -> None:
    """Show a corpus: overview, licences, clips, what the sensors read, quality; or one clip."""
    with Corpus(folder) as corpus:
        if which is not None:
            _inspect_clip(_find_clip(corpus, which), as_json)
            return
        if as_json:
            console.show_json(_machine_view(corpus))
            return
        console.show(console.fields(_overview(corpus)), "")
        shown = [corpus[i] for i in range(min(len(corpus), SHOWN_CLIPS))]
        rows = [
            (clip.key, f"{clip.duration_s:.1f} s", clip.captions[0] if clip.captions else "")
            for clip in shown
        ]
        console.show(console.listing(("clip", "length", "caption"), rows, right=(1,)))
        if len(corpus) > len(shown):
            console.show(f"… and {len(corpus) - len(shown):,} more")
        count = min(len(corpus), STATISTICS_CLIPS)
        rows = [
            (sensor, f"{force:.2f}", f"{rate:.2f}")
            for sensor, force, rate in _root_mean_squares(corpus, count)
        ]
        where = "" if count == len(corpus) else f" (first {count} clips)"
        console.show(
            "", console.listing((f"sensor{where}", "RMS m/s²", "RMS rad/s"), rows, right=(1, 2))
        )
        rows = _quality_rows(corpus)
        console.show(
            "", console.listing(("quality", "median", "worst", "clip"), rows, right=(1, 2))
        )


def _inspect_clip(clip: Clip, as_json: bool) -> None:
    view = _clip_view(clip)
    if as_json:
        console.show_json(view)
        return
    rows = [
        ("clip", clip.key),
        *(("caption", text) for text in clip.captions),
        ("length", f"{len(clip):,} frames, {console.duration(clip.duration_s)}"),
        ("source", f"{clip.source}, licence {clip.licence or 'not stated'}"),
        ("file", clip.file),
        ("engine", clip.engine),
        ("sensors", console.name_list(clip.sensors)),
        ("devices", console.name_list(clip.devices)),
        ("seed", str(clip.seed)),
        *((name, _number(value)) for name, value in clip.quality.items()),
    ]
    console.show(console.fields(rows))


def _quality_rows(corpus: Corpus) -> list[tuple[str, str, str, str]]:
    """Of every number the median, the worst value and its clip; none of them is good when high."""
    rows = []
    keys = list(corpus.keys())
    if not keys:
        return rows
    for name, values in zip(corpus[0].quality, corpus.column("quality").T, strict=True):
        if np.isnan(values).all():
            rows.append((name, "-", "-", ""))
            continue
        worst = int(np.nanargmax(values))
        shown = keys[worst] if values[worst] > _NOTHING else ""
        rows.append((name, _number(np.nanmedian(values)), _number(values[worst]), shown))
    return rows


def _number(value: float) -> str:
    if np.isnan(value):
        return "-"
    return "0" if abs(value) < _NOTHING else f"{value:.3g}"


def _overview(corpus: Corpus) -> list[tuple[str, str]]:
    manifest = corpus.manifest
    runs = manifest.runs
    rows = [
        ("folder", str(corpus.folder)),
        ("clips", f"{manifest.counts.clips:,} with {manifest.counts.captions:,} captions"),
        ("motion", console.duration(manifest.duration_s)),
        ("frames", f"{manifest.counts.frames:,} at {manifest.rate_hz:g} Hz"),
        ("sensors", console.name_list(manifest.sensors, shown=len(manifest.sensors))),
        ("engine", _engines(corpus)),
        ("devices", ", ".join(corpus.devices)),
        ("channels", ", ".join(corpus.channels) or "none"),
        (
            "mounting",
            _each(
                f"rotations {run.configuration.get('rotations', '?')}, "
                f"soft tissue {run.configuration.get('soft_tissue', 'none')}"
                for run in runs
            ),
        ),
        ("seed", _each(str(run.seed) for run in runs)),
        (
            "shards",
            f"{len(manifest.shards)}, {console.size(sum(s.bytes for s in manifest.shards))}",
        ),
        ("stored", _stored(manifest)),
        ("made with", _each(f"imusim {run.created_with.get('imusim', '?')}" for run in runs)),
    ]
    for (source, licence), count in sorted(_origins(corpus).items()):
        rows.append(("source", f"{source}: {count:,} clips, licence {licence or 'not stated'}"))
    if manifest.skipped:
        first = manifest.skipped[0]
        text = f"{len(manifest.skipped)} clips; the first: {first.clip}: {first.reason}"
        rows.append(("skipped", text))
    return rows


def _stored(manifest: Manifest) -> str:
    """What of the signals is stored, and how it is compressed."""
    bits = sorted({f"int{counted.bits}" for counted in manifest.counted.values()})
    what = f"device counts, {' and '.join(bits)}" if bits else "float32"
    return what if manifest.codec == "none" else f"{what}, {manifest.codec}"


def _each(said: Iterable[str]) -> str:
    """What is said of the runs, each once."""
    return " | ".join(dict.fromkeys(said))


def _engines(corpus: Corpus) -> str:
    counts = Counter(corpus.column("engine"))
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{engine} {count:,} clips" for engine, count in sorted(counts.items()))


def _origins(corpus: Corpus) -> Counter[tuple[str, str]]:
    return Counter(zip(corpus.column("source"), corpus.column("licence"), strict=True))


def _root_mean_squares(corpus: Corpus, count: int) -> list[tuple[str, float, float]]:
    """Of the norms of both sensors, a joint."""
    total, frames = np.zeros((2, len(corpus.sensors))), 0
    for number in range(count):
        signals = corpus[number].signals()
        total += [np.einsum("fsa,fsa->s", s, s, dtype=np.float64) for s in signals]
        frames += len(signals.accelerometer)
    force, rate = np.sqrt(total / max(frames, 1))
    return list(zip(corpus.sensors, map(float, force), map(float, rate), strict=True))


def _machine_view(corpus: Corpus) -> dict[str, Any]:
    clips = [_clip_view(clip) for clip in corpus]
    return {"folder": str(corpus.folder), **corpus.manifest.model_dump(mode="json"), "clips": clips}


def _clip_view(clip: Clip) -> dict[str, Any]:
    return {
        "key": clip.key,
        "source": clip.source,
        "licence": clip.licence,
        "file": clip.file,
        "engine": clip.engine,
        "seed": clip.seed,
        "devices": list(clip.devices),
        "frames": len(clip),
        "duration_s": clip.duration_s,
        "captions": list(clip.captions),
        "quality": {
            name: None if np.isnan(value) else value for name, value in clip.quality.items()
        },
    }


def run_plot(folder: str, which: str, sensors: list[str] | None, file: str | None) -> None:
    """Draw a clip into a PNG."""
    from imusim.plot import plot_clip

    with Corpus(folder) as corpus:
        clip = _find_clip(corpus, which)
        target = Path(file or f"{_file_name(clip)}.png")
        plot_clip(clip, wanted_sensors(corpus, sensors), target)
    typer.echo(target)


def run_view(
    folder: str, which: str, sensors: list[str] | None, file: str | None, overwrite: bool
) -> None:
    """Write a page on which a clip moves."""
    from imusim.view import view_clip

    with Corpus(folder) as corpus:
        clip = _find_clip(corpus, which)
        target = Path(file or f"{_file_name(clip)}.html")
        view_clip(clip, wanted_sensors(corpus, sensors), target, overwrite)
    typer.echo(target)


def _file_name(clip: Clip) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", clip.key).strip("_.") or "clip"


def _find_clip(corpus: Corpus, which: str) -> Clip:
    """Find a clip by key, by number, or by a part of a key that only one clip has."""
    if which in corpus:
        return corpus[which]
    if re.fullmatch(r"-?\d+", which):
        try:
            return corpus[int(which)]
        except IndexError:
            raise ConfigError(
                f"{corpus.folder}: no clip number {which}; there are {len(corpus)}, from 0"
            ) from None
    matches = [key for key in corpus.keys() if which in key]  # noqa: SIM118
    if len(matches) == 1:
        return corpus[matches[0]]
    close = matches or difflib.get_close_matches(which, corpus.keys(), n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(close[:5])}?" if close else ""
    raise ConfigError(f"{corpus.folder}: no clip {which!r}{hint} (`imusim inspect` lists them)")
