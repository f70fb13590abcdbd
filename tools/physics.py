"""Measure the physics engines: tracking, agreement, physics, speed, settings and memory.

    python tools/physics.py ../shared/data [--quick] [--engines bullet,mujoco] [--json FILE]

Every clip goes through the kinematic engine and through each physics engine, with and without
contact. 22 sensors, one at each joint along its link, are read at 100 Hz; 0.1 s at both ends of a
clip is left out, and so are the blows of touchdowns, which all engines would have alike. Each
correlation holds an engine's signals against the kinematic engine's, pooled over links and axes,
each channel less its own mean. A leg swings while no part of it has touched the ground for 50 ms
and none will for 50 ms. ``--speed`` times a clip of about 5 s, ``--settings`` tries settings on a
few clips, ``--memory`` simulates 2,000 clips in a process; ``--skip-clips`` leaves the clips out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from physics_clips import Row, clips, measure
from physics_cost import TRIED_ON, resident, speed, tried
from physics_tables import report, report_speed, table

from imusim.physics import PhysicsSettings


def main() -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--engines", default="bullet,mujoco", type=lambda text: text.split(","))
    parser.add_argument("--quick", action="store_true", help="a part of the clips")
    parser.add_argument("--skip-clips", action="store_true", help="only what else is asked for")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--settings", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--json", type=Path, help="all numbers")
    parser.add_argument("--resident", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.resident:
        for row in resident(given.resident):
            print(json.dumps(row), flush=True)
        return
    found: dict[str, list[Row]] = {}
    failed: list[str] = []
    every = list(clips(given.data, given.quick, failed))
    if not given.skip_clips:
        found["clips"] = []
        for clip in every:
            print(clip.group, clip.key, file=sys.stderr)
            found["clips"] += measure(clip, given.engines, PhysicsSettings())
        total = sum(r["seconds"] for r in found["clips"] if r["engine"] == given.engines[0])
        print(f"{len(every)} clips, {total:.0f} s. Not read: {'; '.join(failed) or 'none'}")
        report(found["clips"], given.engines)
    if given.speed:
        five = min(every, key=lambda c: abs(len(c.moved.valid) / c.moved.rate_hz - 5))
        found["speed"] = speed(five, given.engines)
        report_speed(found["speed"])
    if given.settings:
        chosen = [c for c in every if c.key.split("/")[-1] in TRIED_ON and c.group != "CMU, AMC"]
        found["settings"] = [row for engine in given.engines for row in tried(chosen, engine)]
        print(f"\n## What was tried\n\nMeans over {', '.join(c.key for c in chosen)}.")
        table([list(r.values()) for r in found["settings"]], list(found["settings"][0]))
    if given.memory:
        found["memory"] = []
        for engine in given.engines:
            command = [sys.executable, __file__, str(given.data), "--resident", engine]
            told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
            found["memory"] += [
                json.loads(line) for line in told.stdout.splitlines() if line[:1] == "{"
            ]
        print("\n## Memory")
        table([list(r.values()) for r in found["memory"]], ["engine", "clips", "MiB"])
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
