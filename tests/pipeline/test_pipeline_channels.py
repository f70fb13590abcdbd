"""Channels from the physics engine to the corpus."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runner import imusim

from imusim import api
from imusim.conventions import JOINTS, STANDARD_GRAVITY
from imusim.corpus import Clip, Corpus, verify
from imusim.corpus.channels import CHANNELS, FORCES
from imusim.pipeline import load_config

pytest.importorskip("pybullet")


def simulated(out: Path, key: str, **settings: object) -> Clip:
    """One of the bundled clips, through the physics engine."""
    job = api.prepare(load_config(None, {"out": out, "engine": "bullet", **settings}))
    replace(job, clips=[clip for clip in job.clips if clip.key == key]).run()
    return Corpus(out)[0]


@pytest.fixture(scope="module", params=[50.0, 120.0])
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    out = tmp_path_factory.mktemp("walk") / "c"
    clip = simulated(out, "walk", channels="forces", rate_hz=request.param)
    assert verify(out) == []
    return clip


def test_every_channel_is_stored_for_every_frame(walk: Clip):
    assert walk.engine == "bullet"
    assert walk.channels == FORCES
    for name in FORCES:
        values = walk.channel(name)
        assert values.shape == (len(walk), *CHANNELS[name].shape)
        assert values.any()
    assert walk.pose_rate_hz == 50.0
    assert abs(len(walk.poses) / walk.pose_rate_hz - walk.duration_s) < 1.1 / 50
    assert not walk.channel("joint_torque")[:, 0].any()


def test_where_the_ground_pushes_there_is_contact(walk: Clip):
    contact, force = walk.channel("contact"), walk.channel("ground_reaction")
    assert contact[force.any(axis=-1)].all()
    assert (force[..., 2] >= -1e-3).all()
    touched = {JOINTS[segment] for segment in np.flatnonzero(contact.any(axis=0))}
    assert {"left_ankle", "right_ankle"} <= touched
    assert touched <= {"left_ankle", "right_ankle", "left_foot", "right_foot"}


def test_ground_and_root_carry_the_body_weight(walk: Clip):
    """Over a cycle the body gains no height, so the means add up to its weight."""
    up = walk.channel("ground_reaction")[..., 2].sum(axis=1) + walk.channel("root_wrench")[:, 2]
    assert up.mean() == pytest.approx(walk.mass_kg * STANDARD_GRAVITY, rel=0.05)


def test_inspect_tells_engine_and_channels(tmp_path: Path):
    simulated(tmp_path / "corpus", "walk", channels="contact,root_wrench")
    shown = imusim("inspect", cwd=tmp_path).stdout
    assert re.search(r"^engine +bullet$", shown, re.MULTILINE)
    assert re.search(r"^channels +contact, root_wrench$", shown, re.MULTILINE)
    one = imusim("inspect", "--clip", "walk", cwd=tmp_path).stdout
    assert re.search(r"^engine +bullet$", one, re.MULTILINE)


def test_the_impulse_of_a_leap_does_not_depend_on_the_output_rate(tmp_path: Path):
    flight_s, impulses = 1.0, []
    for rate_hz in (25.0, 60.0, 240.0):
        folder = tmp_path / f"{rate_hz:g}"
        clip = simulated(folder, "jump", channels="ground_reaction", rate_hz=rate_hz)
        force = clip.channel("ground_reaction").astype(float).sum(axis=1)
        assert not force[np.abs(clip.time_s - flight_s) < 0.1].any()
        length = np.full(len(force), 1 / rate_hz)
        length[0] = 0.5 / rate_hz  # the clip starts amid the first frame's interval
        before = clip.time_s < flight_s
        impulses.append((force * length[:, None])[before].sum(axis=0))
    np.testing.assert_allclose(impulses[:2], impulses[2:] * 2, atol=3)  # half a step at the start
    assert impulses[2][2] > 50
