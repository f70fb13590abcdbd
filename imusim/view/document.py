"""Pages as single files: parts put into a template, written whole."""

from __future__ import annotations

import json
import os
import re
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from imusim.errors import ConfigError, MissingExtraError

_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_MARK = re.compile(r"\[\[(\w+)\]\]")


def plotly_script() -> str:
    """The plotting library, to stand in a page. Raises MissingExtraError if it is not there."""
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise MissingExtraError("pages need plotly: pip install 'imusim-toolkit[plot]'") from None
    return get_plotlyjs()


def check_free(file: Path | None, overwrite: bool, option: str) -> None:
    """Refuse to replace a file. Raises ConfigError that names the option for another."""
    if file is not None and not overwrite and file.exists():
        raise ConfigError(f"{file}: exists already; choose another with {option}, or --overwrite")


def to_script(data: dict[str, Any]) -> str:
    """JSON that no text in it can end: neither the script element nor a line of it."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False).translate(_ESCAPES)


def asset(name: str, package: str = "imusim.view") -> str:
    """A file of a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def finish(
    template: str, parts: dict[str, str], file: Path | None, package: str = "imusim.view"
) -> str:
    """The page of a template with its marks, ``[[name]]``, replaced; written if a file is given."""
    page = _MARK.sub(lambda mark: parts[mark[1]], asset(template, package))
    if file is not None:
        write_whole(file, page.encode())
    return page


def write_whole(target: Path, content: bytes) -> None:
    """Write beside the target, then rename: what was there stays until the new one is whole."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)  # noqa: PTH101
        os.replace(name, target)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
