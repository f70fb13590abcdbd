"""Exchange words of a text for others: both ways, or one way; verbs in all their forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from imusim.learn.captions.verbs import forms

Pairs = Sequence[tuple[str, str]]


@lru_cache(maxsize=512)
def any_of(words: tuple[str, ...], after: str = "") -> re.Pattern[str]:
    """Any of some phrases, the longest that fits, between blanks and marks."""
    told = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{told})(?![\w-]){after}", re.IGNORECASE)


def cased(word: str, like: str) -> str:
    """A word with a capital where another has one."""
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def exchanged(text: str, pairs: Pairs, after: str = "") -> str | None:
    """Put the second of each pair for the first, and the first for the second.

    None where there is neither, or both: then they are two deeds, and the whole is no opposite.
    """
    first = dict(pairs)
    others = first | {other: one for one, other in pairs}
    pattern = any_of(tuple(others), after)
    found = {match.group().lower() for match in pattern.finditer(text)}
    if len({word in first for word in found}) != 1:
        return None
    return pattern.sub(lambda match: cased(others[match.group().lower()], match.group()), text)


def directed(text: str, pairs: Pairs) -> str | None:
    """Put the second of a pair for the first, where that comes first in the text."""
    others = dict(reversed(pairs))
    found = any_of(tuple(others)).search(text)
    if found is None:
        return None
    other = cased(others[found.group().lower()], found.group())
    return text[: found.start()] + other + text[found.end() :]


@lru_cache(maxsize=512)
def verb_pairs(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs of verbs with what follows them, in all forms."""
    made = []
    for one, other in pairs:
        (a, *rest_a), (b, *rest_b) = one.split(), other.split()
        made += [
            (" ".join((x, *rest_a)), " ".join((y, *rest_b)))
            for x, y in zip(forms(a), forms(b), strict=True)
        ]
    return tuple(made)
