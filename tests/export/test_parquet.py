"""Parquet, opened with pyarrow and pandas."""

import json

import numpy as np
import pytest
from export_corpora import FORCES, few_sensors, with_forces

from imusim.corpus import Corpus
from imusim.export import export_corpus

pq = pytest.importorskip("pyarrow.parquet")
pd = pytest.importorskip("pandas")


def files(folder):
    return sorted((folder / "data").iterdir())


def shape(table, column):
    return json.loads(table.schema.field(column).metadata[b"shape"])


def test_a_row_is_a_clip_with_all_that_is_known_of_it(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    export_corpus(corpus, "parquet", tmp_path / "out")
    (file,) = files(tmp_path / "out")
    assert file.name == "train-00000-of-00001.parquet"
    table = pq.read_table(file)
    with Corpus(corpus) as clips:
        assert table.num_rows == len(clips)
        for clip, row in zip(clips, table.to_pylist(), strict=True):
            texts = ("key", "source", "subject", "licence", "file", "file_sha256", "engine")
            for name in (*texts, "mass_kg", "rate_hz", "duration_s"):
                assert row[name] == getattr(clip, name)
            for name in ("captions", "sensors", "joints", "devices"):
                assert tuple(row[name]) == getattr(clip, name)
            for name in ("accelerometer", "gyroscope"):
                assert table.schema.field(name).type.value_type == "float"
                found = np.array(row[name], np.float32).reshape(shape(table, name))
                np.testing.assert_array_equal(found, getattr(clip, name))
            for name in ("link_from_sensor", "mounting_offset", "unobserved_axis"):
                found = np.reshape(row[name], shape(table, name))
                np.testing.assert_array_equal(found, getattr(clip, name))
            assert row["observed"] == clip.observed.tolist()
            assert row["valid"] == clip.valid.tolist()
            assert (row["window"], row["start_s"], row["frames"]) == (0, 0, len(clip))
            assert int(row["seed"]) == clip.seed
            assert row["imusim"] == clip.run.created_with["imusim"]
            for name, value in clip.quality.items():
                np.testing.assert_equal(row["quality"][name], None if np.isnan(value) else value)
    assert table.schema.field("gyroscope").metadata[b"units"] == b"rad/s"


def test_pandas_reads_it(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    export_corpus(corpus, "parquet", tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out/data")
    with Corpus(corpus) as clips:
        for clip, row in zip(clips, table.itertuples(), strict=True):
            assert row.accelerometer.dtype == np.float32
            found = row.accelerometer.reshape(row.frames, len(row.sensors), 3)
            np.testing.assert_array_equal(found, clip.accelerometer)
            assert tuple(row.captions) == clip.captions
    assert set(table.groupby("licence").size()) == {3, 4}


def test_channels_are_columns(tmp_path):
    corpus = with_forces(tmp_path / "corpus")
    export_corpus(corpus, "parquet", tmp_path / "out", channels=["all"])
    table = pq.read_table(tmp_path / "out/data")
    with Corpus(corpus) as clips:
        for clip, row in zip(clips, table.to_pylist(), strict=True):
            for name in FORCES:
                found = np.reshape(row[name], shape(table, name))
                np.testing.assert_array_equal(found, clip.channel(name))


def test_sensors_come_in_the_order_asked_for(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    chosen = ("right_ankle", "pelvis")
    export_corpus(corpus, "parquet", tmp_path / "out", sensors=chosen)
    row = pq.read_table(tmp_path / "out/data").to_pylist()[2]
    with Corpus(corpus) as clips:
        clip = clips[2]
        found = np.array(row["gyroscope"], np.float32).reshape(-1, 2, 3)
        np.testing.assert_array_equal(found, clip.signals(sensors=chosen).gyroscope)
        assert row["sensors"] == ["right_ankle", "pelvis"]
        turns = np.reshape(row["link_from_sensor"], (2, 4))
        np.testing.assert_array_equal(turns, clip.link_from_sensor[[2, 0]])


@pytest.mark.parametrize("shard_bytes", [1, 20_000, 40_000])
def test_files_are_bounded_and_named_after_how_many_there_are(tmp_path, shard_bytes):
    corpus = few_sensors(tmp_path / "corpus", count=12)
    export_corpus(corpus, "parquet", tmp_path / "out", shard_bytes=shard_bytes)
    found = files(tmp_path / "out")
    assert len(found) > 2
    assert [f.name for f in found] == [
        f"train-{n:05d}-of-{len(found):05d}.parquet" for n in range(len(found))
    ]
    keys = []
    for file in found:
        table = pq.read_table(file)
        signals = 4 * 6 * 3 * np.sum(table["frames"].to_numpy()) + np.sum(table["frames"])
        assert table.num_rows == 1 or signals <= shard_bytes
        keys += table["key"].to_pylist()
    with Corpus(corpus) as clips:
        assert keys == list(clips.keys())


def test_windows_are_rows(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    export_corpus(corpus, "parquet", tmp_path / "out", window_s=0.5)
    rows = pq.read_table(tmp_path / "out/data").to_pylist()
    with Corpus(corpus) as clips:
        for clip in clips:
            own = [row for row in rows if row["key"] == clip.key]
            assert [row["window"] for row in own] == list(range(len(own)))
            assert [row["start_s"] for row in own] == [0.5 * n for n in range(len(own))]
            assert {row["frames"] for row in own[:-1]} <= {50}
            whole = np.concatenate([np.array(row["gyroscope"], np.float32) for row in own])
            np.testing.assert_array_equal(whole, clip.gyroscope.ravel())
            assert np.array_equal(np.concatenate([row["valid"] for row in own]), clip.valid)
    assert len({row["name"] for row in rows}) == len(rows)
