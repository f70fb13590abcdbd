"""Recordings out of a corpus: every sensor of every clip, or those that are chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imusim.characterise.recording import KINDS, Recording
from imusim.characterise.settings import Settings
from imusim.corpus import Corpus
from imusim.corpus.manifest import MANIFEST
from imusim.errors import ConfigError


def is_corpus(path: Path) -> bool:
    """Whether a folder holds a corpus."""
    return path.is_dir() and (path / MANIFEST).is_file()


def read_corpus(folder: Path, settings: Settings) -> list[Recording]:
    """Read the sensors of a corpus's clips.

    Frames that rest on gaps of the capture and samples that were lost are left out.

    Raises
    ------
    ConfigError
        If there are no clips, or units or a rate are given, which a corpus states itself.
    CorpusError
        If there is no such clip or sensor, or the corpus is damaged.
    """
    if settings.acc_unit or settings.gyro_unit or settings.rate_hz:
        raise ConfigError("a corpus states its units and rate: leave --rate and units out")
    recordings = []
    with Corpus(folder) as corpus:
        clips = [corpus[settings.clip]] if settings.clip is not None else list(corpus)
        for clip in clips:
            sensors = [settings.sensor] if settings.sensor is not None else list(clip.sensors)
            both = clip.signals(sensors=sensors)
            whole = np.broadcast_to(clip.valid[:, None], (len(clip), len(sensors)))
            if "received" in clip.channels:  # a lost sample repeats the one before it
                columns = [clip.sensors.index(sensor) for sensor in sensors]
                whole = whole & clip.channel("received")[:, columns]
            for number, sensor in enumerate(sensors):
                signals = {
                    kind: values[:, number].astype(float)
                    for kind, values in zip(KINDS, both, strict=True)
                }
                for values in signals.values():
                    values[~whole[:, number]] = np.nan
                name = f"{clip.key} {sensor}"
                recordings.append(
                    Recording(name, corpus.rate_hz, signals, np.zeros(len(clip), bool))
                )
    if not recordings:
        raise ConfigError(f"{folder}: the corpus has no clips")
    return recordings
