"""The other way round of stairs, seats and beds."""

from __future__ import annotations

import re

from imusim.learn.captions.exchange import any_of, cased, directed, exchanged, verb_pairs
from imusim.learn.captions.meaning import facts

_THE = r"(?:the |an? |some |\d+ |[a-z]+ )?"
_WAYS = rf"(?= {_THE}(?:stairs|steps|staircase|ladder|hill|slope|ramp)\b)"
_CLIMBED = rf"(?= {_THE}(?:stairs|steps)\b)"
_GOES = {"": "go ", "s": "goes ", "ing": "going "}


def stairs(text: str) -> str | None:
    """Up or down stairs and other ways."""
    if {"up", "down"} <= set(facts(text)):
        return None
    found = (
        exchanged(text, [("upstairs", "downstairs")])
        or exchanged(text, [("up", "down")], _WAYS)
        or exchanged(text, [("uphill", "downhill")])
    )
    if found:  # nobody climbs down
        return re.sub(
            r"\b[Cc]limb(|s|ing) (?=down)", lambda m: cased(_GOES[m.group(1)], m.group()), found
        )
    return exchanged(text, verb_pairs(("climb", "descend")), _CLIMBED) or exchanged(
        text, verb_pairs(("ascend", "descend"))
    )


_ENDS = r"(?:sitting|standing|lying|kneeling|squatting|crouching|(?:the )?left|(?:the )?right)"
_FROM = re.compile(rf"\b(from) ({_ENDS}) to ({_ENDS})(?![\w-])", re.IGNORECASE)


def from_to(text: str) -> str | None:
    """From one side or posture to another."""
    found = _FROM.search(text)
    if found is None or found.group(2).lower() == found.group(3).lower():
        return None
    if re.search(r"\b(?:and|then) back\b|^ back\b", text[found.end() :]):
        return None
    start, one, other = found.groups()
    return f"{text[: found.start()]}{start} {other} to {one}{text[found.end() :]}"


_SITS = verb_pairs(
    ("sit down on", "stand up from"),
    ("sit down in", "stand up from"),
    ("sit down", "stand up"),
    ("take a seat", "get up from a seat"),
)
_RISES = verb_pairs(
    ("stand up from sitting", "sit down"),
    ("get up from sitting", "sit down"),
    ("stand up from", "sit down on"),
    ("stand up off", "sit down on"),
    ("stand up out of", "sit down in"),
    ("stand up", "sit down"),
    ("get up from", "sit down on"),
    ("get up", "sit down"),
    ("rise from a", "sit down on a"),
    ("rise from the", "sit down on the"),
)
_LIES = verb_pairs(
    ("lie down on", "get up from"),
    ("lie down", "get up from lying"),
    ("lay down on", "get up from"),
    ("lay down", "get up from lying"),
)
_GETS_UP = verb_pairs(
    ("get up from lying on", "lie down on"),
    ("get up from lying", "lie down"),
    ("get up from", "lie down on"),
    ("get up off", "lie down on"),
    ("stand up from", "lie down on"),
)
_SITTING = re.compile(r"(?<!from )\b(?:sit|sits|sitting)\b", re.IGNORECASE)
_LOW = re.compile(r"\b(?:lie|lies|lying|lay|lays|laying|floor|ground|bed|couch|mat)\b", re.I)
_MORE = re.compile(r"\b(?:who|again|rolls?|falls?|from (?!sitting|lying)\w+ing)\b", re.IGNORECASE)
_KNEELS = verb_pairs(("kneel down", "get up from kneeling"))


def seats_and_beds(text: str) -> str | None:
    """Sits, lies or kneels down, or gets up, if it is one of these alone."""
    kneels = exchanged(text, _KNEELS)
    if kneels:
        return kneels
    sits, rises, lies = (
        any_of(tuple(one for one, _ in table)).search(text) is not None
        for table in (_SITS, _RISES, _LIES)
    )
    if sits + rises + lies != 1 or _MORE.search(text):
        return None
    if lies:
        return directed(text, _LIES)
    if sits:
        return directed(text, _SITS)
    if _SITTING.search(text):
        return None
    return (directed(text, _GETS_UP) if _LOW.search(text) else None) or directed(text, _RISES)


_RESTS = re.compile(
    r"\b(?:lie|lay|rest|roll|sleep|turn)s?\b|\b(?:lying|laying|resting|rolling|sleeping|flat)\b",
    re.IGNORECASE,
)


def lying(text: str) -> str | None:
    """On which side of the trunk somebody lies."""
    found = exchanged(text, [("face down", "face up"), ("prone", "supine")])
    if found or not _RESTS.search(text):
        return found
    found = exchanged(
        text, [("on the stomach", "on the back"), ("onto the stomach", "onto the back")], "(?! of)"
    )
    return found or directed(
        text, [("on the belly", "on the back"), ("onto the belly", "onto the back")]
    )
