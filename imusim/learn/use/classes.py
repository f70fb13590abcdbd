"""What windows are to be told apart by: names, and texts that tell of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imusim.errors import ConfigError
from imusim.learn.evaluation.protocol import known_protocols, load_protocol
from imusim.toml import read_toml

_Text = Annotated[str, Field(max_length=500)]


@dataclass(frozen=True)
class Classes:
    """K classes.

    Parameters
    ----------
    names : tuple of str
    prompts : tuple of tuple of str
        Texts of each class, whose embeddings are averaged.

    Raises
    ------
    ConfigError
        If there are fewer than two, or a name or text is empty, or there twice.
    """

    names: tuple[str, ...]
    prompts: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if len(self.names) < 2:
            raise ConfigError(
                f"{len(self.names) or 'no'} label{'s' * (len(self.names) != 1)}: name two at "
                "least, between which to choose"
            )
        for name, own in zip(self.names, self.prompts, strict=True):
            if not name.strip():
                raise ConfigError("a label is empty: say what is done, as in 'walking'")
            if not own or not all(text.strip() for text in own):
                raise ConfigError(f"label {name!r} has an empty prompt")
        _differ("label", self.names)
        _differ("prompt", [text for own in self.prompts for text in own])


def classes_of(labels: Sequence[str] | Mapping[str, Sequence[str]] | Classes) -> Classes:
    """Classes of labels, which are their own prompts, or of a mapping of labels to prompts.

    Raises
    ------
    ConfigError
        As :class:`Classes`; for one text instead of several.
    """
    if isinstance(labels, Classes):
        return labels
    if isinstance(labels, str):
        raise ConfigError("labels are several texts, not one: put them into a list")
    if isinstance(labels, Mapping):
        prompts = tuple((p,) if isinstance(p, str) else tuple(p) for p in labels.values())
        return Classes(tuple(labels), prompts)
    return Classes(tuple(labels), tuple((label,) for label in labels))


class _Class(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Text
    sentences: tuple[_Text, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    classes: tuple[_Class, ...]


def read_classes(source: Path | str) -> Classes:
    """Classes of a file, or of the protocol of a dataset by its name.

    A file has a table ``[[classes]]`` for each, with its ``name`` and, as prompts beside the name,
    ``sentences``.

    Raises
    ------
    ConfigError
        For an unknown name, or with the file and what is wrong in it.
    """
    if str(source) in known_protocols():
        stated = load_protocol(str(source)).classes
        return Classes(tuple(c.name for c in stated), tuple(c.prompts for c in stated))
    if not Path(source).is_file():
        raise ConfigError(
            f"{source}: there is no such file; prompts are a TOML file with [[classes]], or one of "
            f"the protocols {', '.join(known_protocols())}"
        )
    table: dict[str, Any] = read_toml(source)
    try:
        own = _File.model_validate(table).classes
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{source}: {where}: {first['msg']}") from None
    try:
        return Classes(tuple(c.name for c in own), tuple((c.name, *c.sentences) for c in own))
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}") from None


def _differ(what: str, texts: Sequence[str]) -> None:
    seen: set[str] = set()
    for text in texts:
        key = " ".join(text.lower().split())
        if key in seen:
            raise ConfigError(f"{what} {text[:60]!r} is there twice: no two can be told apart so")
        seen.add(key)
