"""Fixtures that all tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Workers of pytest-xdist share the cores: threads of each besides would wait for one another. Read
# by numpy and torch when they are first imported, here and in the commands that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_SHARED = Path(__file__).resolve().parents[1] / ".." / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real recordings beside the checkout; tests that need it skip without it."""
    if not (_SHARED / "data").is_dir():
        pytest.skip("needs the recordings in ../shared/data, which are not here")
    return _SHARED.resolve()
