"""``tools/objectives.py``: from corpora and recordings to the table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")
pytest.importorskip("sklearn")
from corpus_clips import make_clip, write
from made_recordings import write_uci_har
from tool_loader import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("objectives")


def test_nothing_is_tested_on_what_it_was_trained_on(tool):
    method = next(each for each in tool.METHODS if each.wordless)
    where = type("Where", (), {"folders": {name: Path(name) for name in tool.DATASETS}})()
    for dataset in tool.DATASETS:
        name, sources = tool.sources_of(tool.Row(method, tool.RECORDED), dataset, where)
        assert sources
        assert dataset not in name
        assert not any(source.startswith(f"{dataset}=") for source in sources)


def test_recipes_are_settings(tool):
    from imusim.learn.training import load_pretrain_config

    for method in tool.METHODS:
        if method.preset not in tool.PRESETS:
            continue
        for name, preset in ((method.name, method.preset), (method.before, method.before)):
            if not name:
                continue
            config = load_pretrain_config(preset, None, tool.recipe(name, 5.0))
            assert config.epochs is None
            assert config.steps == tool.recipe(name, 10.0)["steps"] / 2
            if name == method.name:
                assert config.encoder == method.encoder
            assert bool(config.needs & {"text", "motion"}) != method.wordless


def test_from_corpora_to_a_table_and_on_from_there(tool, tmp_path):
    """As a command, whose processes get what they measure as pickles."""
    (tmp_path / "corpora").mkdir()
    write(tmp_path / "corpora" / "noise", [make_clip(n, frames=400) for n in range(6)], 10**7)
    write_uci_har(tmp_path / "data" / "uci-har", people=(1, 2, 3, 4), seconds=7.0)
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    (recipes / "views.toml").write_text(
        "window_s = 3.0\nwidth = 8\nbatch_size = 4\nsteps = 2\nwarmup = 0\nvalidation_windows = 4\n"
        "validation_share = 0.25\n[objectives]\nviews = 1.0\n"
        "[encoder_settings]\nwidths = [8, 8]\nwidth = 8\ngraph_layers = 1\n"
    )
    out = tmp_path / "out"
    command = [
        sys.executable, tool.__file__, tmp_path / "corpora", tmp_path / "data", "--out", out,
        "--recipes", recipes, "--only", "views", "cnn", "--jobs", "2", "--window", "3",
        "--people", "3", "--folds", "2", "--tuning-steps", "2",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = said.stdout.strip().splitlines()
    assert lines[0].startswith("uci-har: 18 windows of 3 people, 3 classes; macro-F1, %")
    assert "trained views-simulation-2-0" in said.stderr
    rows = {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in lines[4:]}
    assert list(rows) == [
        "views, sensor_graph", "cnn, labels alone", "handcrafted features", "random convolutions",
    ]  # fmt: skip
    kept = json.loads((out / "figures" / "uci-har" / "views-simulation.json").read_text())
    value, low, high = kept["lines"]["probe pretrained"]
    assert rows["views, sensor_graph"][0] == "simulation"
    assert (
        rows["views, sensor_graph"][2] == f"{100 * value:.1f} ({100 * low:.0f} to {100 * high:.0f})"
    )
    assert rows["cnn, labels alone"][2] == "–"
    assert float(rows["handcrafted features"][2].split()[0]) > 60  # what is told is there to tell
    again = subprocess.run(command, capture_output=True, text=True, check=True)  # all is there
    assert again.stderr.strip() == ""
    assert again.stdout == said.stdout


def test_unknown_names_are_refused(tool, tmp_path, monkeypatch, capsys):
    (tmp_path / "uci-har").mkdir()
    monkeypatch.setattr(sys, "argv", ["objectives.py", ".", str(tmp_path), "--only", "clip"])
    with pytest.raises(SystemExit) as ended:
        tool.main()
    assert ended.value.code == 2
    assert "there is no 'clip'; there are: text, views" in capsys.readouterr().err
