"""What users type to bring their own motion: sources, matching, maps, counts."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from bvh_files import write_bvh
from cli_runner import fails, imusim

import motion_sources
from imusim.conventions import JOINTS
from imusim.corpus import Corpus
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
