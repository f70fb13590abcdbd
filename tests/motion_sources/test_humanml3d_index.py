"""Captions of HumanML3D on AMASS's own files, at their own rates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import imusim
from imusim.errors import MotionError
from motion_sources import amass, find_clips, read_clip
from motion_sources.humanml3d.index import index_above

HEAD = "source_path,start_frame,end_frame,new_name\n"
PLACES = {
    "Eyes_Japan_Dataset": 60, "MPI_HDM05": 60, "TotalCapture": 20, "MPI_Limits": 20,
    "Transitions_mocap": 10, "KIT": 0, "CMU": 0,
}  # fmt: skip
"""Frames that HumanML3D's notebook cuts off before it counts: 3, 3, 1, 1 and 0.5 s of 20."""


def amass_file(file: Path, frames: int, rate_hz: float = 120.0) -> Path:
    """An AMASS file whose root is at x = number of the frame, m."""
    file.parent.mkdir(parents=True, exist_ok=True)
    trans = np.zeros((frames, 3))
    trans[:, 0] = np.arange(frames)
    poses = np.random.default_rng(0).normal(0, 0.05, (frames, 156)).cumsum(axis=0) / 30
    np.savez(file, poses=poses, trans=trans, mocap_framerate=rate_hz, gender="male",
             betas=np.zeros(16))  # fmt: skip
    return file


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """HumanML3D's repository with the texts of two clips."""
    (tmp_path / "HumanML3D" / "texts").mkdir(parents=True)
    rows = [f"./pose_data/{place}/s 1/kick, high_poses.npy,5,45,{n:06d}.npy"
            for n, place in enumerate(PLACES)]  # fmt: skip
    quoted = [row.replace("./pose_data", '"./pose_data', 1).replace(".npy,", '.npy",', 1)
              for row in rows]  # fmt: skip
    (tmp_path / "index.csv").write_text(HEAD + "\n".join(quoted) + "\n")
    for n in range(len(PLACES)):
        text = f"text {n}.#x#0.0#0.0\npart {n}.#x#0.5#1.5\n"
        (tmp_path / "HumanML3D" / "texts" / f"{n:06d}.txt").write_text(text)
    return tmp_path


def pose_frames(frames: int, rate_hz: float, dropped: int, start: int, end: int) -> np.ndarray:
    """Numbers of the AMASS frames that HumanML3D's notebook arrives at."""
    return np.arange(frames)[:: int(rate_hz / 20)][dropped:][start:end]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("rate_hz", [120.0, 100.0, 60.0, 59.0, 150.0, 119.99])
def test_parts_hold_the_frames_that_humanml3d_took(home: Path, place: str, rate_hz: float):
    frames = int(6 * rate_hz) + 7
    amass_file(home / "amass_data" / place / "s 1" / "kick, high_poses.npz", frames, rate_hz)
    whole, part = find_clips([home / "amass_data"])
    number = list(PLACES).index(place)
    step = int(rate_hz / 20)
    for clip, span, caption in (
        (whole, (5, 45), f"text {number}."),
        (part, (15, 35), f"part {number}."),
    ):
        motion = read_clip(clip)
        taken = pose_frames(frames, rate_hz, PLACES[place], *span)
        np.testing.assert_array_equal(motion.root_position[::step, 0], taken)
        assert motion.frames == step * len(taken)
        assert motion.captions == (caption,)
        assert motion.rate_hz == pytest.approx(rate_hz, rel=1e-4)


def test_files_that_the_index_lacks_stay_whole(home: Path):
    file = amass_file(home / "amass_data" / "KIT" / "s 1" / "jump_poses.npz", 50)
    (clip,) = find_clips([file])
    assert clip.key == "jump_poses"
    assert read_clip(clip).frames == 50


def test_without_texts_an_index_says_nothing(tmp_path: Path):
    (tmp_path / "index.csv").write_text(HEAD + "./pose_data/KIT/3/a_poses.npy,0,9,000000.npy\n")
    file = amass_file(tmp_path / "KIT" / "3" / "a_poses.npz", 50)
    assert index_above(file) is None
    assert [clip.key for clip in find_clips([file])] == ["a_poses"]


def test_somebody_elses_index_is_left_alone(tmp_path: Path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "index.csv").write_text("name,caption\na,b\n")
    file = amass_file(tmp_path / "KIT" / "3" / "a_poses.npz", 50)
    assert [clip.key for clip in find_clips([file])] == ["a_poses"]


def test_other_names_of_sets_and_files(home: Path):
    (home / "texts").mkdir()
    (home / "texts" / "1.txt").write_text("hello.#x#0#0")
    (home / "index.csv").write_text(
        HEAD + "./pose_data/BioMotionLab_NTroje/rub001/0000_treadmill_poses.npy,0,9,1.npy\n"
    )
    for name in ("BioMotionLab_NTroje/rub001/0000_treadmill_poses.npz",
                 "BMLrub/rub001/0000_treadmill_stageii.npz"):  # fmt: skip
        (clip,) = find_clips([amass_file(home / name, 60)])
        assert clip.key.endswith("@0.00-0.45")
        assert read_clip(clip).captions == ("hello.",)


def test_broken_texts_and_parts_are_told(home: Path):
    file = amass_file(home / "KIT" / "s 1" / "kick, high_poses.npz", 100)
    number = list(PLACES).index("KIT")
    text = home / "HumanML3D" / "texts" / f"{number:06d}.txt"
    text.write_text("good.#x#0#0\nbad\tline#\nlate.#x#1.5#1.9\n")
    whole, late, bad = find_clips([file])
    assert read_clip(whole).captions == ("good.",)
    with pytest.raises(MotionError, match=r"is no part of its 0\.83 s"):
        read_clip(late)
    with pytest.raises(MotionError, match=r"\.txt:2: 2 fields"):
        read_clip(bad)
    text.write_bytes(b"\xff")
    (clip,) = find_clips([file])
    with pytest.raises(MotionError, match="UTF-8"):
        read_clip(clip)
    text.unlink()
    assert read_clip(find_clips([file])[0]).captions == (
        "kick high",
    )  # the words of the file's name


def test_through_a_run(home: Path, tmp_path: Path):
    amass_file(home / "amass_data" / "KIT" / "s 1" / "kick, high_poses.npz", 400)
    with imusim.generate(home / "amass_data", out=tmp_path / "corpus") as corpus:
        assert [text for _, text in corpus.captions()] == ["text 5.", "part 5."]
        assert len(corpus[0]) > 1.9 * 50 > len(corpus[1])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("./pose_data/KIT/3/a_poses.npy,0,9", "3 columns"),
        ("./pose_data/KIT/3/a_poses.npy,zero,9,0.npy", "'zero', '9' are no frames"),
        ("./pose_data/KIT/3/a_poses.npy,-3,9,0.npy", "frames -3 to 9"),
        ("./pose_data/KIT/3/a_poses.npy,0,9,../../etc/passwd", "names no clip"),
        ("./pose_data/KIT/3/a_poses.npy,0,9," + "é" * 200, "names no clip"),
        (",0,9,0.npy", "names no file"),
        ('"open,0,9,0.npy', "no whole table"),
    ],
)
def test_damaged_index(home: Path, row: str, message: str):
    (home / "index.csv").write_text(HEAD + row + "\n")
    file = amass_file(home / "KIT" / "3" / "a_poses.npz", 50)
    with pytest.raises(MotionError, match=message) as caught:
        find_clips([file])
    assert str(caught.value).startswith(f"{home / 'index.csv'}:")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_damage_to_the_index_is_one_line(home: Path, flips: list[tuple[int, int]]):
    original = (HEAD + "./pose_data/KIT/3/a_poses.npy,0,9,000000.npy\n" * 6).encode()
    data = bytearray(original)
    for place, value in flips:
        data[place % len(data)] = value
    (home / "index.csv").write_bytes(bytes(data))
    try:
        amass.clips(home / "KIT" / "3" / "a_poses.npz", "a")
    except MotionError as error:
        assert "\n" not in str(error)


def test_real_index(shared: Path, tmp_path: Path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "index.csv").write_bytes((shared / "data/humanml3d/index.csv").read_bytes())
    folder = tmp_path / "Eyes_Japan_Dataset" / "yamaoka"
    index = index_above(folder / "x.npz")
    assert index is not None
    assert sum(map(len, index.rows.values())) == 14616
    rows = index.rows_of(folder / "tennis-15-first service-yamaoka_poses.npz")
    (row,) = (r for r in rows if r.name == "012314")
    assert (row.start, row.end) == (149 + 60, 320 + 60)
    clip = np.load(shared / "data/humanml3d/012314.npy")
    assert row.end - row.start == len(clip) + 1  # HumanML3D's features take one frame
