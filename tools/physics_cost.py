"""What simulations cost and what settings change: measurements of ``tools/physics.py``."""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from physics_clips import RATE_HZ, SENSORS, Clip, Row, clips, measure

from imusim.conventions import JOINTS
from imusim.physics import PhysicsEngine, PhysicsSettings, simulate
from imusim.sensor import read_imu
from imusim.trajectory import fit_trajectory

TRIED_ON = ("walk", "run", "jump", "crawl", "02_01", "02_02")
_VALUES: dict[str, tuple[float, ...]] = {
    "load_share": (0.3, 0.5, 0.8, 1.0),
    "stiffness": (2e4, 5e4, 1e5),
    "damping": (200.0, 1000.0),
    "friction": (0.3, 0.5, 0.8),
    "foot_mass_ratio": (1.0, 2.0, 3.0),
    "tracking_hz": (12.7, 16.0, 20.0, 25.0),
    "tracking_damping_ratio": (0.9, 1.3),
    "solver_iterations": (5, 8, 20),
    "rate_hz": (240.0, 480.0, 960.0),
}
TRIED: list[Row] = [
    {},
    *(
        {name: value}
        for name, values in _VALUES.items()
        for value in values
        if value != getattr(PhysicsSettings, name)
    ),
]


def speed(clip: Clip, engines: Sequence[PhysicsEngine], repeats: int = 3) -> list[Row]:
    """Median CPU seconds from retargeted motion to signals, all engines in turn, and of parts."""
    cases: list[tuple[PhysicsEngine | None, float]] = [
        (None, 0.0),
        *((engine, rate) for engine in engines for rate in (240.0, 480.0)),
    ]
    taken: dict[tuple[PhysicsEngine | None, float], list[Row]] = {case: [] for case in cases}
    for _ in range(repeats):
        for engine, rate_hz in cases:
            start = time.process_time()
            trajectory = clip.fit(True)
            marks: Row = {"fit": time.process_time() - start}
            if engine:
                chosen = PhysicsSettings(engine=engine, rate_hz=rate_hz)
                with _timed() as parts:
                    trajectory = simulate(clip.moved, trajectory, chosen).trajectory
                marks |= parts
            before = time.process_time()
            read_imu(trajectory, SENSORS, RATE_HZ)
            marks["read"] = time.process_time() - before
            marks["total"] = time.process_time() - start
            taken[engine, rate_hz].append(marks)
    seconds = clip.fit(True).end_s
    return [
        {"engine": engine or "kinematic", "rate_hz": rate_hz, "seconds": seconds}
        | {part: float(np.median([m[part] for m in marks])) for part in marks[0]}
        for (engine, rate_hz), marks in taken.items()
    ]


@contextlib.contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """CPU seconds of the parts of every simulation inside."""
    module = import_module("imusim.physics.simulation")
    parts: dict[str, float] = {}
    own = {name: getattr(module, name) for name in ("_plan", "open_world", "track", "_outcome")}

    def watched(name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return own[name](*given, **named)
            finally:
                parts[name.strip("_")] = time.process_time() - start

        return call

    for name in own:
        setattr(module, name, watched(name))
    try:
        yield parts
    finally:
        for name, function in own.items():
            setattr(module, name, function)


def tried(chosen: Sequence[Clip], engine: PhysicsEngine) -> Iterator[Row]:
    """Means over clips for each setting that was tried."""
    shown = ("rmse_cm", "p95_cm", "upper", "swing", "ankle_g", "vertical", "most_vertical")
    for change in TRIED:
        settings = PhysicsSettings(engine=engine, **change)
        start = time.process_time()
        found = [measure(clip, [engine], settings)[0] for clip in chosen]
        row: Row = {
            "engine": engine,
            "setting": ", ".join(f"{k} {v:g}" for k, v in change.items()) or "default",
        }
        row |= {"lost": sum(bool(r["failure"]) for r in found)}
        for name in (*shown, "root_rms", "most_root"):
            row[name] = float(np.nanmean([r.get(name, np.nan) for r in found]))
        yield row | {"cpu_s": time.process_time() - start}


def resident(
    engine: PhysicsEngine, counts: Sequence[int] = (100, 500, 1000, 2000)
) -> Iterator[Row]:
    """Resident memory of this process after so many clips of half a second, MiB."""
    clip = next(c for c in clips(None, True, []) if c.key == "walk")
    frames = round(0.5 * clip.moved.rate_hz)
    names = ("positions", "world_from_link", "valid", "source_positions")
    moved = replace(clip.moved, **{name: getattr(clip.moved, name)[:frames] for name in names})
    trajectory = fit_trajectory(JOINTS, *moved.world_poses(), moved.rate_hz, position_noise=0.0)
    page = resource.getpagesize() / 2**20
    for done in range(1, max(counts) + 1):
        ready = simulate(moved, trajectory, PhysicsSettings(engine=engine))
        read_imu(ready.trajectory, SENSORS, RATE_HZ)
        if done in counts:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            yield {"engine": engine, "clips": done, "mib": pages * page}
