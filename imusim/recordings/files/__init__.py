"""A user's own files of sensors: CSV, TSV, npz, HDF5, MVNX."""

from imusim.recordings.files.read import SUFFIXES, WITH_MOTION, read_file
from imusim.recordings.files.settings import FileSettings

__all__ = ["SUFFIXES", "WITH_MOTION", "FileSettings", "read_file"]
