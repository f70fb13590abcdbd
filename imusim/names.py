"""Names as users write them: what of a spelling counts, and what they may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def plain(name: str) -> str:
    """A name in lower case, with underscores for blanks and hyphens."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The start of a sentence that names the closest known name; empty where none is close."""
    spelled = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name[:100].lower(), spelled, n=1)
    return f" Did you mean {spelled[close[0]]!r}?" if close else ""
