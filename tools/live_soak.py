"""Replays a recording for hours, much faster than it was made, and watches memory and frames.

    python tools/live_soak.py --hours 24 --speed 60

Sources, clocks, frames and state of `imusim live` run on a recording that is repeated, as packets
of JSON, of which one in a hundred is malformed, late, or comes twice; the log too with ``--log``;
no model, page or terminal. Memory is that of the process, read from the system.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from imusim.live.feed import Feed
from imusim.live.frames import Framer
from imusim.live.log import LogWriter
from imusim.live.samples import Sample
from imusim.live.session import Session
from imusim.live.sources.replay import Replay
from imusim.live.state import State
from imusim.recordings import Recording
from imusim.recordings.files import read_file
from imusim.recordings.model import Sensor

RATE_HZ = 20.0
MADE_S = 600.0
_NOTHING = 1 << 60


def made_recording(rate_hz: float = 50.0) -> Recording:
    """Ten minutes of a wrist that walks and rests, whose stamps jitter."""
    rng = np.random.default_rng(0)
    t = np.arange(round(MADE_S * rate_hz)) / rate_hz
    walks = (np.sin(2 * np.pi * t / 60) > 0)[:, None]
    phase = 2 * np.pi * 1.8 * t[:, None]
    force = (
        [0, 0, 9.81]
        + walks * np.sin(phase * [1, 2, 1]) * [2, 3, 1]
        + rng.normal(size=(len(t), 3)) * 0.05
    )
    turn = walks * np.sin(phase + [0, 1, 2]) + rng.normal(size=(len(t), 3)) * 0.01
    stamps = t + rng.uniform(-0.2, 0.2, len(t)) / rate_hz
    return Recording(
        "made", "", (Sensor("left_wrist", "left_wrist", stamps - stamps[0], force, turn, rate_hz),)
    )


class Spoiled:
    """A replay as packets of JSON, one in a hundred of which is malformed, late, or there twice.

    Parameters
    ----------
    replay : Replay
    """

    def __init__(self, replay: Replay):
        self.name, self.bound, self.periods_s = f"{replay.name}, spoiled", "", replay.periods_s
        self._replay = replay
        self.malformed = self.twice = self.late = 0

    async def batches(self, feed: Feed) -> AsyncIterator[list[Sample]]:
        """Samples of the packets that can be read."""
        number = 0
        kept: list[str] = []
        async for batch in self._replay.batches(feed):
            packets = []
            for sample in batch:
                number += 1
                text = json.dumps(
                    {"t": sample.time_s, "sensor": sample.sensor, "acc": sample.accelerometer,
                     "gyro": sample.gyroscope}
                )  # fmt: skip
                packets.append(text)
                if number % 300 == 0:
                    packets.append(text[: len(text) // 2])
                    self.malformed += 1
                elif number % 300 == 100:
                    packets.append(text)
                    self.twice += 1
                elif number % 300 == 200:
                    kept.append(text)
            if len(kept) > 5:  # up to half a minute of the stream later
                packets += kept
                self.late += len(kept)
                kept.clear()
            yield [sample for packet in packets for sample in feed.packet(packet)]


def memory_mb() -> float:
    """Of this process, now; its largest where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


async def soak(session: Session, hours: float, lines: int) -> list[float]:
    """Run until so much of the stream has passed; memory at even times."""
    end_s = hours * 3600
    seen: list[float] = []
    begun = time.monotonic()

    async def watch(state: State) -> None:
        while True:
            now = state.since(_NOTHING)["time_s"]
            if now >= (len(seen) + 1) * end_s / lines:
                seen.append(memory_mb())
                counters = session.feed.counters
                took = time.monotonic() - begun
                print(
                    f"{now / 3600:7.3f} h  {seen[-1]:8.1f} MB  {now / took:6.1f} x  "
                    f"{counters.frames:,} frames  {counters.gaps} gaps  {counters.lost} lost",
                    flush=True,
                )
            if now >= end_s:
                return
            await asyncio.sleep(0.05)

    await session.run([watch])
    return seen


def main() -> None:
    """Soak, and fail if memory has grown or a frame is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("recording", nargs="?", help="a file; default: made up, ten minutes")
    parser.add_argument("--hours", type=float, default=24.0, help="of the stream")
    parser.add_argument("--speed", type=float, default=60.0, help="times real time")
    parser.add_argument("--lines", type=int, default=24, help="how often memory is told")
    parser.add_argument("--log", help="folder of a corpus to write, too")
    parser.add_argument("--grow", type=float, default=20.0, help="MB that memory may grow by")
    given = parser.parse_args()
    recording = read_file(given.recording) if given.recording else made_recording()
    feed = Feed()
    source = Spoiled(Replay(recording, given.speed, repeat=True))
    framer = Framer(RATE_HZ, periods_s=source.periods_s, counters=feed.counters)
    state = State(feed, speed=given.speed)
    log = LogWriter(given.log, RATE_HZ, {"seed": 0}) if given.log else None
    session = Session([source], feed, framer, state, log=log)
    begun = time.monotonic()
    if log is None:
        seen = asyncio.run(soak(session, given.hours, given.lines))
    else:
        with log:
            seen = asyncio.run(soak(session, given.hours, given.lines))
    took = time.monotonic() - begun
    counters = feed.counters
    due = int(np.floor(state.since(_NOTHING)["time_s"] * RATE_HZ + 1e-6)) + 1
    print(f"{counters.frames:,} frames where {due:,} are due; took {took:.0f} s")
    print(", ".join(f"{value:,} {name}" for name, value in counters.as_dict().items()))
    settled = seen[len(seen) // 4 :] or seen
    grown = max(settled) - settled[0] if settled else 0.0
    print(f"memory after a quarter grew by {grown:.1f} MB at most")
    # What comes late was there before: it may be remembered, or be of too long ago.
    again = counters.duplicate + counters.late + counters.astray
    faults = [
        f"{due - counters.frames} frames are missing" * (counters.frames != due),
        f"memory grew by {grown:.1f} MB" * (grown > given.grow),
        f"{counters.malformed} malformed of {source.malformed}"
        * (counters.malformed != source.malformed),
        f"{again} duplicate, late or astray of {source.twice + source.late}"
        * (again != source.twice + source.late),
        f"{counters.lost} lost" * (counters.lost > 0),
    ]
    if any(faults):
        raise SystemExit("; ".join(filter(None, faults)))
    print("nothing was lost")


if __name__ == "__main__":
    main()
