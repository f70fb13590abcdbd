"""Sharded HDF5 corpora: schema, writer, reader, windows, verification."""

from imusim.corpus.integrity.verify import Problem, verify
from imusim.corpus.manifest import Manifest, Run
from imusim.corpus.reader import Clip, Corpus, Signals
from imusim.corpus.schema import ClipRecord
from imusim.corpus.windows import Batch, Window, Windows, select
from imusim.corpus.writer import CorpusWriter

__all__ = [
    "Batch",
    "Clip",
    "ClipRecord",
    "Corpus",
    "CorpusWriter",
    "Manifest",
    "Problem",
    "Run",
    "Signals",
    "Window",
    "Windows",
    "select",
    "verify",
]
