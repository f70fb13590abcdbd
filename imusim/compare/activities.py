"""How classes meet: captions of a corpus and labels of recordings, by words.

An activity has a name and two regular expressions, one that is found in captions and one that is
found in labels as the dataset words them. Case does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imusim.errors import ConfigError
from imusim.toml import read_toml

_NAME = re.compile(r"\s*([^=]+?)\s*=\s*(.+?)\s*$", re.DOTALL)


@dataclass(frozen=True)
class Activity:
    """A class of both sides; the expressions are searched for, in small or capital letters."""

    name: str
    captions: re.Pattern[str]
    labels: re.Pattern[str]


def parse_activity(text: str) -> Activity:
    """``walking=walk|stroll``: one expression for captions and labels.

    Raises
    ------
    ConfigError
        If it is not so written, or the expression is none.
    """
    found = _NAME.match(text)
    if found is None:
        raise ConfigError(f"--activity {text!r}: write it as NAME=WORDS, as in walking=walk|stroll")
    pattern = _expression(found.group(2), f"--activity {text!r}")
    return Activity(found.group(1), pattern, pattern)


def read_activities(file: Path) -> tuple[Activity, ...]:
    """Activities of a TOML file: a table each, with ``captions`` and ``labels``.

    Either may be left out, and is then as the other; or a list, of which one is found.

    Raises
    ------
    ConfigError
        If the file is none, or holds anything else.
    """
    found = []
    for name, table in read_toml(file).items():
        if not isinstance(table, dict) or not set(table) <= {"captions", "labels"} or not table:
            raise ConfigError(f"{file}: [{name}] takes captions and labels, and one at least")
        captions, labels = (
            _expression(_one(value, f"{file}: [{name}]"), f"{file}: [{name}]")
            for value in (
                table.get("captions", table.get("labels")),
                table.get("labels", table.get("captions")),
            )
        )
        found.append(Activity(name, captions, labels))
    if not found:
        raise ConfigError(f"{file}: no activity in it")
    return tuple(found)


def activities_of(labels: Mapping[str, str]) -> tuple[Activity, ...]:
    """An activity for each label of a dataset, by its own words: the longest first.

    A caption is of it that has the stems of all its words in their order: ``walking upstairs`` is
    found in ``a man walks slowly up`` not, but in ``she walks upstairs``.

    Parameters
    ----------
    labels : mapping of str to str
        Label as written, and in words.
    """
    found = {}
    for label, words in labels.items():
        stems = [re.escape(_stem(word)) for word in re.findall(r"\w+", words.lower())]
        if stems:
            own = re.compile(rf"^(?:{re.escape(label)}|{re.escape(words)})$", re.IGNORECASE)
            caption = re.compile(r"\b" + r"\w*\W(?:.*\W)?".join(stems), re.IGNORECASE | re.DOTALL)
            found.setdefault(words, Activity(words, caption, own))
    return tuple(sorted(found.values(), key=lambda a: (-len(a.name), a.name)))


def named(texts: Iterable[str], activities: Sequence[Activity], by: str = "captions") -> str | None:
    """The first activity that one of the texts is of; ``None``: of none."""
    texts = list(texts)
    for activity in activities:
        pattern = activity.captions if by == "captions" else activity.labels
        if any(pattern.search(text) for text in texts):
            return activity.name
    return None


def _stem(word: str) -> str:
    """Without the ending of the participle, and the consonant doubled before it."""
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
        if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
            word = word[:-1]
    return word


def _one(value: object, place: str) -> str:
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return "|".join(f"(?:{part})" for part in value)
    if not isinstance(value, str):
        raise ConfigError(f"{place}: captions and labels are expressions, or lists of them")
    return value


def _expression(text: str, place: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ConfigError(f"{place}: {text!r} is no regular expression: {error}") from None
