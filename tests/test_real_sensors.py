"""Simulated signals of captured rigid bodies against what real IMUs on them recorded."""

import numpy as np
import pytest
from tool_loader import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("real_sensors")


def test_leg_swing(tool, shared):
    trials = list(tool.leg_swing(shared / "data" / "leg-swing"))
    scores = [tool.score(trial, tool.ours(trial)) for trial in trials]
    assert len(scores) == 3
    assert np.mean([s.acc_r for s in scores]) >= 0.985
    assert np.mean([s.acc_rmse for s in scores]) <= 0.52
    assert np.mean([s.gyro_r for s in scores]) >= 0.975


def test_broad_is_near_the_best_cutoff_chosen_with_hindsight(tool, shared):
    trials = list(tool.broad(shared / "data" / "broad"))
    assert len(trials) >= 5
    for trial in trials:
        own = tool.score(trial, tool.ours(trial))
        fixed = [tool.score(trial, tool.ours(trial, cutoff)) for cutoff in tool.CUTOFFS_HZ]
        assert own.acc_rmse <= 1.05 * min(s.acc_rmse for s in fixed), trial.name
        assert own.gyro_rmse <= 1.05 * min(s.gyro_rmse for s in fixed), trial.name
