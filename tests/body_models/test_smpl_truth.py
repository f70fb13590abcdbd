"""The SMPL bodies against the smplx package's own forward pass."""

import numpy as np
import pytest
from smpl_model_files import write_amass, write_model
from smplx_forward import forward

from body_models import get_body_model
from imusim.body import retarget
from imusim.conventions import JOINTS
from imusim.math import rotations as rot
from imusim.motion import BodyShape, ClipRef, ReadOptions, world_poses
from motion_sources.amass import read


@pytest.mark.parametrize(
    ("family", "betas", "seed"),
    [("smpl", 10, 1), ("smplh", 16, 2), ("smplx", 20, 3), ("smplx", 400, 4)],
)
def test_joints_move_as_smplx_moves_them(tmp_path, family, betas, seed):
    """Zero poses, random ones and random coefficients: joints to 1e-6 m, rates to 1e-9."""
    file = write_model(tmp_path, family, betas=betas)
    count = {20: 10, 400: 16}.get(betas, betas)
    clip = write_amass(tmp_path / "a.npz", 60, family, seed, beta_count=count)
    poses = clip["poses"].copy()
    poses[0] = 0.0
    write_amass(tmp_path / "a.npz", 60, family, seed, beta_count=count, poses=poses)
    motion = read(ClipRef("amass", tmp_path / "a.npz", "a"), ReadOptions())
    body = get_body_model(family).build(motion.shape, models=tmp_path)
    joints, _ = forward(file, clip["betas"], poses, clip["trans"])
    moved = retarget(motion, body)
    places, links = moved.world_poses()
    apart = places - joints[:, :22]
    assert np.abs(apart - apart[0, 0]).max() < 1e-6
    _, turns = world_poses(motion)
    fixed = rot.multiply(rot.conjugate(turns), links)
    assert rot.angle_between(fixed, fixed[0, 0]).max() < 1e-9


def test_skin_rides_on_its_links_as_smplx_skins_it(tmp_path):
    """With rigid weights and no pose blend shapes, every vertex, in random poses."""
    file = write_model(tmp_path, posedirs=np.zeros((624, 3, 9 * 51)))
    clip = write_amass(tmp_path / "a.npz")
    poses = clip["poses"].copy()
    poses[:, 66:] = 0  # this body's hands are rigid
    motion = read(ClipRef("amass", tmp_path / "a.npz", "a"), ReadOptions())
    body = get_body_model("smplh").build(motion.shape, models=tmp_path)
    assert body.skin is not None
    _, skin = forward(file, clip["betas"], poses, clip["trans"])
    places, links = retarget(motion, body).world_poses()
    owner = body.skin.segment
    found = places[:, owner] + rot.rotate(links[:, owner], body.skin.vertices)
    apart = found - skin
    assert np.abs(apart - apart[0, 0]).max() < 1e-6


def test_a_t_pose_stands_upright_and_faces_forward(tmp_path):
    write_model(tmp_path)
    poses = np.zeros((30, 156))
    poses[:, 0] = np.pi / 2  # AMASS: from SMPL's y up to the world's z up
    write_amass(tmp_path / "a.npz", 30, poses=poses)
    motion = read(ClipRef("amass", tmp_path / "a.npz", "a"), ReadOptions())
    for name in ("smplh", "anthropometric"):
        body = get_body_model(name).build(BodyShape("smplh", "neutral", ()), models=tmp_path)
        places, links = retarget(motion, body).world_poses()
        where = dict(zip(JOINTS, places[0] - places[0, 0], strict=True))
        assert where["head"][2] > 0.4
        assert where["left_ankle"][2] < -0.7
        assert where["left_wrist"][0] > 0.5  # it faces -y
        assert where["left_foot"][1] < where["left_ankle"][1] - 0.05
        np.testing.assert_allclose(rot.rotate(links[0], [1.0, 0, 0]), [[0, -1, 0]] * 22, atol=1e-12)
