"""``imusim pretrain`` as users run it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")
from corpus_clips import make_clip, write
from training_corpora import run

from imusim.errors import ConfigError
from imusim.learn.text import load_text_encoder

SETTINGS = """
width = 16
window_s = 1.0
rate_hz = 50.0
batch_size = 4
steps = 2
warmup = 0
encoder_settings = {widths = [8, 8], width = 16, graph_layers = 1}
"""


@pytest.fixture(scope="module", autouse=True)
def text_model():
    try:
        load_text_encoder()
    except ConfigError:
        pytest.skip("needs the text model, which is not here")


@pytest.fixture
def here(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMUSIM_CACHE", str(tmp_path / "cache"))
    Path("t.toml").write_text(SETTINGS)
    said = ("a person walks up the stairs", "a person sits down", "waving the left arm")
    clips = [make_clip(n, frames=150, captions=(said[n % 3],)) for n in range(9)]
    write(tmp_path / "corpus", clips, 10**7)
    write(tmp_path / "mute", [make_clip(0, frames=150, captions=())], 10**7)
    return tmp_path


def wrong(*arguments, capsys) -> str:
    """The one line of an error."""
    out, err = run(*arguments, capsys=capsys, code=2)
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    return err


def test_train_and_train_again(here: Path, capsys):
    out, err = run("corpus", "--out", "o", "--config", "t.toml", "--seed", 3, capsys=capsys)
    words = out.split()
    assert {"windows", "steps", "retrieval", "licences", "CC0-1.0", "o/model.pt"} <= set(words)
    assert "commercial use too" in out
    assert "note: corpus: resampled from 100 to 50 Hz" in err
    made = (here / "o" / "model.pt").read_bytes()
    error = wrong("corpus", "--out", "o", "--config", "t.toml", capsys=capsys)
    assert "go on with --resume, or give --overwrite" in error
    run("corpus", "--out", "o", "--resume", capsys=capsys)
    error = wrong("corpus", "--out", "o", "--resume", "--encoder", "stgcn", capsys=capsys)
    assert 'was trained with encoder = "sensor_graph", not "stgcn"' in error
    assert (here / "o" / "model.pt").read_bytes() == made
    run("corpus", "-o", "p", "--config", "t.toml", "--seed", 3, "--workers", 0, capsys=capsys)
    import torch

    from imusim.learn.model import load_model

    one, same = (load_model(here / name / "model.pt").state_dict() for name in "op")
    assert all(torch.equal(weights, same[name]) for name, weights in one.items())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none"], "none: no such folder"),
        (["mute"], "mute: none of its 1 clips has a caption"),
        (["corpus", "corpus"], "is the same corpus"),
        (["corpus", "--rate", "200"], "has 100 Hz, less than the 200 Hz"),
        (["corpus", "--preset", "mine"], "no preset 'mine'"),
        (["corpus", "--encoder", "sensorgraph"], "no encoder 'sensorgraph'"),
        (["corpus", "--config", "none.toml"], "none.toml: cannot be read"),
        (["corpus", "--batch-size", "0"], "batch_size: "),
        (["corpus", "--mounting", "flat"], "augment.mounting: "),
        (["corpus", "--resume"], "there is no training to go on with"),
        (["corpus", "--resume", "--overwrite"], "give one of them"),
        (["corpus", "--out", "t.toml"], "t.toml: is a file"),
        (["corpus", "--text-model", " "], "a text model needs a name"),
    ],
)
def test_bad_input_is_one_line(here: Path, capsys, arguments, message):
    given = arguments if "--out" in arguments else [*arguments, "--out", "o"]
    assert message in wrong(*given, capsys=capsys)
    assert not (here / "o").exists()
    assert Path("t.toml").read_text() == SETTINGS


def test_help_needs_no_torch():
    assert "imusim.cli.pretrain" in sys.modules
    import subprocess

    code = "import sys; from imusim.cli import app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
