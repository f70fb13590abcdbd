"""What of a corpus a user means."""

from __future__ import annotations

from collections.abc import Sequence

from imusim.corpus import Corpus


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
