"""From packets to samples on one clock, with a count of all that goes wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from imusim.live.clock import StreamClock
from imusim.live.counters import Counters
from imusim.live.packets import PacketReader, Units
from imusim.live.samples import PacketError, Sample

_KEPT = 50


class Feed:
    """Where sources put what they get.

    Parameters
    ----------
    units : Units, optional
        Of packets that are not in SI.

    Attributes
    ----------
    counters : Counters
    status : dict of str to str
        How it stands with each source.
    notes : list of str
        What the user should know.
    said : deque of str
        The last changes of both.
    """

    def __init__(self, units: Units | None = None):
        self.counters = Counters()
        self.status: dict[str, str] = {}
        self.notes: list[str] = []
        self.said: deque[str] = deque(maxlen=_KEPT)
        self._reader = PacketReader(units)
        self._clock = StreamClock(self.counters)

    def packet(self, packet: str | bytes, sender: str = "", kind: str = "") -> list[Sample]:
        """Samples of a packet; none of a malformed one, which is counted, and the first is told."""
        self.counters.packets += 1
        try:
            samples = self._reader.read(packet, sender, kind)
        except PacketError as error:
            self.malformed(str(error), sender)
            return []
        for note in self._reader.notes:
            self.note(note)
        self._reader.notes.clear()
        return samples

    def malformed(self, why: str, sender: str = "") -> None:
        """Count a packet that cannot be read; the first is told."""
        self.counters.malformed += 1
        if self.counters.malformed == 1:
            whose = f" from {sender}" if sender else ""
            self.note(f"a packet{whose} {why}; further ones are counted")

    def placed(self, samples: Iterable[Sample]) -> list[Sample]:
        """Samples on the stream's clock."""
        place = self._clock.place
        return [placed for sample in samples for placed in place(sample)]

    def say(self, source: str, status: str) -> None:
        """Tell how it stands with a source: connected, lost …"""
        if self.status.get(source) != status:
            self.status[source] = status
            self.said.append(f"{source}: {status}")

    def note(self, text: str) -> None:
        """Tell something once."""
        if text not in self.notes and len(self.notes) < _KEPT:
            self.notes.append(text)
            self.said.append(f"note: {text}")
