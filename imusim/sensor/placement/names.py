"""Placements by name, as users write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

from imusim.errors import ConfigError
from imusim.sensor.placement.files import layouts, load_layout, placements
from imusim.sensor.placement.model import Placement

_SIDES = {"l": "left", "r": "right", "left": "left", "right": "right"}
_PLURALS = {"foot": "feet"}


def find_placements(names: Iterable[str]) -> tuple[Placement, ...]:
    """Placements by name, in the order in which they are asked for, each once.

    A name is that of a placement (``left_wrist``; ``Wrist-Left`` is the same), of both sides
    (``wrists``, or ``wrist`` for short), of a layout (``pamap2``), of a sensor of a layout
    (``pamap2.chest``), or the path of a layout of one's own. Where two layouts use a name for
    different places, the layout's is put before it.

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
    called = [placement.name for placement in named]
    twice = next((name for name in called if called.count(name) > 1), None)
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
                for name_of_both in (rest, f"{rest}s", _PLURALS.get(rest, "")):
                    key = _key(name_of_both)
                    both[key] = (*both.get(key, ()), placement)
    whole = {
        _key(name): stem
        for stem, layout in layouts().items()
        for name in (stem, layout.name, *layout.also)
    }
    return single, {key: pair for key, pair in both.items() if key}, whole


def _key(name: str) -> str:
    """What of a name counts: its side first, then letters and digits."""
    words = re.findall(r"[^\W_]+", name.lower())
    sides = [_SIDES[word] for word in words if word in _SIDES]
    return "".join([*sides, *(word for word in words if word not in _SIDES)])


def _unknown(name: str, key: str) -> str:
    single, both, whole = _index()
    close = difflib.get_close_matches(key, (*single, *both, *whole), n=1)
    hint = ""
    if close:
        best = single[close[0]].name if close[0] in single else whole.get(close[0], close[0])
        hint = f" Did you mean {best!r}?"
    return (
        f"unknown placement {name!r}.{hint} `imusim placements` lists them; or give the path "
        "of a TOML file of your own"
    )
