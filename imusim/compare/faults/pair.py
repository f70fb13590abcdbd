"""Faults that show beside the motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imusim.compare.result import Finding

if TYPE_CHECKING:
    from imusim.compare.paired.readings import Case
    from imusim.compare.paired.score import Outcome


def look_pair(case: Case, outcome: Outcome) -> list[Finding]:
    """Look at a recording beside its simulation."""
    return []
