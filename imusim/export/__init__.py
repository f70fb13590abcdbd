"""A corpus in the layouts that other tools read: UniMTS, Parquet, WebDataset."""

from imusim.export.formats import FORMATS
from imusim.export.run import Exported, export_corpus

__all__ = ["FORMATS", "Exported", "export_corpus"]
