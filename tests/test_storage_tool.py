"""The tool that measures ways to store: each gives back what it was given, and numbers add up."""

import numpy as np
import pytest
from tool_loader import load_tool


@pytest.fixture(scope="module")
def storage():
    return load_tool("storage")


@pytest.fixture(autouse=True)
def _few_windows(storage, monkeypatch):
    monkeypatch.setattr(storage, "WINDOWS", 3)


def test_every_way_gives_back_what_it_got(storage, tmp_path):
    rng = np.random.default_rng(0)
    steps = {"accelerometer": 2.0**-10, "gyroscope": 2.0**-11}
    signals = {
        name: (np.cumsum(rng.integers(-9, 10, (400, 22, 3)), axis=0) * step).astype(np.float32)
        for name, step in steps.items()
    }
    ratios = {
        way.name: storage.measure(signals, steps, way, tmp_path / "signals.h5", repeats=1).ratio
        for way in storage._ways()
    }
    assert 0.5 < ratios["none"] <= 1
    assert ratios["counts, none"] == pytest.approx(2 * ratios["none"], rel=0.05)
    assert ratios["counts, zstd-3 shuffle"] > ratios["counts, none"]
    assert ratios["counts, delta, zstd-3 shuffle"] > ratios["counts, zstd-3 shuffle"]


def test_the_table(storage, capsys, tmp_path):
    signals = {n: np.zeros((300, 22, 3), np.float32) for n in ("accelerometer", "gyroscope")}
    ways = [way for way in storage._ways() if way.name in ("none", "counts, none")]
    steps = dict.fromkeys(signals, 0.1)
    storage._print_ways(signals, steps, ways, tmp_path, 1)
    assert capsys.readouterr().out.count("\n") == 4
