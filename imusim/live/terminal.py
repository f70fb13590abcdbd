"""The state in a terminal: bars, sparklines and counts; plain lines where there is none."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from itertools import pairwise
from typing import Any

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from imusim.live.feed import Feed
from imusim.live.state import State

REFRESH_HZ = 32
_LINE_S = 1.0
_BLOCKS = "▁▂▃▄▅▆▇█"
_BAR = 30
_SPARK = 40
_COLUMNS = ("accelerometer", "gyroscope")
COUNTS = ("malformed", "late", "duplicate", "astray", "lost", "gaps")


class Terminal:
    """Shows a state on standard error's terminal; where that is none, a line a second.

    Parameters
    ----------
    feed : Feed
        What it says is printed as it is said where there is no terminal.
    """

    def __init__(self, feed: Feed):
        self._feed = feed

    async def __call__(self, state: State) -> None:
        """Show until cancelled."""
        if not sys.stderr.isatty():
            await self._lines(state)
            return
        picture = Picture(state)
        console = Console(stderr=True, highlight=False)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            loop = asyncio.get_running_loop()
            due = loop.time()
            while True:
                live.update(picture.drawn(), refresh=True)
                due = max(due + 1 / REFRESH_HZ, loop.time())
                await asyncio.sleep(due - loop.time())

    async def _lines(self, state: State) -> None:
        last: tuple[Any, ...] = ()
        number = 0
        while True:
            while self._feed.said:
                sys.stderr.write(f"{self._feed.said.popleft()}\n")
            now = state.since(number)
            number = now["number"]
            counters = now["counters"]
            if last != (fresh := (counters["received"], counters["malformed"])):
                last = fresh
                sys.stderr.write(f"{line_of(state, now)}\n")
            sys.stderr.flush()
            await asyncio.sleep(_LINE_S)


def line_of(state: State, now: dict[str, Any]) -> str:
    """The state in one line."""
    parts = [f"{now['time_s']:.1f} s"]
    if now["told"]:
        shares = np.array(now["told"][-1][1])
        parts += [f"{state.labels[k]} {shares[k]:.0%}" for k in (-shares).argsort()[:3]]
    parts.append(f"{now['rates']['samples']:g} samples/s")
    parts += [f"{now['counters'][name]} {name}" for name in COUNTS if now["counters"][name]]
    return ", ".join(parts)


class Picture:
    """What a terminal shows, with the signals that it has to remember."""

    def __init__(self, state: State):
        self._state = state
        self._number = 0
        self._points: dict[str, deque[list[float | None]]] = {}
        self._shares: list[float] = []

    def drawn(self) -> Group:
        """The state as it is now."""
        now = self._state.since(self._number)
        self._number = now["number"]
        for name, points in now["signals"].items():
            own = self._points.setdefault(name, deque(maxlen=1000))
            own.extend(points)
            while own and (own[0][0] or 0) < now["time_s"] - self._state.shown_s:
                own.popleft()
        if now["told"]:
            self._shares = now["told"][-1][1]
        parts: list[Any] = [Text(line, style="dim") for line in self._listening(now)]
        if self._state.labels:
            parts += [Text(""), self._bars()]
        parts += [Text(""), self._signals(), Text(""), self._counts(now)]
        parts += [Text(f"note: {note}", style="yellow") for note in now["notes"][-4:]]
        return Group(*parts)

    def _listening(self, now: dict[str, Any]) -> list[str]:
        about = self._state.about
        lines = [f"listening to {name}: {status}" for name, status in now["status"].items()]
        lines += [f"{key}: {about[key]}" for key in ("page", "model", "log") if about.get(key)]
        return lines

    def _bars(self) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        shares = self._shares or [0.0] * len(self._state.labels)
        best = int(np.argmax(shares)) if self._shares else -1
        for k, label in enumerate(self._state.labels):
            full = round(shares[k] * _BAR)
            table.add_row(
                Text(label, style="bold" if k == best else ""),
                Text("█" * full + "·" * (_BAR - full), style="green" if k == best else "cyan"),
                Text(f"{shares[k]:4.0%}" if self._shares else "   –"),
            )
        return table

    def _signals(self) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        if not self._points:
            table.add_row(Text("nothing has come yet", style="dim"))
        for name, points in self._points.items():
            values = np.array([p[1:] for p in points], dtype=float)
            for kind, unit in enumerate(("m/s²", "rad/s")):
                part = values[:, 3 * kind : 3 * kind + 3]
                if not len(part) or not np.isfinite(part).any():
                    continue
                size = np.sqrt((part**2).sum(axis=1))
                last = part[-1]
                said = " ".join(f"{x:7.2f}" for x in last) if np.isfinite(last).all() else ""
                table.add_row(
                    Text(f"{name} {_COLUMNS[kind]}"), Text(spark(size)), Text(said), Text(unit)
                )
        return table

    def _counts(self, now: dict[str, Any]) -> Text:
        counters, rates = now["counters"], now["rates"]
        parts = [
            f"{now['time_s']:.1f} s", f"{rates['samples']:g} samples/s",
            f"{rates['frames']:g} frames/s", f"{counters['received']:,} samples",
        ]  # fmt: skip
        parts += [f"{counters[name]:,} {name}" for name in COUNTS]
        return Text(" · ".join(parts), style="dim")


def spark(values: np.ndarray, width: int = _SPARK) -> str:
    """Numbers (N,) as a line of blocks, from their least to their largest."""
    known = values[np.isfinite(values)]
    if not len(known):
        return " " * width
    edges = np.linspace(0, len(known), width + 1).astype(int)
    means = [known[a:b].mean() for a, b in pairwise(edges.tolist()) if b > a]
    low, high = min(means), max(means)
    scale = (len(_BLOCKS) - 1) / (high - low) if high - low > 1e-9 else 0.0
    return "".join(_BLOCKS[round((value - low) * scale)] for value in means).rjust(width)
