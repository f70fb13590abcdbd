"""Frame times that were written with few digits."""

from __future__ import annotations


def nominal_rate(frame_time: float) -> float:
    """Frames a second; a whole number where the frame time is one but for its rounding.

    ``0.0083333`` and ``0.008333`` s are 120 Hz, ``0.016666`` s is 60 Hz; 29.97 Hz stays.
    """
    rate = 1 / frame_time
    whole = max(round(rate), 1) if rate < 1e9 else rate
    return float(whole) if abs(rate / whole - 1) < 1e-4 else rate
