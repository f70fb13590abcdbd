"""What of a corpus is exported: its sensors, its channels, whole clips or windows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imusim.corpus import Corpus
from imusim.corpus.channels import CHANNELS, SENSORS
from imusim.errors import ConfigError
from imusim.names import did_you_mean, plain


@dataclass(frozen=True, eq=False)
class Plan:
    """What is exported.

    Parameters
    ----------
    corpus : Corpus
    sensors : tuple of str
        Names of the S sensors, in the order in which they are written.
    channels : tuple of str
        Of :data:`imusim.corpus.channels.CHANNELS`, in the order of the format.
    window : int, optional
        Frames of a window; ``None``: clips stay whole.
    sensors_named : bool
        Whether the sensors were asked for by name.
    shard_bytes : int
    """

    corpus: Corpus
    sensors: tuple[str, ...]
    channels: tuple[str, ...]
    window: int | None
    sensors_named: bool
    shard_bytes: int

    @property
    def columns(self) -> list[int]:
        """Numbers of the sensors in the corpus."""
        return [self.corpus.sensors.index(sensor) for sensor in self.sensors]

    @property
    def joints(self) -> tuple[str, ...]:
        """The joint on whose segment each sensor sits."""
        return tuple(self.corpus.joints[column] for column in self.columns)

    def row(self, channel: str) -> tuple[int, ...]:
        """Shape of a frame of a channel."""
        return CHANNELS[channel].row(len(self.sensors))


def plan_export(
    corpus: Corpus,
    sensors: Sequence[str] | None,
    channels: Sequence[str],
    window_s: float | None,
    shard_bytes: int,
) -> Plan:
    """Look up what is asked for.

    Raises
    ------
    ConfigError
        For a sensor or a channel that the corpus does not have, a window shorter than a frame,
        or a size that is not positive.
    """
    wanted = corpus.sensors if sensors is None else tuple(dict.fromkeys(sensors))
    if not wanted:
        raise ConfigError("no sensor is named to export; leave the choice out for all")
    for name in wanted:
        if name not in corpus.sensors:
            hint = did_you_mean(name, corpus.sensors)
            raise ConfigError(
                f"{corpus.folder}: no sensor {name!r}.{hint} There are: {', '.join(corpus.sensors)}"
            )
    window = None
    if window_s is not None:
        frames = window_s * corpus.rate_hz
        if not (math.isfinite(frames) and frames >= 1):
            raise ConfigError(
                f"a window of {window_s:g} s holds no frame at {corpus.rate_hz:g} Hz; state its "
                "length in seconds"
            )
        window = round(frames)
    if shard_bytes <= 0:
        raise ConfigError(f"the size of a shard must be positive, not {shard_bytes}")
    return Plan(
        corpus, wanted, _channels(corpus, channels), window, sensors is not None, shard_bytes
    )


def of_sensors(channel: str) -> bool:
    """Whether a channel has a column a sensor."""
    return CHANNELS[channel].shape[:1] == (SENSORS,)


def _channels(corpus: Corpus, names: Sequence[str]) -> tuple[str, ...]:
    wanted: set[str] = set()
    for name in names:
        key = plain(name)
        if key == "all":
            wanted.update(corpus.channels)
        elif key in corpus.channels:
            wanted.add(key)
        elif key != "none":
            hint = did_you_mean(key, corpus.channels)
            raise ConfigError(
                f"{corpus.folder}: no channel {name!r}.{hint} The corpus has "
                f"{', '.join(corpus.channels) or 'none'}."
            )
    return tuple(name for name in corpus.channels if name in wanted)
