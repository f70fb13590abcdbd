"""Faults that a recording shows by itself."""

from __future__ import annotations

from imusim.compare.result import Finding
from imusim.recordings import Recording


def look(recording: Recording) -> list[Finding]:
    """Look a recording over."""
    return []
