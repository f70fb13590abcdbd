"""PRIMUS with embeddings of videos, as users train it."""

import hashlib
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from training_corpora import SMALL, make_corpus, run  # noqa: E402

from imusim.errors import CorpusError  # noqa: E402
from imusim.learn.examples import Examples  # noqa: E402
from imusim.learn.model import load_model  # noqa: E402

SETTINGS = f"""
encoder_settings = {json.dumps(SMALL).replace(":", " =").replace('"', "")}
width = 16
window_s = 3.0
batch_size = 8
steps = 4
warmup = 0
validation_share = 0.25
validation_every = 2
log_every = 1
[objectives]
primus = 1.0
[objective_settings.primus]
modalities = ["video", "motion"]
queue = 20
"""


@pytest.fixture
def corpus(tmp_path):
    return make_corpus(tmp_path / "c", clips=12)


def write_videos(corpus, width=6, seed=0):
    """Two stretches of every second clip."""
    keys = np.repeat(list(corpus.keys())[::2], 2)
    rng = np.random.default_rng(seed)
    start_s = np.tile([0.0, 2.0], len(keys) // 2)
    embeddings = rng.normal(size=(len(keys), width)).astype(np.float32)
    np.savez(
        corpus.folder / "video.npz", keys=keys, start_s=start_s, end_s=start_s + 2,
        embeddings=embeddings,
    )  # fmt: skip
    return keys, embeddings


def test_windows_bring_their_videos(corpus, tmp_path):
    keys, embeddings = write_videos(corpus)
    other = make_corpus(tmp_path / "d", clips=3)
    examples = Examples([other, corpus], 2.0, 20.0, stride_s=0.5, video=True)
    made = examples.video(np.arange(len(examples)))
    assert examples.video_width == 6
    for number, found in enumerate(made.numpy()):
        begin_s, own = float(examples._start_s[number]), keys == examples.keys[number]
        if number < np.searchsorted(examples.clip, 3) or not own.any():
            assert not found.any()
        else:  # windows of 2 s overlap the first stretch more until they begin at 1 s
            np.testing.assert_array_equal(found, embeddings[own][int(begin_s > 1)])
    assert Examples([corpus], 2.0, 20.0).video([0]) is None
    write_videos(other, width=5)
    with pytest.raises(
        CorpusError, match=r"c/video\.npz: embeddings have 6 numbers.*another corpus"
    ):
        Examples([other, corpus], 2.0, 20.0, video=True)


def test_a_training_with_videos_by_command(corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.toml").write_text(SETTINGS)
    given = (corpus.folder, "--config", "t.toml", "--device", "cpu")
    _, err = run(*given, "--out", "o", capsys=capsys, code=2)
    assert err.startswith(f"error: {corpus.folder}/video.npz: there is no such file")
    write_videos(corpus)
    out, err = run(*given, "--out", "o", capsys=capsys)
    assert "6 of 12 windows have an embedding of a video" in err
    assert "held-out windows" in out
    digest = hashlib.sha256((corpus.folder / "video.npz").read_bytes()).hexdigest()
    source = load_model(tmp_path / "o" / "model.pt").settings.source
    assert source["videos"] == [{"name": "c", "sha256": digest}]
    run(*given, "--out", "o", "--resume", capsys=capsys)
    write_videos(corpus, seed=1)
    _, err = run(*given, "--out", "o", "--resume", capsys=capsys, code=2)
    assert "was trained on other corpora or videos" in err
    (corpus.folder / "video.npz").write_bytes(b"no")
    _, err = run(*given, "--out", "w", capsys=capsys, code=2)
    assert err.startswith(f"error: {corpus.folder}/video.npz: is no file of numpy.savez")
    assert err.count("\n") == 1
    assert not (tmp_path / "w").exists()
