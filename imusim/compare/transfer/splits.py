"""Splits of subjects into those who are trained on and those who are tested."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imusim.compare.transfer.result import Split
from imusim.compare.windows import Words
from imusim.errors import ConfigError


def folds(subjects: Words | Sequence[str], count: int) -> tuple[Split, ...]:
    """Everyone is tested once, by models that have not seen him: so many folds at most.

    Raises
    ------
    ConfigError
        If there are fewer than two subjects or folds.
    """
    people = sorted({str(subject) for subject in subjects}, key=_natural)
    count = min(count, len(people))
    if count < 2:
        raise ConfigError(f"splits by subjects need two subjects at least; there are {people}")
    tests = [people[n::count] for n in range(count)]
    return tuple(
        Split(tuple(person for person in people if person not in test), tuple(test))
        for test in tests
    )


def check_splits(splits: Sequence[Split], subjects: Words) -> None:
    """Raise ConfigError for splits that are empty, overlap or name nobody who is there."""
    known = set(np.unique(subjects).tolist())
    if not splits:
        raise ConfigError("no splits of subjects")
    for split in splits:
        both = set(split.train) & set(split.test)
        if both:
            raise ConfigError(f"trained on and tested as well: {', '.join(sorted(both))}")
        for side, people in (("training", split.train), ("test", split.test)):
            if not set(people) & known:
                raise ConfigError(
                    f"a split without {side} subjects; recorded were: {', '.join(sorted(known))}"
                )


def _natural(name: str) -> tuple[int, str]:
    """Numbers in their order, before words."""
    return (int(name), "") if name.isdecimal() else (2**63, name)
