"""Who does what in a caption, and the same in other forms of its verbs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imusim.learn.captions.verbs import FORMS, STATIVE, inflected

SUBJECTS = ("a person", "someone", "the person")
"""Whom rephrased captions speak of."""

_SUBJECT = re.compile(
    r"(?:(?:a|an|the|one) )?(?:person|human(?: being)?|individual|subject|figure|man|woman)"
    r"|someone|somebody",
    re.IGNORECASE,
)
_PIECE = re.compile(r"\s*(?:[^\W_]+(?:[-'’][^\W_]+)*|[^\w\s]|_+)")
_ADVERBS = frozenset(("then", "also", "now", "just", "again", "first"))
"""Beside those in -ly."""
_JOINED = frozenset(("and", "or", "then", "/", ";"))
_CLAUSES = """
    who whom which that because when until till before after as if since so unless he she they
    it's while where whose
"""
_CLAUSE = frozenset(_CLAUSES.split())
"""Words after which another clause may stand, whose verbs are left alone."""
_NAMED = """
    jacks jack punch punches strokes stroke machine ergometer belt board stick bear ball balls
    rope shoes stance pose position motion motions movement movements exercise exercises dance
    action actions club bag bat bike lunge lunges squat squats kick kicks jumps jump
"""
_COMPOUNDS = frozenset(_NAMED.split())
"""After a participle at the start these make a name of it: jumping jacks, a walking stick."""
_STEPS = frozenset(("walk", "run", "jump", "hop", "kick", "turn", "step", "spin", "crawl", "dance"))
_MANNERS = {
    "active": "in an active way", "angry": "angrily", "childish": "like a child",
    "elderly": "like an elderly person", "exhausted": "in an exhausted way",
    "feminine": "in a feminine way", "giant": "like a giant", "happy": "happily",
    "masculine": "in a masculine way", "masculinity": "in a masculine way", "normal": "normally",
    "old": "like an old person", "proud": "proudly", "sad": "sadly", "tired": "in a tired way",
    "youthful": "in a youthful way", "musical": "as in a musical", "chimpira": "like a thug",
}  # fmt: skip
"""What a style at the end of a label, as of Bandai-Namco's files, says in a sentence."""


@dataclass(frozen=True)
class Clause:
    """A caption as someone and what they do.

    Parameters
    ----------
    subject : str
        Empty where nobody is named.
    form : {"third", "progressive", "participle", "base"}
        ``walks``, ``is walking``, ``walking``, ``walk``.
    pieces : tuple of str
        The words of the predicate without ``is``, each with the blanks before it.
    verbs : mapping of int to str
        Which pieces are verbs in that form, and of what verb.
    listed : bool
        Whether a participle after a comma may be a second deed or only how the first is done, so
        that it cannot be put into the third person.
    """

    subject: str
    form: str
    pieces: tuple[str, ...]
    verbs: Mapping[int, str]
    listed: bool = False

    def predicate(self, form: str) -> str:
        """The deeds in a form of :data:`~imusim.learn.captions.verbs.FORMS`."""
        words = list(self.pieces)
        for place, base in self.verbs.items():
            blanks = words[place][: len(words[place]) - len(words[place].lstrip())]
            words[place] = blanks + inflected(base, form)
        return "".join(words).strip()

    def sentences(self) -> list[str]:
        """The caption in all forms that mean the same, itself among them."""
        going = self.predicate("participle")
        stative = any(base in STATIVE for base in self.verbs.values())
        made = []
        for subject in SUBJECTS:
            if not self.listed:
                made.append(f"{subject} {self.predicate('third')}")
            if not stative:
                made.append(f"{subject} is {going}")
        return [*made, going]


def other_subjects(caption: str) -> list[str]:
    """The caption of somebody else who need not be known."""
    named = _SUBJECT.match(caption)
    if named is None or caption[named.end() : named.end() + 1] != " ":
        return []
    if named.group().lower().startswith("one "):  # of two
        return []
    return [subject + caption[named.end() :] for subject in SUBJECTS]


def words_of(text: str) -> list[str]:
    """Words and marks, each with the blanks before it: joined they are the text."""
    return _PIECE.findall(text)


def parse(caption: str) -> Clause | None:
    """Find who does what; none where that is not sure, and the verbs had better be left alone."""
    named = _SUBJECT.match(caption)
    subject = named.group() if named and caption[named.end() : named.end() + 1] == " " else ""
    pieces = words_of(caption[len(subject) :].strip().rstrip("."))
    plain = [piece.strip().lower() for piece in pieces]
    if not plain or {"(", "-", "–", ":", '"'} & set(plain):
        return None
    if "_" in caption:
        return None
    if not subject:
        form = next(
            (form for form in ("participle", "base", "third") if _first(plain, form) == 0), ""
        )
        named_thing = len(plain) > 1 and (plain[1] in _COMPOUNDS or plain[1] in FORMS["base"])
        if form == "base":
            return None if named_thing else _label(pieces, plain)
        return _clause("", form, pieces, plain) if form and not named_thing else None
    if plain[0] in ("is", "are"):
        pieces, plain = pieces[1:], plain[1:]
        return _clause(subject, "progressive", pieces, plain)
    return _clause(subject, "third", pieces, plain)


def _first(plain: Sequence[str], form: str) -> int | None:
    """Where the first verb stands: at the start, or after adverbs."""
    for place, word in enumerate(plain):
        if word in FORMS[form]:
            return place
        if not (word in _ADVERBS or (word.endswith("ly") and len(word) > 4)):
            return None
    return None


def _clause(subject: str, form: str, pieces: Sequence[str], plain: Sequence[str]) -> Clause | None:
    table = FORMS["participle" if form == "progressive" else form]
    first = _first(plain, "participle" if form == "progressive" else form)
    if first is None or (first + 1 < len(plain) and plain[first + 1] == "not"):
        return None
    verbs = {first: table[plain[first]]}
    listed = inside = False
    for place in range(first + 1, len(plain)):
        word, before = plain[place], plain[place - 1]
        inside = inside or word in _CLAUSE
        if form != "third" and before == "," and word in FORMS["base"]:
            return None  # deeds in two forms
        if word not in table or (place + 1 < len(plain) and plain[place + 1] == "-"):
            continue
        after_adverb = before in _ADVERBS or before.endswith("ly")
        joint = plain[place - 2] if after_adverb and place > 1 else before
        if joint == "," and form != "third":
            listed = True
        elif joint in _JOINED or joint == ",":
            if inside:
                return None  # whose deed that is cannot be told
            verbs[place] = table[word]
    return Clause(subject, form, tuple(pieces), verbs, listed)


def _label(pieces: Sequence[str], plain: Sequence[str]) -> Clause | None:
    """``walk forward, turn around, walk back``; ``Walk Left``; ``walk left angry``."""
    if len(plain) > 2 and tuple(plain[-2:]) == ("not", "confident"):
        pieces, plain = [*pieces[:-2], " without", " confidence"], [*plain[:-2], "", ""]
    verbs, starts = {}, True
    for place, word in enumerate(plain):
        if starts and word in FORMS["base"]:
            verbs[place] = word
            starts = False
        elif starts and not (word in _JOINED or word in _ADVERBS):
            return None  # a list of other things than deeds
        elif word in _STEPS or word == "not" or word in FORMS["participle"]:
            return None  # ``run jump``: which is the deed and which its name?
        following = plain[place + 1] if place + 1 < len(plain) else ""
        starts = starts or word in (",", "/", ";", "then")
        starts = starts or (word == "and" and following in FORMS["base"])
    if starts:
        return None
    words = [piece if len(piece.strip()) == 1 else piece.lower() for piece in pieces]
    if len(plain) > 1 and plain[-1] in _MANNERS:
        words[-1] = f" {_MANNERS[plain[-1]]}"
    return Clause("", "base", tuple(words), verbs)
