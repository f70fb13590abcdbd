"""Recordings of accelerometers and gyroscopes out of files, folders and corpora."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from imusim.characterise.arrays import read_hdf5, read_npz_file
from imusim.characterise.corpora import is_corpus, read_corpus
from imusim.characterise.csv import read_csv
from imusim.characterise.recording import Recording
from imusim.characterise.settings import Settings
from imusim.errors import ConfigError, MotionError

_READERS: dict[str, Callable[[Path, Settings], Recording]] = {
    ".csv": read_csv,
    ".txt": read_csv,
    ".tsv": read_csv,
    ".npz": read_npz_file,
    ".h5": read_hdf5,
    ".hdf5": read_hdf5,
}


def read_recordings(path: Path | str, settings: Settings | None = None) -> list[Recording]:
    """Read a CSV, npz or HDF5 file, a folder of such files, or a corpus.

    Parameters
    ----------
    path : Path or str
    settings : Settings, optional

    Returns
    -------
    list of Recording
        At least one.

    Raises
    ------
    MotionError
        If it cannot be read, names no channel, or holds several sensors and none was chosen.
    ConfigError, CorpusError
        If a clip is asked for of what is no corpus; if it is a corpus without the clip or
        sensor, or a damaged one.
    """
    path, settings = Path(path), settings or Settings()
    if is_corpus(path):
        return read_corpus(path, settings)
    if settings.clip is not None:
        raise ConfigError(f"{path}: is no corpus, and has no clip {settings.clip!r}")
    if path.is_dir():
        files = sorted(f for f in path.iterdir() if f.suffix.lower() in _READERS)
        if not files:
            raise MotionError("neither a corpus nor a folder of CSV, npz or HDF5 files", path)
        return [_READERS[file.suffix.lower()](file, settings) for file in files]
    if not path.exists():
        raise MotionError("there is no such file", path)
    if path.suffix.lower() not in _READERS:
        raise MotionError(f"a recording ends in {', '.join(_READERS)}", path)
    return [_READERS[path.suffix.lower()](path, settings)]
