"""Words that can stand for each other in a caption, and details that can be left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imusim.learn.captions.meaning import NUMBERS
from imusim.learn.captions.verbs import forms

_ADVERBIAL = (
    r"(?=$|[,.;]| (?:and|with|in|on|at|over|along|from|to|as|while|like|without|by|then|off|"
    r"past|for|onto|into)\b)"
)
"""What follows an adverb; before a noun ``forwards`` would be wrong."""
_PARTS = r"(?:(?:hand|arm|wrist|elbow|shoulder|leg|knee|ankle|thigh|fist|heel)s?|foot|feet)"

_ALIKE = (
    ("forward", "forwards"),
    ("backward", "backwards"),
    ("sideways", "to the side"),
)
_GROUPS = (
    ("in place", "on the spot"),
    ("counter-clockwise", "anticlockwise", "counterclockwise"),
    ("upstairs", "up the stairs", "up some stairs"),
    ("downstairs", "down the stairs", "down some stairs"),
    ("push-ups", "press-ups"),
    ("jumping jacks", "star jumps"),
    ("both hands", "two hands"),
    ("both arms", "two arms"),
    ("both legs", "two legs"),
    ("both feet", "two feet"),
    ("something", "an object"),
    ("on the floor", "on the ground"),
    ("off the floor", "off the ground"),
    ("quickly", "fast", "at a fast pace"),
    ("slowly", "at a slow pace"),
    ("briskly", "at a brisk pace"),
    ("a few steps", "some steps"),
    ("twice", "two times"),
    ("again and again", "over and over", "repeatedly"),
    ("like an elderly person", "like an old person"),
    ("on tiptoe", "on the toes"),
    ("while sitting", "while seated"),
    ("a bicycle", "a bike"),
    ("cupboard", "cabinet"),
    ("angrily", "in an angry way"),
    ("happily", "in a happy way"),
    ("proudly", "in a proud way"),
    ("sadly", "in a sad way"),
    ("alternately", "in turn"),
    ("in a circle", "in circles"),
    ("a cell phone", "a mobile phone", "a smartphone"),
    ("in front of the body", "in front of oneself"),
)
_VERBS = (
    ("jump", "leap"),
    ("lift", "raise"),
    ("spin", "whirl"),
    ("jog", "run slowly"),
    ("cycle", "ride a bike"),
    ("sprint", "run very fast"),
    ("sit down", "take a seat"),
    ("stand up", "get up"),
    ("turn around", "turn round"),
    ("go up the stairs", "walk up the stairs", "climb the stairs"),
    ("go down the stairs", "walk down the stairs", "descend the stairs"),
    ("walk upstairs", "climb the stairs", "climb stairs", "walk up stairs"),
    ("walk downstairs", "descend the stairs", "descend stairs", "walk down stairs"),
    ("stand still", "stand motionless"),
    ("talk on the phone", "make a phone call"),
    ("wipe", "rub over"),
    ("draw a", "trace a"),
    ("draw the", "trace the"),
    ("pick up", "take up"),
    ("swipe", "sweep"),
    ("wave with the", "wave the"),
)
_DROPPED = (
    r"in (?:an?|the) [a-z]+(?:, [a-z]+)? (?:way|manner|fashion)",
    r"in the style '[^']*'",
    r"like an? (?:[a-z]+ )?[a-z]+",
    r"as (?:with|in|if with|if) an? [a-z]+(?: [a-z]+)?",
    r"(?:angrily|happily|proudly|sadly|calmly|carefully|gently|lightly|loosely|normally|briefly|"
    r"steadily|comfortably|leisurely|confidently|casually|quietly)",
    r"for a while|a little|a bit|now and then|at ease",
    r"in front of (?:the|one's) (?:body|chest|face)",
    r"at (?:chest|head|waist|shoulder) height",
    r"with (?:bent|loose|relaxed|stretched|straight) (?:knees|elbows|arms|legs)",
    r"at an? (?:easy|good|steady|normal|comfortable|moderate) (?:pace|speed)",
    r"\((?:[^()]{0,40})\)",
)

_Rule = tuple[re.Pattern[str], tuple[str, ...]]


def _whole(text: str, after: str = "") -> re.Pattern[str]:
    """A phrase between blanks and marks."""
    return re.compile(rf"(?<![\w-])(?:{text})(?![\w-]){after}")


def _group_rules() -> Iterator[_Rule]:
    for after, groups in ((_ADVERBIAL, _ALIKE), ("", _GROUPS)):
        for group in groups:
            for one in group:
                yield _whole(re.escape(one), after), tuple(w for w in group if w != one)
    for group in _VERBS:
        told = [[f"{form}{phrase[len(verb):]}" for form in forms(verb)]
                for phrase in group for verb in [phrase.split()[0]]]  # fmt: skip
        for alike in zip(*told, strict=True):
            for one in alike:
                yield _whole(re.escape(one), "(?! jacks?)"), tuple(w for w in alike if w != one)
    for number, word in list(enumerate(NUMBERS))[3:]:
        yield _whole(word), (str(number),)
        yield _whole(str(number)), (word,)
    yield re.compile(rf"(?<![\w-])the (?=(?:left|right) {_PARTS}(?![\w-]))"), ("their ", "one's ")


_RULES = tuple(_group_rules())
_DROPS = tuple(re.compile(rf",? ?(?<![\w-])(?:{text})(?=$|[,.;]| )") for text in _DROPPED)


def reworded(text: str) -> Iterator[str]:
    """The text with other words, one exchanged at a time."""
    for pattern, others in _RULES:
        if pattern.search(text):
            yield from (pattern.sub(other, text) for other in others)


def shortened(text: str) -> Iterator[str]:
    """The text without a detail, and without all of them."""
    bare = text
    for pattern in _DROPS:
        less = pattern.sub("", text).strip(" ,")
        if less != text:
            yield less
            bare = pattern.sub("", bare).strip(" ,")
    if bare != text:
        yield bare
