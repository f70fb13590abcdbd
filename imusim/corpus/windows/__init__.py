"""Windows over a corpus: which there are, in which order, and what they hold."""

from imusim.corpus.windows.select import select
from imusim.corpus.windows.window import About, Batch, Window
from imusim.corpus.windows.windows import Windows

__all__ = ["About", "Batch", "Window", "Windows", "select"]
