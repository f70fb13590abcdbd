"""Which clips are good enough: conditions on the numbers of :mod:`imusim.trajectory.quality`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from imusim.conventions import QUALITY
from imusim.errors import ConfigError
from imusim.names import did_you_mean

PRESETS = {
    "good": "gap_fraction<0.2, frozen_fraction<0.2, jumps_per_min<10, flips_per_min<10, "
    "joint_limit_fraction<0.1, foot_slide_m_s<1, ground_penetration_m<0.25, ground_gap_m<0.5, "
    "peak_acceleration_m_s2<2000, peak_rate_rad_s<150, jitter_m<0.05, retarget_error_m<0.1, "
    "bone_stretch_fraction<0.2"
}
"""``good`` refuses what cannot be a body's motion, and lets pass what is only unusual."""

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_CONDITION = re.compile(r"\s*([A-Za-z_]\w*)\s*(<=|>=|<|>)\s*(\S+)\s*")


@dataclass(frozen=True)
class Condition:
    """A number, how it is compared, and with what."""

    name: str
    sign: str
    limit: float

    def holds(self, numbers: Mapping[str, float]) -> bool:
        """Whether a clip meets it; a number that could not be told is not held against it."""
        value = numbers[self.name]
        return math.isnan(value) or _COMPARISONS[self.sign](value, self.limit)


@dataclass(frozen=True)
class Filter:
    """Conditions all of which a clip must meet."""

    conditions: tuple[Condition, ...] = ()

    def fault(self, numbers: Mapping[str, float]) -> str | None:
        """First condition that a clip does not meet, in words; ``None`` if it meets all."""
        for condition in self.conditions:
            if not condition.holds(numbers):
                value = numbers[condition.name]
                return f"{condition.name} is {value:.3g}, not {condition.sign} {condition.limit:g}"
        return None


def parse_filter(text: str) -> Filter:
    """Conditions from text: ``"good"``, ``"gap_fraction<0.1,foot_slide_m_s<=0.2"``, or both.

    Empty text keeps every clip.

    Raises
    ------
    ConfigError
        For what is neither a preset nor a condition; it lists the names that there are.
    """
    conditions: list[Condition] = []
    for part in filter(None, map(str.strip, text.split(","))):
        if part.lower() in PRESETS:
            conditions += parse_filter(PRESETS[part.lower()]).conditions
            continue
        found = _CONDITION.fullmatch(part)
        if found is None:
            raise ConfigError(
                f"{part!r} is neither a preset ({', '.join(PRESETS)}) nor a condition "
                f"such as {QUALITY[0]}<0.1. Numbers: {', '.join(QUALITY)}."
            )
        name, sign, limit = found.groups()
        if name not in QUALITY:
            hint = did_you_mean(name, QUALITY)
            raise ConfigError(f"no number {name!r}.{hint} Numbers: {', '.join(QUALITY)}.")
        conditions.append(Condition(name, sign, _limit(part, limit)))
    return Filter(tuple(conditions))


def _limit(part: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise ConfigError(f"{text!r} in {part!r} is not a number")
    return value
