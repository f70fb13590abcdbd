"""The clocks of several devices as one, which no single wrong stamp can move."""

from __future__ import annotations

from dataclasses import dataclass, field

from imusim.live.counters import Counters
from imusim.live.samples import Sample

AHEAD_S = 2.0
"""A stamp by so much later than all before it has to be confirmed by others."""
BACK_S = 60.0
"""A device whose stamps fall back by more has started anew; by less, its samples are late."""
CONFIRMED = 4
"""Samples in a row, near each other, that confirm a jump."""


@dataclass
class _Device:
    offset_s: float
    held: list[Sample] = field(default_factory=list)


class StreamClock:
    """Puts samples onto one clock, which starts at 0 with the first sample.

    Devices whose stamps agree within a minute are taken to share a clock, as those that state
    the time of day do. Another device's clock is set to that of the stream when it is heard
    first. A stamp that jumps ahead, or far back, is held until others confirm it: then the device
    has paused, or started anew.

    Parameters
    ----------
    counters : Counters
    """

    def __init__(self, counters: Counters):
        self._counters = counters
        self._devices: dict[str, _Device] = {}
        self.newest_s = 0.0

    def place(self, sample: Sample) -> tuple[Sample, ...]:
        """The sample on the stream's clock; none while it is held; several once it is confirmed."""
        device = self._devices.get(sample.clock)
        if device is None:
            device = self._meet(sample)
        at = sample.time_s + device.offset_s
        ahead = at - self.newest_s
        if -BACK_S <= ahead <= AHEAD_S:
            if device.held:
                self._counters.astray += len(device.held)
                device.held.clear()
            self.newest_s = max(self.newest_s, at)
            return (sample._replace(time_s=at),)
        held = device.held
        if held and abs(sample.time_s - held[-1].time_s) > AHEAD_S:
            self._counters.astray += len(held)
            held.clear()
        held.append(sample)
        if len(held) < CONFIRMED:
            return ()
        if ahead < 0:
            device.offset_s = self.newest_s - held[0].time_s
        placed = tuple(s._replace(time_s=s.time_s + device.offset_s) for s in held)
        held.clear()
        self.newest_s = max(self.newest_s, *(s.time_s for s in placed))
        return placed

    def _meet(self, sample: Sample) -> _Device:
        first = not self._devices
        offsets = {device.offset_s for device in self._devices.values()}
        near = [o for o in offsets if abs(sample.time_s + o - self.newest_s) <= BACK_S]
        usual = -sample.time_s if first else self.newest_s - sample.time_s
        device = _Device(
            min(near, key=lambda o: abs(sample.time_s + o - self.newest_s), default=usual)
        )
        if len(self._devices) < 256:
            self._devices[sample.clock] = device
        return device
