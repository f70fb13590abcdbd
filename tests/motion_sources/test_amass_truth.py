"""Real motion as AMASS files, on bodies of model files, against the smplx package's joints."""

from pathlib import Path

import numpy as np
import pytest
from smpl_model_files import amass_of, write_amass, write_model
from smplx_forward import forward
from tool_loader import load_tool

import motion_sources
from body_models import get_body_model
from imusim.body import retarget
from imusim.body.ground import STANCE_SPEED_M_S, lowest_points, soles
from imusim.math import rotations as rot
from imusim.motion import ClipRef, Motion, ReadOptions
from motion_sources.amass import read

TOOL = load_tool("amass")
WIDTHS = {"smpl": 72, "smplh": 156, "smplx": 165}


def check(tmp_path: Path, original: Motion, family: str) -> None:
    """Joints within 1 mm of smplx's, rates within 0.1 %, feet within 2 cm of the ground."""
    file = write_model(tmp_path, family, betas=400 if family == "smplx" else 16)
    clip = amass_of(original, WIDTHS[family])
    clip = write_amass(tmp_path / "a.npz", original.frames, family, **clip)
    motion = read(ClipRef("amass", tmp_path / "a.npz", "a"), ReadOptions())
    joints, _ = forward(file, clip["betas"], clip["poses"], clip["trans"])
    rates = TOOL.source_rates(clip["poses"], motion.rate_hz)
    for name in (family, "anthropometric"):
        body = get_body_model(name).build(motion.shape, models=tmp_path)
        moved = retarget(motion, body)
        places, links = moved.world_poses()
        if name == family:
            own = joints[:, :22] + (motion.root_position - joints[:, 0])[0]
            apart = np.linalg.norm(places - moved.ground.place(own), axis=2)
            assert apart.mean() < 1e-3
        step = rot.multiply(links[1:], rot.conjugate(links[:-1]))
        found = motion.rate_hz * rot.to_rotation_vector(rot.make_continuous(step))
        wrong = found - rot.rotate(moved.ground.level, rates)
        assert (np.square(wrong).sum((0, 2)) < 1e-6 * np.square(rates).sum((0, 2)) + 1e-9).all()
        height, speed = lowest_points(soles(body, places, links), motion.rate_hz)
        standing = np.abs(height[speed < STANCE_SPEED_M_S])
        assert len(standing) > 20
        assert np.percentile(standing, 90) < 0.02, name


@pytest.mark.parametrize("family", WIDTHS)
def test_the_walk_of_pybullet(tmp_path, family):
    pytest.importorskip("pybullet", reason="brings the clips")
    (walk,) = [c for c in motion_sources.default_clips() if c.key == "walk"]
    check(tmp_path, motion_sources.read_clip(walk), family)


def test_walks_of_cmu(tmp_path, shared):
    folder = shared / "data" / "cmu" / "bvh"
    for clip in motion_sources.find_clips(
        [folder / "02" / "02_01.bvh", folder / "walk_imusim.bvh"]
    ):
        check(tmp_path, motion_sources.read_clip(clip), "smplh")
