"""Device files: TOML in which every value has its unit and may have its source."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from imusim.errors import ConfigError
from imusim.names import did_you_mean
from imusim.sensor.device.spec import IDEAL, Device
from imusim.sensor.device.tables import Barometer, Clock, Thermal, Triad
from imusim.sensor.device.units import read_quantity
from imusim.toml import parse_toml, read_toml

_UNITS = {"accelerometer": "m/s^2", "gyroscope": "rad/s", "magnetometer": "T", "barometer": "Pa"}
_CHANNEL = {
    "noise_density": "{}/sqrt(Hz)",
    "bias_instability": "{}",
    "correlation_time_s": "s",
    "random_walk": "{}*sqrt(Hz)",
    "random_walk_correlation_time_s": "s",
    "quantisation": "{}*s",
    "spread": "",
    "turn_on_bias": "{}",
    "scale_factor": "",
    "known_bias": "{}",
    "known_scale": "",
    "misalignment_rad": "rad",
    "cross_axis": "",
    "nonlinearity": "",
    "range": "{}",
    "resolution": "{}",
    "bandwidth_hz": "Hz",
    "temperature_bias": "{}/K",
    "temperature_scale": "1/K",
    "g_sensitivity": "rad/s/(m/s^2)",
}
_OTHER = {
    "clock": {
        "offset_s": "s", "skew": "", "known_skew": "", "jitter_s": "s", "dropout": "",
        "packet_loss": "", "packet_size": "",
    },
    "thermal": {"reference_c": "degC", "warm_up_k": "K", "warm_up_time_s": "s"},
}  # fmt: skip
_BUILDERS: dict[str, Callable[..., object]] = {
    "accelerometer": Triad, "gyroscope": Triad, "magnetometer": Triad,
    "barometer": Barometer, "clock": Clock, "thermal": Thermal,
}  # fmt: skip
_TEXTS = ("name", "summary", "document", "url")
_ONE_SIDED = "noise_density_one_sided"
_SUFFIXES = ("_s", "_hz", "_rad", "_k", "_c")


class _Key(NamedTuple):
    """A key of a device file: the field it fills, the units that would do, and how many values."""

    field: str
    units: tuple[str, ...]
    values: int


def device_names() -> tuple[str, ...]:
    """Names of the presets, ``"ideal"`` first."""
    found = sorted(file.name.removesuffix(".toml") for file in _presets() if _is_toml(file.name))
    return (IDEAL.name, *found)


def load_device(name: str | Path) -> Device:
    """A device by the name of a preset, or from the user's own TOML file.

    Parameters
    ----------
    name : str or Path
        Of :func:`device_names`, in any case and with blanks or underscores for dashes; or a path
        that ends in ``.toml``.

    Raises
    ------
    ConfigError
        For a name or file that there is not, TOML that cannot be read, and every key, unit or
        value that is wrong: one line that says where.
    """
    text = str(name)
    if _is_toml(text.lower()):
        path = Path(text)
        return read_device(read_toml(path), text, path.stem)
    known = _plain_name(name)
    if known == IDEAL.name:
        return IDEAL
    for file in _presets():
        if file.name == f"{known}.toml":
            where = f"preset {known}"
            return read_device(parse_toml(file.read_text(encoding="utf-8"), where), where, known)
    hint = did_you_mean(known, device_names())
    raise ConfigError(
        f"no device {text!r}.{hint} There are: {', '.join(device_names())}; "
        "a file of your own ends in .toml"
    )


def dump_device(device: Device) -> str:
    """Write a device as TOML, in SI units; :func:`load_device` reads the same back."""
    lines = [f"{key} = {_quoted(getattr(device, key))}" for key in _TEXTS if getattr(device, key)]
    for table in _BUILDERS:
        part = getattr(device, table)
        neutral = type(part)()
        entries = []
        for key, spec in _keys(table).items():
            value = getattr(part, spec.field)
            if key == _ONE_SIDED or value == getattr(neutral, spec.field):
                continue
            source = device.sources.get(f"{table}.{key}", "")
            if key == "noise_density" and not source:
                source = _two_sided(device.sources.get(f"{table}.{_ONE_SIDED}", ""))
            unit = spec.units[0] if spec.units else ""
            entries.append(f"{key} = {_value(value, unit, source)}")
        if entries:
            lines += ["", f"[{table}]", *entries]
    return "\n".join(lines) + "\n"


def device_text(name: str | Path) -> str:
    """A preset's own file, in the units of its data sheet; any other device as :func:`dump_device`.

    Raises
    ------
    ConfigError
        As :func:`load_device`.
    """
    device = load_device(name)
    if device is not IDEAL and not _is_toml(str(name).lower()):
        return next(
            f.read_text("utf-8") for f in _presets() if f.name == f"{_plain_name(name)}.toml"
        )
    return dump_device(device)


def _two_sided(source: str) -> str:
    """The source of a density that a file stated one-sided and that is now written two-sided."""
    return f"{source} (one-sided there)" if source else ""


def _quoted(text: str) -> str:
    """A basic string of TOML: what JSON escapes, and DEL; no pairs of surrogates."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: bool | str | float | tuple[float, ...], unit: str, source: str) -> str:
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        text = _quoted(value)
    else:
        numbers: tuple[float, ...] = value if isinstance(value, tuple) else (value,)
        if any(map(math.isinf, numbers)):
            raise ConfigError(f"a device file cannot hold {value}: every axis has a limit or none")
        if len(set(numbers)) == 1:
            numbers = numbers[:1]
        text = " ".join(map(repr, numbers))
        text = _quoted(f"{text} {unit}") if unit else text if len(numbers) == 1 else f'"{text}"'
    return f"{{ value = {text}, source = {_quoted(source)} }}" if source else text


def _presets() -> list:
    folder = resources.files("imusim.sensor.device").joinpath("presets")
    return list(folder.iterdir()) if folder.is_dir() else []


def _plain_name(name: str | Path) -> str:
    return str(name).strip().lower().replace("_", "-").replace(" ", "-")


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


def read_device(content: Mapping[str, object], where: str, name: str = "custom") -> Device:
    """A device from what a TOML file holds.

    Parameters
    ----------
    content : mapping
    where : str
        With what messages begin.
    name : str
        Of a device that states none.

    Raises
    ------
    ConfigError
        As :func:`load_device`.
    """
    texts = {"name": name, "summary": ""}
    parts: dict[str, object] = {}
    sources: dict[str, str] = {}
    for key, value in content.items():
        if key in _TEXTS:
            if not isinstance(value, str) or len(value) > 1000:
                raise ConfigError(f"{where}: {key} must be text")
            if key == "name" and not (value.strip() and value.isprintable() and len(value) <= 100):
                raise ConfigError(f"{where}: name must be one line of text, at most 100 signs")
            texts[key] = value
        elif key in _BUILDERS:
            if not isinstance(value, dict):
                raise ConfigError(f"{where}: {key} must be a table: [{key}]")
            parts[key] = _table(key, value, where, sources)
        else:
            known = (*_TEXTS, *_BUILDERS)
            hint = did_you_mean(key, known)
            raise ConfigError(f"{where}: unknown key {key!r}.{hint} There are: {', '.join(known)}")
    return Device(**texts, **parts, sources=sources)  # type: ignore[arg-type]


def _table(table: str, content: dict, where: str, sources: dict[str, str]) -> object:
    keys = _keys(table)
    values: dict[str, object] = {}
    for stated, entry in content.items():
        key = next(
            (stated.removesuffix(s) for s in _SUFFIXES if stated.removesuffix(s) in keys), stated
        )
        place = f"{where}: {table}.{stated}"
        if key not in keys:
            hint = did_you_mean(stated, keys)
            raise ConfigError(f"{place}: unknown key.{hint} There are: {', '.join(keys)}")
        value, source = _entry(entry, place)
        if source:
            sources[f"{table}.{key}"] = source
        field, units, count = keys[key]
        if field in values:
            raise ConfigError(
                f"{place}: stated twice (noise_density, one- or two-sided, only once)"
            )
        numbers = _quantity(value, units, count, place)
        if key == _ONE_SIDED and isinstance(numbers, tuple):
            numbers = tuple(n / math.sqrt(2) for n in numbers)
        values[field] = numbers
    try:
        return _BUILDERS[table](**values)
    except ConfigError as error:
        raise ConfigError(f"{where}: {table}.{error}") from None


def _entry(entry: object, place: str) -> tuple[object, str]:
    """A value, and its source if it has one."""
    if not isinstance(entry, dict):
        return entry, ""
    unknown = entry.keys() - {"value", "source"}
    if unknown or "value" not in entry:
        raise ConfigError(f'{place}: write {{ value = "16 g", source = "page 9" }}')
    source = entry.get("source", "")
    if not isinstance(source, str):
        raise ConfigError(f"{place}: the source must be text")
    return entry["value"], source


def _quantity(value: object, units: tuple[str, ...], count: int, place: str) -> object:
    if not units:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if units != ("",):
            raise ConfigError(f'{place}: state the unit, as in "{value} {units[0]}"')
        return value
    if not isinstance(value, str):
        raise ConfigError(f'{place}: must be text like "1.5 {units[0] or "%"}"')
    try:
        return read_quantity(value, *units, count=count)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from None


def _keys(table: str) -> dict[str, _Key]:
    """What a table may hold: unit suffixes of the fields' names are left out."""
    if table in _OTHER:
        return {_plain(f): _Key(f, (unit,), 1) for f, unit in _OTHER[table].items()}
    builder = Barometer if table == "barometer" else Triad
    axes = 1 if builder is Barometer else 3
    found: dict[str, _Key] = {}
    for field in (f.name for f in fields(builder)):
        if field == "g_sensitivity" and table != "gyroscope":
            continue
        unit = _CHANNEL.get(field)
        units: tuple[str, ...] = () if unit is None else (unit.format(_UNITS[table]),)
        if field == "resolution":
            units += (f"{_UNITS[table]}/LSB",)
        count = 2 if field == "range" and builder is Barometer else 1 if field == "spread" else axes
        found[_plain(field)] = _Key(field, units, count)
        if field == "noise_density":
            found[_ONE_SIDED] = _Key(field, units, count)
    return found


def _plain(field: str) -> str:
    return next((field.removesuffix(s) for s in _SUFFIXES if field.endswith(s)), field)
