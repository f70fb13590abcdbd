"""``imusim live``: listens to sensors, shows what comes, names it, stores it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from imusim.commands.classify import STANDARD_OUTPUT, by_sensor, check_out, chosen_classes
from imusim.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from imusim.live.feed import Feed
    from imusim.live.log import LogWriter
    from imusim.live.recognise import Recogniser
    from imusim.live.session import Session
    from imusim.live.sources import Source

RATE_HZ = 50.0
"""Of frames where no model says another."""


@dataclass(frozen=True)
class LiveSettings:
    """What the user asked for; the options of `imusim live` say what each is."""

    sources: tuple[str, ...]
    model: str | None
    labels: tuple[str, ...]
    prompts: str | None
    placement: tuple[str, ...]
    up: tuple[str, ...]
    window_s: float | None
    every_s: float
    sensors: tuple[str, ...]
    acc_unit: str | None
    gyro_unit: str | None
    rate_hz: float | None
    latency_ms: float
    speed: float
    repeat: bool
    recording_rate_hz: float | None
    dataset: str | None
    recording: str | None
    log: str | None
    clip_s: float
    json: str | None
    page: bool
    host: str
    port: int
    quiet: bool
    seconds: float | None
    device: str
    overwrite: bool


def run_live(settings: LiveSettings) -> None:
    """Listen until it ends or is stopped, and say what came of it."""
    from imusim.live.feed import Feed
    from imusim.live.frames import Framer
    from imusim.live.packets import units_of
    from imusim.live.session import Session
    from imusim.live.state import State

    _check_labels(settings.labels)
    if settings.page:
        _check_aiohttp()
    check_out(settings.json, settings.overwrite, "--json")
    units = units_of(settings.acc_unit, settings.gyro_unit)
    recogniser = _recogniser(settings)
    rate_hz = _rate(settings, recogniser)
    feed = Feed(units)
    sources = _sources(settings, units)
    periods_s = {name: s for source in sources for name, s in source.periods_s.items()}
    sensors = [
        part.strip() for text in settings.sensors for part in text.split(",") if part.strip()
    ]
    causal = recogniser.causal if recogniser else False
    framer = Framer(
        rate_hz, settings.latency_ms / 1e3, causal, sensors, periods_s, feed.counters
    )  # fmt: skip
    labels = recogniser.labels if recogniser else ()
    late_s = framer.lookahead_s + settings.latency_ms / 1e3
    about = {
        "model": settings.model or "",
        "rate": f"frames at {rate_hz:g} Hz, made {late_s:.1f} s late",
        "log": settings.log or "",
    }
    state = State(feed, labels, about, settings.speed if settings.speed else 1.0)
    with contextlib.ExitStack() as stack:
        told: Any = None
        if settings.json == STANDARD_OUTPUT:
            told = sys.stdout
        elif settings.json is not None:
            told = stack.enter_context(Path(settings.json).open("w", encoding="utf-8"))
        log = _log(settings, rate_hz, labels, [source.name for source in sources])
        if log is not None:
            stack.enter_context(log)
        session = Session(sources, feed, framer, state, recogniser, log, told)
        asyncio.run(_listen(settings, session))
    _tell_end(settings, feed, log)


async def _listen(settings: LiveSettings, session: Session) -> None:
    viewers: list[Any] = []
    if not settings.quiet:
        from imusim.live.terminal import Terminal

        viewers.append(Terminal(session.feed))
    if not settings.page:
        await session.run(viewers, settings.seconds)
        return
    from imusim.live.addresses import is_loopback
    from imusim.live.page import PageServer

    async with PageServer(settings.host, settings.port).serving(session.state) as address:
        session.state.about["page"] = address
        typer.echo(f"page: {address}", err=True)
        if not is_loopback(settings.host):
            typer.echo(
                f"warning: --host {settings.host}: whoever reaches this machine sees the signals",
                err=True,
            )
        await session.run(viewers, settings.seconds)


def _check_labels(labels: Sequence[str]) -> None:
    for label in labels:
        path = Path(label)
        if "://" in label or label.startswith("lsl:") or (path.suffix and path.is_file()):
            raise ConfigError(
                f"{label}: is a source, and stands where labels are; further sources are given "
                "with --also"
            )


def _check_aiohttp() -> None:
    try:
        import aiohttp  # noqa: F401
    except ImportError:
        raise MissingExtraError(
            "the page needs aiohttp: pip install 'imusim-toolkit[live]', or leave it out with "
            "--no-page"
        ) from None


def _recogniser(settings: LiveSettings) -> Recogniser | None:
    if settings.model is None:
        if settings.labels or settings.prompts:
            raise ConfigError("labels need a model that tells them apart: --model FILE")
        if settings.json is not None:
            raise ConfigError("--json has the answers of a model: state one with --model")
        return None
    placement = by_sensor(settings.placement, "--placement")
    from imusim.learn.online import is_frame_model, load_frame_model

    if is_frame_model(settings.model):
        from imusim.live.frame_model import FrameRecogniser

        if settings.labels or settings.prompts or settings.up or settings.window_s is not None:
            raise ConfigError(
                f"{settings.model}: a frame-wise model has labels and frames of its own: leave "
                "--labels, --prompts, --up and --window away"
            )
        return FrameRecogniser(load_frame_model(settings.model), placement)
    from imusim.learn.use import load_encoder
    from imusim.live.window_model import WindowRecogniser

    classes = chosen_classes(settings.labels, settings.prompts)
    return WindowRecogniser(
        load_encoder(settings.model, settings.device), classes, settings.every_s,
        settings.window_s, placement, by_sensor(settings.up, "--up"),
    )  # fmt: skip


def _rate(settings: LiveSettings, recogniser: Recogniser | None) -> float:
    if recogniser is None:
        return RATE_HZ if settings.rate_hz is None else settings.rate_hz
    if settings.rate_hz not in (None, recogniser.rate_hz):
        raise ConfigError(
            f"--rate {settings.rate_hz:g}: the model takes frames at {recogniser.rate_hz:g} Hz"
        )
    return recogniser.rate_hz


def _sources(settings: LiveSettings, units: Any) -> list[Source]:
    from imusim.live.addresses import is_loopback
    from imusim.live.sources.choose import choose_source

    if len(set(settings.sources)) < len(settings.sources):
        raise ConfigError("a source is named twice: leave one of them")
    reading = {
        "acc_unit": settings.acc_unit, "gyro_unit": settings.gyro_unit,
        "rate_hz": settings.recording_rate_hz,
    }  # fmt: skip
    sources = [
        choose_source(
            text, units, speed=settings.speed, repeat=settings.repeat, reading=reading,
            dataset=settings.dataset if number == 0 else None, key=settings.recording,
        )
        for number, text in enumerate(settings.sources)
    ]  # fmt: skip
    for source in sources:
        if source.bound and not is_loopback(source.bound):
            typer.echo(
                f"warning: whoever reaches {source.bound} of this machine can send samples",
                err=True,
            )
    return sources


def _log(
    settings: LiveSettings, rate_hz: float, labels: Sequence[str], names: Sequence[str]
) -> LogWriter | None:
    if settings.log is None:
        return None
    from imusim.live.log import LogWriter

    configuration = {
        "command": "live", "sources": list(names), "model": settings.model,
        "labels": list(labels), "placement": list(settings.placement), "up": list(settings.up),
        "every_s": settings.every_s, "latency_ms": settings.latency_ms,
        "acc_unit": settings.acc_unit, "gyro_unit": settings.gyro_unit, "seed": 0,
    }  # fmt: skip
    return LogWriter(
        settings.log, rate_hz, configuration, by_sensor(settings.placement, "--placement"),
        labels, names[0], settings.clip_s, settings.overwrite,
    )  # fmt: skip


def _tell_end(settings: LiveSettings, feed: Feed, log: LogWriter | None) -> None:
    counters = feed.counters
    for note in feed.notes:
        typer.echo(f"note: {note}", err=True)
    counts = counters.as_dict()
    named = ("malformed", "late", "duplicate", "astray", "lost", "gaps")
    rest = ", ".join(f"{counts[name]:,} {name}" for name in named)
    typer.echo(f"{counters.received:,} samples, {counters.frames:,} frames; {rest}", err=True)
    if log is not None:
        typer.echo(f"{settings.log}: {log.clips:,} clips", err=settings.json == STANDARD_OUTPUT)
