"""compare corpus and compare transfer as users run them, on real recordings."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_runner import imusim

from imusim.cli import main
from imusim.compare.meeting import meet
from imusim.errors import ConfigError

ACTIONS = ("a22", "a23", "a27")


@pytest.fixture(scope="module")
def folder(shared, tmp_path_factory) -> Path:
    """A folder with some of UTD-MHAD, and a corpus made of its skeletons."""
    folder = tmp_path_factory.mktemp("others")
    for kind in ("Inertial", "Skeleton"):
        (folder / "utd" / kind).mkdir(parents=True)
        for action in ACTIONS:
            for file in (shared / "data/utd-mhad" / kind).glob(f"{action}_s[1-4]_t[12]_*"):
                (folder / "utd" / kind / file.name).symlink_to(file)
    imusim(
        "generate", "utd/Skeleton", "--placement", "utd_mhad.thigh", "--out", "made",
        "--workers", "1", cwd=folder,
    )  # fmt: skip
    return folder


def test_both_sides_are_alike(folder):
    met = meet(folder / "made", "utd-mhad", folder / "utd", length_s=2.0)
    assert met.sensors == {"thigh": "thigh"}
    assert met.simulated.rate_hz == met.real.rate_hz == 50
    assert met.simulated.signals.shape[1:] == met.real.signals.shape[1:] == (6, 100)
    assert set(met.real.classes) == set(met.simulated.classes)
    assert len(met.real.classes) == len(ACTIONS)
    # Of one name on both sides: nobody is trained on and tested.
    people = [f"utd-mhad/{number}" for number in "1234"]
    assert np.unique(met.real.subjects).tolist() == people
    assert np.unique(met.simulated.subjects).tolist() == people
    some = meet(folder / "made", "utd-mhad", folder / "utd", subjects=["2"], length_s=2.0)
    assert np.unique(some.real.subjects).tolist() == people[1:2]
    with pytest.raises(ConfigError, match="no sensor 'wrist' in the recordings: thigh"):
        meet(folder / "made", "utd-mhad", folder / "utd", sensors=["wrist"])
    with pytest.raises(ConfigError, match="no sensor 'arm' in the corpus: thigh"):
        meet(folder / "made", "utd-mhad", folder / "utd", sensors=["thigh=arm"])


def run(*arguments: str, capsys, code: int = 0) -> str:
    """What a command says in this process: its output, or its one line of error."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    said = capsys.readouterr()
    assert ended.value.code == code, said.err
    if code == 2:
        assert said.err.startswith("error: ") and said.err.count("\n") == 1
    return said.err if code else said.out


def test_compare_corpus(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    said = run(
        "compare", "corpus", "made", "utd-mhad=utd", "--length", "2", "--repeats", "2",
        "--permutations", "20", "--out", "alike", capsys=capsys,
    )  # fmt: skip
    assert "feature" in said and "alike/report.html" in said
    found = json.loads((folder / "alike/report.json").read_text())
    assert found["activities"][0]["activity"] == "all"
    assert found["activities"][0]["figures"]["auc"]["value"] > 0.5
    again = ("compare", "corpus", "made", "utd-mhad=utd", "--out", "alike")
    assert "--overwrite" in run(*again, capsys=capsys, code=2)


def test_compare_transfer(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    said = run(
        "compare", "transfer", "made", "utd-mhad=utd", "--length", "2", "--model", "handcrafted",
        "--activity", "jogging=jog", "--activity", "squatting=squat", "--few", "1", "--draws", "1",
        "--folds", "2", "--low-pass", "5", "--copies", "1", "--rotation", "10", "--out", "worth",
        "--fail-under", "ratio=9", capsys=capsys, code=1,
    )  # fmt: skip
    assert "fail-under: simulated: ratio" in said
    found = json.loads((folder / "worth/report.json").read_text())
    assert found["classes"] == ["jogging", "squatting"]
    by_name = {regime["name"]: regime for regime in found["regimes"]}
    assert by_name["real"]["macro_f1"]["value"] > 0.9
    assert "simulated + 1 real" in by_name
    assert found["settings"]["recipe"]["low_pass_hz"] == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("corpus", "made", "utd"), "NAME=FOLDER"),
        (("corpus", "made", "utd-mha=utd"), "no dataset 'utd-mha'. Did you mean"),
        (("corpus", "made", "utd-mhad=utd", "--encoder", "best"), "no encoder 'best'"),
        (("corpus", "made", "utd-mhad=utd", "--length", "60"), "no window"),
        (("transfer", "made", "utd-mhad=utd", "--few", "none"), "--few 'none'"),
        (("transfer", "made", "utd-mhad=utd", "--real-share", "1"), "real_share 1"),
        (("transfer", "none", "utd-mhad=utd"), "none"),
    ],
)
def test_bad_input_is_one_line(folder, arguments, words, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert words in run("compare", *arguments, capsys=capsys, code=2)
