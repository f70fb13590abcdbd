"""Recordings of accelerometers and gyroscopes out of files, folders and corpora."""

from __future__ import annotations

from pathlib import Path

from imusim.characterise.corpora import is_corpus, read_corpus
from imusim.characterise.recording import Recording, even_recording
from imusim.characterise.settings import Settings
from imusim.errors import ConfigError, MotionError
from imusim.recordings.files import SUFFIXES, read_file
from imusim.recordings.files.columns import UNNAMED


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
    if not path.is_dir():
        return [_read(path, settings)]
    files = sorted(f for f in path.iterdir() if f.suffix.lower() in SUFFIXES)
    if not files:
        raise MotionError("neither a corpus nor a folder of CSV, npz or HDF5 files", path)
    return [_read(file, settings) for file in files]


def _read(file: Path, settings: Settings) -> Recording:
    """The one sensor of a file, or the one that is chosen."""
    recording = read_file(file, settings.of_files())
    names = ["(without a name)" if s.name == UNNAMED else s.name for s in recording.sensors]
    if len(names) > 1:
        listed = ", ".join(names)
        raise MotionError(f"holds several sensors; choose one with --sensor: {listed}", file)
    (sensor,) = recording.sensors
    name = file.stem if sensor.name == UNNAMED else f"{file.stem} {sensor.name}"
    return even_recording(name, sensor, recording.notes)
