"""Several corpora made into one: all that was in them, bit by bit."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from corpus_clips import JOINTS, felt, make_clip, write
from test_records import assert_same

from imusim.corpus import Corpus, verify
from imusim.corpus.combine.merge import merge
from imusim.corpus.records import read_records
from imusim.errors import CorpusError


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def records(folder):
    corpus = Corpus(folder)
    return [r for shard in corpus.manifest.shards for r in read_records(folder / shard.file)]


def two(tmp_path, **options):
    write(tmp_path / "a", [make_clip(n) for n in range(5)], **options)
    write(tmp_path / "b", [make_clip(n) for n in range(5, 12)], **options)
    return tmp_path / "a", tmp_path / "b"


def test_all_that_was_in_them_is_there_in_order(tmp_path):
    a, b = two(tmp_path)
    done: list[int] = []
    made = merge([a, b], tmp_path / "c", progress=done.append)
    assert verify(tmp_path / "c") == []
    both = records(a) + records(b)
    assert (made.clips, made.frames) == (12, sum(len(r.valid) for r in both))
    assert done == list(range(1, 13))
    assert made.renamed == (0, 0)
    for one, other in zip(records(tmp_path / "c"), both, strict=True):
        assert_same(one, other)
    manifest = Corpus(tmp_path / "c").manifest
    assert manifest.duration_s == pytest.approx(
        sum(Corpus(folder).manifest.duration_s for folder in (a, b))
    )
    assert len(manifest.runs) == 1  # one and the same settings
    assert [s.clip for s in manifest.skipped] == ["bad.bvh"] * 2


def test_the_same_corpora_give_the_same_bytes(tmp_path):
    a, b = two(tmp_path)
    merge([a, b], tmp_path / "c")
    merge([a, b], tmp_path / "d")
    assert files(tmp_path / "c") == files(tmp_path / "d")


def test_channels_are_kept(tmp_path):
    names = ("ground_reaction", "contact", "joint_torque", "root_wrench")
    write(tmp_path / "a", [felt(make_clip(1))], channels=names)
    write(tmp_path / "b", [felt(make_clip(2)), make_clip(3)], channels=names)
    merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    assert verify(tmp_path / "c") == []
    both = records(tmp_path / "a") + records(tmp_path / "b")
    for one, other in zip(records(tmp_path / "c"), both, strict=True):
        assert_same(one, other)


def test_runs_and_devices_are_united_and_renumbered(tmp_path):
    write(tmp_path / "a", [make_clip(1, device=[0, 1, 1])], devices=("ideal", "watch"))
    write(tmp_path / "b", [make_clip(2, device=[2, 1, 0])], devices=("phone", "ideal", "watch"))
    write_with(tmp_path / "d", [make_clip(3)], {"seed": 8})
    merge([tmp_path / name for name in "abd"], tmp_path / "c")
    assert verify(tmp_path / "c") == []
    corpus = Corpus(tmp_path / "c")
    assert corpus.devices == ("ideal", "watch", "phone")
    assert corpus[0].devices == ("ideal", "watch", "watch")
    assert corpus[1].devices == ("watch", "ideal", "phone")
    assert corpus[2].devices == ("ideal", "ideal", "ideal")
    assert [run.seed for run in corpus.manifest.runs] == [7, 8]
    assert corpus[2].run.seed == 8
    # A merged corpus can be merged again.
    write_with(tmp_path / "e", [make_clip(4)], {"seed": 9})
    merge([tmp_path / "c", tmp_path / "e"], tmp_path / "f")
    assert Corpus(tmp_path / "f")[2].run.seed == 8
    assert verify(tmp_path / "f") == []


def write_with(folder, clips, configuration):
    from imusim.corpus import CorpusWriter

    with CorpusWriter(folder, JOINTS, 100.0, configuration) as writer:
        for clip in clips:
            writer.add(clip)


def test_keys_that_clash_get_their_corpus_in_front(tmp_path):
    write(tmp_path / "one", [make_clip(1), make_clip(2)])
    write(tmp_path / "two", [make_clip(2), make_clip(3)])
    made = merge([tmp_path / "one", tmp_path / "two"], tmp_path / "c")
    keys = list(Corpus(tmp_path / "c").keys())
    assert keys == ["source/Läufer 001", "one/source/Läufer 002",
                    "two/source/Läufer 002", "source/Läufer 003"]  # fmt: skip
    assert made.renamed == (1, 1)
    (tmp_path / "x").mkdir()
    shutil.copytree(tmp_path / "one", tmp_path / "x" / "one")
    merge([tmp_path / "one", tmp_path / "x" / "one"], tmp_path / "d")
    assert sorted(Corpus(tmp_path / "d").keys())[::2] == [
        "one-2/source/Läufer 001", "one/source/Läufer 001",
    ]  # fmt: skip
    assert verify(tmp_path / "d") == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"joints": ("pelvis", "left_wrist", "left_ankle")}, "its sensors: 3 .*left_ankle"),
        ({"channels": ("received",)}, "its channels: 1 .received.; of .*: none"),
    ],
)
def test_corpora_that_differ_are_refused(tmp_path, options, message):
    write(tmp_path / "a", [make_clip(1)])
    clip = make_clip(2)
    if "channels" in options:
        clip.channels["received"] = np.ones((len(clip.valid), 3), bool)  # type: ignore[index]
    write(tmp_path / "b", [clip], **options)
    with pytest.raises(CorpusError, match=message):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_what_is_not_done(tmp_path):
    a, b = two(tmp_path)
    for folders, out, message in (
        ([a], tmp_path / "c", "two corpora or more"),
        ([a, a], tmp_path / "c", "given twice"),
        ([a, b], a / "c", "lies in a corpus"),
        ([a, tmp_path / "none"], tmp_path / "c", "no such folder"),
        ([a, b], b, "not empty"),
    ):
        with pytest.raises(CorpusError, match=message):
            merge(folders, out)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]
    before = files(b)
    merge([a, b], b, overwrite=True)
    assert len(Corpus(b)) == 12
    assert files(b) != before


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_damage_is_not_copied(tmp_path, damage):
    a, b = two(tmp_path)
    shard = sorted(b.glob("*.h5"))[-1]
    data = bytearray(shard.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
        shard.write_bytes(data)
    elif damage == "cut":
        shard.write_bytes(data[: len(data) // 3])
    else:
        shard.unlink()
    with pytest.raises(CorpusError, match=r"damaged|missing|bytes where"):
        merge([a, b], tmp_path / "c")
    assert not list(tmp_path.glob("*c*"))
