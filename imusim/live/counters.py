"""What became of packets and samples: plain numbers that anybody may read."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass
class Counters:
    """Counts since the start.

    Parameters
    ----------
    packets, malformed : int
        That came, and those of them that could not be read.
    received : int
        Samples.
    late : int
        Samples that came after their frames had been made.
    duplicate : int
        Samples of a time that was there already.
    astray : int
        Samples whose time is far from all others', and stayed alone.
    lost : int
        Samples that were not taken because work did not keep up.
    gaps : int
        Times at which samples of a sensor were missing for longer than is interpolated.
    frames : int
        Made.
    """

    packets: int = 0
    malformed: int = 0
    received: int = 0
    late: int = 0
    duplicate: int = 0
    astray: int = 0
    lost: int = 0
    gaps: int = 0
    frames: int = 0

    def as_dict(self) -> dict[str, int]:
        """By name."""
        return asdict(self)
