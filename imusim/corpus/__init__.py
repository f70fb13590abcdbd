"""Sharded HDF5 corpora: schema, writer, reader, verification."""

from imusim.corpus.manifest import Manifest, Run
from imusim.corpus.reader import Clip, Corpus, Signals
from imusim.corpus.schema import ClipRecord
from imusim.corpus.verify import Problem, verify
from imusim.corpus.writer import CorpusWriter

__all__ = [
    "Clip",
    "ClipRecord",
    "Corpus",
    "CorpusWriter",
    "Manifest",
    "Problem",
    "Run",
    "Signals",
    "verify",
]
