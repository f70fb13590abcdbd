"""A corpus divided: every clip once, no group in two parts, near the shares, the same again."""

from __future__ import annotations

import numpy as np
import pytest
from corpus_clips import make_clip, write
from hypothesis import given, settings
from hypothesis import strategies as st
from test_merge import files, records
from test_records import assert_same

from imusim.corpus import Corpus, verify
from imusim.corpus.combine.split import split
from imusim.errors import ConfigError, CorpusError

EIGHTY = {"train": 0.8, "test": 0.2}


def of(number, subject, source="bvh", frames=None, **changes):
    return make_clip(number, source=source, subject=subject, frames=frames, **changes)


@pytest.fixture
def crowd(tmp_path):
    """Ten people of a dataset with three clips each, and five clips of nobody known."""
    clips = [of(n, f"CMU/{n % 10:02d}", frames=100 + 7 * n) for n in range(30)]
    clips += [of(30 + n, "", "kinect", 50) for n in range(5)]
    return write(tmp_path / "crowd", clips, 200_000)


def test_no_subject_is_in_two_parts_and_no_clip_is_lost(crowd, tmp_path):
    done: list[int] = []
    parts = split(crowd, tmp_path / "out", shares=EIGHTY, progress=done.append)
    assert done[-1] == 35
    whole = {record.key: record for record in records(crowd)}
    seen: dict[str, set[str]] = {}
    for part in parts:
        assert verify(part.folder) == []
        found = records(part.folder)
        assert len(found) == part.clips
        assert sum(len(r.valid) for r in found) == part.frames
        for record in found:
            assert_same(record, whole.pop(record.key))
        seen[part.name] = {(r.source, r.subject) for r in found}
        assert len(seen[part.name]) == len(part.groups)
    assert not whole
    assert not seen["train"] & seen["test"]
    frames = [part.frames for part in parts]
    assert frames[0] / sum(frames) == pytest.approx(0.8, abs=0.02)
    manifest = Corpus(crowd).manifest
    assert sum(Corpus(p.folder).manifest.duration_s for p in parts) == pytest.approx(
        manifest.duration_s
    )


def test_the_same_seed_gives_the_same_bytes_another_one_another_split(crowd, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        split(crowd, tmp_path / name, shares=EIGHTY, seed=seed)
    assert files(tmp_path / "a" / "test") == files(tmp_path / "b" / "test")
    assert files(tmp_path / "a" / "train") == files(tmp_path / "b" / "train")
    assert set(Corpus(tmp_path / "a/test").keys()) != set(Corpus(tmp_path / "c/test").keys())


def test_people_are_one_over_sources_only_where_the_dataset_is_named(tmp_path):
    clips = [
        of(0, "CMU/02", "amass"), of(1, "CMU/02", "asf-amc"),
        of(2, "7", "asf-amc"), of(3, "7", "bvh"), of(4, "", "bvh"), of(5, "", "amass"),
    ]  # fmt: skip
    write(tmp_path / "c", clips)
    parts = split(tmp_path / "c", tmp_path / "out", shares=EIGHTY)
    assert sorted(group for part in parts for group in part.groups) == [
        "CMU/02", "amass: subject not known", "asf-amc: 7", "bvh: 7", "bvh: subject not known",
    ]  # fmt: skip


def test_clips_of_one_file_stay_together(tmp_path):
    clips = [of(n, "", source) for n, source in enumerate(("bullet-clips", "deepmimic", "bvh"))]
    clips += [of(3, "", "deepmimic", file_sha256=clips[0].file_sha256)]
    write(tmp_path / "c", clips)
    for by in ("subject", "source"):
        parts = split(tmp_path / "c", tmp_path / by, shares={"a": 1, "b": 1}, by=by)
        groups = sorted(group for part in parts for group in part.groups)
        assert len(groups) == 2
        assert groups[0].startswith("bullet-clips")
        assert " + deepmimic" in groups[0]


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=8, max_size=30), st.integers(0, 99))
def test_draws_and_mirror_images_stay_with_theirs(tmp_path_factory, people, seed):
    if len(set(people)) < 3:
        people = [*people, 7, 8, 9]
    folder = tmp_path_factory.mktemp("split")
    clips = []
    for number, person in enumerate(people):
        clips.append(of(number, f"s/{person}", frames=20, key=f"{number}"))
        clips.append(of(number, f"s/{person}", frames=20, key=f"{number}#2"))
        clips.append(of(500 + number, f"s/{person}", frames=20, key=f"M{number}"))
    write(folder / "c", clips, 10**6)
    shares = {"train": 0.6, "validation": 0.2, "test": 0.2}
    parts = split(folder / "c", folder / "out", shares=shares, seed=seed)
    where = {key: part.name for part in parts for key in Corpus(part.folder).column("key")}
    for number in range(len(people)):
        assert where[f"{number}"] == where[f"{number}#2"] == where[f"M{number}"]
    assert len(where) == len(clips)


def test_by_source_and_kept_groups(crowd, tmp_path):
    parts = split(crowd, tmp_path / "a", shares=EIGHTY, by="source")
    assert [part.groups for part in parts] == [("bvh",), ("kinect",)]
    parts = split(
        crowd, tmp_path / "b", shares={"train": 1, "test": 0},
        keep={"CMU/03": "test", "CMU/04": "test"},
    )  # fmt: skip
    assert parts[1].groups == ("CMU/03", "CMU/04")
    assert parts[1].clips == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shares": {"train": 1}}, "two parts or more"),
        ({"shares": {"train": 1, "../x": 1}}, "no name of a folder"),
        ({"shares": {"train": 1, "": 1}}, "no name of a folder"),
        ({"shares": {"train": 1, "test": -1}}, "must be a positive number"),
        ({"shares": {"train": 1, "test": np.nan}}, "must be a positive number"),
        ({"shares": {"train": 1, "test": 0}}, "nothing is kept for it"),
        ({"shares": EIGHTY, "by": "window"}, "by subject or source, not by 'window'"),
        ({"shares": EIGHTY, "keep": {"cmu/3": "test"}}, "Did you mean 'CMU/03'"),
        ({"shares": EIGHTY, "keep": {"CMU/03": "tset"}}, "no part 'tset'"),
        (
            {"shares": dict.fromkeys("abcdefghijklmn", 1)},
            "by subject, a part would be empty: 11 for 14 parts",
        ),
        (
            {"shares": {"a": 1, "b": 1, "c": 1}, "by": "source"},
            "2 for 3 parts; there are: bvh, kinect",
        ),
    ],
)
def test_what_does_not_hold(crowd, tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        split(crowd, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_folders_that_are_not_free(crowd, tmp_path):
    with pytest.raises(CorpusError, match="lies in the corpus"):
        split(crowd, crowd / "parts", shares=EIGHTY)
    out = tmp_path / "out"
    split(crowd, out, shares=EIGHTY)
    with pytest.raises(CorpusError, match="not empty"):
        split(crowd, out, shares=EIGHTY)
    before = files(out / "test")
    split(crowd, out, shares=EIGHTY, overwrite=True)
    assert files(out / "test") == before
    with pytest.raises(CorpusError, match="holds 'test', which is none of the parts"):
        split(crowd, out, shares={"train": 1, "validation": 1}, overwrite=True)
    assert files(out / "test") == before
    shard = next((crowd).glob("*.h5"))
    shard.write_bytes(shard.read_bytes()[:-8] + b"damaged!")
    with pytest.raises(CorpusError, match=r"damaged|bytes where"):
        split(crowd, tmp_path / "new", shares=EIGHTY)
    assert not list((tmp_path / "new").glob("*"))
