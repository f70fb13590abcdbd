"""Embeddings of videos beside a corpus: which belongs to a window; what is refused."""

import numpy as np
import pytest
from corpus_clips import make_clip, write
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.corpus import Corpus, verify
from imusim.corpus.combine.merge import merge
from imusim.corpus.combine.split import split
from imusim.corpus.videos import VIDEOS, Videos, digest_of_videos, read_videos
from imusim.errors import CorpusError

CLIPS = ("a", "b", "c")
GOOD = {
    "keys": np.array(["a", "a", "c"]), "start_s": np.array([0.0, 3.0, 1.0]),
    "end_s": np.array([3.0, 4.0, 9.0]), "embeddings": np.eye(3, 5, dtype=np.float32),
}  # fmt: skip


def test_a_file_is_read_as_it_is(tmp_path):
    assert read_videos(tmp_path, CLIPS) is None
    np.savez_compressed(tmp_path / VIDEOS, **GOOD)
    videos = read_videos(tmp_path, CLIPS)
    for name, values in GOOD.items():
        np.testing.assert_array_equal(getattr(videos, name), values)
    assert videos.of(["a", "b", "c", "c"], [2.5, 0, 0, 9.0], 2.0).tolist() == [1, -1, 2, -1]
    whole = {name: GOOD[name] for name in ("keys", "embeddings")}
    np.savez(tmp_path / VIDEOS, **whole)
    assert read_videos(tmp_path, CLIPS).of(["c", "a"], [1e4, 7.0], 2.0).tolist() == [2, 0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 30))
def test_a_window_has_the_stretch_that_overlaps_it_most(seed, count):
    rng = np.random.default_rng(seed)
    start_s = rng.integers(0, 20, count).astype(float)
    end_s = start_s + rng.integers(1, 8, count)
    keys = rng.choice(CLIPS, count)
    videos = Videos(keys, start_s, end_s, np.ones((count, 1), np.float32))
    windows, begin_s = rng.choice(CLIPS, 20), rng.integers(0, 25, 20).astype(float)
    for found, key, begin in zip(videos.of(windows, begin_s, 5.0), windows, begin_s, strict=True):
        overlaps = [
            sum(s <= t + 0.5 < e and begin <= t + 0.5 < begin + 5 for t in range(40))
            if own == key
            else 0
            for own, s, e in zip(keys, start_s, end_s, strict=True)
        ]
        assert found == (np.argmax(overlaps) if max(overlaps) else -1)


def test_corpora_made_of_others_have_those_of_their_clips(tmp_path):
    """Of clips that are renamed, too; the same merge gives the same bytes."""
    a, b, both, parts = (tmp_path / name for name in ("a", "b", "both", "parts"))
    write(a, [make_clip(n, subject=f"s{n}") for n in range(4)])
    write(b, [make_clip(n, subject=f"s{n}") for n in range(3, 6)])
    one, twice, other = (list(Corpus(folder).keys())[k] for folder, k in ((a, 0), (a, 3), (b, 2)))
    np.savez(a / VIDEOS, keys=np.array([one, twice]), embeddings=np.eye(2, 5))
    stretches = {"start_s": np.array([0.0, 1.0, 3.0]), "end_s": np.array([1.0, 2.0, 4.0])}
    np.savez(
        b / VIDEOS, keys=np.array([other, twice, other]), embeddings=-np.eye(3, 5), **stretches
    )
    merge([a, b], both)
    made = read_videos(both, list(Corpus(both).keys()))
    assert made.keys.tolist() == [one, f"a/{twice}", other, f"b/{twice}", other]
    np.testing.assert_array_equal(made.embeddings, np.concatenate([np.eye(2, 5), -np.eye(3, 5)]))
    np.testing.assert_array_equal(made.start_s, [0, 0, 0, 1, 3])
    np.testing.assert_array_equal(made.end_s, [np.inf, np.inf, 1, 2, 4])
    assert verify(both) == []
    merge([a, b], tmp_path / "again")
    assert (tmp_path / "again" / VIDEOS).read_bytes() == (both / VIDEOS).read_bytes()
    split(both, parts, shares={"one": 0.5, "rest": 0.5})
    found = []
    for name in ("one", "rest"):
        own = list(Corpus(parts / name).keys())
        part = read_videos(parts / name, own)
        expected = [k for k, key in enumerate(made.keys) if key in own]
        assert part is not None or not expected
        if part is not None:
            np.testing.assert_array_equal(part.embeddings, made.embeddings[expected])
            found += part.keys.tolist()
    assert sorted(found) == sorted(made.keys.tolist())
    np.savez(b / VIDEOS, keys=np.array([other]), embeddings=np.eye(1, 7))
    with pytest.raises(CorpusError, match=r"of different models: .*a: 5 numbers; .*b: 7 numbers"):
        merge([a, b], tmp_path / "never")
    assert not (tmp_path / "never").exists()


def changed(**arrays):
    return {name: values for name, values in {**GOOD, **arrays}.items() if values is not None}


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (changed(embeddings=None), "no array 'embeddings'; it holds keys, embeddings, and perhaps"),
        (changed(start=GOOD["start_s"]), "unknown array 'start'"),
        (changed(keys=GOOD["keys"].astype(object)), "holds Python objects, which are not read"),
        (changed(keys=np.arange(3)), r"keys must be \(N,\) of str, not \(3,\) of int64"),
        (changed(keys=np.array("a")), r"keys must be \(N,\) of str, not \(\)"),
        (changed(keys=GOOD["keys"][:2]), "there are 2 keys and 3 embeddings"),
        (changed(keys=np.array(["a", "d", "c"])), "entry 1, of clip 'd': the corpus has no such"),
        (changed(embeddings=np.ones(3)), r"embeddings must be \(N, D\) of float32, not \(3,\)"),
        (changed(embeddings=np.ones((3, 5), int)), r"must be \(N, D\) of float32, not \(3, 5\) of"),
        (changed(embeddings=np.full((3, 5), 1e300)), "entry 0, of clip 'a': its embedding is not"),
        (changed(embeddings=np.diag([1, np.nan, 1])), "entry 1, of clip 'a': its embedding is not"),
        (changed(embeddings=np.diag([1.0, 1, 0])), "entry 2, of clip 'c': its embedding is all"),
        (changed(end_s=None), "start_s and end_s must be there both, or none"),
        (changed(end_s=np.ones(2)), r"end_s must be \(3,\) of float, not \(2,\) of float64"),
        (
            changed(start_s=np.array(["0"] * 3)),
            r"start_s must be \(3,\) of float, not \(3,\) of <U",
        ),
        (changed(end_s=np.array([3.0, 3.0, np.nan])), "entry 1, of clip 'a': its stretch ends"),
    ],
)
def test_faulty_arrays_are_told_in_a_line(tmp_path, arrays, message):
    np.savez(tmp_path / VIDEOS, **arrays)
    with pytest.raises(CorpusError, match=message) as error:
        read_videos(tmp_path, CLIPS)
    assert str(error.value).startswith(f"{tmp_path / VIDEOS}: ")
    assert "\n" not in str(error.value)


def test_a_damaged_file_is_told_in_a_line(tmp_path):
    path = tmp_path / VIDEOS
    np.savez_compressed(path, **GOOD)
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    for number in range(150):
        broken = bytearray(whole[: rng.integers(len(whole))] if number % 2 else whole)
        for place in rng.integers(0, max(len(broken), 1), 3) if broken else ():
            broken[place] = rng.integers(256)
        path.write_bytes(broken)
        try:
            read_videos(tmp_path, CLIPS)
        except CorpusError as error:
            assert "\n" not in str(error)
    for content in (b"", b"keys", b"\x93NUMPY junk"):
        path.write_bytes(content)
        with pytest.raises(CorpusError, match=r"is no file of numpy\.savez, or it is damaged"):
            read_videos(tmp_path, CLIPS)
    path.unlink()
    path.mkdir()
    with pytest.raises(CorpusError, match=r"is no file of numpy\.savez"):
        read_videos(tmp_path, CLIPS)
    with pytest.raises(CorpusError, match=r"video\.npz: cannot be read"):
        digest_of_videos(tmp_path)


def test_the_file_is_no_stranger_in_a_corpus(tmp_path):
    folder = write(tmp_path / "c", [make_clip(0, frames=50)])
    np.savez(folder / VIDEOS, keys=np.array(["source/Läufer 000"]), embeddings=np.ones((1, 2)))
    assert not list(verify(folder))
