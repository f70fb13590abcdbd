"""What of a caption no other wording may change: sides, directions, counts, postures."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby

from imusim.learn.captions.verbs import forms

NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_STAIRS = r"(?:the |some |a flight of )?(?:stairs|steps|staircase)"
_CANONICAL = (
        (r"counter-?clockwise|anti-?clockwise", "#ccw"),
        (r"clockwise", "#cw"),
        (rf"(?:climb|climbs|climbing) (?:up )?{_STAIRS}", "#up #stairs"),
        (rf"(?:ascend|ascends|ascending) {_STAIRS}", "#up #stairs"),
        (rf"(?:descend|descends|descending) {_STAIRS}", "#down #stairs"),
        (rf"upstairs|up {_STAIRS}", "#up #stairs"),
        (rf"downstairs|down {_STAIRS}", "#down #stairs"),
        (r"(?:sit|sits|sitting) down|(?:take|takes|taking) a seat", "#sit-down"),
        (r"(?:stand|stands|standing|get|gets|getting) up", "#stand-up"),
        (r"(?:lie|lies|lying|lay|lays|laying) down", "#lie-down"),
        (r"(?:rise|rises|rising)(?= from (?:a|the) )", "#stand-up"),
        (r"(?:raise|raises|raising|lift|lifts|lifting) up", "raise"),
        (r"twice", "2 times"),
        (r"once", "1 times"),
        (r"both|a pair of", "2"),
        (r"forwards", "forward"),
        (r"backwards|in reverse", "backward"),
        (r"upwards", "upward"),
        (r"downwards", "downward"),
        (r"toward", "towards"),
        (r"sidewards|sideward|sideway", "sideways"),
        (r"seated", "sit"),
        (r"without confidence", "not"),
    (r"in front of (?:the body|the chest|the face|oneself)", ""),
        *((rf"{third}|{participle}", base) for base, third, participle in map(
            forms, ("sit", "stand", "lie", "kneel", "squat", "crouch"))),
        *((word, str(number)) for number, word in enumerate(NUMBERS)),
)  # fmt: skip
"""Pattern without groups, and what it means in the words of :data:`_KEPT`."""
_SPELLED = re.compile(
    rf"(?<![\w-])(?:{'|'.join(f'({pattern})' for pattern, _ in _CANONICAL)})(?![\w-])"
)
_WORD = re.compile(r"#?[^\W_]+(?:[-'][^\W_]+)*")
_FACTS = """
    #ccw #cw #up #down #stairs #sit-down #stand-up #lie-down left right up down upward downward
    forward backward sideways inward outward ahead back front behind side sides towards away off
    overhead high low above below over under across through around round straight
    not no without never again times half double first last each alternate alternately
    alternating sit stand lie kneel squat crouch upright
"""
_KEPT = frozenset(_FACTS.split())
_LETTER = re.compile(r"[b-z]")


@lru_cache(maxsize=65536)
def facts(text: str) -> tuple[str, ...]:
    """What a text says of sides, directions, counts, postures, in its order.

    Texts with the same facts may still differ in what they tell; texts with other facts do not
    mean the same. Spellings are one: ``two`` and ``both``, ``twice`` and ``two times``,
    ``forwards``, ``anticlockwise``, ``upstairs`` and ``up the stairs``.
    """
    plain = " ".join(text.lower().replace("’", "'").split())
    plain = _SPELLED.sub(lambda match: _CANONICAL[(match.lastindex or 1) - 1][1], plain)
    return tuple(
        word
        for word in _WORD.findall(plain)
        if word in _KEPT or word[0].isdigit() or _LETTER.fullmatch(word)
    )


_SIDED = (("left", "right"), ("#cw", "#ccw"))
_DIRECTED = (
    ("forward", "backward"), ("up", "down"), ("upward", "downward"), ("#up", "#down"),
    ("#sit-down", "#stand-up"), ("inward", "outward"), ("towards", "away"),
)  # fmt: skip


def contradicts(caption: str, text: str) -> bool:
    """Whether a text that should say the same as a caption tells another side, way or count.

    A text may leave out a direction, as people do, but not a side; it may not turn one round, nor
    count otherwise.
    """
    said, told = set(facts(caption)), set(facts(text))
    for pair in _SIDED:  # in their order, for ``from left to right``
        if _sequence(caption, pair) != _sequence(text, pair):
            return True
    for one, other in (*_DIRECTED, *(pair[::-1] for pair in _DIRECTED)):
        if one in told and one not in said and other in said:
            return True
    return _counts(said) != _counts(told)


def _sequence(text: str, words: tuple[str, str]) -> tuple[str, ...]:
    """The words in their order, each once where it stands several times in a row."""
    return tuple(word for word, _ in groupby(word for word in facts(text) if word in words))


def _counts(found: set[str]) -> set[str]:
    """Numbers of three and more: one and two are articles and pairs as often."""
    return {word for word in found if word[0].isdigit()} - {"1", "2"}
