"""The other way round of turns, swipes, lifts, and of what is put on, picked up or opened."""

from __future__ import annotations

import re
from collections.abc import Callable

from imusim.learn.captions.clause import parse
from imusim.learn.captions.exchange import Pairs, cased, directed, exchanged, verb_pairs
from imusim.learn.captions.meaning import facts
from imusim.learn.captions.verbs import BASE, forms

_PARTS = r"(?:hand|arm|leg|foot|knee|elbow|shoulder|wrist|ankle|fist|heel|side)"
_MOVED = (
    "turn walk step go run move jump hop lean bend veer spin roll swipe sweep look point rotate "
    "twist slide shift sidestep dash jog reach kick push drift swerve"
)
_MOVES = "|".join(form for verb in _MOVED.split() for form in forms(verb))
_DIRECTION = re.compile(
    rf"((?:\bto (?:the |one's |their )?|\b(?:{_MOVES}) (?:to the )?|\btowards? the ))"
    rf"(left|right)(?![\w-])(?! {_PARTS}s?\b)"
    r"|\b()(left|right)(?= (?:turn|circle|spin)s?\b)",
    re.IGNORECASE,
)
_OTHER = {"left": "right", "right": "left", "up": "down", "down": "up", "on": "off", "off": "on"}


def _other(word: str) -> str:
    return cased(_OTHER[word.lower()], word)


def sideways(text: str) -> str | None:
    """Where something goes, left or right; not of which side of the body it is."""
    found = list(_DIRECTION.finditer(text))
    if len({(match.group(2) or match.group(4)).lower() for match in found}) != 1:
        return None
    return _DIRECTION.sub(
        lambda match: (match.group(1) or "") + _other(match.group(2) or match.group(4)), text
    )


_RISEN = (
    "look point swipe swing move go walk run jump step crawl hike march stride jog reach slide "
    "sweep wave"
)
_VERTICAL = re.compile(
    rf"\b((?:{'|'.join(form for verb in _RISEN.split() for form in forms(verb))}|thumbs?) )"
    r"(up|down)(?![\w-]| to\b)",
    re.IGNORECASE,
)
_SWINGS = re.compile(r"\b(?:swing|go)\b.*\btimes\b|\btimes\b.*\b(?:swing|go)\b", re.IGNORECASE)
"""Limbs that go up several times go down as often."""


def vertical(text: str) -> str | None:
    """Looks, points, swipes, steps … up or down."""
    ways = {match.group(2).lower() for match in _VERTICAL.finditer(text)}
    if len(ways) != 1 or {"up", "down"} <= set(facts(text)) or _SWINGS.search(text):
        return None
    return _VERTICAL.sub(lambda match: match.group(1) + _other(match.group(2)), text)


_LOWERING = verb_pairs(
    ("raise up", "lower"), ("lift up", "lower"), ("raise", "lower"), ("lift", "lower"),
    ("lower", "raise"),
)  # fmt: skip
_TWICE = re.compile(r"\b(?:times?|down|weights?|barbell|glass|cup|throws?)\b", re.IGNORECASE)
_OFF_GROUND = re.compile(r"\b(?:from|off) the (floor|ground)\b")
_ON_GROUND = re.compile(r"\b(?:to|onto|on) the (floor|ground)\b")


def lowering(text: str) -> str | None:
    """Raises or lowers something, once."""
    clause = parse(text)
    if clause is None or _TWICE.search(text) or " " not in text:
        return None
    verbs = set(clause.verbs.values())
    lowers = "lower" in verbs
    if lowers == bool(verbs & {"raise", "lift"}):
        return None
    turned = directed(text, _LOWERING)
    if turned is None:
        return None
    if lowers:
        return _ON_GROUND.sub(r"from the \1", turned)
    return _OFF_GROUND.sub(r"to the \1", turned)


_THING = (
    r"(?:an? |the |one's |their )?(?:[a-z]+ )?(?:jacket|coat|shirt|sweater|shoes?|hat|cap|glasses|"
    r"headphones|gloves?|socks?|trousers|helmet|scarf|backpack|watch|mask)"
)
_DONNED = re.compile(rf"\b(puts?|putting|takes?|taking) ({_THING}) (on|off)\b", re.IGNORECASE)


def clothes(text: str) -> str | None:
    """Puts on or takes off."""
    whole = exchanged(text, verb_pairs(("put on", "take off")), rf"(?= {_THING}\b)")
    if whole:
        return whole
    if len(_DONNED.findall(text)) != 1 or len(re.findall(r"\b(?:on|off)\b", text)) != 1:
        return None
    others = dict(verb_pairs(("put", "take"), ("take", "put")))
    return _DONNED.sub(
        lambda m: (
            f"{cased(others[m.group(1).lower()], m.group())} {m.group(2)} {_other(m.group(3))}"
        ),
        text,
    )


_PICKS = re.compile(
    r"\b(picks?|picking|puts?|putting) ((?:[a-z]+ ){0,3}?)(up|down)(?![\w-])", re.IGNORECASE
)


def picking(text: str) -> str | None:
    """Picks up or puts down, and nothing else with it."""
    found = _PICKS.search(text)
    if found is None or re.search(r"\b(?:throw\w*|and|turn\w*)\b", text):
        return None
    verb, thing, way = found.groups()
    picks = verb.lower().startswith("pick")
    if picks != (way.lower() == "up") or _PICKS.search(text, found.end()):
        return None
    others = dict(verb_pairs(("pick", "put"), ("put", "pick")))
    turned = f"{cased(others[verb.lower()], verb)} {thing}{_other(way)}"
    text = text[: found.start()] + turned + text[found.end() :]
    if picks:
        return _OFF_GROUND.sub(r"on the \1", text)
    return _ON_GROUND.sub(r"from the \1", text)


def deeds(*pairs: tuple[str, str]) -> Callable[[str], str | None]:
    """A rule that exchanges verbs.

    Their base form counts at the start alone; elsewhere it may be ``close to`` or ``a load``.
    """
    certain: Pairs = [pair for pair in verb_pairs(*pairs) if pair[0] not in BASE]
    others = dict(pairs) | {other: one for one, other in pairs}

    def turned(text: str) -> str | None:
        found = exchanged(text, certain, r"(?! (?:\w+ ){0,4}(?:off|out|up|down)\b)")
        first, _, rest = text.partition(" ")
        if found or first.lower() not in others:
            return found
        return f"{cased(others[first.lower()], first)} {rest}".rstrip()

    return turned
