"""Clips read back from a shard are those that were written."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from corpus_clips import JOINTS, felt, make_clip, write

import imusim.corpus.records as records_module
from imusim.corpus import Corpus, CorpusWriter
from imusim.corpus.records import read_records

CHANNELS = ("ground_reaction", "contact", "joint_torque", "root_wrench")


def assert_same(one, two):
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(two, field.name)
        if field.name == "channels":
            assert a.keys() == b.keys()
            for name in a:
                np.testing.assert_array_equal(a[name], b[name])
        elif field.name == "quality":
            np.testing.assert_equal(dict(a), dict(b))
        else:
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("block", [1, 700, 65536])
def test_records_are_those_that_were_written(tmp_path, monkeypatch, block):
    monkeypatch.setattr(records_module, "_BLOCK_FRAMES", block)
    clips = [felt(make_clip(number, subject=f"s{number}")) for number in range(8)]
    clips.append(make_clip(8))  # kinematic: it has no forces
    write(tmp_path / "c", clips, 10**9, channels=CHANNELS)
    shard = tmp_path / "c" / "shard-00000.h5"
    for first, last in ((0, None), (0, 1), (3, 7), (8, 9), (4, 4)):
        for read, made in zip(read_records(shard, first, last), clips[first:last], strict=True):
            assert_same(read, made)


def test_a_corpus_of_the_records_has_the_same_bytes(tmp_path):
    write(tmp_path / "a", [make_clip(number) for number in range(30)])
    corpus = Corpus(tmp_path / "a")
    with CorpusWriter(
        tmp_path / "b", JOINTS, 100.0, {}, runs=corpus.manifest.runs, shard_size_bytes=30_000
    ) as writer:
        for shard in corpus.manifest.shards:
            for record in read_records(tmp_path / "a" / shard.file):
                writer.add(record)
        writer.skip("bad.bvh", "line 3: no frames")
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    assert corpus[2].subject == ""
    assert corpus[2].run == corpus.manifest.runs[0]
