"""Embeddings on disk: whole, damaged, many files, and read while others write."""

from __future__ import annotations

import multiprocessing
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.learn.text.cache import MOST_FILES, EmbeddingCache


def vectors(*texts: str, width: int = 4) -> dict[str, np.ndarray]:
    made = {}
    for text in texts:
        seed = list(text.encode("utf-8", "surrogatepass"))
        made[text] = np.random.default_rng(seed).normal(size=width).astype(np.float32)
    return made


def assert_holds(cache: EmbeddingCache, *texts: str) -> None:
    for text, vector in vectors(*texts).items():
        found = cache.get(text)
        assert found is not None
        assert found.tobytes() == vector.tobytes()


def fresh(folder: Path) -> EmbeddingCache:
    cache = EmbeddingCache(folder)
    cache.refresh()
    return cache


def test_nothing_there(tmp_path: Path):
    cache = fresh(tmp_path / "none")
    assert cache.width is None
    assert cache.get("walking") is None
    assert not (tmp_path / "none").exists()


@given(texts=st.lists(st.text(), min_size=1, max_size=8, unique=True))
@settings(max_examples=30, deadline=None)
def test_what_was_kept_comes_back(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("cache")
    EmbeddingCache(folder).add(vectors(*texts))
    assert_holds(fresh(folder), *texts)
    assert fresh(folder).width == 4


def test_many_small_files_are_joined(tmp_path: Path):
    texts = [f"text {number}" for number in range(3 * MOST_FILES)]
    writer = EmbeddingCache(tmp_path)
    for text in texts:
        writer.add(vectors(text))
    late = EmbeddingCache(tmp_path)
    late.refresh()
    assert_holds(late, *texts)
    assert len(list(tmp_path.iterdir())) == 1
    assert_holds(fresh(tmp_path), *texts)
    writer.refresh()
    writer.add(vectors("one more"))
    assert_holds(fresh(tmp_path), *texts, "one more")


def test_what_others_write_is_seen(tmp_path: Path):
    one, other = EmbeddingCache(tmp_path), EmbeddingCache(tmp_path)
    one.add(vectors("a"))
    other.refresh()
    one.add(vectors("b"))
    assert other.get("b") is None
    other.refresh()
    assert_holds(other, "a", "b")


def write_many(folder: Path, start: int) -> None:
    cache = EmbeddingCache(folder)
    for number in range(start, start + 60):
        cache.refresh()
        cache.add(vectors("shared", f"text {number}"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_processes_that_write_at_once(tmp_path: Path):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(tmp_path, start)) for start in (0, 30, 60)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert not list(tmp_path.glob(".*"))
    cache = fresh(tmp_path)
    for number in range(120):
        text = f"text {number}"
        if cache.get(text) is not None:
            assert_holds(cache, text)
    assert_holds(cache, "shared")


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_damage_never_comes_back_as_a_vector(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cache")
    EmbeddingCache(folder).add(vectors("a", "b"))
    (file,) = folder.glob("*.npz")
    content = bytearray(file.read_bytes())
    how = data.draw(st.sampled_from(["flip", "cut", "other"]))
    if how == "flip":
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(
                st.integers(0, 7)
            )
    elif how == "cut":
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[:] = data.draw(st.binary(max_size=200))
    file.write_bytes(content)
    cache = fresh(folder)
    held = {text: cache.get(text) for text in ("a", "b")}
    for text, vector in vectors("a", "b").items():
        assert held[text] is None or held[text].tobytes() == vector.tobytes()
    cache.add(vectors("a", "b"))  # and it is made anew
    assert_holds(fresh(folder), "a", "b")


@pytest.mark.parametrize(
    "arrays",
    [
        {"keys": np.zeros((1, 32), np.uint8)},
        {"keys": np.zeros((1, 32), np.uint8), "vectors": np.zeros((2, 4), np.float32)},
        {"keys": np.zeros((1, 31), np.uint8), "vectors": np.zeros((1, 4), np.float32)},
        {"keys": np.zeros((1, 32), np.uint8), "vectors": np.zeros((1, 4), np.float64)},
        {"keys": np.zeros((1, 32), np.uint8), "vectors": np.full((1, 4), np.nan, np.float32)},
        {"keys": np.zeros((0, 32), np.uint8), "vectors": np.zeros((0, 4), np.float32)},
        {"keys": np.zeros(1, object), "vectors": np.zeros((1, 4), np.float32)},
    ],
)
def test_other_arrays(tmp_path: Path, arrays):
    np.savez(tmp_path / "x.npz", **arrays)
    assert fresh(tmp_path).width is None
    assert not (tmp_path / "x.npz").exists()


def test_a_bomb(tmp_path: Path):
    stated = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 4), }"
    head = b"\x93NUMPY\x01\x00v\x00" + stated
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in ("keys", "vectors"):
            archive.writestr(f"{name}.npy", head.ljust(127) + b"\n")
    assert fresh(tmp_path).width is None
