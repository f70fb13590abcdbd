"""The file of paraphrases beside a corpus."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest
from corpus_clips import make_clip, write
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.corpus import Corpus, verify
from imusim.corpus.combine.merge import merge
from imusim.corpus.combine.split import split
from imusim.corpus.paraphrases import (
    PARAPHRASES,
    add_paraphrases,
    load_paraphrases,
    read_paraphrases,
)
from imusim.errors import CorpusError

TEXTS = st.text(max_size=20)


def test_none(tmp_path: Path):
    assert read_paraphrases(tmp_path) == {}
    assert read_paraphrases(tmp_path / "nowhere") == {}


def test_a_corpus_is_the_same_with_it(tmp_path: Path):
    folder = tmp_path / "corpus"
    write(folder, [make_clip(number) for number in range(4)], 10**7)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    add_paraphrases(folder, "model", {"someone walks": ("walking",)})
    assert verify(folder) == []
    assert len(Corpus(folder)) == 4
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {PARAPHRASES}


def test_corpora_made_of_others_have_those_of_their_captions(tmp_path: Path):
    a, b, both, parts = (tmp_path / name for name in ("a", "b", "both", "parts"))
    write(a, [make_clip(n, subject=f"s{n}", captions=(f"clip {n}", "moves")) for n in range(4)])
    write(b, [make_clip(n, subject=f"s{n}", captions=(f"clip {n}", "moves")) for n in range(4, 6)])
    add_paraphrases(a, "model", {"moves": ("is moving",), "clip 0": ("zero",), "none": ("lost",)})
    add_paraphrases(b, "model", {"moves": ("is in motion",), "clip 5": ()})
    add_paraphrases(b, "other", {"clip 4": ("four",)})
    merge([a, b], both)
    assert load_paraphrases(both).by == {
        "model": {"moves": ("is moving", "is in motion"), "clip 0": ("zero",), "clip 5": ()},
        "other": {"clip 4": ("four",)},
    }
    assert verify(both) == []
    split(both, parts, shares={"one": 0.5, "rest": 0.5})
    for name in ("one", "rest"):
        own = {text for _, text in Corpus(parts / name).captions()}
        made = load_paraphrases(parts / name).by
        assert made["model"]["moves"] == ("is moving", "is in motion")
        assert {text for texts in made.values() for text in texts} == own & {
            "moves", "clip 0", "clip 4", "clip 5"
        }  # fmt: skip
    (a / PARAPHRASES).write_text("{")
    with pytest.raises(CorpusError, match="mend or remove it"):
        merge([a, b], tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_makers_are_joined(tmp_path: Path):
    add_paraphrases(tmp_path, "a", {"walks": ("walking", "goes"), "runs": ()})
    add_paraphrases(tmp_path, "b", {"walks": ("strides", "walking")})
    add_paraphrases(tmp_path, "a", {"runs": ("running",)})
    assert read_paraphrases(tmp_path) == {
        "walks": ("walking", "goes", "strides"),
        "runs": ("running",),
    }
    held = json.loads((tmp_path / PARAPHRASES).read_bytes())
    assert held["by"]["b"] == {"walks": ["strides", "walking"]}


MADE = st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3).map(tuple), max_size=3)


@given(st.dictionaries(TEXTS, MADE, max_size=3))
@settings(max_examples=20, deadline=None)
def test_round_trip(tmp_path_factory, by):
    folder = tmp_path_factory.mktemp("p")
    for maker, made in by.items():
        add_paraphrases(folder, maker, made)
    found = read_paraphrases(folder)
    for made in by.values():
        for caption, texts in made.items():
            assert set(texts) <= set(found.get(caption, ()))
    shutil.rmtree(folder)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("p")
    add_paraphrases(folder, "model", {"a person walks": ("walking", "läuft")})
    content = bytearray((folder / PARAPHRASES).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / PARAPHRASES).write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        found = read_paraphrases(folder)
    except CorpusError as error:
        assert "\n" not in str(error)
    else:
        assert all(isinstance(text, str) for texts in found.values() for text in texts)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"format": 2}', b'{"by": {"a": {"b": "text"}}}', b"\xff", b"[" * 10**5,
     b'{"by": {"a": {"b": [1]}}}', b'{"more": 1}'],
)  # fmt: skip
def test_other_files(tmp_path: Path, content):
    (tmp_path / PARAPHRASES).write_bytes(content)
    with pytest.raises(CorpusError, match=PARAPHRASES) as error:
        read_paraphrases(tmp_path)
    assert "\n" not in str(error.value)
    with pytest.raises(CorpusError):  # what cannot be read is not overwritten
        add_paraphrases(tmp_path, "model", {"walks": ("walking",)})
    assert (tmp_path / PARAPHRASES).read_bytes() == content


def test_readers_always_find_it_whole(tmp_path: Path):
    add_paraphrases(tmp_path, "model", {"walks": ("walking",)})

    def write_some() -> None:
        for number in range(40):
            add_paraphrases(tmp_path, "model", {f"caption {number}": ("text",) * 50})

    writer = threading.Thread(target=write_some)
    writer.start()
    while writer.is_alive():
        assert read_paraphrases(tmp_path)["walks"] == ("walking",)
    assert len(read_paraphrases(tmp_path)) == 41


def test_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(CorpusError, match="cannot write the paraphrases"):
        add_paraphrases(tmp_path / "nowhere", "model", {"walks": ()})
