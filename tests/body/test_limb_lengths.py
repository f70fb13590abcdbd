"""Bones whose lengths are stated."""

from __future__ import annotations

import numpy as np
import pytest

import body_models
import motion_sources
from imusim.body import BodyOptions, retarget
from imusim.conventions import JOINTS
from imusim.errors import ConfigError, RetargetError
from imusim.motion import ReadOptions
from imusim.pipeline import load_config

BODY = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)


def test_a_stated_bone_is_as_long_and_turns_as_before():
    clip = motion_sources.default_clips("procedural", 1)[0]
    motion = motion_sources.read_clip(clip, ReadOptions())
    usual, stated = retarget(motion, BODY), retarget(motion, BODY, {"left_wrist": 0.3})
    wrist, elbow = JOINTS.index("left_wrist"), JOINTS.index("left_elbow")
    bone = stated.positions[:, wrist] - stated.positions[:, elbow]
    assert np.allclose(np.linalg.norm(bone, axis=1), 0.3)
    assert np.allclose(stated.world_from_link, usual.world_from_link)
    assert np.allclose(stated.body.offsets[elbow], usual.body.offsets[elbow])
    with pytest.raises(RetargetError, match="limb_lengths"):
        retarget(motion, BODY, {"pelvis": 0.3})


def test_settings_name_joints_and_metres():
    config = load_config(None, {"limb_lengths": {"Left Wrist": 0.25}})
    assert config.limb_lengths == {"left_wrist": 0.25}
    for wrong in ({"left_wing": 0.2}, {"left_wrist": -1.0}, {"left_wrist": 30.0}):
        with pytest.raises(ConfigError, match="limb_lengths"):
            load_config(None, {"limb_lengths": wrong})
