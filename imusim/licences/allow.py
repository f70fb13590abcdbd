"""Which licences a user allows, and states."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from imusim.errors import ConfigError
from imusim.licences.table import LICENCES, PLAIN, alternatives, find
from imusim.names import did_you_mean

COMMERCIAL, ANY = "commercial", "any"
"""Words that stand for the licences that allow commercial use, and for all, stated or not."""


def parse_allowed(names: Sequence[str]) -> tuple[str, ...]:
    """Names of licences and words of a user, each once.

    Parameters
    ----------
    names : sequence of str
        SPDX identifiers in any case, ``LicenseRef-…``, ``commercial``, ``any``; also several
        in a text, with commas between.

    Raises
    ------
    ConfigError
        For a name that is none, or no name at all.
    """
    words = [word.strip() for text in names for word in text.split(",") if word.strip()]
    if not words:
        raise ConfigError("licences to allow: name one, such as commercial or CC-BY-4.0, or any")
    return tuple(dict.fromkeys(map(_name, words)))


def check_stated(expression: str) -> str:
    """The licence that a user states of own files, in SPDX's spelling.

    Raises
    ------
    ConfigError
        For a name that is not known.
    """
    offers = alternatives(expression)
    if not offers:
        raise ConfigError("licence: name one, such as CC-BY-4.0")
    return " OR ".join(" AND ".join(_name(name, words=()) for name in names) for names in offers)


def _name(word: str, words: Collection[str] = (COMMERCIAL, ANY)) -> str:
    low = word.lower()
    if low in words:
        return low
    if low in PLAIN:
        return PLAIN[low]
    if re.fullmatch(r"licenseref-[a-z0-9.-]+", word, re.IGNORECASE | re.ASCII):
        return f"LicenseRef-{word[11:]}"
    guess = did_you_mean(word, (*LICENCES, *words))
    raise ConfigError(
        f"no licence {word[:60]!r}.{guess} SPDX identifiers such as CC-BY-4.0 and names that "
        f"begin with LicenseRef- are taken{''.join(f', and {w!r}' for w in words)}"
    )


def allowed(expression: str, allow: Collection[str]) -> bool:
    """Whether a clip's licence is among those that a user allows.

    Parameters
    ----------
    expression : str
        Of the clip; empty where it is not stated: then only ``any`` allows it.
    allow : collection of str
        From :func:`parse_allowed`.
    """
    if ANY in allow:
        return True
    low = {name.lower() for name in allow}
    return any(
        all(
            name.lower() in low or (COMMERCIAL in allow and find(name).commercial is True)
            for name in names
        )
        for names in alternatives(expression)
    )


def why_not(expression: str, allow: Collection[str]) -> str:
    """Why a clip is left out, for a user to read."""
    said = f"its licence, {expression}," if expression else "its licence is not stated, which"
    hint = "" if expression else "; state it with --licence if the files are yours"
    return f"{said} is not among those allowed: {', '.join(allow)}{hint}"
