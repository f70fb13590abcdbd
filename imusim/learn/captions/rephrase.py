"""Other ways to say what a caption says, by rule and without a model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from imusim.learn.captions.clause import other_subjects, parse
from imusim.learn.captions.meaning import facts
from imusim.learn.captions.synonyms import reworded, shortened
from imusim.learn.captions.verbs import BASE, PARTICIPLE, THIRD

LONGEST = 400
"""Characters of a caption; a longer one is left as it is."""
MOST = 12

_THING = re.compile(r"an? (?!person|man|woman|human|few\b|lot\b)[^,]+", re.IGNORECASE)
_DEEDS = re.compile(r"[a-z-]+(?: [a-z-]+){0,5}", re.IGNORECASE)
_KIND = re.compile(
    r"(?!an? |the |two )(?:[a-z]+ ){1,2}(?:walk|run|jump|jog|hop|crawl|kick|spin|dance)"
)
_NAMES = ("-ups", "jacks", "lifts", "crunches", "climbers", "burpees")
_NOT_NAMES = frozenset(("the", "both", "arms", "legs", "hands", "thumbs", "left", "right"))


def rephrased(caption: str, most: int = MOST) -> tuple[str, ...]:
    """Say the same otherwise.

    Verbs change between ``a person walks``, ``someone is walking`` and ``walking``; some words
    are exchanged for others of the same meaning; details of manner are left out. Sides,
    directions, counts and postures stay, as :func:`imusim.learn.captions.meaning.facts` finds
    them.

    Parameters
    ----------
    caption : str
    most : int
        How many at most.

    Returns
    -------
    tuple of str
        Each once, without the caption; the same for the same caption. None where no rule fits.
    """
    return _rephrased(caption)[: max(0, most)]


@lru_cache(maxsize=65536)
def _rephrased(caption: str) -> tuple[str, ...]:
    plain = " ".join(caption.split())
    if not plain or len(plain) > LONGEST:
        return ()
    kept = facts(plain)
    seen = {_spelling(plain)}
    sentences = list(_unseen(_sentences(plain), seen, kept))
    others: list[str] = []
    for text in (plain, *sentences):
        short = list(_unseen(shortened(text), seen, kept))
        for one in (text, *short):
            others += short if one is text else ()
            others += _unseen(reworded(one), seen, kept)
    # Sentences and other words by turns, so that the first few are of all kinds.
    others.sort(key=lambda text: hashlib.sha256(f"{plain}\0{text}".encode()).digest())
    mixed: list[str] = []
    for number in range(max(len(sentences), len(others))):
        mixed += sentences[number : number + 1] + others[number : number + 1]
    return tuple(mixed)


def variants(
    captions: Iterable[str],
    paraphrases: Mapping[str, Iterable[str]] | None = None,
    most: int = MOST,
) -> dict[str, tuple[str, ...]]:
    """All texts that may stand for captions in a training.

    Parameters
    ----------
    captions : iterable of str
    paraphrases : mapping, optional
        Of a language model, as :func:`imusim.learn.captions.read_paraphrases` reads them.
    most : int
        Rephrased texts of each caption.

    Returns
    -------
    dict of str to tuple of str
        Each caption's texts: itself, its paraphrases, its rephrasings; each once.
    """
    given = paraphrases or {}
    return {
        caption: tuple(dict.fromkeys((caption, *given.get(caption, ()), *rephrased(caption, most))))
        for caption in captions
    }


def _sentences(caption: str) -> Iterator[str]:
    clause = parse(caption)
    if clause is not None:
        yield from clause.sentences()
        return
    others = other_subjects(caption)
    if others:
        yield from others
        return
    told = caption[:1].lower() + caption[1:]
    if told.startswith("from "):
        yield from (f"a person goes {told}", f"someone is going {told}", f"going {told}")
    elif _KIND.fullmatch(told) and told.split()[0] not in (*BASE, *_NOT_NAMES):
        thing = f"{'an' if told[0] in 'aeiou' else 'a'} {told}"
        yield from (f"a person does {thing}", f"someone is doing {thing}", thing)
    elif _THING.fullmatch(told) or _names_deeds(told):
        yield from (f"a person does {told}", f"someone is doing {told}", f"doing {told}")


def _names_deeds(text: str) -> bool:
    """Whether these are the names of what is done: ``slow squats in a row``, ``low crawling``."""
    words = text.lower().split()
    if not _DEEDS.fullmatch(text) or words[0] in _NOT_NAMES or words[0] in BASE:
        return False
    going = len(words) > 1 and words[1] in PARTICIPLE
    return going or any(word in THIRD or word.endswith(_NAMES) for word in words)


def _unseen(texts: Iterable[str], seen: set[str], kept: tuple[str, ...]) -> Iterator[str]:
    """Those that are new and tell the same facts."""
    for text in texts:
        spelling = _spelling(text)
        if text and spelling not in seen and facts(text) == kept:
            seen.add(spelling)
            yield text


def _spelling(text: str) -> str:
    return " ".join(text.lower().strip(" .").split())
