"""Text with a unit, as data sheets print it, to SI and back.

A unit is read as a product of powers of named units: ``mg/sqrt(Hz)``, ``mg/√Hz``,
``deg/h/sqrt(h)``, ``m/s^2``, ``LSB/g``. Angles, kelvins and LSB count as dimensions, so that Hz is
not taken for a rate of turn. Upper and lower case may be mixed where that leaves one meaning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import ConfigError

Dimensions = Mapping[str, Fraction]


class Unit(NamedTuple):
    """A factor to SI, and powers of m, s, rad, T, Pa, K and LSB."""

    factor: float
    dimensions: Dimensions


def _named(factor: float, **powers: int) -> Unit:
    return Unit(factor, {name: Fraction(power) for name, power in powers.items()})


_DEG = math.pi / 180
_SYMBOLS: dict[str, Unit] = {
    "m": _named(1, m=1),
    "g": _named(STANDARD_GRAVITY, m=1, s=-2),
    "mg": _named(STANDARD_GRAVITY / 1e3, m=1, s=-2),
    "ug": _named(STANDARD_GRAVITY / 1e6, m=1, s=-2),
    "rad": _named(1, rad=1),
    "mrad": _named(1e-3, rad=1),
    "urad": _named(1e-6, rad=1),
    "deg": _named(_DEG, rad=1),
    "mdeg": _named(_DEG / 1e3, rad=1),
    "arcmin": _named(_DEG / 60, rad=1),
    "arcsec": _named(_DEG / 3600, rad=1),
    "dps": _named(_DEG, rad=1, s=-1),
    "mdps": _named(_DEG / 1e3, rad=1, s=-1),
    "T": _named(1, T=1),
    "mT": _named(1e-3, T=1),
    "uT": _named(1e-6, T=1),
    "nT": _named(1e-9, T=1),
    "G": _named(1e-4, T=1),
    "mG": _named(1e-7, T=1),
    "uG": _named(1e-10, T=1),
    "Gs": _named(1e-4, T=1),
    "gauss": _named(1e-4, T=1),
    "Pa": _named(1, Pa=1),
    "hPa": _named(100, Pa=1),
    "mbar": _named(100, Pa=1),
    "kPa": _named(1000, Pa=1),
    "s": _named(1, s=1),
    "sec": _named(1, s=1),
    "ms": _named(1e-3, s=1),
    "us": _named(1e-6, s=1),
    "ns": _named(1e-9, s=1),
    "min": _named(60, s=1),
    "h": _named(3600, s=1),
    "hr": _named(3600, s=1),
    "hour": _named(3600, s=1),
    "Hz": _named(1, s=-1),
    "kHz": _named(1e3, s=-1),
    "K": _named(1, K=1),
    "degC": _named(1, K=1),
    "C": _named(1, K=1),
    "%": _named(1e-2),
    "ppm": _named(1e-6),
    "LSB": _named(1, LSB=1),
    "digit": _named(1, LSB=1),
}
_GENTLE = {symbol.lower(): unit for symbol, unit in _SYMBOLS.items()}
_REVERSED = {symbol.lower(): unit for symbol, unit in reversed(_SYMBOLS.items())}
_PLAIN = str.maketrans(
    {"µ": "u", "μ": "u", "°": "deg", "º": "deg", "²": "^2", "³": "^3", "·": "*", "⋅": "*", "×": "*",
     "−": "-", "–": "-", "’": "", "'": "", "±": " ", "_": " ", "℃": "degC"}
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\d.]|\s*/)", re.I)
_TOKEN = re.compile(r"\s*(sqrt|√|rt(?=\()|[A-Za-z%]+|\^|\*\*|\*|/|\(|\)|-?\d+(?:\.\d+)?)\s*", re.I)
_LONGEST = 200


def read_quantity(text: str, *wanted: str, count: int = 1) -> tuple[float, ...]:
    """Read one number, or several, with their unit.

    Parameters
    ----------
    text : str
        ``"±16 g"``, ``"60 60 80 mg"``, ``"0.005 deg/s/√Hz"``.
    *wanted : str
        Units that would do; the first names the quantity: ``"m/s^2/sqrt(Hz)"``. ``""`` is a pure
        number, to which per cent and ppm belong.
    count : int
        How many numbers there may be besides one.

    Returns
    -------
    tuple of float
        In the wanted unit; one number, or ``count``.

    Raises
    ------
    ConfigError
        For text without a number, too many numbers, or a unit of another kind.
    """
    if len(text) > _LONGEST:
        raise ConfigError(f"{text[:40]!r}… is no value with a unit")
    plain = text.translate(_PLAIN).replace("+/-", " ").strip()
    numbers: list[float] = []
    while match := _NUMBER.match(plain):
        numbers.append(float(match.group()))
        plain = plain[match.end() :].lstrip(" \t,;")
    example = wanted[0] or "%"
    if not numbers:
        raise ConfigError(f"{text!r} has no number; write it like '1.5 {example}'")
    if not all(map(math.isfinite, numbers)):
        raise ConfigError(f"{text!r} is not finite")
    if len(numbers) not in (1, count):
        allowed = f"one or {count}" if count > 1 else "one"
        raise ConfigError(f"{text!r} has {len(numbers)} numbers; it takes {allowed}")
    factor, inverse = _to(text, plain, wanted)
    try:
        values = tuple(1 / (n * factor) if inverse else n * factor for n in numbers)
    except ZeroDivisionError:
        raise ConfigError(f"{text!r}: zero LSB a unit is no resolution") from None
    if not all(map(math.isfinite, values)):
        raise ConfigError(f"{text!r} is not finite")
    return values


def _to(text: str, symbol: str, wanted: tuple[str, ...]) -> tuple[float, bool]:
    """Factor to the wanted unit, and whether the unit is LSB per unit."""
    targets = [_parse(w, _SYMBOLS) for w in wanted]
    inverses = [{"LSB": Fraction(1)} | {k: -p for k, p in u.dimensions.items()} for u in targets]
    fault = None
    for symbols in (_SYMBOLS, _GENTLE, _REVERSED):
        try:
            unit = _parse(symbol if symbols is _SYMBOLS else symbol.lower(), symbols)
        except (ConfigError, OverflowError) as error:
            fault = fault or (error if isinstance(error, ConfigError) else "a power too high")
            continue
        for target, inverse in zip(targets, inverses, strict=True):
            if unit.dimensions == target.dimensions:
                return unit.factor / target.factor, False
            if "LSB" in target.dimensions and unit.dimensions == inverse:
                return unit.factor * target.factor, True
    names = " or ".join(w or "a plain number, % or ppm" for w in wanted)
    if not symbol:
        raise ConfigError(f"{text!r} has no unit; it must be one of the kind of {names}")
    if fault:
        raise ConfigError(f"{text!r}: {fault}; a unit of the kind of {names} would do")
    raise ConfigError(f"{text!r} is of another kind; a unit of the kind of {names} would do")


def _parse(text: str, symbols: Mapping[str, Unit]) -> Unit:
    """Read a product of powers, from left to right."""
    tokens: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ConfigError(f"{text[at:].split()[0]!r} is no unit")
        tokens.append(match.group(1))
        at = match.end()
    if not tokens:
        return Unit(1.0, {})
    unit, rest = _product(tokens, symbols)
    if rest:
        raise ConfigError(f"{text!r} is no unit")
    return unit


def _product(tokens: list[str], symbols: Mapping[str, Unit]) -> tuple[Unit, list[str]]:
    unit, tokens = _power(tokens, symbols)
    while tokens and tokens[0] != ")":
        divide = tokens[0] == "/"
        right, tokens = _power(tokens[1:] if tokens[0] in "*/" else tokens, symbols)
        unit = _times(unit, right, -1 if divide else 1)
    return unit, tokens


def _power(tokens: list[str], symbols: Mapping[str, Unit]) -> tuple[Unit, list[str]]:
    if not tokens:
        raise ConfigError("a unit is missing")
    head, tokens = tokens[0], tokens[1:]
    if head.lower() in ("sqrt", "√", "rt"):
        unit, tokens = _power(tokens, symbols)
        return _times(Unit(1.0, {}), unit, Fraction(1, 2)), tokens
    if head == "(":
        unit, tokens = _product(tokens, symbols)
        if not tokens:
            raise ConfigError("a bracket is not closed")
        tokens = tokens[1:]
    elif head == "1":
        unit = Unit(1.0, {})
    elif head in symbols:
        unit = symbols[head]
    else:
        raise ConfigError(f"{head!r} is no unit")
    if tokens and tokens[0] in ("^", "**"):
        exponent = tokens[1] if len(tokens) > 1 else ""
        if not re.fullmatch(r"-?\d(\.\d)?", exponent):
            raise ConfigError(f"{exponent!r} is no power")
        unit, tokens = _times(Unit(1.0, {}), unit, Fraction(exponent)), tokens[2:]
    return unit, tokens


def _times(left: Unit, right: Unit, power: Fraction | int) -> Unit:
    powers = dict(left.dimensions)
    for name, exponent in right.dimensions.items():
        powers[name] = powers.get(name, Fraction(0)) + exponent * power
    factor = left.factor * right.factor ** float(power)
    return Unit(factor, {name: exponent for name, exponent in powers.items() if exponent})
