"""Whatever is done to a corpus is found, and mended to the byte; see tools/corrupt.py."""

from __future__ import annotations

import pytest
from tool_loader import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("corrupt")


def test_damage_of_every_kind_is_found_and_mended(tool, tmp_path):
    results = tool.trials(2 * len(tool.DAMAGES), 5, tmp_path, clips=4)
    assert len(results) == 2 * len(tool.DAMAGES)
    for result in results:
        assert result.found, result
        assert not result.fault, result
    assert {result.kinds for result in results} >= {(kind.__name__,) for kind in tool.DAMAGES}
