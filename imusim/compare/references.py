"""What real recordings say of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imusim.compare.result import Scored

if TYPE_CHECKING:
    from imusim.compare.paired.readings import Case


def score_references(cases: Sequence[Case]) -> list[Scored]:
    """Noise ceilings."""
    return []
