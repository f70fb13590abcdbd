"""The tool that counts which faults are told."""

from __future__ import annotations

import numpy as np
import pytest
from tool_loader import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("faults")


def test_shares_are_those_of_what_was_told(tool):
    named, other, nothing = {("unit-g", "error")}, {("gravity-missing", "error")}, set()
    told = [
        ("unit-g", tool.Told(named, nothing)),
        ("unit-g", tool.Told(nothing, named)),
        ("unit-g", tool.Told(other, nothing)),
        ("unit-g", tool.Told(nothing, nothing)),
        ("reversed-time", tool.Told({("turns-backwards", "error")}, nothing)),
    ]
    first, second = tool.table(told).splitlines()[2:]
    assert first == "| unit-g | 25 % | 25 % | 50 % | gravity-missing 1 | 4 |"
    assert second == "| reversed-time | 100 % | 0 % | 100 % | – | 1 |"
    assert tool.alarms("x", [named, nothing]) == "x: 2 sensors, 1 called wrong; error unit-g 1"


def test_a_real_sensor_spoilt(tool, shared):
    cases, settings = tool.read_cases(shared / "data", "leg-swing")
    ((case, outcome),) = tool.aligned(cases[:1], settings)
    assert tool.look_pair(case, outcome) == []
    for fault in ("unit-deg", "mirrored-axes", tool.HALF):
        worn = tool.spoil(case, fault)
        codes = {code for code, _ in tool.beside(worn, outcome, settings, alone=True)}
        assert codes & tool.TOLD_AS.get(fault, {fault})
    assert len(tool.spoil(case, tool.HALF).valid) == len(case.valid) // 2
    assert np.isfinite(tool.spoil(case, "reversed-time").accelerometer).all()
    assert tool._another(cases, 0) is None  # one recording has no other motion
