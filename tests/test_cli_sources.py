"""What users type to bring their own motion: sources, matching, maps, counts."""

from __future__ import annotations

import os
import re
import tomllib

import numpy as np
import pytest
from bvh_files import write_bvh
from cli_runner import fails, imusim

import motion_sources
from imusim.conventions import JOINTS
from imusim.corpus import Corpus
from imusim.errors import MotionError
from imusim.motion import Motion, Skeleton


@pytest.fixture(scope="module")
def walk() -> Motion:
    (clip,) = (c for c in motion_sources.default_clips() if c.key == "walk")
    return motion_sources.read_clip(clip)


def renamed(motion: Motion, names: dict[str, str]) -> Motion:
    old = motion.skeleton
    skeleton = Skeleton(tuple(names.get(n, n) for n in old.names), old.parents, old.offsets)
    return Motion(skeleton, motion.root_position, motion.rotations, motion.rate_hz)


STRANGE = {
    "root": "bone00", "chest": "bone01", "neck": "bone02",
    **{
        f"{side}_{joint}": f"bone{number}{digit}"
        for number, side in ((3, "left"), (4, "right"))
        for digit, joint in enumerate(("hip", "knee", "ankle", "shoulder", "elbow", "wrist"))
    },
}  # fmt: skip


def test_match_shows_what_was_taken_for_what(tmp_path, walk):
    write_bvh(tmp_path / "a.bvh", walk)
    out = imusim("sources", "match", "a.bvh", "--up", "z", cwd=tmp_path).stdout
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert lines["left_knee"][1] == "left_knee"
    assert lines["pelvis"][1] == "root"
    assert lines["spine1"][1] == "–"
    assert "head" in lines
    assert "Hz" in out


def test_a_map_that_match_prints_can_be_edited_and_given(tmp_path, walk):
    """A skeleton whose names tell nothing: first refused, then as good as with its own names."""
    write_bvh(tmp_path / "known.bvh", walk, unit=1.0)
    write_bvh(tmp_path / "strange.bvh", renamed(walk, STRANGE), unit=1.0)
    line = fails("generate", "strange.bvh", "--up", "z", "--out", "no", cwd=tmp_path)
    assert "--map" in line
    assert "bone00" in line
    printed = imusim("sources", "match", "known.bvh", "--toml", "--up", "z", cwd=tmp_path).stdout
    found = tomllib.loads(printed)
    assert set(found) == set(JOINTS)
    (tmp_path / "map.toml").write_text(
        "\n".join(f'{joint} = "{STRANGE.get(own, own)}"' for joint, own in found.items()), "utf-8"
    )
    for name, more in (("known", ()), ("strange", ("--map", "map.toml"))):
        imusim("generate", f"{name}.bvh", "--up", "z", *more, "--out", name, cwd=tmp_path)
    known, strange = (Corpus(tmp_path / name)[0] for name in ("known", "strange"))
    np.testing.assert_array_equal(known.accelerometer, strange.accelerometer)
    np.testing.assert_array_equal(known.observed, strange.observed)


def test_maps_that_are_wrong_say_what(tmp_path, walk):
    write_bvh(tmp_path / "a.bvh", walk)
    (tmp_path / "map.toml").write_text('left_nee = "left_knee"\n', "utf-8")
    line = fails("generate", "a.bvh", "--map", "map.toml", "--out", "no", cwd=tmp_path)
    assert "left_nee" in line
    assert "left_knee" in line
    (tmp_path / "map.toml").write_text('left_knee = "left_shin"\n', "utf-8")
    line = fails("generate", "a.bvh", "--map", "map.toml", "--out", "no", cwd=tmp_path)
    assert "'left_shin', which is not in the file" in line
    line = fails("generate", "a.bvh", "--map", "none.toml", "--out", "no", cwd=tmp_path)
    assert "none.toml" in line
    assert not (tmp_path / "no").exists()


def test_count_takes_the_first_clips(tmp_path):
    imusim("generate", "--count", 2, "--joints", "pelvis", "--out", "c", cwd=tmp_path)
    assert len(Corpus(tmp_path / "c")) == 2
    line = fails("generate", "--count", 0, "--out", "no", cwd=tmp_path)
    assert "count" in line


def test_a_giant_is_noticed(tmp_path, walk):
    write_bvh(tmp_path / "a.bvh", walk, unit=0.01)
    line = fails("generate", "a.bvh", "--scale", 1, "--up", "z", "--out", "no", cwd=tmp_path)
    assert "the body is" in line
    assert "--scale" in line


def test_every_source_says_where_its_data_come_from(tmp_path):
    out = imusim("sources", cwd=tmp_path).stdout
    for source in motion_sources.sources().values():
        assert source.name in out
        assert source.home in out
        assert source.noise, source.name


# Options that would do nothing, and files that nobody reads.


def test_a_map_for_files_whose_joints_are_known_is_refused(tmp_path):
    (tmp_path / "map.toml").write_text('pelvis = "Hips"\n')
    line = fails("generate", "--count", 1, "--map", "map.toml", cwd=tmp_path)
    assert line.endswith("the joints of bullet-clips are known; a map serves asf-amc, bvh, mvnx")
    assert not (tmp_path / "corpus").exists()


def test_paths_for_a_source_that_makes_its_own_clips_are_refused(tmp_path, walk):
    write_bvh(tmp_path / "in" / "walk.bvh", walk)
    for path in ("in", "in/walk.bvh"):
        line = fails("generate", path, "--source", "procedural", cwd=tmp_path)
        assert line.endswith("without a path, procedural has clips of its own")


def test_an_empty_path_is_not_taken_for_this_folder(tmp_path, walk):
    write_bvh(tmp_path / "walk.bvh", walk)
    assert "one is empty" in fails("generate", "", cwd=tmp_path)


def test_a_path_that_is_neither_file_nor_folder_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.bvh")
    assert fails("generate", "pipe.bvh", cwd=tmp_path).endswith("is neither a file nor a folder")


@pytest.mark.parametrize("rate", ["1e-9", "0.5", "1e9", "nan"])
def test_a_rate_that_no_capture_has_is_refused(tmp_path, rate):
    assert "source_rate_hz" in fails("generate", "--source-rate", rate, cwd=tmp_path)


def test_a_file_of_an_absurd_rate_is_skipped_and_the_run_goes_on(tmp_path, walk):
    write_bvh(tmp_path / "in" / "walk.bvh", walk)
    text = (tmp_path / "in" / "walk.bvh").read_text()
    fast = re.sub(r"Frame Time: .*", "Frame Time: 1e-9", text)
    (tmp_path / "in" / "fast.bvh").write_text(fast)
    done = imusim("generate", "in", "-j", "head", cwd=tmp_path)
    assert [clip.key for clip in Corpus(tmp_path / "corpus")] == ["walk"]
    assert "in/fast.bvh: 1e+09 frames a second: captures have 1 to 10,000" in done.stderr


def test_files_that_no_source_reads_are_counted(tmp_path, walk):
    write_bvh(tmp_path / "in" / "walk.bvh", walk)
    for name in ("empty.npy", "empty.c3d", "b.c3d", "notes.txt", ".hidden.c3d"):
        (tmp_path / "in" / name).touch()
    err = imusim("generate", "in", "-j", "head", cwd=tmp_path).stderr
    assert "note: no source reads 3 of the files: 2 .c3d, 1 .npy; one is in/b.c3d\n" in err
    named = imusim("generate", "in", "-j", "head", "--source", "bvh", "--overwrite", cwd=tmp_path)
    assert "no source reads" not in named.stderr


def test_clips_without_a_caption_are_counted(tmp_path, walk):
    write_bvh(tmp_path / "in" / "0001.bvh", walk)
    err = imusim("generate", "in", "-j", "head", cwd=tmp_path).stderr
    assert err.startswith("note: 1 clip: no caption")


def test_a_file_that_many_clips_lack_is_named_once(tmp_path, walk):
    write_bvh(tmp_path / "in" / "walk.bvh", walk)
    (tmp_path / "in" / "a.asf").touch()
    for name in ("a_1.amc", "a_2.amc"):
        (tmp_path / "in" / name).write_text(":FULLY-SPECIFIED\n1\n")
    err = imusim("generate", "in", "-j", "head", cwd=tmp_path).stderr
    assert err.count("in/a.asf") == 1


def test_match_takes_a_rate_that_the_file_lacks(tmp_path, shared):
    file = shared / "data/cmu/asfamc/02/02_01.amc"
    assert "at 60 Hz" in imusim("sources", "match", file, "--source-rate", 60, cwd=tmp_path).stdout


@pytest.mark.parametrize(
    "name",
    [
        "a01_s1_t1_skeleton.mat",
        "a01_s01_e01_skeleton3D.txt",
        "S001C001P001R001A001.skeleton",
        "new_joints/000001.npy",
        "walk.bvh",
    ],
)
@pytest.mark.parametrize("content", [b"", b"\x80nothing\n\n", bytes(300)])
def test_a_broken_file_among_others_is_told_and_not_passed_over(tmp_path, name, content):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    (clip,) = motion_sources.find_clips([tmp_path])
    with pytest.raises(MotionError) as error:
        motion_sources.read_clip(clip)
    assert str(error.value).startswith(str(file))
