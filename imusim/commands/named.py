"""What a user names as ``DATASET=FOLDER``, among files and folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imusim.errors import ConfigError


def datasets_among(named: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Files and folders, and datasets with their folders. Raises ConfigError."""
    others, datasets = [], []
    for text in named:
        name, equals, folder = text.partition("=")
        if not equals or Path(text).exists():
            others.append(text)
        elif not folder or not name.strip():
            raise ConfigError(f"{text!r}: write recordings as DATASET=FOLDER, as in uci-har=./UCI")
        else:
            datasets.append((name.strip(), folder))
    names = [name for name, _ in datasets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ConfigError(f"{twice} is named twice; name one folder that holds all of it")
    return others, datasets
