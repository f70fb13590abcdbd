"""Retargeting of recorded motion: how near the body comes to what was captured."""

import numpy as np
import pytest
from tool_loader import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("retargeting")


@pytest.mark.parametrize(
    ("source", "every"), [("CMU ASF/AMC", 5), ("CMU BVH", 9), ("Bandai-Namco 1", 25)]
)
def test_joints_rates_and_feet(tool, shared, source, every):
    clips = tool.clips_of(shared / "data" / tool.FOLDERS[source], every)
    scores = list(tool.scores_of(clips))
    assert len(scores) == len(clips)
    assert max(s.joint_error_m for s in scores) < 0.005
    assert max(s.rate_error for s in scores) < 1e-9
    assert np.median([s.stance_height_m for s in scores]) < 0.01


@pytest.mark.parametrize("trial", ["01_01", "02_01", "02_09", "03_02"])
def test_a_trial_feels_the_same_from_amc_and_from_bvh(tool, shared, trial):
    folder = shared / "data" / "cmu"
    subject = trial[:2]
    bvh = folder / "bvh" / subject / f"{trial}.bvh"
    if not bvh.is_file():
        bvh = folder / "bvh" / f"{trial}.bvh"
    r = tool.agreement(folder / "asfamc" / subject / f"{trial}.amc", bvh)
    assert (np.median(r, axis=0) > 0.999).all()
    assert r.min() > 0.9
