"""Exports opened with Hugging Face's ``datasets``, without a network."""

import re
from typing import Any

import numpy as np
import pytest
from export_corpora import few_sensors, with_forces

from imusim.corpus import Corpus
from imusim.export import FORMATS, export_corpus


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_HOME", str(cache))
        datasets = pytest.importorskip("datasets")
        datasets.disable_progress_bars()
        yield lambda *what, **how: datasets.load_dataset(
            *what, **how, split="train", cache_dir=str(cache)
        )


def test_parquet_files_are_a_data_set(tmp_path, load):
    corpus = few_sensors(tmp_path / "corpus")
    export_corpus(corpus, "parquet", tmp_path / "out", shard_bytes=30_000)
    rows = load("parquet", data_files=str(tmp_path / "out/data/*.parquet"))
    with Corpus(corpus) as clips:
        for clip, row in zip(clips, rows.with_format("numpy"), strict=True):
            assert row["accelerometer"].dtype == np.float32
            found = row["accelerometer"].reshape(row["frames"], -1, 3)
            np.testing.assert_array_equal(found, clip.accelerometer)
            assert tuple(row["captions"]) == clip.captions
        for clip, row in zip(clips, rows.with_format("torch"), strict=True):
            np.testing.assert_array_equal(row["gyroscope"].numpy(), clip.gyroscope.ravel())


def test_the_card_states_the_columns_that_parquet_has(tmp_path, load):
    corpus = with_forces(tmp_path / "corpus")
    export_corpus(corpus, "parquet", tmp_path / "out", channels=["all"])
    stated = load(str(tmp_path / "out"))
    found = load("parquet", data_files=str(tmp_path / "out/data/*.parquet"))
    assert stated.features == found.features
    assert stated.num_rows == 3


def test_the_card_of_tars_states_shapes_and_what_may_be_missing(tmp_path, load):
    corpus = with_forces(tmp_path / "corpus")
    export_corpus(corpus, "webdataset", tmp_path / "out", channels=["all"])
    rows = load(str(tmp_path / "out")).with_format("numpy")
    assert rows.features["acc.npy"].shape == (None, 3, 3)
    with Corpus(corpus) as clips:
        for clip, row in zip(clips, rows, strict=True):
            np.testing.assert_array_equal(row["acc.npy"], clip.accelerometer)
            for name in ("ground_reaction", "contact", "root_wrench"):
                np.testing.assert_array_equal(row[f"{name}.npy"], clip.channel(name))
            assert row["json"]["key"] == clip.key


@pytest.mark.parametrize("layout", ["unimts", "parquet", "webdataset"])
def test_cards_bear_the_licences_as_the_hub_names_them(tmp_path, layout, load):
    from huggingface_hub import DatasetCard

    corpus = few_sensors(tmp_path / "corpus")
    export_corpus(corpus, layout, tmp_path / "out", sensors=["pelvis"])
    card = DatasetCard.load(tmp_path / "out/README.md")
    assert card.data.license == ["cc-by-nc-4.0", "cc0-1.0"]
    assert "Together: **non-commercial use only**" in card.text
    assert card.data.size_categories == ["n<1K"]
    assert re.search(r"\| bvh \| CC-BY-NC-4.0 \| 3 \|", card.text)
    assert re.search(r"\| bvh \| CC0-1.0 \| 4 \|", card.text)


@pytest.mark.parametrize("layout", list(FORMATS))
def test_what_the_cards_say_opens_the_files(tmp_path, monkeypatch, layout, load):
    corpus = few_sensors(tmp_path / "corpus")
    export_corpus(corpus, layout, tmp_path / "out", sensors=["pelvis"])
    card = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path / "out")
    scope: dict[str, Any] = {}
    exec(code, scope)  # noqa: S102
    if layout == "unimts":
        assert scope["nodes"].shape[1:] == (22, 6)
        assert scope["captions"] == ["someone walks, version 0 — 走る"]
        return
    found = scope["accelerometer"] if layout == "parquet" else scope["clip"]["acc.npy"]
    with Corpus(corpus) as clips:
        np.testing.assert_array_equal(found, clips[0].signals(sensors=["pelvis"]).accelerometer)
