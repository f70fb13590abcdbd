"""What a language model is asked for, and what of its answer is of use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from imusim.learn.captions.meaning import contradicts

LONGEST = 300
"""Characters of a paraphrase."""

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_MARK = re.compile(r"^(?:[-*•–—]|\(?\d{1,2}[.):]\)?)\s+")
_QUOTES = "\"'“”‘’«»`*"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LETTER = re.compile(r"[^\W\d_]")


class AskFailed(Exception):
    """No answer about these captions; about others there may be one."""


class Maker(Protocol):
    """Somebody to ask for paraphrases, from several threads at once."""

    @property
    def name(self) -> str:
        """Under which the texts are kept."""
        ...

    @property
    def batch(self) -> int:
        """How many captions to ask about at once."""
        ...

    def ask(self, captions: Sequence[str], most: int) -> Mapping[str, Sequence[str]]:
        """Lines of answer by caption; a caption without an answer is left out.

        Raises
        ------
        AskFailed
            If there is no answer this time.
        ConfigError
            If there will never be one.
        """
        ...

    def stop(self) -> None:
        """End what is under way, as far as that can be done."""
        ...


def lines_of(answer: str) -> list[str]:
    """The lines of an answer, without what a model thought before."""
    return _THOUGHT.sub("", answer).splitlines()


def usable(caption: str, lines: Iterable[str], most: int) -> tuple[tuple[str, ...], int]:
    """Paraphrases in an answer, each once, without numbers and quotes; and how many were refused.

    Refused is what tells another side, direction or count than the caption
    (:func:`imusim.learn.captions.meaning.contradicts`), and what is too long for a caption.
    Headings, blanks and the caption itself are passed over.
    """
    seen = {_spelling(caption)}
    kept: list[str] = []
    refused = 0
    for line in lines:
        text = " ".join(_CONTROL.sub(" ", line).split())
        text = _MARK.sub("", text).strip(_QUOTES + " ").rstrip(".").strip()
        if not _LETTER.search(text) or text.endswith(":") or _spelling(text) in seen:
            continue
        seen.add(_spelling(text))
        if len(text) > LONGEST or contradicts(caption, text):
            refused += 1
        elif len(kept) < most:
            kept.append(text)
    return tuple(kept), refused


def _spelling(text: str) -> str:
    return " ".join(text.lower().strip(" .").split())
