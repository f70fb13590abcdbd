"""The other way round: what a caption would say of the opposite motion.

Encoders of sentences put ``turns left`` and ``turns right`` next to each other; as negatives,
opposites teach a model to tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from imusim.learn.captions.exchange import directed, exchanged
from imusim.learn.captions.movements import clothes, deeds, lowering, picking, sideways, vertical
from imusim.learn.captions.postures import from_to, lying, seats_and_beds, stairs
from imusim.learn.captions.rephrase import LONGEST

_BOTH_WAYS = re.compile(
    r"(?<![\w-])(?:left and (?:the )?right|right and (?:the )?left|left or right|up and down|"
    r"down and up|upside down|back and forth|forwards? and backwards?|backwards? and forwards?|"
    r"without moving forwards?|alternat\w+|in turn|one after the other|in and out|to and fro)"
    r"(?![\w-])",
    re.IGNORECASE,
)
"""What is the same the other way round."""

Rule = Callable[[str], str | None]


def _pairs(*pairs: tuple[str, str]) -> Rule:
    return lambda text: exchanged(text, pairs)


def _one_way(*pairs: tuple[str, str]) -> Rule:
    return lambda text: directed(text, pairs)


_RULES: tuple[Rule, ...] = (
    stairs,
    from_to,
    _pairs(("clockwise", "counter-clockwise")),
    _one_way(("anticlockwise", "clockwise"), ("counterclockwise", "clockwise")),
    lying,
    seats_and_beds,
    sideways,
    _pairs(("forward", "backward"), ("forwards", "backwards")),
    _one_way(("in reverse", "forwards")),
    _pairs(("upward", "downward"), ("upwards", "downwards")),
    _pairs(("inward", "outward"), ("inwards", "outwards")),
    vertical,
    lowering,
    clothes,
    picking,
    deeds(("push", "pull"), ("open", "close"), ("load", "unload"), ("enter", "leave")),
    _pairs(("towards", "away from")),
    _pairs(("left", "right")),
)
"""In this order: the first that fits makes the opposite."""


@lru_cache(maxsize=65536)
def opposite(caption: str) -> str | None:
    """Say the opposite: the other direction, or else the other side.

    Up and down stairs, sitting down and standing up, left and right, forwards and backwards,
    clockwise and counter-clockwise, raising and lowering, pushing and pulling, opening and
    closing, putting on and taking off … One thing is turned round, the first of these that the
    caption tells; of ``swipes the right arm to the left`` that is where the arm goes.

    Parameters
    ----------
    caption : str

    Returns
    -------
    str or None
        None where the caption tells no direction or side, or both ways.
    """
    plain = " ".join(caption.split())
    if not plain or len(plain) > LONGEST or _BOTH_WAYS.search(plain):
        return None
    made = (rule(plain) for rule in _RULES)
    return next((turned for turned in made if turned and turned != plain), None)


def opposites(captions: Iterable[str]) -> dict[str, str]:
    """Those of the captions that have an opposite, with it."""
    found = {caption: opposite(caption) for caption in captions}
    return {caption: turned for caption, turned in found.items() if turned is not None}
