"""An export is there whole or not at all, and the same corpus gives the same bytes."""

import hashlib
import os
import signal
import subprocess
import sys

import pytest
from export_corpora import few_sensors
from hypothesis import given
from hypothesis import strategies as st

from imusim.errors import ConfigError, CorpusError, MissingExtraError
from imusim.export import FORMATS, export_corpus
from imusim.export.pieces import Names

LAYOUTS = pytest.mark.parametrize("layout", list(FORMATS))


def export(corpus, layout, out, **options):
    return export_corpus(corpus, layout, out, sensors=["left_wrist"], **options)


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@LAYOUTS
def test_the_same_corpus_gives_the_same_bytes(tmp_path, layout):
    made = []
    for name in ("a", "b"):
        corpus = few_sensors(tmp_path / f"corpus-{name}")
        made.append(export(corpus, layout, tmp_path / name, shard_bytes=30_000))
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert made[0].files == len(digests(tmp_path / "a"))
    assert made[0].bytes == made[1].bytes
    assert made[0].licences == ("CC-BY-NC-4.0", "CC0-1.0")


@LAYOUTS
@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, ValueError, OSError(28, "No space left on device")]
)
def test_nothing_is_left_after_a_failure(tmp_path, layout, error):
    def progress(done):
        if done == 4:
            raise error

    corpus = few_sensors(tmp_path / "corpus")
    kind = CorpusError if isinstance(error, OSError) else error
    with pytest.raises(kind):
        export(corpus, layout, tmp_path / "deep/out", progress=progress, shard_bytes=30_000)
    assert [p.name for p in tmp_path.iterdir()] == ["corpus"]
    export(corpus, layout, tmp_path / "deep/out")


@LAYOUTS
def test_a_damaged_corpus_leaves_nothing(tmp_path, layout):
    corpus = few_sensors(tmp_path / "corpus")
    shards = sorted(corpus.glob("*.h5"))
    assert len(shards) > 1
    shards[-1].write_bytes(b"\0" * shards[-1].stat().st_size)
    with pytest.raises(CorpusError, match="imusim verify"):
        export(corpus, layout, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["corpus"]


def test_an_export_is_replaced_only_when_asked_and_by_a_whole_one(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    export(corpus, "unimts", tmp_path / "out")
    before = digests(tmp_path / "out")
    with pytest.raises(CorpusError, match="use --overwrite to replace the export in it"):
        export(corpus, "parquet", tmp_path / "out")
    with pytest.raises(ConfigError):
        export(corpus, "parquet", tmp_path / "out", overwrite=True, channels=["contact"])
    assert digests(tmp_path / "out") == before
    for layout in (*FORMATS, "unimts"):
        export(corpus, layout, tmp_path / "out", overwrite=True)
    assert digests(tmp_path / "out") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "out"]


@pytest.mark.parametrize("name", ["notes.txt", "sim/notes.txt", ".git/HEAD", "data/x.parquet"])
def test_a_folder_that_holds_anything_else_is_never_replaced(tmp_path, name):
    corpus = few_sensors(tmp_path / "corpus")
    export(corpus, "unimts", tmp_path / "out")
    (tmp_path / "out" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(CorpusError, match="will not be overwritten: it holds"):
        export(corpus, "unimts", tmp_path / "out", overwrite=True)
    assert (tmp_path / "out" / name).read_text() == "mine"


def test_a_corpus_is_never_replaced_by_its_export(tmp_path):
    corpus = few_sensors(tmp_path / "corpus")
    before = digests(corpus)
    with pytest.raises(CorpusError, match="not only an export"):
        export(corpus, "parquet", corpus, overwrite=True)
    assert digests(corpus) == before


KILLED = """
import os, signal, sys
from imusim.export import export_corpus
stop = lambda done: done == 5 and os.kill(os.getpid(), int(sys.argv[4]))
export_corpus(*sys.argv[1:4], sensors=["left_wrist"], progress=stop, shard_bytes=30_000)
"""


@LAYOUTS
@pytest.mark.skipif(os.name == "nt", reason="no such signal")
def test_a_killed_run_leaves_no_export_and_is_not_in_the_way_of_the_next(tmp_path, layout):
    corpus, out = few_sensors(tmp_path / "corpus"), tmp_path / "out"
    command = [sys.executable, "-c", KILLED, corpus, layout, out, str(signal.SIGKILL.value)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not out.exists()
    export(corpus, layout, out, shard_bytes=30_000)
    export(corpus, layout, tmp_path / "other", shard_bytes=30_000)
    assert digests(out) == digests(tmp_path / "other")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "other", "out"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to": "hdf5"}, "unknown format 'hdf5'. Formats: unimts, parquet, webdataset"),
        ({"to": "web-dataset"}, "Did you mean 'webdataset'"),
        ({"sensors": ["left_wirst"]}, "no sensor 'left_wirst'. Did you mean 'left_wrist'"),
        ({"sensors": []}, "no sensor is named"),
        ({"channels": ["contacts"]}, "The corpus has none"),
        ({"window_s": 0.001}, "holds no frame"),
        ({"window_s": float("inf")}, "holds no frame"),
        ({"window_s": -1.0}, "holds no frame"),
        ({"shard_bytes": 0}, "must be positive"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(tmp_path, options, message):
    settings = {"to": "parquet", **options}
    corpus = few_sensors(tmp_path / "corpus", count=1)
    with pytest.raises(ConfigError, match=message):
        export_corpus(corpus, settings.pop("to"), tmp_path / "out", **settings)
    assert [p.name for p in tmp_path.iterdir()] == ["corpus"]


def test_without_pyarrow_a_line_says_what_to_install(tmp_path, monkeypatch):
    corpus = few_sensors(tmp_path / "corpus", count=1)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'imusim-toolkit\[export\]'"):
        export(corpus, "parquet", tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["corpus"]


def test_progress_counts_clips(tmp_path):
    corpus = few_sensors(tmp_path / "corpus", count=3)
    calls = []
    export(corpus, "webdataset", tmp_path / "out", progress=calls.append)
    assert calls == [1, 2, 3]


@given(st.lists(st.text(), min_size=1))
def test_names_are_safe_and_differ_whatever_the_keys(keys):
    names = Names()
    found = [names.of(key) for key in keys]
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert 0 < len(name) < 120
        assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
        assert name[0] != "-"
