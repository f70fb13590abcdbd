"""Placements and layouts from TOML, and by name."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from imusim.errors import ConfigError
from imusim.sensor.placement.model import Layout, Placement

_DATA = files("imusim.sensor.placement") / "data"
_SIDES = {"l": "left", "r": "right", "left": "left", "right": "right"}
_MOST_BYTES = 1_000_000
Model = TypeVar("Model", bound=BaseModel)


@lru_cache(maxsize=1)
def placements() -> dict[str, Placement]:
    """The named placements, in the order of the file.

    A table whose name holds ``{side}`` stands for a left one and a right one; where it sits on a
    segment that has no sides, it states the left one, and the right one is its mirror image.
    """
    file = "placements.toml"
    tables = _parse((_DATA / file).read_text(encoding="utf-8"), file)
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
        file.name.removesuffix(".toml"): _layout(file.read_text(encoding="utf-8"), file.name)
        for file in found
        if file.name.endswith(".toml")
    }


def load_layout(file: Path | str) -> Layout:
    """The user's own layout.

    Raises
    ------
    ConfigError
        One line with the file, and the table or line at fault.
    """
    file = Path(file)
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{file}: is too large to state placements")
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: is not UTF-8 text") from None
    return _layout(text, str(file), Path(file).stem)


def find_placements(names: Iterable[str]) -> tuple[Placement, ...]:
    """Placements by name, in the order in which they are asked for, each once.

    A name is that of a placement (``left_wrist``; ``Wrist-Left`` is the same), of both sides
    (``wrists``), of a layout (``pamap2``), of a sensor of a layout (``pamap2.chest``), or the path
    of a layout of one's own. Where two layouts use a name for different places, the layout's is
    put before it.

    Raises
    ------
    ConfigError
        For a name that is none of these; it names the closest.
    """
    found: dict[Placement, str] = {}
    for name in names:
        layout, chosen = _named(name.strip())
        for placement in chosen:
            found.setdefault(placement.model_copy(update={"also": ()}), layout)
    if not found:
        raise ConfigError("no placement is named; `imusim placements` lists them")
    used = [placement.name for placement in found]
    named = [
        placement.model_copy(update={"name": f"{layout}.{placement.name}"})
        if layout and used.count(placement.name) > 1
        else placement
        for placement, layout in found.items()
    ]
    names = [placement.name for placement in named]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"two sensors are called {twice!r}: give their layouts other names")
    return tuple(named)


def _named(name: str) -> tuple[str, tuple[Placement, ...]]:
    """Name of the layout, empty for none, and the placements that a name stands for."""
    if name.endswith(".toml") or "/" in name or "\\" in name:
        layout = load_layout(name)
        return layout.name, layout.sensors
    key = _key(name)
    single, both, whole = _index()
    if key in single:
        return "", (single[key],)
    if key in both:
        return "", both[key]
    head, _, sensor = name.partition(".")
    stem = whole.get(_key(head)) if key not in whole else whole[key]
    if stem is None:
        raise ConfigError(_unknown(name, key))
    sensors = layouts()[stem].sensors
    if key in whole:
        return stem, sensors
    chosen = tuple(p for p in sensors if _key(p.name) == _key(sensor))
    if not chosen:
        raise ConfigError(
            f"the layout {stem} has no sensor {sensor!r}; it has: "
            f"{', '.join(p.name for p in sensors)}"
        )
    return stem, chosen


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, Placement], dict[str, tuple[Placement, ...]], dict[str, str]]:
    """By key: single placements, pairs of both sides, and names of layouts."""
    single: dict[str, Placement] = {}
    both: dict[str, tuple[Placement, ...]] = {}
    for placement in placements().values():
        for name in (placement.name, *placement.also):
            single[_key(name)] = placement
            side, _, rest = name.partition("_")
            if side in ("left", "right"):
                for plural in (f"{rest}s", _PLURALS.get(rest, "")):
                    both[_key(plural)] = (*both.get(_key(plural), ()), placement)
    whole = {
        _key(name): stem
        for stem, layout in layouts().items()
        for name in (stem, layout.name, *layout.also)
    }
    return single, {key: pair for key, pair in both.items() if key}, whole


_PLURALS = {"foot": "feet"}


def _key(name: str) -> str:
    """What of a name counts: its side first, then letters and digits."""
    words = re.findall(r"[^\W_]+", name.lower())
    sides = [_SIDES[word] for word in words if word in _SIDES]
    return "".join([*sides, *(word for word in words if word not in _SIDES)])


def _unknown(name: str, key: str) -> str:
    single, both, whole = _index()
    if f"left{key}" in single:
        left = single[f"left{key}"].name
        right = single[f"right{key}"].name
        return f"placement {name!r}: which side? {left}, {right}, or {left},{right} for both"
    close = difflib.get_close_matches(key, (*single, *both, *whole), n=1)
    hint = ""
    if close:
        best = single[close[0]].name if close[0] in single else whole.get(close[0], close[0])
        hint = f" Did you mean {best!r}?"
    return (
        f"unknown placement {name!r}.{hint} `imusim placements` lists them; or give the path "
        "of a TOML file of your own"
    )


def _layout(text: str, file: str, name: str = "") -> Layout:
    """A layout from TOML; its sensors name a placement, state one, or change a named one."""
    table = {"name": name, **_parse(text, file)} if name else _parse(text, file)
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
        found = _index_of_placements(str(base))
        if found is None:
            raise ConfigError(f"{place}: {_unknown_placement(str(base))}")
        known = found.model_dump(exclude_unset=True, exclude={"also"})
        if {"along", "vertex", "offset_m"} & set(entry):
            known = {k: v for k, v in known.items() if k in ("summary", "segment", "axes")}
    return _validated(Placement, {**known, **entry, "name": name}, place)


def _index_of_placements(name: str) -> Placement | None:
    return {_key(placement): stated for placement, stated in placements().items()}.get(_key(name))


def _unknown_placement(name: str) -> str:
    close = difflib.get_close_matches(name, placements(), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"unknown placement {name!r}.{hint}"


def _for_side(value: Any, side: str) -> Any:
    """A table with a side put in where ``{side}`` stands."""
    if isinstance(value, str):
        return value.replace("{side}", side)
    if isinstance(value, dict):
        return {key: _for_side(item, side) for key, item in value.items()}
    if isinstance(value, list):
        return [_for_side(item, side) for item in value]
    return value


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{file}: is nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        found = re.match(r"(.*) \(at line (\d+), column (\d+)\)$", str(error))
        if found is None:
            raise ConfigError(f"{file}: is not TOML: {error}") from None
        told, line, column = found.groups()
        raise ConfigError(f"{file}:{line}: is not TOML: {told} (column {column})") from None


def _validated(model: type[Model], table: Mapping[str, Any], place: str) -> Model:
    """Check a table; the first fault in one line."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        close = difflib.get_close_matches(key, model.model_fields, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ConfigError(
            f"{place}: unknown key {where!r}.{hint} Keys: {', '.join(model.model_fields)}."
        )
    message = first["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(first["input"], dict) else f", got {str(first['input'])[:60]!r}"
    raise ConfigError(
        f"{place}: {where + ': ' if where else ''}{message[0].lower()}{message[1:]}{shown}"
    )
