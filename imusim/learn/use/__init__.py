"""Trained models at work: naming what is done, embeddings, export."""

from imusim.learn.use.classes import Classes, classes_of, read_classes
from imusim.learn.use.encoder import Encoder, Named, load_encoder
from imusim.learn.use.harnet import HarNetEncoder
from imusim.learn.use.recorded import RecordedWindows

__all__ = [
    "Classes",
    "Encoder",
    "HarNetEncoder",
    "Named",
    "RecordedWindows",
    "classes_of",
    "load_encoder",
    "read_classes",
]
