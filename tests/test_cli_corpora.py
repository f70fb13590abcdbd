"""merge, split, stats and licences as users run them."""

from __future__ import annotations

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from cli_runner import imusim
from corpus_clips import JOINTS, make_clip, write

from imusim.cli import main
from imusim.corpus import Corpus, verify
from imusim.corpus.statistics.gather import gather
from imusim.errors import ConfigError
from imusim.view.statistics import statistics_page

NASTY = "</script><script>document.title='broken'</script><!-- & \u2028 [[data]] <b>bold</b>"


def clip(number, subject, source="bvh", licence="CC-BY-4.0", frames=200, **changes):
    return make_clip(
        number, subject=subject, source=source, licence=licence, frames=frames, **changes
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    write(folder / "a", [clip(n, f"CMU/{n:02d}", "asf-amc") for n in range(6)], 10**7)
    nobody = [clip(10 + n, "", licence="CC-BY-NC-4.0") for n in range(3)]
    write(folder / "b", [clip(3, "s/1"), *nobody], 10**7)
    return folder


def run(*arguments, capsys) -> tuple[str, str]:
    """Standard output and error of a command that ends well."""
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, arguments)))
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    return said.out, said.err


def wrong(*arguments, capsys) -> str:
    """The one line of an error."""
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, arguments)))
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    return said.err


def test_merge_then_split_then_count(folder, tmp_path, monkeypatch, capsys):
    merged = imusim("merge", folder / "a", folder / "b", "--out", "c", cwd=tmp_path)
    assert "10 with" in merged.stdout
    assert "note: 1 keys are in another corpus too: a/ stands before them" in merged.stderr
    monkeypatch.chdir(tmp_path)
    assert "c: OK (10 clips" in run("verify", "c", capsys=capsys)[0]
    out, err = run("split", "c", "-o", "p", "--parts", "train=70%,test=30%", capsys=capsys)
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][:5] == ["part", "clips", "motion", "share", "asked"]
    assert [line[0] for line in lines[1:]] == ["train", "test"]
    assert sum(int(line[1]) for line in lines[1:]) == 10
    assert "note: bvh: subject not known: its clips stay together" in err
    for part in ("train", "test"):
        assert verify(tmp_path / "p" / part) == []
    stats = json.loads(run("stats", "c", "--json", capsys=capsys)[0])
    assert stats["clips"] == 10
    assert stats["subjects"]["bvh: subject not known"]["clips"] == 3
    assert "not empty" in wrong("split", "c", "-o", "p", capsys=capsys)


def test_kept_subjects_go_where_they_are_put(folder, tmp_path, capsys):
    run("split", folder / "a", "-o", tmp_path / "p", "--parts", "rest=1,test=0",
        "--keep", "test=CMU/03,CMU/05", capsys=capsys)  # fmt: skip
    assert set(Corpus(tmp_path / "p" / "test").column("subject")) == {"CMU/03", "CMU/05"}
    assert len(Corpus(tmp_path / "p" / "rest")) == 4


def test_small_shards(folder, tmp_path, capsys):
    run("merge", folder / "a", folder / "b", "-o", tmp_path / "c", "--shard-size", "40kB",
        capsys=capsys)  # fmt: skip
    assert len(Corpus(tmp_path / "c").manifest.shards) > 3
    assert verify(tmp_path / "c") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("merge a", "two corpora or more"),
        ("merge a a", "given twice"),
        ("merge a none", "no such folder"),
        ("merge a b --shard-size 0", "no size of a file"),
        ("split a --parts train", "'train' is not of the form train=0.8,test=0.2"),
        ("split a --parts train=1,test=x", "'x' is no share"),
        ("split a --parts train=1,train=2", "'train' is there twice"),
        ("split a --by window", "by subject or source, not by 'window'"),
        ("split a --by source", "asf-amc"),
        ("split a --keep CMU/03", "not of the form test=CMU/86"),
        ("split a --keep test=CMU/30", "no clips of 'CMU/30'. Did you mean"),
        ("split a --keep test=CMU/03 --keep train=CMU/03", "cannot go to"),
        ("split none", "no such folder"),
        ("stats none", "no such folder"),
        ("inspect none --licences", "no such folder"),
    ],
)
def test_bad_input_is_one_line(folder, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(folder)
    words = arguments.split()
    if words[0] in ("merge", "split"):
        words += ["--out", str(tmp_path / "out")]
    assert message in wrong(*words, capsys=capsys)
    assert not (tmp_path / "out").exists()


def test_an_out_folder_must_be_named(folder, capsys):
    assert "--out" in wrong("merge", folder / "a", folder / "b", capsys=capsys)
    assert "--out" in wrong("split", folder / "a", capsys=capsys)


def test_licences(folder, tmp_path, capsys):
    out, _ = run("inspect", folder / "b", "--licences", capsys=capsys)
    lines = out.splitlines()
    assert lines[0].split() == ["licence", "clips", "hours", "sources", "commercial",
                                "attribution", "text"]  # fmt: skip
    assert lines[1].split()[:6] == ["CC-BY-4.0", "1", "0.00", "bvh", "yes", "yes"]
    assert lines[2].split()[:6] == ["CC-BY-NC-4.0", "3", "0.00", "bvh", "no", "yes"]
    assert "together  non-commercial use only" in out
    assert "no legal advice" in out
    view = json.loads(run("inspect", folder / "a", "--licences", "--json", capsys=capsys)[0])
    assert view["commercial"] is True
    assert view["licences"][0]["hours"] == pytest.approx(6 * 200 / 100 / 3600)
    assert "Carnegie Mellon" in view["cite"][0]["citation"]
    write(tmp_path / "c", [clip(1, "", licence=""), clip(2, "", licence="MIT")])
    out, _ = run("inspect", tmp_path / "c", "--licences", capsys=capsys)
    assert "not stated" in out
    assert "commercial use: not known (a licence is not stated)" in out


def test_model_files_bind_too(tmp_path, capsys):
    from imusim.corpus import CorpusWriter

    with CorpusWriter(tmp_path / "c", JOINTS, 100.0, {"body": "smplh"}) as writer:
        writer.add(clip(1, "", licence="CC0-1.0"))
    out, _ = run("inspect", tmp_path / "c", "--licences", capsys=capsys)
    assert "LicenseRef-SMPL-H" in out
    assert "body smplh" in out
    assert "non-commercial use only" in out


class Scripts(HTMLParser):
    """Elements of a page, and the text of the one with its numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.data = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data):
        if self.attributes and self.attributes[-1].get("id") == "numbers":
            self.data += data


@pytest.fixture(scope="module")
def nasty(tmp_path_factory) -> Path:
    """A corpus whose every text tries to break out of a page."""
    clips = [
        clip(n, f"{NASTY}/{n % 4}", source=f"bvh{NASTY}", captions=(f"he walks {NASTY}",))
        for n in range(8)
    ]
    return write(tmp_path_factory.mktemp("nasty") / "c", clips)


def parsed(page: str) -> Scripts:
    scripts = Scripts()
    scripts.feed(page)
    return scripts


def test_the_page_holds_the_numbers_and_no_text_breaks_out(nasty):
    pytest.importorskip("plotly")
    found = gather(Corpus(nasty))
    scripts = parsed(statistics_page(found, f"Corpus {NASTY}", NASTY))
    assert scripts.tags.count("script") == 3
    assert not {"src", "href"} & {name for attrs in scripts.attributes for name in attrs}
    data = json.loads(scripts.data)
    assert data["clips"] == 8
    assert data["people"][0][0].startswith(NASTY)
    np.testing.assert_allclose(
        np.sum(data["norms"]["gyroscope"]["counts"]), found.frames * len(JOINTS)
    )
    for plot in [data["length_plot"], *(p for p in data["quality_plots"] if "edges" in p)]:
        assert len(plot["edges"]) == len(plot["counts"]) + 1
    assert sum(data["length_plot"]["counts"]) + data["length_plot"]["beyond"] == 8


def test_a_page_that_is_there_is_left_alone(folder, tmp_path, monkeypatch, capsys):
    pytest.importorskip("plotly")
    monkeypatch.chdir(tmp_path)
    out, _ = run("stats", folder / "a", "--page", "s.html", capsys=capsys)
    assert out.splitlines()[-1] == "s.html"
    assert "exists already" in wrong("stats", folder / "a", "--page", "s.html", capsys=capsys)
    run("stats", folder / "a", "--page", "s.html", "--overwrite", capsys=capsys)
    assert [p.name for p in tmp_path.iterdir()] == ["s.html"]
    with pytest.raises(ConfigError, match="exists already"):
        statistics_page(gather(Corpus(folder / "a")), "a", file=tmp_path / "s.html")


def test_in_a_browser_every_plot_is_drawn(nasty, tmp_path):
    pytest.importorskip("plotly")
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("needs Chromium, which is not installed")
    file = tmp_path / "s.html"
    statistics_page(gather(Corpus(nasty)), "Corpus", file=file)
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-dev-shm-usage",
         f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=6000",
         "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    attributes = parsed(done.stdout).attributes[0]
    assert "data-error" not in attributes, attributes["data-error"]
    assert "data-blocked" not in attributes, attributes["data-blocked"]
    assert json.loads(attributes.get("data-shown") or "{}").get("plots", 0) >= 8
    assert "<title>Corpus</title>" in done.stdout
