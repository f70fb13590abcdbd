"""Runs that are killed, resumed, and end in the bytes of an undisturbed one; see tools/kills.py."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from tool_loader import load_tool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")
BLOWS = {
    "parent, 1 worker": 3,
    "parent, 2 workers": 3,
    "Ctrl-C, 1 worker": 1,
    "full disk, 1 worker": 1,
    "dask worker": 1,
}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return load_tool("kills")


@pytest.fixture(scope="module")
def task(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory):
    found = tool.undisturbed(tool.settings_of(6), tmp_path_factory.mktemp("undisturbed"))
    assert sum(name.startswith("shard-") for name in found.sound) > 2
    return found


@pytest.mark.parametrize("name", BLOWS)
def test_the_bytes_are_those_of_an_undisturbed_run(
    tool: ModuleType, task, tmp_path: Path, name: str
):
    mode = tool.MODES[name]
    if mode.dask:
        pytest.importorskip("distributed")
    tally = tool.strikes(mode)(task, mode, BLOWS[name], tmp_path)
    assert not tally.faults
    assert tally.kills == BLOWS[name]
    assert tally.corpora
