"""Corpora as points: the model's own numbers, upright sensors, what is nearest, the picture."""

import csv
import json
import re

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

torch = pytest.importorskip("torch")
from use_models import features, made_recording, small_model  # noqa: E402

import imusim  # noqa: E402
from imusim.conventions import JOINTS  # noqa: E402
from imusim.corpus import Corpus  # noqa: E402
from imusim.errors import ConfigError  # noqa: E402
from imusim.learn import Encoder  # noqa: E402
from imusim.learn.use.corpora import CorpusWindows  # noqa: E402
from imusim.learn.use.embeddings import Embedded, embed_corpus, embed_recording  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("embedded") / "corpus"
    imusim.generate(
        out=made, count=6, source="procedural", rotations="random",
        joints=["left_wrist", "right_ankle", "pelvis"], rate_hz=20.0, workers=1,
    )  # fmt: skip
    return made


@pytest.fixture
def corpus(folder):
    with Corpus(folder) as opened:
        yield opened


def test_a_window_of_a_corpus_is_its_signals(corpus):
    model = small_model(window_s=4.0)
    windows = CorpusWindows(corpus, model.settings, ["right_ankle", "left_wrist"])
    (batch,) = windows.batches(10_000)
    about = list(windows.about())
    assert len(batch) == len(windows) == len(about)
    assert batch.placement[0].tolist() == [JOINTS.index("right_ankle"), JOINTS.index("left_wrist")]
    for number in (0, len(windows) - 1):
        clip = corpus[about[number].key]
        at = [corpus.sensors.index(name) for name in ("right_ankle", "left_wrist")]
        start = round(about[number].start_s * 20)
        force = clip.accelerometer[start : start + 80, at].transpose(1, 2, 0)
        count = force.shape[-1]
        np.testing.assert_allclose(batch.signals[number, :, :3, :count], force, atol=1e-4)
        assert batch.valid[number, :count].all()
        assert not batch.valid[number, count:].any()


def test_upright_takes_out_how_sensors_were_mounted(corpus):
    """The same windows of sensors mounted along the links differ by the turns to z alone."""
    unknown, upright = small_model(window_s=4.0), small_model("upright", window_s=4.0)
    (stored,) = CorpusWindows(corpus, unknown.settings).batches(10_000)
    (turned,) = CorpusWindows(corpus, upright.settings).batches(10_000)
    about = list(CorpusWindows(corpus, upright.settings).about())
    ups = {"left_wrist": [0, -1, 0], "right_ankle": [0, 0, 1], "pelvis": [0, 0, 1]}
    column = dict(zip(corpus.keys(), corpus.column("link_from_sensor"), strict=True))
    for number in (0, len(about) - 1):
        for k, sensor in enumerate(corpus.sensors):
            link = Rotation.from_quat(column[about[number].key][k])
            for first in (0, 3):
                before = link.apply(stored.signals[number, k, first : first + 3].numpy().T)
                after = turned.signals[number, k, first : first + 3].numpy().T
                np.testing.assert_allclose(after[:, 2], before @ ups[sensor], atol=1e-4)
                lengths = np.linalg.norm(before, axis=1)
                np.testing.assert_allclose(np.linalg.norm(after, axis=1), lengths, atol=1e-4)


def test_points_and_what_is_nearest(corpus):
    encoder = Encoder(small_model(window_s=4.0), features=features)
    embedded = embed_corpus(encoder, corpus)
    (batch,) = CorpusWindows(corpus, encoder.settings).batches(10_000)
    np.testing.assert_allclose(embedded.embeddings, encoder.encode(batch), atol=1e-5)
    (point,) = encoder.encode_texts(["a person waves"])
    found = embedded.nearest(point, 3)
    near = embedded.embeddings @ point
    assert [number for number, _ in found] == np.argsort(-near)[:3].tolist()
    assert found[0][1] == pytest.approx(near.max())
    rows = list(csv.reader(embedded.table().splitlines()))
    assert rows[0] == ["key", "start_s", "label"]
    assert [row[0] for row in rows[1:]] == list(embedded.keys)
    assert all(row[2] for row in rows[1:])
    with pytest.raises(ConfigError, match="nearest 0"):
        embedded.nearest(point, 0)


def test_a_recording_brings_its_labels():
    from dataclasses import replace

    from imusim.recordings.model import Span

    recording = replace(made_recording(), spans=(Span(0, 12, "walk"), Span(20, 25, "sit")))
    encoder = Encoder(small_model(), features=features)
    windows = encoder.windows(recording)
    embedded = embed_recording(encoder, recording, windows)
    assert embedded.labels == (("walk",), (), ("sit",))
    np.testing.assert_array_equal(embedded.embeddings, encoder.encode(windows))


def test_the_picture(tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("plotly")
    from imusim.learn.use.picture import embeddings_page, flattened

    rng = np.random.default_rng(0)
    group = np.arange(45) % 3
    points = np.eye(8)[group] + 0.05 * rng.normal(size=(45, 8))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    flat = flattened(points)
    distance = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (group[distance.argmin(axis=1)] == group).all()  # neighbours stay together
    labels = [("</script><b>walks",), ("sits", "rests"), ()]
    embedded = Embedded(
        points, tuple(f"clip {k}" for k in range(45)), np.arange(45.0),
        tuple(labels[k] for k in group),
    )  # fmt: skip
    file = tmp_path / "page.html"
    embeddings_page(embedded, "Corpus <x>", file)
    page = file.read_text()
    assert "<h1>Corpus &lt;x&gt;</h1>" in page
    data = re.search(r'id="numbers">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    groups = json.loads(data[1])["groups"]
    assert {g["name"]: len(g["x"]) for g in groups} == {
        "</script><b>walks": 15, "sits": 15, "nothing said": 15
    }  # fmt: skip
    with pytest.raises(ConfigError, match="4 windows: a picture needs 5"):
        flattened(points[:4])
