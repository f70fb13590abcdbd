"""Which clips of a corpus to take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.corpus import schema
from imusim.corpus.reader import Corpus
from imusim.errors import ConfigError


def select(corpus: Corpus, caption: str | None = None, **columns: Any) -> NDArray[np.int64]:
    """Numbers of the clips of which all that is asked holds, in the order of the corpus.

    Parameters
    ----------
    corpus : Corpus
    caption : str, optional
        A regular expression, found in one of the clip's captions at least; case does not matter.
    **columns
        A column of the clip table and the value, or the values, of which the clip's is one:
        ``source="cmu"``, ``subject=["01", "02"]``, ``engine="bullet"``.

    Raises
    ------
    ConfigError
        If the expression is none, or a column holds more than a value a clip.
    CorpusError
        If there is no such column, or a shard is missing or damaged.
    """
    chosen = np.ones(len(corpus), bool)
    for name, wanted in columns.items():
        values = corpus.column(name)
        if values.ndim != 1:
            raise ConfigError(f"{name} holds more than a value a clip; choose by corpus.column")
        if name in schema.TEXT_COLUMNS:
            values = values.astype(str)
        listed = isinstance(wanted, Iterable) and not isinstance(wanted, str)
        chosen &= np.isin(values, np.array(list(wanted) if listed else [wanted]))
    if caption is not None:
        try:
            pattern = re.compile(caption, re.IGNORECASE)
        except re.error as error:
            raise ConfigError(f"{caption!r} is no regular expression: {error}") from None
        said = {key for key, text in corpus.captions() if pattern.search(text)}
        chosen &= [key in said for key in list(corpus.keys())]
    return np.flatnonzero(chosen)
