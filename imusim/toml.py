"""TOML files of the user: read whole, with one line for whatever is wrong with them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from imusim.errors import ConfigError

MOST_BYTES = 1_000_000


def read_toml(file: Path | str) -> dict[str, Any]:
    """What a TOML file holds.

    Raises
    ------
    ConfigError
        If it is no regular file, cannot be read, is larger than MOST_BYTES, or is not TOML.
    """
    file = Path(file)
    try:
        if file.exists() and not file.is_file():
            raise ConfigError(f"{file}: cannot be read: it is no regular file")
        if file.exists() and file.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{file}: is too large (over {MOST_BYTES:,} bytes)")
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError:  # not UTF-8, or a path that holds a null
        raise ConfigError(f"{file}: is not UTF-8 text") from None
    return parse_toml(text, str(file))


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """What a text in TOML says; ``where`` names it in errors. Raises ConfigError."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{where}: is nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        found = re.match(r"(.*) \(at line (\d+), column (\d+)\)$", str(error))
        if found is None:
            raise ConfigError(f"{where}: is not TOML: {error}") from None
        what, line, column = found.groups()
        raise ConfigError(f"{where}:{line}: is not TOML: {what} (column {column})") from None
