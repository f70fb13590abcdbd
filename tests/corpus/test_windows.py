"""Windows hold what the clips hold, each stretch once, in an order that a seed fixes."""

import multiprocessing
import pickle
import re

import numpy as np
import pytest
from corpus_clips import JOINTS, make_clip, write
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.corpus import Corpus, Windows, select
from imusim.corpus import reader as reader_module
from imusim.corpus.codecs import PLUGIN
from imusim.corpus.counts import Counted
from imusim.errors import ConfigError, CorpusError
from imusim.math.resampling import resample

FRAMES = (700, 40, 333, 100, 99, 512, 1)


def whole(number, **changes):
    frames = changes.pop("frames", FRAMES[number % len(FRAMES)])
    return make_clip(number, frames=frames, **{"valid": np.ones(frames, bool)} | changes)


@pytest.fixture(scope="module")
def records():
    return [whole(number) for number in range(21)]


@pytest.fixture(scope="module")
def corpus(records, tmp_path_factory):
    return Corpus(write(tmp_path_factory.mktemp("windows") / "c", records, 60_000))


def both(record):
    return np.concatenate([record.accelerometer, record.gyroscope], axis=-1)


def test_windows_are_slices_of_their_clips(corpus, records, monkeypatch):
    monkeypatch.setattr(reader_module, "OPEN_SHARDS", 2)
    assert len(corpus.manifest.shards) > 5
    windows = Windows(corpus, 1.0, 0.3, sensors=["right_ankle", "pelvis"])
    assert (windows.samples, windows.rate_hz) == (100, 100.0)
    expected = [
        (record, start) for record in records for start in range(0, len(record.valid) - 99, 30)
    ]
    assert len(windows) == len(expected)
    for window, (record, start) in zip(windows, expected, strict=True):
        np.testing.assert_array_equal(window.signals, both(record)[start : start + 100, [2, 0]])
        assert window.signals.dtype == np.float32
        assert (window.key, window.captions) == (record.key, record.captions)
        assert (window.start_s, window.samples, window.label) == (start / 100, 100, None)
        assert window.valid.all()
    assert windows[-1].key == windows[len(windows) - 1].key
    for number in (len(windows), -len(windows) - 1):
        with pytest.raises(IndexError):
            windows[number]
    np.testing.assert_array_equal(windows[3].accelerometer, windows[3].signals[..., :3])
    np.testing.assert_array_equal(windows[3].gyroscope, windows[3].signals[..., 3:])


def test_by_default_windows_stand_side_by_side(corpus, records):
    windows = Windows(corpus, 1.0)
    assert len(windows) == sum(len(record.valid) // 100 for record in records)
    starts = [w.start_s for w in windows if w.key == records[0].key]
    assert starts == [0, 1, 2, 3, 4, 5, 6]


def test_short_clips_are_left_out_or_padded(corpus, records):
    assert {w.key for w in Windows(corpus, 1.0)} == {r.key for r in records if len(r.valid) >= 100}
    windows = Windows(corpus, 1.0, short="pad", sensors=["left_wrist"])
    assert {w.key for w in windows} == {r.key for r in records}
    by_key = {record.key: record for record in records}
    for window in windows:
        record = by_key[window.key]
        count = min(100, len(record.valid))
        assert window.samples == count
        np.testing.assert_array_equal(window.valid, np.arange(100) < count)
        np.testing.assert_array_equal(window.signals[count:], 0)
        start = round(window.start_s * 100)
        part = both(record)[start : start + count, [1]]
        np.testing.assert_array_equal(window.signals[:count], part)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.booleans(), min_size=5, max_size=60), st.integers(1, 9), st.integers(1, 9))
def test_windows_keep_away_from_gaps(tmp_path_factory, valid, length, stride):
    folder = tmp_path_factory.mktemp("gaps") / "c"
    record = make_clip(0, frames=len(valid), valid=np.array(valid))
    write(folder, [whole(1, frames=20), record, whole(2, frames=20)])
    corpus = Corpus(folder)
    options = {"length_s": length / 100, "stride_s": stride / 100, "clips": [1]}
    starts = range(0, len(valid) - length + 1, stride)
    good = [start for start in starts if all(valid[start : start + length])]
    if good:
        found = [round(w.start_s * 100) for w in Windows(corpus, **options)]
        assert found == good
    else:
        with pytest.raises(CorpusError, match="window"):
            Windows(corpus, **options)
    if starts:
        windows = Windows(corpus, only_valid=False, **options)
        assert [round(w.start_s * 100) for w in windows] == list(starts)
        for window, start in zip(windows, starts, strict=True):
            assert window.valid.tolist() == valid[start : start + length]
            part = both(record)[start : start + length]
            np.testing.assert_array_equal(window.signals, part)


@pytest.mark.parametrize("rate_hz", [50.0, 20.0, 60.0, 150.0])
def test_windows_at_another_rate_are_slices_of_the_clip_at_that_rate(corpus, records, rate_hz):
    windows = Windows(corpus, 0.5, 0.1, rate_hz=rate_hz, short="pad", sensors=["left_wrist"])
    assert windows.samples == round(0.5 * rate_hz)
    wholes = {r.key: resample(both(r)[:, [1]], 100.0, rate_hz) for r in records}
    seen = set()
    for window in windows:
        start = round(window.start_s * rate_hz)
        part = wholes[window.key][start : start + windows.samples]
        np.testing.assert_allclose(window.signals[: window.samples], part, atol=1e-4)
        assert len(part) == window.samples
        seen.add(window.key)
    assert seen == set(wholes)


def test_a_sine_stays_one_at_a_lower_rate_and_a_fast_one_vanishes(tmp_path):
    time_s = np.arange(3000) / 100
    signal = np.zeros((3000, 3, 3))
    signal[:, 0] = np.sin(2 * np.pi * 7 * time_s)[:, None]
    signal[:, 1] = np.sin(2 * np.pi * 31 * time_s)[:, None]
    write(tmp_path / "c", [whole(0, frames=3000, accelerometer=signal)])
    windows = Windows(Corpus(tmp_path / "c"), 4.0, 1.0, rate_hz=50)
    for window in list(windows)[1:-1]:
        at_s = window.start_s + np.arange(200) / 50
        expected = np.sin(2 * np.pi * 7 * at_s)
        np.testing.assert_allclose(window.accelerometer[:, 0, 0], expected, atol=2e-3)
        assert np.abs(window.accelerometer[:, 1]).max() < 1e-3


def test_gaps_at_another_rate_reach_as_far_as_the_samples_between(tmp_path):
    valid = np.ones(400, bool)
    valid[101] = False  # between the samples 50 and 51 of the half rate
    write(tmp_path / "c", [whole(0, frames=400, valid=valid)])
    corpus = Corpus(tmp_path / "c")
    windows = Windows(corpus, 0.02, rate_hz=50, only_valid=False)
    assert [round(w.start_s * 50) for w in windows if not w.valid.all()] == [50, 51]
    assert len(Windows(corpus, 0.02, rate_hz=50)) == len(windows) - 2


def test_channels_columns_and_lost_samples_come_along(tmp_path):
    rng = np.random.default_rng(0)
    received = np.ones((300, 3), bool)
    received[150, 2] = False
    channels = {
        "received": received,
        "magnetometer": rng.normal(0, 30, (300, 3, 3)).astype(np.float32),
        "contact": rng.random((300, 22)) < 0.5,
    }
    record = whole(1, frames=300, channels=channels, subject="Ängström", engine="bullet")
    write(tmp_path / "c", [record], channels=tuple(channels))
    corpus = Corpus(tmp_path / "c")
    names = ("magnetometer", "contact", "received")
    windows = Windows(
        corpus, 1.0, 0.5, sensors=["right_ankle"], channels=names,
        columns=["subject", "link_from_sensor", "seed"],
    )  # fmt: skip
    window = windows[1]
    expected = channels["magnetometer"][50:150, [2]]
    np.testing.assert_array_equal(window.channels["magnetometer"], expected)
    np.testing.assert_array_equal(window.channels["contact"], channels["contact"][50:150])
    np.testing.assert_array_equal(window.channels["received"], received[50:150, [2]])
    assert window.columns["subject"] == "Ängström"
    assert window.columns["seed"] == record.seed
    np.testing.assert_array_equal(window.columns["link_from_sensor"], record.link_from_sensor[[2]])
    batch = windows.batch([1, 0])
    assert batch.columns["subject"] == ["Ängström"] * 2
    np.testing.assert_array_equal(batch.channels["magnetometer"][0], expected)
    starts = {
        sensor: [w.start_s for w in Windows(corpus, 1, 0.5, sensors=[sensor], only_received=True)]
        for sensor in ("pelvis", "right_ankle")
    }
    assert starts == {"pelvis": [0, 0.5, 1, 1.5, 2], "right_ankle": [0, 0.5, 2]}
    slow = Windows(corpus, 1.0, rate_hz=50, channels=names)[1]
    np.testing.assert_array_equal(slow.channels["contact"], channels["contact"][100:200:2])
    at_rate = resample(channels["magnetometer"], 100, 50)[50:100]
    np.testing.assert_allclose(slow.channels["magnetometer"], at_rate, atol=1e-3)


def test_forces_that_there_were_none_of_stay_nan(tmp_path):
    write(tmp_path / "c", [whole(1, frames=300)], channels=("ground_reaction",))
    for rate_hz in (100, 50):
        windows = Windows(Corpus(tmp_path / "c"), 1, rate_hz=rate_hz, channels=["ground_reaction"])
        assert all(np.isnan(w.channels["ground_reaction"]).all() for w in windows)


def test_labels_and_clips_are_chosen(corpus, records):
    said = [record.key for record in records if len(record.captions) > 1]
    windows = Windows(corpus, 0.4, label=lambda texts: len(texts) if len(texts) > 1 else None)
    long = {r.key for r in records if len(r.valid) >= 40}
    assert {w.key for w in windows} == set(said) & long
    assert {w.label for w in windows} == {2}
    assert windows.batch([0, 1]).label.tolist() == [2, 2]
    with pytest.raises(ConfigError, match="int"):
        Windows(corpus, 0.4, label=lambda texts: "walk")

    found = select(corpus, caption="VERSION 1")
    assert [corpus[int(number)].key for number in found] == said
    assert select(corpus, source="bvh").tolist() == list(range(len(corpus)))
    assert select(corpus, source=["cmu"]).tolist() == []
    assert select(corpus, mass_kg=(53.0, 55.0)).tolist() == [3, 5]
    keys = [records[5].key, records[0].key]
    mask = np.isin(np.arange(len(corpus)), [0, 5])
    for clips in (keys, [5, 0], np.array([5, 0, 5]), mask):
        assert list(dict.fromkeys(w.key for w in Windows(corpus, 1.0, clips=clips))) == keys[::-1]


def test_batches_hold_every_window_once(corpus):
    windows = Windows(corpus, 0.3, 0.1, short="pad")
    every = [(w.key, w.start_s) for w in windows]
    assert len(set(every)) == len(every)

    def order(**options):
        batches = list(windows.batches(17, **options))
        assert [len(b) for b in batches[:-1]] == [17] * (len(batches) - 1)
        for batch in batches[:3]:
            for signals, key, start_s in zip(batch.signals, batch.key, batch.start_s, strict=True):
                window = windows[every.index((key, start_s))]
                np.testing.assert_array_equal(signals, window.signals)
        return [pair for b in batches for pair in zip(b.key, b.start_s.tolist(), strict=True)]

    assert order() == every
    seen = {}
    for buffer in (1, 320, 10**6):
        for epoch in (0, 1):
            seen[buffer, epoch] = order(shuffle=True, seed=3, epoch=epoch, buffer=buffer)
            assert seen[buffer, epoch] != every
            assert sorted(seen[buffer, epoch]) == sorted(every)
    assert len({tuple(found) for found in seen.values()}) == len(seen)
    assert order(shuffle=True, seed=3, epoch=1) == order(shuffle=True, seed=3, epoch=1)
    assert order(shuffle=True, seed=4) != order(shuffle=True, seed=3)
    full = sum(len(b) for b in windows.batches(17, drop_last=True))
    assert full == len(windows) // 17 * 17


@pytest.mark.parametrize("codec", ["none", "gzip", "lz4", "zstd"])
def test_counts_and_compressed_shards_give_the_same_windows(tmp_path, codec):
    if codec in PLUGIN:
        pytest.importorskip("hdf5plugin")
    rng = np.random.default_rng(0)
    lsb = {"accelerometer": 9.80665 / 2**11, "gyroscope": np.pi / 180 / 16.4}
    device = np.array([1, 0, 1])
    scale = {name: np.array([[2 * x] * 3, [x] * 3]) for name, x in lsb.items()}
    readings = {
        name: (rng.integers(-9999, 9999, (900, 3, 3)) * scale[name][device]).astype(np.float32)
        for name in lsb
    }
    record = whole(1, frames=900, device=device, **readings)
    counted = {n: Counted(bits=16, lsb=tuple(map(tuple, rows))) for n, rows in scale.items()}
    write(tmp_path / "c", [record], devices=["a", "b"], counted=counted, codec=codec)
    for sensors in (JOINTS, ["right_ankle", "left_wrist"]):
        windows = Windows(Corpus(tmp_path / "c"), 1.0, 0.3, sensors=sensors)
        at = [JOINTS.index(name) for name in sensors]
        for number, window in enumerate(windows):
            part = both(record)[30 * number : 30 * number + 100, at]
            np.testing.assert_array_equal(window.signals, part)


def _sums(windows):
    return [float(window.signals.astype(float).sum()) for window in windows]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_other_processes_read_too(corpus, start):
    windows = Windows(corpus, 1.0, columns=["source"])
    expected = _sums(windows)
    assert _sums(pickle.loads(pickle.dumps(windows))) == expected  # noqa: S301
    with multiprocessing.get_context(start).Pool(2) as pool:
        assert pool.map(_sums, [windows] * 2) == [expected] * 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"length_s": 0}, "length_s must be a positive number"),
        ({"length_s": float("nan")}, "length_s must be"),
        ({"stride_s": -1}, "stride_s must be"),
        ({"rate_hz": float("inf")}, "rate_hz must be"),
        ({"rate_hz": 1e-9}, "too low"),
        ({"sensors": ["tail"]}, "no sensor 'tail'; there are: pelvis"),
        ({"channels": ["contact"]}, "no channel 'contact'; there are: none"),
        ({"only_received": True}, "no channel 'received'"),
        ({"columns": ["mood"]}, "no column 'mood'; there are: key"),
        ({"short": "stretch"}, "no way with short clips 'stretch'; there are: drop, pad"),
        ({"clips": ["nobody"]}, "no clip has the key 'nobody'"),
        ({"clips": [21]}, "clips have the numbers 0 to 20"),
        ({"clips": [True]}, "a mask of 21 clips"),
        ({"clips": [0.5]}, "clips are keys, numbers, or a mask"),
    ],
)
def test_settings_that_cannot_be(corpus, options, message):
    with pytest.raises(ConfigError, match=message):
        Windows(corpus, **{"length_s": 1.0} | options)


@pytest.mark.parametrize("options", [{"length_s": 8.0}, {"clips": []}])
def test_no_window_at_all(corpus, options):
    with pytest.raises(CorpusError, match=r"none of the .* holds a window"):
        Windows(corpus, **{"length_s": 1.0} | options)
    with pytest.raises(ConfigError, match="regular expression"):
        select(corpus, caption="(")
    with pytest.raises(ConfigError, match="more than a value"):
        select(corpus, quality=1)


def test_a_damaged_shard_is_one_line(tmp_path):
    write(tmp_path / "c", [whole(0, frames=5000)], 10**9)
    path = tmp_path / "c" / "shard-00000.h5"
    good = path.read_bytes()
    windows = Windows(Corpus(tmp_path / "c"), 1.0)
    windows[0]
    with path.open("r+b") as file:  # while it is being read
        file.truncate(len(good) // 3)
    with pytest.raises(CorpusError, match=r"shard-00000\.h5: cannot be read") as caught:
        for window in windows:
            assert window.signals.any()
    assert "\n" not in str(caught.value)
    with pytest.raises(CorpusError, match=r"bytes where the manifest says"):
        Windows(Corpus(tmp_path / "c"), 1.0)
    path.unlink()
    with pytest.raises(CorpusError, match="the shard is missing"):
        Windows(Corpus(tmp_path / "c"), 1.0)


def test_flipped_bytes_never_do_worse_than_an_error(tmp_path):
    write(tmp_path / "c", [whole(number) for number in range(5)], 10**9)
    path = tmp_path / "c" / "shard-00000.h5"
    good = path.read_bytes()
    # HDF5 reads a heap of texts whose sizes are damaged for ever; `imusim verify` opens no shard
    # that is not the manifest's.
    mild = np.ones(len(good), bool)
    for heap in re.finditer(b"GCOL", good):
        mild[heap.start() : heap.start() + 4096] = False
    places = np.flatnonzero(mild)
    rng = np.random.default_rng(0)
    for _ in range(200):
        bad = bytearray(good)
        for at in rng.choice(places, 40):
            bad[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(bad)
        try:
            with Corpus(tmp_path / "c") as corpus:
                windows = Windows(corpus, 0.4, only_valid=False, columns=["source"])
                windows.batch(range(len(windows)))
        except CorpusError as error:
            assert re.match(r"[^\n]+$", str(error))
