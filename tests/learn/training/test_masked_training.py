"""LIMU-BERT's pretraining as users run it."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from training_corpora import make_corpus, run  # noqa: E402

from imusim.learn.model import load_model  # noqa: E402

SETTINGS = """
window_s = 3.0
batch_size = 16
learning_rate = 0.005
validation_share = 0.25
validation_every = 20
log_every = 1
encoder_settings = {width = 24, hidden = 32, blocks = 2, heads = 2, samples = 60}
"""


def logged(folder):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = events.EventAccumulator(str(folder / "logs"))
    found.Reload()
    return [each.value for each in found.Scalars("loss")]


def test_hidden_samples_are_learnt_to_be_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    corpus = make_corpus(tmp_path / "c")
    (tmp_path / "t.toml").write_text(SETTINGS)
    given = (corpus.folder, "--preset", "limu-bert", "--config", "t.toml", "--epochs")
    out, _ = run(*given, 15, "--out", "o", capsys=capsys)
    assert "held-out windows" in out
    losses = logged(tmp_path / "o")
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:3])
    model = load_model(tmp_path / "o" / "model.pt")
    assert model.settings.encoder == "limu_bert"
    assert not model.knows_text
    assert model.settings.source["settings"]["objectives"] == {"masked": 1.0}
    run(*given, 1, "--out", "p", "--cached-gradients", 5, capsys=capsys)
    again = logged(tmp_path / "p")
    assert again == pytest.approx(losses[: len(again)], rel=1e-3)
    given = (corpus.folder, "--preset", "limu-bert", "--encoder", "cnn")
    _, err = run(*given, "--out", "w", capsys=capsys, code=2)
    assert err.startswith("error: objective masked rebuilds single samples")
    assert err.count("\n") == 1
    assert not (tmp_path / "w").exists()
