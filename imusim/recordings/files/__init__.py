"""A user's own files of sensors: CSV, TSV, npz, HDF5."""

from imusim.recordings.files.read import SUFFIXES, read_file
from imusim.recordings.files.settings import FileSettings

__all__ = ["SUFFIXES", "FileSettings", "read_file"]
