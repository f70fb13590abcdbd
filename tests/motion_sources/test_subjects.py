"""Who moved: one name for a person wherever a dataset's names tell it, none where they do not."""

from pathlib import Path

import numpy as np
import pytest
from bvh_files import write_bvh
from smpl_model_files import write_amass

from imusim.motion import ReadOptions
from motion_sources import default_clips, find_clips, read_clip, subjects

HEAD = "source_path,start_frame,end_frame,new_name\n"


@pytest.mark.parametrize(
    ("place", "subject"),
    [
        ("CMU/02/02_01_poses.npz", "CMU/02"),
        ("CMU/131/131_09_stageii.npz", "CMU/131"),
        ("CMU/18_19_rory/18_01_poses.npz", "CMU/18-23"),
        ("CMU/22_23_justin/22_05_poses.npz", "CMU/18-23"),
        ("KIT/3/kick_high_left02_poses.npz", "KIT/3"),
        ("BMLmovi/Subject_52_F_MoSh/Subject_52_F_6_poses.npz", "BMLmovi/Subject_52_F_MoSh"),
        ("BMLrub/rub110/0001_treadmill_fast_poses.npz", "BioMotionLab_NTroje/rub110"),
        ("BioMotionLab_NTroje/rub110/0001_treadmill_poses.npz", "BioMotionLab_NTroje/rub110"),
        ("DFaust/50022/50022_punching_poses.npz", "MPI/50022"),
        ("MPI_mosh/50022/ankles_poses.npz", "MPI/50022"),
        ("SSM_synced/20161014_50033/ATUSquat_sync_poses.npz", "MPI/50033"),
        ("ACCAD/Female1Running_c3d/C19 -  run to hop to walk_poses.npz", "ACCAD/Female1"),
        ("ACCAD/Male2MartialArtsKicks_c3d/G19_poses.npz", "ACCAD/Male2"),
        ("ACCAD/MartialArtsWalksTurns_c3d/E6 - quick retreat_poses.npz", "ACCAD/Male2"),
        ("ACCAD/s007/a_poses.npz", "ACCAD/s007"),
        ("DanceDB/20120731_StefanosTheodorou/a_poses.npz", "DanceDB/StefanosTheodorou"),
        ("humanact12/humanact12/P11G01R02F1812T1847A0402.npy", "HumanAct12/P11"),
        ("humanact12/humanact12/other.npy", ""),
        ("my/recordings/walk_poses.npz", ""),
        ("walk.npz", ""),
    ],
)
def test_amass(place, subject):
    assert subjects.amass(Path(place)) == subject


@pytest.mark.parametrize(
    ("stem", "subject"),
    [
        ("a27_s6_t3_skeleton", "UTD-MHAD/s6"),
        ("a01_s10_e02_skeleton3D", "MSR-Action3D/s10"),
        ("S001C002P003R002A013", "NTU-RGB-D/p003"),
        ("a12_s07_e01_v03", "NW-UCLA/s07"),
        ("joints_s03_e02", "UTKinect/s03"),
        ("walk", ""),
    ],
)
def test_kinect(stem, subject):
    assert subjects.kinect(stem) == subject


def test_cmu_is_one_person_in_every_form(shared):
    data = shared / "data" / "cmu"
    found = {
        read_clip(find_clips([data / name])[0]).provenance.subject
        for name in ("asfamc/02/02_01.amc", "bvh/02/02_01.bvh")
    }
    assert found == {"CMU/02", subjects.amass(Path("CMU/02/02_03_poses.npz"))}


def test_a_stranger_s_amc_is_named_after_its_skeleton(shared, tmp_path):
    for name in ("02.asf", "02_01.amc"):
        (tmp_path / name).write_bytes((shared / "data/cmu/asfamc/02" / name).read_bytes())
    assert read_clip(find_clips([tmp_path])[0]).provenance.subject == "02"


def test_amass_through_the_reader(tmp_path):
    for place in ("KIT/3", "mine/3"):
        write_amass(tmp_path / place / "walk_poses.npz", 30)
    assert {c.key: read_clip(c).provenance.subject for c in find_clips([tmp_path])} == {
        "KIT/3/walk_poses": "KIT/3",
        "mine/3/walk_poses": "",
    }


def humanml3d(home: Path, shared: Path, *names: str) -> dict[str, str]:
    """Subject of each of some clips."""
    folder = home / "HumanML3D" / "new_joints"
    folder.mkdir(parents=True, exist_ok=True)
    clip = np.load(shared / "data/humanml3d/012314.npy")[:20]
    for name in names:
        np.save(folder / f"{name}.npy", clip)
    return {c.path.stem: read_clip(c).provenance.subject for c in find_clips([folder])}


def test_humanml3d_with_its_index(shared, tmp_path):
    index = tmp_path / "index.csv"
    index.write_text(
        HEAD
        + "./pose_data/Eyes_Japan_Dataset/yamaoka/tennis_poses.npy,149,320,012314.npy\n"
        + "./pose_data/humanact12/humanact12/P11G01R02F1812T1847A0402.npy,0,-1,000001.npy\n"
    )
    found = humanml3d(tmp_path, shared, "012314", "M012314", "000001", "M000009")
    assert found == {
        "012314": "Eyes_Japan_Dataset/yamaoka",
        "M012314": "Eyes_Japan_Dataset/yamaoka",
        "000001": "HumanAct12/P11",
        "M000009": "HumanML3D/000009",
    }
    index.write_text(HEAD + "damaged,0\n")
    assert humanml3d(tmp_path, shared)["M012314"] == "HumanML3D/012314"


def test_humanml3d_without_an_index_ties_mirrored_clips(shared, tmp_path):
    found = humanml3d(tmp_path, shared, "012314", "M012314", "000001")
    assert found["012314"] == found["M012314"] != found["000001"] != ""


def test_every_clip_of_humanml3d_is_of_someone(shared):
    """In the real index all but HumanAct12's odd names tell a person, about 450 of them."""
    lines = (shared / "data/humanml3d/index.csv").read_text().splitlines()[1:]
    found = [subjects.amass(Path(line.split(",")[0].strip('"'))) for line in lines if line]
    assert all(found)
    assert 400 < len(set(found)) < 480


def test_people_by_rule_differ_by_seed_and_key():
    clips = default_clips("procedural", 2)

    def subject(clip, seed=0):
        return read_clip(clip, ReadOptions(seed=seed)).provenance.subject

    assert len({subject(clip, seed) for clip in clips for seed in (0, 1)}) == 4
    assert subject(clips[0]) == subject(clips[0])


def test_clips_of_pybullet_tell_nobody():
    assert read_clip(default_clips("bullet-clips", 1)[0]).provenance.subject == ""


def test_a_licence_that_is_stated_serves_where_the_files_have_none(tmp_path):
    write_amass(tmp_path / "walk_poses.npz", 30)
    (clip,) = find_clips([tmp_path])
    options = ReadOptions(licence="CC0-1.0")
    assert read_clip(clip, options).provenance.licence == "LicenseRef-AMASS"
    walk = read_clip(default_clips("bullet-clips", 1)[0])
    write_bvh(tmp_path / "mine.bvh", walk)
    (clip,) = find_clips([tmp_path / "mine.bvh"])
    assert read_clip(clip).provenance.licence == ""
    assert read_clip(clip, options).provenance.licence == "CC0-1.0"
