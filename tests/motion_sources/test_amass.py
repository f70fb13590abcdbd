"""AMASS files of every layout: what is read from them, and what is not."""

import zipfile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from smpl_model_files import write_amass, write_model

import motion_sources
from body_models import get_body_model
from imusim.body import retarget
from imusim.conventions import JOINTS
from imusim.errors import MotionError
from imusim.math import rotations as rot
from imusim.motion import BodyShape, ClipRef, Motion, ReadOptions
from motion_sources.amass import SOURCE, read, recognises

DEFAULT = get_body_model("anthropometric").build()


def load(file, **options) -> Motion:
    return read(ClipRef("amass", file, "a"), ReadOptions(**options))


@pytest.mark.parametrize(("family", "betas"), [("smpl", 10), ("smplh", 16), ("smplx", 16)])
def test_every_family_gives_its_22_body_joints(tmp_path, family, betas):
    written = write_amass(tmp_path / "a.npz", 50, family, beta_count=betas)
    motion = load(tmp_path / "a.npz")
    assert motion.skeleton.names == JOINTS
    assert motion.frames == 50
    assert motion.rate_hz == 120
    assert motion.shape == BodyShape(family, "female", tuple(written["betas"]))
    assert not motion.bones_known
    assert motion.provenance.licence == "LicenseRef-AMASS"
    np.testing.assert_array_equal(motion.root_position, written["trans"])
    told = Rotation.from_rotvec(written["poses"][:, :66].reshape(-1, 3))
    found = Rotation.from_quat(motion.rotations.reshape(-1, 4))
    assert (told * found.inv()).magnitude().max() < 1e-12


def test_the_layout_of_amass_x(tmp_path):
    """Whole and in parts; labels as Python objects lie beside and are not touched."""
    extra = {
        "surface_model_type": np.array("smplx"),
        "gender": np.array("neutral"),
        "mocap_framerate": None,
        "mocap_frame_rate": np.array(100.0),
        "num_betas": np.array(16),
        "latent_labels": np.array(["C7", None], dtype=object),
        "dmpls": None,
    }
    written = write_amass(tmp_path / "whole.npz", 30, "smplx", **extra)
    poses = written["poses"]
    parts = {
        "poses": None,
        "root_orient": poses[:, :3],
        "pose_body": poses[:, 3:66],
        "pose_hand": poses[:, 75:],
    }
    write_amass(tmp_path / "parts.npz", 30, "smplx", **(extra | parts))
    whole, split = load(tmp_path / "whole.npz"), load(tmp_path / "parts.npz")
    assert whole.rate_hz == split.rate_hz == 100
    assert whole.shape == split.shape
    assert whole.shape is not None
    assert whole.shape.gender == "neutral"
    np.testing.assert_array_equal(whole.rotations, split.rotations)


@pytest.mark.parametrize(
    ("gender", "told"),
    [
        (np.array("male"), "male"),
        (np.array(b"female"), "female"),
        (np.array(["Male"]), "male"),
        (np.array("unknown"), "neutral"),
        (None, "neutral"),
    ],
)
def test_genders_as_they_are_written(tmp_path, gender, told):
    write_amass(tmp_path / "a.npz", gender=gender)
    shape = load(tmp_path / "a.npz").shape
    assert shape is not None
    assert shape.gender == told


def test_the_rate_of_the_file_goes_before_the_user_s(tmp_path):
    write_amass(tmp_path / "stated.npz", mocap_framerate=np.array([59.9998]))
    write_amass(tmp_path / "none.npz", mocap_framerate=None)
    write_amass(tmp_path / "damaged.npz", mocap_framerate=np.array(np.nan))
    assert load(tmp_path / "stated.npz", rate_hz=30.0).rate_hz == 60
    assert load(tmp_path / "none.npz", rate_hz=30.0).rate_hz == 30
    assert load(tmp_path / "damaged.npz", rate_hz=30.0).rate_hz == 30
    for name in ("none", "damaged"):
        with pytest.raises(MotionError, match=r"rate.*--source-rate"):
            load(tmp_path / f"{name}.npz")


def test_captions_from_the_nearest_to_the_vaguest(tmp_path):
    (tmp_path / "index.csv").write_text("Subject,Trial,Motion Description\n7,2,slow walk\n")
    (tmp_path / "b_poses.txt").write_text("a man jumps\n")
    for name in ("KIT/B3_-_WalkFast2_poses", "CMU/07/07_02_poses", "07_02_stageii", "b_poses"):
        write_amass(tmp_path / f"{name}.npz")
    told = {c.key: load(c.path).captions for c in motion_sources.find_clips([tmp_path])}
    assert told == {
        "KIT/B3_-_WalkFast2_poses": ("walk fast",),
        "CMU/07/07_02_poses": ("slow walk",),
        "07_02_stageii": ("slow walk",),
        "b_poses": ("a man jumps",),
    }


def test_recognised_by_the_table_of_contents_alone(tmp_path):
    good = write_amass(tmp_path / "a.npz")
    (tmp_path / "A.NPZ").write_bytes((tmp_path / "a.npz").read_bytes())
    assert recognises(tmp_path / "a.npz")
    assert recognises(tmp_path / "A.NPZ")
    np.savez(tmp_path / "shape.npz", betas=good["betas"], gender="male")
    np.savez(tmp_path / "joints.npz", joints=np.zeros((5, 22, 3)), trans=good["trans"])
    np.savez(tmp_path / "poses.npz", poses=good["poses"])
    write_model(tmp_path)
    np.save(tmp_path / "single.npy", good["poses"])
    (tmp_path / "text.npz").write_text("poses, trans")
    (tmp_path / "empty.npz").touch()
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
        archive.writestr("word/document.xml", "<poses/>")
    (tmp_path / "a.npz").rename(tmp_path / "a.dat")
    assert not recognises(tmp_path / "none.npz")
    assert not recognises(tmp_path)
    # What cannot be opened is listed too, so that a run tells it.
    assert [c.key for c in motion_sources.find_clips([tmp_path])] == ["A", "empty", "text"]


def test_the_default_body_serves_with_its_own_bones(tmp_path):
    """Zero poses are its T-pose; angular rates are the file's."""
    poses = np.zeros((30, 156))
    poses[:, 0] = np.pi / 2
    poses[:, 2] = np.linspace(0, 1, 30)
    write_amass(tmp_path / "a.npz", 30, poses=poses)
    moved = retarget(load(tmp_path / "a.npz"), DEFAULT)
    np.testing.assert_array_equal(moved.body.offsets, DEFAULT.offsets)
    assert np.isnan(moved.source_positions).all()  # there are none to miss
    assert moved.observed.all()
    places, links = moved.world_poses()
    apart = rot.rotate_inverse(links[:, :1], places - places[:, :1])
    np.testing.assert_allclose(apart, np.tile(DEFAULT.rest_positions(), (30, 1, 1)), atol=1e-12)


def test_the_registry_names_licence_home_and_how_to_obtain():
    assert motion_sources.get_source("amass") is SOURCE
    assert SOURCE.licence == "LicenseRef-AMASS"
    assert "register" in SOURCE.obtain
