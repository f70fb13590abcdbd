"""``imusim evaluate`` as a stranger types it."""

from __future__ import annotations

import csv
import importlib.util
import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")
pytest.importorskip("plotly")
from made_recordings import captionless_model, small_model, write_uci_har

from imusim.cli import main
from imusim.learn.model import save_model
from imusim.learn.text.folders import WHEELS

HEAD = 'dataset = "uci-har"\n[sensors.waist]\nup = "x"\n'
CLASS = '[[classes]]\nlabels = ["{}"]\nname = "{}"\n'


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Models of two seeds, one of another mounting, and recordings."""
    folder = tmp_path_factory.mktemp("evaluate")
    for seed in (0, 1):
        save_model(small_model(seed, text_width=384), folder / f"model{seed}.pt")
    save_model(small_model(2, text_width=384, mounting="upright"), folder / "upright.pt")
    save_model(
        captionless_model(window_s=2.0, encoder="cnn", encoder_settings={}), folder / "cnn.pt"
    )
    save_model(captionless_model(), folder / "captionless.pt")
    write_uci_har(folder / "uci", people=(1, 2, 3), seconds=10.2)
    return folder


@pytest.fixture
def minilm():
    if not any(importlib.util.find_spec(wheel.package) for wheel in WHEELS.values()):
        pytest.skip("needs the text encoder's wheel, which is not here")


def run(capsys, *arguments):
    """What the command says, in this process: it takes long to begin another."""
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *arguments])
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    return said


def test_from_models_and_recordings_to_a_page(place, minilm, monkeypatch, capsys):
    monkeypatch.chdir(place)
    done = run(
        capsys, "model0.pt", "model1.pt", "uci-har=uci", "--control", "model1.pt",
        "--modes", "zero-shot,k-shot,probe,finetune", "--shots", "1,2", "--draws", "2",
        "--folds", "2", "--steps", "2", "--no-tune-shots", "--out", "told",
    ).out  # fmt: skip
    assert "told/report.html" in done
    assert "shuffled captions" in done
    report = json.loads((place / "told" / "report.json").read_text())
    found = report["datasets"][0]
    assert found["dataset"] == "uci-har"
    assert found["counts"] == {"walking": 3, "standing": 3, "lying down": 3}
    assert found["sensors"] == {"waist": "pelvis"}
    assert len(found["draws"]) == 4
    assert len(report["settings"]["models"]) == 2
    with (place / "told" / "summary.csv").open(newline="") as lines:
        rows = {(row["mode"], row["shots"], row["way"]): row for row in csv.DictReader(lines)}
    assert float(rows["zero-shot", "", "majority class"]["accuracy"]) == pytest.approx(
        1 / 3, abs=1e-5
    )
    assert float(rows["probe", "", "handcrafted features"]["accuracy"]) == 1.0
    assert ("k-shot", "2", "pretrained") in rows
    assert ("k-shot", "2", "from scratch") not in rows
    assert (place / "told" / "report.html").stat().st_size > 1e6


def test_upright_and_a_protocol_of_ones_own(place, minilm, monkeypatch, capsys):
    classes = CLASS.format("LAYING", "lying") + CLASS.format("STANDING", "upright")
    (place / "two.toml").write_text(HEAD + classes)
    monkeypatch.chdir(place)
    run(
        capsys, "upright.pt", "uci-har=uci", "--mounting", "upright", "--protocol", "two.toml",
        "--out", "two",
    )  # fmt: skip
    (found,) = json.loads((place / "two" / "report.json").read_text())["datasets"]
    assert found["mounting"] == "upright"
    assert found["classes"] == ["lying", "upright"]
    assert found["prompts"] == [["lying"], ["upright"]]


def test_a_model_of_no_captions_learns_from_labels(place, monkeypatch, capsys):
    """It names no text encoder, so that looking for one would fail."""
    monkeypatch.chdir(place)
    run(
        capsys, "cnn.pt", "uci-har=uci", "--modes", "probe,k-shot,finetune", "--shots", "3",
        "--draws", "1", "--folds", "2", "--steps", "20", "--out", "labels",
    )  # fmt: skip
    with (place / "labels" / "summary.csv").open(newline="") as lines:
        found = {(row["mode"], row["way"]): float(row["accuracy"]) for row in csv.DictReader(lines)}
    for mode in ("probe", "k-shot", "finetune"):
        assert found[mode, "majority class"] == pytest.approx(1 / 3, abs=1e-5)
    for learnt in (
        ("probe", "pretrained"), ("k-shot", "pretrained"), ("k-shot", "pretrained, fine-tuned"),
        ("k-shot", "from scratch"), ("finetune", "pretrained, fine-tuned"),
        ("finetune", "from scratch"),
    ):  # fmt: skip
        assert found[learnt] > 0.7, learnt
    assert "zero-shot" not in {mode for mode, _ in found}


def test_a_model_of_no_captions_is_probed_unless_told_otherwise(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    said = run(capsys, "cnn.pt", "uci-har=uci", "--folds", "2", "--out", "usual")
    assert "note: cnn.pt: was trained without captions" in said.err
    with (place / "usual" / "summary.csv").open(newline="") as lines:
        assert {row["mode"] for row in csv.DictReader(lines)} == {"probe"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["model0.pt"], "name recordings too"),
        (["uci-har=uci"], "name a model's file"),
        (["none.pt", "uci-har=uci"], "none.pt: there is no such file"),
        (["two.toml", "uci-har=uci"], "is no model"),
        (["model0.pt", "uci-har="], "DATASET=FOLDER"),
        (["model0.pt", "uci-har=uci", "uci-har=uci"], "named twice"),
        (["model0.pt", "uci-hat=uci"], "uci-har"),
        (["model0.pt", "dip-imu=uci"], "dip-imu has no labels"),
        (["model0.pt", "broad=uci"], "no protocol for broad"),
        (["model0.pt", "uci-har=nowhere"], "no such folder"),
        (["model0.pt", "uci-har=empty"], "no recordings of uci-har"),
        (["model0.pt", "upright.pt", "uci-har=uci"], "differ in mounting"),
        (["upright.pt", "uci-har=uci", "--mounting", "unknown"], "trained with mounting upright"),
        (["model0.pt", "uci-har=uci", "--modes", "zeroshot"], "Did you mean 'zero-shot'"),
        (["model0.pt", "uci-har=uci", "--shots", "1,none"], "--shots"),
        (["model0.pt", "uci-har=uci", "--sensor", "wrist"], "no sensor 'wrist'"),
        (["model0.pt", "uci-har=uci", "--protocol", "same.toml"], "'standing' is there twice"),
        (["model0.pt", "uci-har=uci", "--protocol", "blank.toml"], "a name of a class is empty"),
        (["model0.pt", "uci-har=uci", "--protocol", "none.toml"], "none.toml: cannot be read"),
        (["model0.pt", "geotec=uci", "--protocol", "two.toml"], "a protocol for uci-har"),
        (["model0.pt", "uci-har=uci", "--out", "model0.pt"], "is a file"),
        (["model0.pt", "uci-har=uci", "--out", "made"], "exists already"),
        (["model0.pt", "uci-har=alone", "--modes", "probe"], "two subjects at least"),
        (
            ["captionless.pt", "uci-har=nowhere", "--modes", "probe,zero-shot"],
            "captionless.pt: was trained without captions, so that it names no classes; leave "
            "zero-shot out of --modes",
        ),
        (
            ["model0.pt", "captionless.pt", "uci-har=nowhere", "--modes", "probe"],
            "model0.pt was trained with captions, captionless.pt without",
        ),
        (
            ["captionless.pt", "uci-har=nowhere", "--control", "model0.pt", "--modes", "probe"],
            "model0.pt was trained with captions, captionless.pt without",
        ),
        (
            [
                "captionless.pt",
                "uci-har=nowhere",
                "--control",
                "captionless.pt",
                "--modes",
                "probe",
            ],
            "leave --control out",
        ),
    ],
)
def test_what_is_wrong_is_one_line(place, request, arguments, says, monkeypatch, capsys):
    for name in ("empty", "made"):
        (place / name).mkdir(exist_ok=True)
    (place / "made" / "report.html").touch()
    if not (place / "alone").exists():
        write_uci_har(place / "alone", people=(1,), seconds=3)
    for name, other in (("two", "lying"), ("same", "standing"), ("blank", " ")):
        text = HEAD + CLASS.format("LAYING", other) + CLASS.format("STANDING", "standing")
        (place / f"{name}.toml").write_text(text)
    if "uci-har=alone" in arguments:
        request.getfixturevalue("minilm")
    monkeypatch.chdir(place)
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *arguments])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert says in line
