"""What is in a corpus, in numbers: against numpy over all of it at once."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from corpus_clips import JOINTS, make_clip, write
from hypothesis import given
from hypothesis import strategies as st
from test_merge import records

import imusim.corpus.statistics.gather as statistics_module
from imusim.conventions import QUALITY
from imusim.corpus import Corpus
from imusim.corpus.combine.merge import merge
from imusim.corpus.counts import Counted
from imusim.corpus.statistics.activities import (
    ACTIVITY_OF,
    OTHER,
    SMALL_WORDS,
    activities_of,
    words_of,
)
from imusim.corpus.statistics.gather import gather, to_json
from imusim.corpus.statistics.tallies import BINS, LIMITS, Norms

SAID = (("a man walks, then he runs",), ("she sits down", "A woman sits"), (), ("Xylophone!",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    clips = [
        make_clip(
            n, captions=SAID[n % 4], source=("bvh", "amass")[n % 3 == 0],
            subject=("", "CMU/02", "CMU/03")[n % 3],
        )
        for n in range(20)
    ]  # fmt: skip
    return write(tmp_path_factory.mktemp("s") / "c", clips, 120_000)


@pytest.fixture(scope="module")
def found(folder):
    statistics_module._BLOCK = 700  # not a multiple of anything
    try:
        with Corpus(folder) as corpus:
            assert len(corpus.manifest.shards) > 2
            return gather(corpus)
    finally:
        statistics_module._BLOCK = 32768


def test_histograms_are_numpys_over_all_frames(folder, found):
    clips = records(folder)
    for name, limit in LIMITS.items():
        values = np.concatenate([getattr(clip, name) for clip in clips]).astype(float)
        norms = np.sqrt(np.einsum("fsa,fsa->fs", values, values))
        own = found.norms[name]
        for sensor in range(len(JOINTS)):
            counts, edges = np.histogram(norms[:, sensor], BINS, (0.0, limit))
            np.testing.assert_array_equal(own.counts[sensor], counts)
            np.testing.assert_allclose(own.edges, edges, rtol=1e-12)
        np.testing.assert_allclose(
            own.root_mean_square(), np.sqrt(np.mean(norms**2, axis=0)), rtol=1e-9
        )
        np.testing.assert_allclose(own.largest, norms.max(axis=0), rtol=1e-12)
        for share in (0.5, 0.95, 0.999):
            np.testing.assert_allclose(
                own.quantile(share), np.quantile(norms, share, axis=0), atol=limit / BINS
            )
        np.testing.assert_array_equal(own.beyond, 0)
        np.testing.assert_array_equal(own.shown().sum(axis=1), own.counts.sum(axis=1))


def test_hours_add_up(folder, found):
    manifest = Corpus(folder).manifest
    assert found.clips == manifest.counts.clips
    assert found.frames == manifest.counts.frames
    assert found.hours(found.frames) * 3600 == pytest.approx(manifest.duration_s)
    for tally in (found.sources, found.subjects, found.engines):
        assert tally.frames.total() == found.frames
        assert tally.clips.total() == found.clips
    assert sum(frames for _, _, frames in found.people()) == found.frames
    np.testing.assert_array_equal(found.lengths, [len(clip.valid) for clip in records(folder)])


def test_groups_are_counted(folder, found):
    clips = records(folder)
    wanted = Counter()
    for clip in clips:
        wanted[clip.subject or f"{clip.source}: subject not known"] += len(clip.valid)
    assert found.subjects.frames == wanted
    assert found.sources.clips == Counter(clip.source for clip in clips)
    assert found.gap_frames == sum(int((~clip.valid).sum()) for clip in clips)
    assert found.lost is None
    np.testing.assert_array_equal(
        found.quality, [[clip.quality[name] for name in QUALITY] for clip in clips]
    )


def test_words(found):
    assert found.words.captions == 5 + 2 * 5 + 5
    assert found.words.clips_without == 5
    assert len(found.words.digests) == 4
    assert found.words.counts["sits"] == 10
    assert found.words.counts["xylophone"] == 5
    assert found.words.lengths == {6: 5, 3: 10, 1: 5}
    assert found.activities.clips == {"walk": 5, "run": 5, "sit": 5, OTHER: 10}


def test_lost_samples_and_counts(tmp_path):
    rng = np.random.default_rng(0)
    lsb = 0.01
    clips = []
    for number in range(4):
        clip = make_clip(number)
        count = rng.integers(-2000, 2000, (2, *clip.accelerometer.shape))
        signals = (count * np.float64(lsb)).astype(np.float32)
        received = rng.random(clip.accelerometer.shape[:2]) < 0.9
        clips.append(make_clip(number, accelerometer=signals[0], gyroscope=signals[1],
                               channels={"received": received}))  # fmt: skip
    counted = {
        name: Counted(bits=16, lsb=((lsb, lsb, lsb),)) for name in ("accelerometer", "gyroscope")
    }
    write(tmp_path / "counts", clips, channels=("received",), counted=counted)
    write(tmp_path / "floats", clips, channels=("received",))
    one, other = (gather(Corpus(tmp_path / name)) for name in ("counts", "floats"))
    assert to_json(one) == to_json(other)
    assert one.lost is not None
    lost = sum((~clip.channels["received"]).sum(axis=0) for clip in clips)
    np.testing.assert_array_equal(one.lost, lost)


def test_of_a_merged_corpus_they_are_the_sum(tmp_path):
    write(tmp_path / "a", [make_clip(n) for n in range(4)])
    write(tmp_path / "b", [make_clip(n) for n in range(4, 9)])
    merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c")
    a, b, c = (gather(Corpus(tmp_path / name)) for name in "abc")
    for name in LIMITS:
        np.testing.assert_array_equal(
            a.norms[name].counts + b.norms[name].counts, c.norms[name].counts
        )
    assert a.words.counts + b.words.counts == c.words.counts
    assert a.frames + b.frames == c.frames


def test_people_of_a_clip_each_are_one_line(tmp_path):
    clips = [make_clip(n, subject=f"procedural/0/k{n}", frames=10) for n in range(12)]
    clips += [make_clip(20 + n, subject="CMU/02", frames=50) for n in range(2)]
    found = gather(Corpus(write(tmp_path / "c", clips)))
    assert len(found.subjects.clips) == 13
    assert found.people() == [
        ("procedural: 12 people of one clip each", 12, 120), ("CMU/02", 2, 100),
    ]  # fmt: skip


def test_json_holds_numbers_alone(found):
    text = json.dumps(to_json(found), allow_nan=False)
    back = json.loads(text)
    assert back["hours"] == pytest.approx(found.frames / 100 / 3600)
    assert sum(g["clips"] for g in back["sources"].values()) == 20
    assert back["lost_fraction"] is None


def test_values_past_the_limit_are_told():
    norms = Norms.none(2, 1.0)
    norms.add(np.array([[[3, 4, 0], [0, 0.3, 0.4]], [[0, 0, 0], [6, 8, 0]]], np.float32))
    np.testing.assert_array_equal(norms.beyond, [1, 1])
    np.testing.assert_allclose(norms.largest, [5, 10])
    np.testing.assert_allclose(norms.quantile(1.0), [5, 10])
    empty = Norms.none(1, 1.0)
    empty.add(np.zeros((0, 1, 3), np.float32))
    assert (empty.quantile(0.5), empty.root_mean_square()) == ([0.0], [0.0])


@pytest.mark.parametrize(
    ("caption", "activities"),
    [
        ("A person walks forward and then jogs.", {"walk", "run"}),
        ("someone is jumping; hopping", {"jump"}),
        ("he stopped", set()),
        ("running up the stairs", {"run", "climb, stairs"}),
        ("counter-clockwise turn", {"turn"}),
        ("走る", set()),
    ],
)
def test_activities(caption, activities):
    assert activities_of(words_of(caption)) == activities


def test_no_word_is_of_two_activities():
    seen: Counter[str] = Counter()
    from imusim.corpus.statistics.activities import _FORMS, _words

    for forms in _FORMS.values():
        seen.update(set(_words(forms)))
    assert [word for word, times in seen.items() if times > 1] == []
    assert not SMALL_WORDS & ACTIVITY_OF.keys()


@given(st.text(max_size=60))
def test_any_caption_has_words(text):
    words = words_of(text)
    assert all(word and not word.isspace() for word in words)
    assert words_of(" ".join(words)) == words
