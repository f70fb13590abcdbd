"""What is read is, byte for byte, what was written."""

from __future__ import annotations

import hashlib
import multiprocessing
import pickle
import re
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from corpus_clips import JOINTS, make_clip, write

from imusim.conventions import QUALITY
from imusim.corpus import Corpus, CorpusWriter, verify
from imusim.corpus import reader as reader_module
from imusim.errors import CorpusError
from imusim.math.rotations import rotate_inverse

CLIPS = [make_clip(number) for number in range(24)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("corpus") / "deep" / "corpus", CLIPS)


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_round_trip_over_many_shards(folder, monkeypatch):
    monkeypatch.setattr(reader_module, "OPEN_SHARDS", 8)
    assert verify(folder) == []
    with Corpus(folder) as corpus:
        assert len(corpus.manifest.shards) > reader_module.OPEN_SHARDS
        assert len(corpus) == len(CLIPS) == corpus.manifest.counts.clips
        assert corpus.joints == JOINTS
        assert corpus.rate_hz == 100.0
        assert corpus.manifest.runs[0].seed == 7
        assert corpus.manifest.skipped[0].reason == "line 3: no frames"
        frames = sum(len(c.valid) for c in CLIPS)
        assert corpus.manifest.counts.frames == frames
        assert corpus.manifest.duration_s == pytest.approx(frames / 100)
        for clip, record in zip(corpus, CLIPS, strict=True):
            for name in (
                "key",
                "source",
                "licence",
                "file",
                "file_sha256",
                "captions",
                "seed",
                "mass_kg",
            ):
                assert getattr(clip, name) == getattr(record, name)
            for name in (
                "accelerometer", "gyroscope", "valid", "poses",
                "link_from_sensor", "mounting_offset", "observed", "unobserved_axis",
                "source_poses",
            ):  # fmt: skip
                read, written = getattr(clip, name), getattr(record, name)
                assert read.dtype == written.dtype
                assert read.shape == written.shape
                assert read.tobytes() == written.tobytes()
            assert len(clip) == len(record.valid) == len(clip.time_s)
            assert list(clip.quality) == list(QUALITY)
            np.testing.assert_equal(clip.quality, record.quality)


def test_access_by_number_and_key(folder):
    corpus = Corpus(folder)
    assert corpus[-1].key == CLIPS[-1].key
    assert corpus[CLIPS[5].key].seed == CLIPS[5].seed
    assert CLIPS[5].key in corpus
    assert list(corpus.keys()) == [c.key for c in CLIPS]
    assert list(corpus.captions()) == [(c.key, t) for c in CLIPS for t in c.captions]
    with pytest.raises(IndexError):
        corpus[len(CLIPS)]
    with pytest.raises(IndexError):
        corpus[-len(CLIPS) - 1]
    with pytest.raises(CorpusError, match="no clip has the key"):
        corpus["nobody"]


def test_slices_and_joints(folder):
    corpus = Corpus(folder)
    for number in (0, 7, 23):
        clip, record = corpus[number], CLIPS[number]
        for start, stop in ((0, None), (3, 9), (-5, None), (9, 3), (2, 10**6)):
            for joints in (None, ["right_ankle", "pelvis"], ["left_wrist"], []):
                columns = slice(None) if joints is None else [JOINTS.index(j) for j in joints]
                got = clip.signals(start, stop, joints)
                for have, whole in zip(got, (record.accelerometer, record.gyroscope), strict=True):
                    np.testing.assert_array_equal(have, whole[start:stop][:, columns])
    with pytest.raises(CorpusError, match="no sensor 'tail'"):
        corpus[0].signals(sensors=["tail"])


def test_columns_are_what_the_clips_say(folder):
    corpus = Corpus(folder)
    for name in ("key", "source", "licence", "file"):
        assert list(corpus.column(name)) == [getattr(clip, name) for clip in corpus]
    np.testing.assert_array_equal(corpus.column("seed"), [clip.seed for clip in corpus])
    quality = [list(clip.quality.values()) for clip in corpus]
    np.testing.assert_array_equal(corpus.column("quality"), quality)
    with pytest.raises(CorpusError, match="cannot be read"):
        corpus.column("mood")


def test_unmounted_turns_back_into_the_link_frame(tmp_path):
    plain = make_clip(3)
    turn = plain.link_from_sensor
    felt = rotate_inverse(turn, plain.accelerometer).astype(np.float32)
    write(tmp_path / "c", [make_clip(3, accelerometer=felt, mounting_slip=np.zeros((3, 3)))])
    got = Corpus(tmp_path / "c")[0].unmounted()
    np.testing.assert_allclose(got.accelerometer, plain.accelerometer, atol=1e-5)


def test_same_clips_same_bytes(folder, tmp_path):
    time.sleep(1.1)  # a time of day in the files would show
    again = write(tmp_path / "again", CLIPS)
    assert digests(again) == digests(folder)


def test_shards_say_what_they_hold(folder):
    with h5py.File(folder / "shard-00000.h5") as file:
        assert file["accelerometer"].attrs["units"] == "m/s^2"
        assert file["gyroscope"].attrs["units"] == "rad/s"
        assert file.attrs["gravity"] == 9.80665
        assert list(file.attrs["joints"]) == list(JOINTS)
        assert file.attrs["rate_hz"] == 100.0
    assert sorted(p.name for p in folder.iterdir())[:2] == ["manifest.backup.json", "manifest.json"]
    assert [p.name for p in folder.parent.iterdir()] == ["corpus"]


def test_few_shards_are_open_at_a_time(folder, monkeypatch):
    monkeypatch.setattr(reader_module, "OPEN_SHARDS", 8)
    with Corpus(folder) as corpus:
        for clip in corpus:
            clip.signals(0, 1)
            assert len(corpus._open) <= reader_module.OPEN_SHARDS
        assert corpus._open
    assert not corpus._open


def _sum(clip_or_corpus, key=None):
    clip = clip_or_corpus if key is None else clip_or_corpus[key]
    return float(clip.accelerometer.astype(float).sum())


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_other_processes_read_too(folder, start):
    corpus = Corpus(folder)
    expected = [_sum(clip) for clip in corpus]
    copy = pickle.loads(pickle.dumps(corpus))  # noqa: S301
    assert [_sum(clip) for clip in copy] == expected
    with multiprocessing.get_context(start).Pool(3) as pool:
        assert pool.map(_sum, list(corpus)) == expected


def _read_bytes() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="needs Linux's count of read bytes")
def test_a_slice_reads_only_what_it_needs(tmp_path):
    write(tmp_path / "c", [make_clip(1, frames=100_000)], shard_size_bytes=10**9)
    corpus = Corpus(tmp_path / "c")
    clip = corpus[0]
    clip.signals(0, 1)
    before = _read_bytes()
    clip.signals(50_000, 50_100)
    read = _read_bytes() - before
    chunk = 256 * len(JOINTS) * 3 * 4
    assert 0 < read <= 2 * 2 * chunk + 16_384  # two chunks of two signals, and their index
    assert read < 0.02 * (tmp_path / "c" / "shard-00000.h5").stat().st_size


def test_memory_does_not_grow_with_the_clips(tmp_path):
    tracemalloc = pytest.importorskip("tracemalloc")
    clip = make_clip(1, frames=2000)

    def clips(count):
        return (make_clip(1, key=str(i), frames=2000) for i in range(count))

    peaks = []
    for count in (5, 60):
        tracemalloc.start()
        write(tmp_path / str(count), clips(count), shard_size_bytes=10**9)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The table of the clips grows; the signals of 55 more would be 110 of these.
    assert peaks[1] - peaks[0] < 4 * clip.accelerometer.nbytes


def test_a_clip_is_never_split_and_a_large_one_gets_its_own_shard(tmp_path):
    write(tmp_path / "c", [make_clip(i, frames=n) for i, n in enumerate((10, 900, 10, 10))], 2000)
    shards = Corpus(tmp_path / "c").manifest.shards
    assert [(s.clips, s.frames) for s in shards] == [(1, 10), (1, 900), (2, 20)]


@pytest.mark.parametrize(
    ("version", "expected"), [(6, "newer"), (4, "an older imusim.*make the corpus again")]
)
def test_another_schema_is_refused(tmp_path, version, expected):
    write(tmp_path / "c", [make_clip(1)])
    path = tmp_path / "c" / "manifest.json"
    text = path.read_text()
    path.write_text(text.replace('"schema_version": 5', f'"schema_version": {version}'))
    with pytest.raises(CorpusError, match=expected):
        Corpus(tmp_path / "c")
    assert re.search(expected, str(verify(tmp_path / "c")[0]))


def test_not_a_corpus(tmp_path):
    with pytest.raises(CorpusError, match=r"no manifest\.json"):
        Corpus(tmp_path)
    with pytest.raises(CorpusError, match="no such folder"):
        Corpus(tmp_path / "nowhere")
    with pytest.raises(CorpusError, match="inside"):
        CorpusWriter(tmp_path / "c", JOINTS, 100, {}).add(make_clip(1))
