"""Recordings out of a user's files, by the names of their columns and arrays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from imusim.errors import MotionError
from imusim.recordings.files.arrays import read_hdf5, read_npz_file
from imusim.recordings.files.csv import read_csv
from imusim.recordings.files.mvnx import read_mvnx_file
from imusim.recordings.files.settings import FileSettings
from imusim.recordings.model import Recording

_READERS: dict[str, Callable[[Path, FileSettings], Recording]] = {
    ".csv": read_csv,
    ".txt": read_csv,
    ".tsv": read_csv,
    ".npz": read_npz_file,
    ".h5": read_hdf5,
    ".hdf5": read_hdf5,
    ".mvnx": read_mvnx_file,
}
SUFFIXES = tuple(_READERS)
"""Ends of names of files that are read."""
WITH_MOTION = (".mvnx",)
"""Those of files that hold the motion too."""


def read_file(path: Path | str, settings: FileSettings | None = None) -> Recording:
    """Read a file of one or several sensors.

    Columns and arrays are told by name: ``acc_x``, ``Gyroscope Z [deg/s]``,
    ``left_wrist_acc_x``, ``t_ms``. What else stands in a name says which sensor it is, and where
    it was worn, if it is a placement. Units come from the settings, the names, or the numbers;
    what was assumed is in the recording's notes.

    Parameters
    ----------
    path : Path or str
        Ends in ``.csv``, ``.tsv``, ``.txt``, ``.npz``, ``.h5``, ``.hdf5`` or ``.mvnx``.
    settings : FileSettings, optional

    Returns
    -------
    Recording
        Signals of each sensor in SI at its own times.

    Raises
    ------
    MotionError
        If it cannot be read, names no channel, or says neither times nor rate.
    """
    path, settings = Path(path), settings or FileSettings()
    if not path.exists():
        raise MotionError("there is no such file", path)
    read = _READERS.get(path.suffix.lower())
    if read is None or not path.is_file():
        raise MotionError(f"a recording is a file that ends in {', '.join(SUFFIXES)}", path)
    return read(path, settings)
