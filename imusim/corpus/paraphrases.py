"""What language models made of a corpus's captions: a file beside its shards.

Neither the shards nor the manifest know of it: a corpus is the same with it and without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from imusim.corpus.beside import write_beside
from imusim.corpus.reader import Corpus
from imusim.errors import CorpusError

PARAPHRASES = "paraphrases.json"
LARGEST_BYTES = 500_000_000


class Paraphrases(BaseModel):
    """The file: by whom, of which caption, which texts.

    Parameters
    ----------
    format : int
    by : mapping
        Name of the maker, caption, its texts; none where what was made was of no use, so that it
        is not asked for again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    by: dict[str, dict[str, tuple[str, ...]]] = {}

    def texts(self) -> dict[str, tuple[str, ...]]:
        """Of each caption the texts of all makers, each once."""
        found: dict[str, dict[str, None]] = {}
        for made in self.by.values():
            for caption, texts in made.items():
                found.setdefault(caption, {}).update(dict.fromkeys(texts))
        return {caption: tuple(texts) for caption, texts in found.items() if texts}


def load_paraphrases(folder: Path | str) -> Paraphrases:
    """Read the file of a corpus's folder; of one without it, nothing.

    Raises
    ------
    CorpusError
        If it cannot be read, or is none.
    """
    path = Path(folder) / PARAPHRASES
    remedy = "mend or remove it; the corpus itself does not need it"
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise CorpusError(f"{path}: too large for paraphrases; {remedy}")
        return Paraphrases.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Paraphrases()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValidationError, RecursionError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "too deep"
        raise CorpusError(f"{path}: {' '.join(first.split())[:120]}; {remedy}") from None


def read_paraphrases(folder: Path | str) -> dict[str, tuple[str, ...]]:
    """Of each caption the texts that language models made, each once; see :func:`add_paraphrases`.

    Parameters
    ----------
    folder : Path or str
        Of a corpus.

    Raises
    ------
    CorpusError
        If the file is there but cannot be read.
    """
    return load_paraphrases(folder).texts()


def add_paraphrases(folder: Path | str, maker: str, made: Mapping[str, tuple[str, ...]]) -> None:
    """Add texts to the file, which changes as a whole or not at all.

    What another process has added since is kept.

    Raises
    ------
    CorpusError
        If what is there cannot be read, or nothing can be written.
    """
    folder = Path(folder)
    held = load_paraphrases(folder).by
    joined = {**held, maker: {**held.get(maker, {}), **made}}
    content = json.dumps(
        Paraphrases(by=joined).model_dump(mode="json"), ensure_ascii=False, indent=1
    )
    write_beside(folder / PARAPHRASES, content.encode("utf-8", "replace") + b"\n", "paraphrases")


def hand_on_paraphrases(held: Sequence[Paraphrases], folder: Path) -> None:
    """Give a corpus what there is of its captions, as it was made of others'.

    Raises
    ------
    CorpusError
        If nothing can be written.
    """
    with Corpus(folder) as corpus:
        captions = {text for _, text in corpus.captions()}
    joined: dict[str, dict[str, tuple[str, ...]]] = {}
    for one in held:
        for maker, made in one.by.items():
            own = joined.setdefault(maker, {})
            for caption in made.keys() & captions:
                own[caption] = tuple(dict.fromkeys((*own.get(caption, ()), *made[caption])))
    for maker, made in joined.items():
        if made:
            add_paraphrases(folder, maker, dict(sorted(made.items())))
