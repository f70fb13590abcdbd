"""The maintainer's tools of frame-wise models, with a few steps."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")
from frame_recordings import write_geotec
from tool_loader import load_tool


def test_the_table_of_latencies(capsys):
    load_tool("online_latency").main(["--frames", "5", "--networks", "rnn,tcn", "--sensors", "2"])
    rows = capsys.readouterr().out.splitlines()[3:]
    told = [row.strip("| ").split(" | ") for row in rows]
    assert [tuple(row[:2]) for row in told] == [
        ("rnn", "model"), ("rnn", "live"), ("tcn", "model"), ("tcn", "live"),
    ]  # fmt: skip
    for row in told:
        p50, p95, longest, *_ = map(float, row[3:])
        assert 0 < p50 <= p95 <= longest


def test_the_table_of_boundaries(tmp_path, capsys):
    write_geotec(tmp_path / "geotec", people=2)
    arguments = [
        str(tmp_path), "--out", str(tmp_path / "o"), "--networks", "rnn", "--starts",
        "scratch,masked", "--folds", "2", "--steps", "1",
        "--pretrain-steps", "1", "--batch-size", "2", "--rate", "20",
    ]  # fmt: skip
    tool = load_tool("online_boundaries")
    tool.main(arguments)
    told = capsys.readouterr().out
    rows = told.splitlines()[2:]
    assert [row.split(" | ")[1] for row in rows] == ["scratch", "masked"]
    assert all(re.search(r"0\.\d\d \(0\.\d\d to 0\.\d\d\)", row) for row in rows)
    made = sorted(path.name for path in (tmp_path / "o").iterdir())
    assert made == [
        "rnn-masked-0-0", "rnn-masked-0-0-before", "rnn-masked-0-1", "rnn-masked-0-1-before",
        "rnn-scratch-0-0", "rnn-scratch-0-1",
    ]  # fmt: skip
    written = [(tmp_path / "o" / name / "model.pt").stat().st_mtime_ns for name in made]
    tool.main(arguments)  # nothing is trained again
    assert capsys.readouterr().out == told
    assert [(tmp_path / "o" / name / "model.pt").stat().st_mtime_ns for name in made] == written
    with pytest.raises(SystemExit):
        tool.main([*arguments, "--starts", "transfer", "--transfer", "geotec"])
    assert "its people are those who are tested" in capsys.readouterr().err
