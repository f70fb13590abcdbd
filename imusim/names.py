"""Names as users write them: what of a spelling counts, and what they may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from imusim.errors import ConfigError


def plain(name: str) -> str:
    """A name in lower case, with underscores for blanks and hyphens."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The start of a sentence that names the closest known name; empty where none is close."""
    spelled = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name[:100].lower(), spelled, n=1)
    return f" Did you mean {spelled[close[0]]!r}?" if close else ""


def choose(names: Sequence[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    """Those of the known names that are asked for, in their own order.

    ``all``, ``none`` and names; ``-name`` takes one away, of all where it comes first.

    Raises
    ------
    ConfigError
        For a name that is none of these; ``what`` says what it should have been.
    """
    chosen: set[str] = set()
    for number, name in enumerate(names):
        away = name.strip().startswith("-")
        key = plain(name.strip().removeprefix("-"))
        if key not in (*known, *(() if away else ("all", "none"))):
            raise ConfigError(
                f"unknown {what} {name!r}; {what}s: {', '.join(known)}, all, none, and -NAME to "
                "take one away"
            )
        if key in ("all", "none"):
            chosen = set(known) if key == "all" else set()
        elif away:
            chosen = (set(known) if number == 0 else chosen) - {key}
        else:
            chosen.add(key)
    return tuple(name for name in known if name in chosen)
