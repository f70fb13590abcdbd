"""Placements and layouts from TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from imusim.errors import ConfigError
from imusim.names import did_you_mean
from imusim.sensor.placement.model import Layout, Placement
from imusim.toml import parse_toml, read_toml

_DATA = files("imusim.sensor.placement") / "data"
Model = TypeVar("Model", bound=BaseModel)


@lru_cache(maxsize=1)
def placements() -> dict[str, Placement]:
    """The named placements, in the order of the file.

    A table whose name holds ``{side}`` stands for a left one and a right one; where it sits on a
    segment that has no sides, it states the left one, and the right one is its mirror image.
    """
    file = "placements.toml"
    tables = _parsed(_DATA / file)
    found = {}
    for name, table in tables.items():
        for side in ("left", "right") if "{side}" in name else ("",):
            stated = {"name": name, **table}
            if side == "right" and "{side}" not in table["segment"]:
                stated["around_deg"] = -table.get("around_deg", 0)
            placement = _validated(Placement, _for_side(stated, side), f"{file}: {name}")
            found[placement.name] = placement
    return found


@lru_cache(maxsize=1)
def layouts() -> dict[str, Layout]:
    """The layouts of public data sets, by the name that ``--placement`` takes."""
    found = sorted((_DATA / "layouts").iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): _layout(_parsed(file), file.name)
        for file in found
        if file.name.endswith(".toml")
    }


def _parsed(file: Traversable) -> dict[str, Any]:
    return parse_toml(file.read_text(encoding="utf-8"), file.name)


def load_layout(file: Path | str) -> Layout:
    """The user's own layout.

    Raises
    ------
    ConfigError
        One line with the file, and the table or line at fault.
    """
    return _layout(read_toml(file), str(file), Path(file).stem)


def _layout(table: dict[str, Any], file: str, name: str = "") -> Layout:
    """A layout from a table; its sensors name a placement, state one, or change a named one."""
    table = {"name": name, **table} if name else table
    stated = table.get("sensors")
    if not isinstance(stated, dict) or not stated:
        raise ConfigError(f"{file}: needs a table [sensors.NAME] for each sensor")
    sensors = [_sensor(sensor, entry, file) for sensor, entry in stated.items()]
    return _validated(Layout, {**table, "sensors": sensors}, file)


def _sensor(name: str, entry: object, file: str) -> Placement:
    place = f"{file}: sensors.{name}"
    if not isinstance(entry, dict):
        raise ConfigError(f"{place}: is no table")
    if not re.fullmatch(r"\w[\w .+-]{0,63}", name):
        raise ConfigError(f"{place}: a name has letters, digits, blanks and _.+-, at most 64")
    entry = dict(entry)
    base = entry.pop("placement", None)
    known: dict[str, Any] = {}
    if base is not None:
        found = placements().get(str(base))
        if found is None:
            hint = did_you_mean(str(base), placements())
            raise ConfigError(f"{place}: unknown placement {str(base)[:60]!r}.{hint}")
        known = found.model_dump(exclude_unset=True, exclude={"also"})
        if {"along", "vertex", "offset_m"} & set(entry):
            known = {k: v for k, v in known.items() if k in ("summary", "segment", "axes")}
    return _validated(Placement, {**known, **entry, "name": name}, place)


def _for_side(value: Any, side: str) -> Any:
    """A table with a side put in where ``{side}`` stands."""
    if isinstance(value, str):
        return value.replace("{side}", side)
    if isinstance(value, dict):
        return {key: _for_side(item, side) for key, item in value.items()}
    if isinstance(value, list):
        return [_for_side(item, side) for item in value]
    return value


def _validated(model: type[Model], table: Mapping[str, Any], place: str) -> Model:
    """Check a table; the first fault in one line."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        hint = did_you_mean(key, model.model_fields)
        raise ConfigError(
            f"{place}: unknown key {where!r}.{hint} Keys: {', '.join(model.model_fields)}."
        )
    message = first["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(first["input"], dict) else f", got {str(first['input'])[:60]!r}"
    raise ConfigError(
        f"{place}: {where + ': ' if where else ''}{message[0].lower()}{message[1:]}{shown}"
    )
