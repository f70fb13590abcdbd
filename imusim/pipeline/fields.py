"""Settings as users write them: text and paths brought to what the fields hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from imusim.conventions import JOINT_SETS, JOINTS
from imusim.corpus.layout import megabytes
from imusim.errors import ConfigError
from imusim.names import did_you_mean, plain
from imusim.toml import read_toml


def _names(value: object) -> object:
    """Split comma lists; leave anything else to pydantic."""
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        names = tuple(part.strip() for v in value for part in v.split(",") if part.strip())
        if value and not names:
            raise ValueError("it names nothing")
        return names
    return value


def _paths(value: object) -> object:
    """Take one path, or many, as text."""
    if isinstance(value, str | Path):
        value = (value,)
    if isinstance(value, list | tuple):
        if "" in value:
            raise ConfigError("paths: one is empty; `.` is the folder you are in")
        return tuple(str(v) if isinstance(v, Path) else v for v in value)
    return value


def _vector(value: object) -> object:
    """Split ``"x,y,z"``."""
    return tuple(value.split(",")) if isinstance(value, str) else value


def _vertices(value: object) -> object:
    """Split ``"left_wrist=2000"`` and lists of such."""
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, list | tuple):
        parts = [part for item in value for part in str(item).split(",")]
        value = [part.partition("=")[::2] for part in parts]
    elif isinstance(value, dict):
        value = list(value.items())
    else:
        return value
    found = {}
    for name, number in value:
        joint = plain(str(name))
        if joint not in JOINTS:
            raise ConfigError(f"vertices: {unknown_joint(str(name), joint, JOINTS)}")
        if joint in found:
            raise ConfigError(f"vertices: {joint} has two")
        if not str(number).strip().isdecimal() or len(str(number)) > 18:
            raise ConfigError(f"vertices: state them as {joint}=NUMBER, not {name}={number}")
        found[joint] = int(number)
    return found


def _limbs(value: dict[str, float]) -> dict[str, float]:
    """Joints by their canonical names."""
    found = {plain(name): length for name, length in value.items()}
    for name, joint in zip(value, found, strict=False):
        if joint not in JOINTS[1:]:
            raise ConfigError(f"limb_lengths: {unknown_joint(name, joint, JOINTS[1:])}")
    return found


def _range(value: object) -> object:
    """Take one number for both ends; split ``"low,high"``."""
    if isinstance(value, str):
        value = tuple(value.split(","))
    if isinstance(value, int | float):
        value = (value,)
    return value * 2 if isinstance(value, tuple | list) and len(value) == 1 else value


def _rising(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise ValueError(f"the range falls from {ends[0]:g} to {ends[1]:g}")
    return ends


def _megabytes(value: object) -> object:
    """Take ``"64MB"``, ``"0.5 GB"``; a number alone is MB."""
    return megabytes(value) if isinstance(value, str) else value


def _text(value: object) -> object:
    """Take a path as text."""
    return str(value) if isinstance(value, Path) else value


def _joint_map(value: object) -> object:
    """Take the name of a TOML file for what it holds; check the canonical names."""
    if isinstance(value, str | Path):
        value = read_toml(value)
    for name in value if isinstance(value, dict) else ():
        if name not in JOINTS:
            raise ConfigError(f"joint map: {unknown_joint(str(name), str(name), JOINTS)}")
    return value


def unknown_joint(name: str, key: str, valid: Iterable[str] = (*JOINTS, *JOINT_SETS)) -> str:
    """What to tell of a name that is no joint: the closest, and the valid ones."""
    hint = did_you_mean(key, valid)
    sets = f" Sets: {', '.join(JOINT_SETS)}." if set(JOINT_SETS) <= set(valid) else ""
    return f"unknown joint {name!r}.{hint} Joints: {', '.join(JOINTS)}.{sets}"


Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Celsius = Annotated[float, Field(ge=-60, le=120)]
Megabytes = Annotated[float, BeforeValidator(_megabytes), Field(gt=0, allow_inf_nan=False)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
SomeNames = Annotated[tuple[str, ...], BeforeValidator(_names), Field(min_length=1)]
Paths = Annotated[tuple[str, ...], BeforeValidator(_paths)]
Vector = Annotated[tuple[Finite, Finite, Finite], BeforeValidator(_vector)]
LimbLengths = Annotated[
    dict[str, Annotated[float, Field(gt=0, le=2, allow_inf_nan=False)]], AfterValidator(_limbs)
]
Vertices = Annotated[dict[str, Annotated[int, Field(ge=0)]], BeforeValidator(_vertices)]
CelsiusRange = Annotated[tuple[Celsius, Celsius], BeforeValidator(_range), AfterValidator(_rising)]
PathText = Annotated[str, BeforeValidator(_text)]
JointMap = Annotated[dict[str, str], BeforeValidator(_joint_map)]
