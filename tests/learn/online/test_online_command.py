"""``imusim online``, end to end."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")
from cli_runner import imusim
from frame_recordings import write_geotec

from imusim.cli import main

TOML = """
batch_size = 8
warmup = 2
validation_every = 20
learning_rate = 0.01
rate_hz = 20.0
window_s = 4.0
mounting = "stored"
network_settings = { width = 24, layers = 1 }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("online")
    write_geotec(made / "geotec")
    (made / "small.toml").write_text(TOML)
    return made


def fails(capsys, monkeypatch, folder, *arguments):
    """The one line of an error, in this process."""
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as stopped:
        main(["online", *map(str, arguments)])
    said = capsys.readouterr()
    assert stopped.value.code == 2, said.err + said.out
    (line,) = said.err.splitlines()
    return line


def works(capsys, monkeypatch, folder, *arguments):
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as stopped:
        main(["online", *map(str, arguments)])
    said = capsys.readouterr()
    assert stopped.value.code == 0, said.err
    return said.out


def test_pretrained_then_trained_then_held_against_others(folder, capsys, monkeypatch):
    told = works(
        capsys, monkeypatch, folder, "train", "geotec=geotec", "--pretrain", "next-step", "--out",
        "pre", "--fold", "1/3", "--config", "small.toml", "--steps", "4", "--sensor", "left_hip",
    )  # fmt: skip
    assert "left_hip" in told
    told = works(
        capsys, monkeypatch, folder, "train", "geotec=geotec", "--from", "pre/model.pt", "--out",
        "model", "--fold", "1/3", "--config", "small.toml", "--steps", "45",
    )  # fmt: skip
    assert "left_hip, left_wrist" in told
    assert "CC-BY-4.0" in told
    done = imusim(
        "online", "evaluate", "model/model.pt", "geotec=geotec", "--json", cwd=folder
    )  # as users run it
    found = json.loads(done.stdout)
    assert found["people"] == ["s01"]
    assert found["changes"] == 4
    assert found["figures"]["macro_f1"]["value"] > 0.5
    line = fails(capsys, monkeypatch, folder, "evaluate", "pre/model.pt", "geotec=geotec")
    assert "pretrained only" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "geotec=geotec", "uci-har=uci", "-o", "n"], "labels come from one dataset"),
        (["train", "nowhere", "-o", "n"], "labels come from one dataset"),
        (["train", "geotec=", "-o", "n"], "write recordings as DATASET=FOLDER"),
        (["train", "geotec=geotec", "-o", "n", "--network", "grue"], "Did you mean 'gru'"),
        (["train", "geotec=geotec", "-o", "n", "--pretrain", "mask"], "Did you mean 'masked'"),
        (["train", "geotec=geotec", "-o", "n", "--fold", "4/3"], "write K/N"),
        (["train", "geotec=geotec", "-o", "n", "--fold", "4/9"], "has 3 people"),
        (["train", "geotec=geotec", "-o", "n", "--sensor", "nose"], "no joint 'nose'"),
        (["train", "geotec=geotec", "-o", "n", "--sensor", "head"], "no sensor at head"),
        (["train", "geotec=geotec", "-o", "n", "--from", "x.pt"], "x.pt: there is no such file"),
        (["train", "geotec=geotec", "-o", "n", "--mounting", "upright"], "mounting: "),
        (["train", "geotec=geotec", "-o", "n", "--rate", "-1"], "rate_hz: "),
        (["train", "geotec=geotec", "-o", "n", "--resume"], "no training to go on with"),
        (["evaluate", "small.toml", "geotec=geotec"], "no model of imusim"),
        (["evaluate", "small.toml", "geotec"], "write recordings as DATASET=FOLDER"),
    ],
)
def test_bad_input_is_one_line(folder, capsys, monkeypatch, arguments, message):
    assert message in fails(capsys, monkeypatch, folder, *arguments)
    assert not (folder / "n").exists()


def test_a_corpus_is_learnt_from_without_labels(folder, capsys, monkeypatch):
    pytest.importorskip("pybullet")
    from imusim import generate
    from imusim.learn.online.model import load_frame_model

    monkeypatch.chdir(folder)
    generate(source="procedural", count=4, joints="left_wrist,left_hip", out="corpus")
    told = works(
        capsys, monkeypatch, folder, "train", "corpus", "geotec=geotec", "--pretrain", "masked",
        "--out", "both", "--config", "small.toml", "--steps", "4", "--network", "rnn",
    )  # fmt: skip
    assert "left_hip, left_wrist" in told
    source = load_frame_model("both/model.pt").settings.source
    assert [data["name"] for data in source["data"]] == ["geotec", "corpus"]
    assert source["people"] == ["geotec s01", "geotec s02", "geotec s03"]
    line = fails(
        capsys, monkeypatch, folder, "train", "corpus", "--pretrain", "masked", "--out", "n",
        "--rate", "200", "--steps", "4",
    )  # fmt: skip
    assert "give --rate" in line
