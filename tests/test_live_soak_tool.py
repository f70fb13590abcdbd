"""The tool that replays hours: here a minute, at six hundred times speed, with spoiled packets."""

import sys

from tool_loader import load_tool

soak = load_tool("live_soak")


def test_nothing_is_lost_and_what_is_spoiled_is_counted(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(
        sys, "argv",
        ["live_soak", "--hours", "0.02", "--speed", "600", "--lines", "2", "--grow", "200",
         "--log", str(tmp_path / "c")],
    )  # fmt: skip
    soak.main()
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "nothing was lost"
    counts = dict(reversed(part.split(" ")) for part in said[-3].split(", "))
    assert int(counts["malformed"]) >= 11
    assert int(counts["duplicate"]) >= 11
    assert sum(int(counts[name]) for name in ("duplicate", "late", "astray")) >= 17
    assert (tmp_path / "c" / "manifest.json").is_file()
