"""What a user means: sensors of a corpus, sizes."""

from __future__ import annotations

from collections.abc import Sequence

from imusim.corpus import Corpus
from imusim.corpus.layout import SHARD_SIZE_BYTES, megabytes
from imusim.errors import ConfigError


def wanted_sensors(corpus: Corpus, names: Sequence[str] | None) -> tuple[str, ...] | None:
    """Sensors by name; where they bear the names of joints, also sets of joints.

    Raises
    ------
    ConfigError
        For a name that is neither.
    """
    if not names:
        return None
    from imusim.pipeline import resolve_joints

    wanted: list[str] = []
    for name in (part.strip() for text in names for part in text.split(",")):
        known = name in corpus.sensors or corpus.sensors != corpus.joints
        wanted += [name] if known else resolve_joints([name])
    return tuple(dict.fromkeys(wanted))


def shard_bytes(text: str | None) -> int:
    """Size of a shard, of text such as ``64MB``; the usual one where nothing is stated.

    Raises
    ------
    ConfigError
        If it is no size, or none of a file.
    """
    if text is None:
        return SHARD_SIZE_BYTES
    try:
        size_mb = megabytes(text)
    except ValueError as error:
        raise ConfigError(f"--shard-size: {error}, not {text!r}") from None
    if not 0 < size_mb < 1e9:
        raise ConfigError(f"--shard-size: {size_mb:g} MB is no size of a file")
    return max(1, round(size_mb * 1e6))
