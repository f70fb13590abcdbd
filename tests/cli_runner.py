"""The command line as users run it: in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def imusim(*arguments: object, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run ``imusim`` and hold its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", "from imusim.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def fails(*arguments: object, cwd: Path) -> str:
    """The one line of an error with exit code 2."""
    lines = imusim(*arguments, cwd=cwd, code=2).stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("error: ")
    return lines[0]
