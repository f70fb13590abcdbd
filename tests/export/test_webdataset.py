"""WebDataset's tars, opened with webdataset and tarfile."""

import tarfile

import numpy as np
import pytest
from export_corpora import FORCES, few_sensors, with_forces

from imusim.corpus import Corpus
from imusim.export import export_corpus

webdataset = pytest.importorskip("webdataset")


def shards(folder):
    return sorted(str(path) for path in folder.glob("*.tar"))


def read(folder):
    return list(webdataset.WebDataset(shards(folder), shardshuffle=False).decode())


def test_an_example_is_a_clip_with_all_that_is_known_of_it(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    export_corpus(corpus, "webdataset", tmp_path / "out")
    with Corpus(corpus) as clips:
        for clip, found in zip(clips, read(tmp_path / "out"), strict=True):
            for name, expected in zip(("acc.npy", "gyr.npy"), clip.signals(), strict=True):
                assert found[name].dtype == np.float32
                np.testing.assert_array_equal(found[name], expected)
            np.testing.assert_array_equal(found["valid.npy"], clip.valid)
            facts = found["json"]
            assert facts["name"] == found["__key__"]
            for name in ("key", "source", "subject", "licence", "file", "mass_kg", "rate_hz"):
                assert facts[name] == getattr(clip, name)
            assert tuple(facts["captions"]) == clip.captions
            assert facts["seed"] == str(clip.seed)
            np.testing.assert_array_equal(facts["link_from_sensor"], clip.link_from_sensor)
            assert {n for n, v in facts["quality"].items() if v is None} == {
                n for n, v in clip.quality.items() if np.isnan(v)
            }


def test_channels_are_members(tmp_path):
    corpus = with_forces(tmp_path / "corpus")
    export_corpus(corpus, "webdataset", tmp_path / "out", channels=["all"])
    with Corpus(corpus) as clips:
        for clip, found in zip(clips, read(tmp_path / "out"), strict=True):
            for name in FORCES:
                np.testing.assert_array_equal(found[f"{name}.npy"], clip.channel(name))


@pytest.mark.parametrize("shard_bytes", [1, 30_000])
def test_tars_are_bounded_and_hold_each_example_once(tmp_path, shard_bytes):
    corpus = few_sensors(tmp_path / "corpus", count=9)
    export_corpus(corpus, "webdataset", tmp_path / "out", shard_bytes=shard_bytes)
    found = shards(tmp_path / "out")
    assert len(found) > 2
    for path in found:
        with tarfile.open(path) as tar:
            members = tar.getmembers()
        blocks = sum(512 + m.size + -m.size % 512 for m in members)
        assert len(members) == 4 or blocks <= shard_bytes
    with Corpus(corpus) as clips:
        assert [each["json"]["key"] for each in read(tmp_path / "out")] == list(clips.keys())


def test_members_bear_no_time_and_no_owner(tmp_path):
    export_corpus(few_sensors(tmp_path / "corpus"), "webdataset", tmp_path / "out")
    with tarfile.open(shards(tmp_path / "out")[0]) as tar:
        for member in tar:
            assert (member.mtime, member.uid, member.gid, member.uname) == (0, 0, 0, "")
            assert member.name.isascii()
            assert not {"/", " "} & set(member.name)


def test_windows_are_examples(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    made = export_corpus(corpus, "webdataset", tmp_path / "out", window_s=1)
    found = read(tmp_path / "out")
    assert made.examples == len(found) > made.clips
    with Corpus(corpus) as clips:
        for clip in clips:
            own = [each["acc.npy"] for each in found if each["json"]["key"] == clip.key]
            np.testing.assert_array_equal(np.concatenate(own), clip.accelerometer)
