"""What alignment found of sensors, in the units that one thinks in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from imusim.compare.report.model import Cell, Column, Row, Table
from imusim.compare.result import Interval

_UNITS = (
    ("_m_s2", "m/s²", 1.0), ("_rad_s", "°/s", 180 / np.pi), ("_ppm", "ppm", 1.0),
    ("_deg", "°", 1.0), ("_s", "ms", 1e3), ("_m", "mm", 1e3), ("_scale", "%", 100.0),
)  # fmt: skip
_ERROR = "_se"


def alignment_table(found: Mapping[str, Sequence[Mapping[str, float]]], method: str) -> Table:
    """Parameters of groups: medians over recordings and what 90 % of them are within.

    Parameters
    ----------
    found : mapping
        Group to what was found of each recording: parameter to value, ``…_se`` its standard error.
    method : str
        What was aligned.
    """
    columns = (
        Column("sensor", choices=True), Column("parameter", choices=True), Column("unit"),
        Column("value", note="Of what has no axes."), Column("x"), Column("y"), Column("z"),
        Column("standard error", note="Median of those stated with each value."),
    )  # fmt: skip
    rows = []
    for group, listed in found.items():
        names = dict.fromkeys(key for one in listed for key in one if not key.endswith(_ERROR))
        parameters: dict[str, dict[str, str]] = {}
        for name in names:
            parameter, axis = _axis(name)
            parameters.setdefault(parameter, {})[axis] = name
        rows += [_row(group, parameter, axes, listed) for parameter, axes in parameters.items()]
    note = (
        f"By {method}, found on parts that were not scored: medians over recordings, and below "
        "them what 90 % of the recordings are within."
    )
    return Table("Offset, clock, mounting and device", columns, tuple(rows), note, search=True)


def _axis(name: str) -> tuple[str, str]:
    """``lever_arm_x_m`` as ``lever_arm_m`` and ``x``."""
    for axis in "xyz":
        if name.endswith(f"_{axis}"):
            return name[:-2], axis
        for unit, _, _ in _UNITS:
            if name.endswith(f"_{axis}{unit}"):
                return name.removesuffix(f"_{axis}{unit}") + unit, axis
    return name, ""


def _row(
    group: str,
    parameter: str,
    axes: Mapping[str, str],
    listed: Sequence[Mapping[str, float]],
) -> Row:
    title, unit, factor = parameter, "", 1.0
    for ending, shown, scale in _UNITS:
        if parameter.endswith(ending):
            kept = ending if ending == "_scale" else ""
            title, unit, factor = parameter.removesuffix(ending) + kept, shown, scale
            break
    nominal = 1.0 if parameter.endswith("_scale") else 0.0
    cells: list[Cell] = [group, title.replace("_", " "), unit]
    errors = []
    for axis in ("", "x", "y", "z"):
        name = axes.get(axis, "")
        values = np.array([one[name] for one in listed if name in one], float)
        errors += [one[name + _ERROR] for one in listed if name and name + _ERROR in one]
        values = values[np.isfinite(values)]
        if len(values):
            low, middle, high = (np.percentile(values, (5, 50, 95)) - nominal) * factor
            cells.append(Interval(float(middle), float(low), float(high), len(values)))
        else:
            cells.append("")
    known = [error for error in errors if np.isfinite(error)]
    cells.append(float(np.median(known)) * factor if known else np.nan)
    return Row(tuple(cells))
