"""The tool that holds our noise against another simulator's: our half runs without the other."""

import sys

import pytest
from tool_loader import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("device_peers")


def test_our_half_without_the_peer(tool, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "gnss_ins_sim", None)
    monkeypatch.setattr(sys, "argv", ["device_peers.py", "--hours", "0.35"])
    tool.main()
    lines = capsys.readouterr().out.splitlines()
    assert "pip install" in lines[0]
    rows = [line.split(" | ") for line in lines if "| imusim |" in line]
    assert [row[0].removeprefix("| ") for row in rows] == [case.name for case in tool.cases()]


def test_a_bias_of_infinite_time_is_a_walk(tool):
    case = tool.cases()[-1]
    line = tool.row("imusim", case, lambda: tool.ours(case, 360_000, 0))
    n, _, k = (float(text) for text in line.split(" | ")[2:5])
    assert n < 0.05 * tool.N
    assert k == pytest.approx(tool.K, rel=0.05)
