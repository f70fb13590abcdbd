"""``imusim captions`` as users run it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

pytest.importorskip("torch")
from corpus_clips import make_clip, write

from imusim.cli import main
from imusim.corpus import verify

CAPTIONS = (("a person walks forward",), ("a person walks forward", "turning left"), ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clips = [make_clip(n, frames=20, captions=said) for n, said in enumerate(CAPTIONS)]
    write(tmp_path / "corpus", clips, 10**7)
    return tmp_path / "corpus"


def run(*arguments, capsys, code: int = 0) -> tuple[str, str]:
    """Standard output and error of a command."""
    with pytest.raises(SystemExit) as ended:
        main(["captions", *map(str, arguments)])
    said = capsys.readouterr()
    assert ended.value.code == code, said.err
    assert "Traceback" not in said.err
    return said.out, said.err


def wrong(*arguments, capsys) -> str:
    """The one line of an error."""
    out, err = run(*arguments, capsys=capsys, code=2)
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    return err


def test_list(folder: Path, capsys):
    out, err = run(folder, capsys=capsys)
    head, first, second = out.splitlines()
    assert head.split() == ["clips", "caption", "ways", "such", "as", "opposite"]
    assert first.split()[:5] == ["2", "a", "person", "walks", "forward"]
    assert "a person walks backward" in first
    assert "turning right" in second
    assert err == ""


def test_the_commonest_come_first(tmp_path: Path, capsys):
    clips = [make_clip(n, frames=5, captions=(f"does {n} squats",)) for n in range(40)]
    write(tmp_path / "c", clips, 10**7)
    out, err = run(tmp_path / "c", capsys=capsys)
    assert len(out.splitlines()) == 31
    assert "10 more: --all" in err
    assert len(run(tmp_path / "c", "--all", capsys=capsys)[0].splitlines()) == 41


@pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX")
def test_paraphrases(folder: Path, capsys):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    command = ("--paraphrase-command", 'read c; echo "$c now"; echo "$c to the right"')
    out, err = run(folder, *command, capsys=capsys)
    assert "2 with 2 paraphrases" in out
    assert "2 texts of another side" in out
    assert str(folder / "paraphrases.json") in out
    assert err == ""
    assert "2 answered by read before" in run(folder, *command, capsys=capsys)[0]
    assert all((folder / name).read_bytes() == content for name, content in before.items())
    assert verify(folder) == []
    entries = {
        each["caption"]: each for each in json.loads(run(folder, "--json", capsys=capsys)[0])
    }
    assert entries["turning left"]["paraphrases"] == ["turning left now"]
    assert entries["turning left"]["opposite"] == "turning right"
    assert entries["a person walks forward"]["clips"] == 2
    assert "walking forward" in entries["a person walks forward"]["rephrased"]


@pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX")
def test_some_are_not_answered(folder: Path, capsys):
    command = 'read c; case "$c" in turn*) exit 1;; esac; echo "so $c"'
    out, err = run(folder, "--paraphrase-command", command, capsys=capsys)
    assert "1 with 1 paraphrases" in out
    assert "not answered: 1 captions: exit status 1" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--model", "m"], "--endpoint"),
        (["--endpoint", "http://localhost:1/v1"], "--model"),
        (["--endpoint", "nonsense", "--model", "m"], "no address"),
        (["--endpoint", "http://localhost:1/v1", "--paraphrase-command", "true"], "either"),
        (["--endpoint", "http://localhost:1", "--model", "m", "--batch", "2"], "--batch"),
        (["--endpoint", "http://localhost:1", "--model", "m", "--key-variable", "NO_SUCH_KEY"],
         "is not set"),
        (["--paraphrase-command", " "], "empty"),
        (["--paraphrase-command", "no-such-program-anywhere"], "cannot be run"),
        (["--most", "0"], "--most"),
    ],
)  # fmt: skip
def test_mistakes(folder: Path, capsys, monkeypatch, arguments, says):
    monkeypatch.delenv("IMUSIM_API_KEY", raising=False)
    assert says in wrong(folder, *arguments, capsys=capsys)
    assert not (folder / "paraphrases.json").exists()


def test_no_captions(tmp_path: Path, capsys):
    write(tmp_path / "c", [make_clip(0, frames=5, captions=())], 10**7)
    assert "none of its clips has a caption" in wrong(tmp_path / "c", capsys=capsys)
    assert "no such folder" in wrong(tmp_path / "nowhere", capsys=capsys)


def test_a_damaged_file_of_paraphrases(folder: Path, capsys):
    (folder / "paraphrases.json").write_text("{")
    assert "paraphrases.json" in wrong(folder, capsys=capsys)
