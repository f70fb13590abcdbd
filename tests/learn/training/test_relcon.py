"""RelCon: the relative loss, and both trainings as users run them."""

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from corpus_clips import JOINTS  # noqa: E402
from plain_distance import plain_distance  # noqa: E402
from training_corpora import SMALL, moving, run, small  # noqa: E402

from imusim.corpus import Corpus, CorpusWriter  # noqa: E402
from imusim.errors import Interrupted  # noqa: E402
from imusim.learn.augment import Augment  # noqa: E402
from imusim.learn.model import ImuTextModel, ModelSettings, load_model  # noqa: E402
from imusim.learn.objectives import Step  # noqa: E402
from imusim.learn.objectives.relative import (  # noqa: E402
    Reconstruct,
    Relative,
    load_distance,
    relative_loss,
)
from imusim.learn.objectives.relative.changes import changed  # noqa: E402
from imusim.learn.objectives.relative.distance import traces_of  # noqa: E402
from imusim.learn.objectives.relative.relative import candidates_of  # noqa: E402
from imusim.learn.training import pretrain  # noqa: E402
from imusim.learn.training.batches import Batches  # noqa: E402
from imusim.learn.training.checkpoint import read_checkpoint  # noqa: E402
from imusim.learn.training.material import make_material  # noqa: E402

PEOPLE = 3
ONE = {"mounting": "stored", "sensors": (1, 1), "speed": (1, 1), "crop": 0, "no_gyroscope": 1}
TINY = {"channels": 8, "kernel": 5, "doublings": 1}
SETTINGS = """
rate_hz = 50.0
window_s = 1.0
batch_size = 6
validation_share = 0.25
validation_every = 2
warmup = 0
encoder = "sensor_graph"
encoder_settings = {widths = [8, 8], width = 16, graph_layers = 1}
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("relcon") / "people"
    with CorpusWriter(folder, JOINTS, 50.0, {"seed": 7}) as writer:
        for number in range(12):
            writer.add(moving(number, number % 4, 50.0, 3.0, subject=f"p{number % PEOPLE}"))
    return Corpus(folder)


@pytest.fixture(scope="module")
def learnt(corpus, tmp_path_factory):
    """The folder of a training of a small distance."""
    folder = tmp_path_factory.mktemp("learnt") / "d"
    config = settings(
        objectives={"reconstruct": 1.0}, objective_settings={"reconstruct": TINY}, steps=4
    )
    pretrain(config, [corpus], folder, None)
    return folder


def settings(**changed):
    return small(
        **{
            "rate_hz": 50.0, "window_s": 1.0, "batch_size": 6, "augment": ONE, "steps": 4,
            "validation_every": 2, "log_every": 1, "warmup": 0, "balance": False, **changed,
        }
    )  # fmt: skip


def relative_settings(folder, **changed):
    return settings(
        objectives={"relative": 1.0}, companions=3,
        objective_settings={"relative": {"distance": str(folder / "model.pt"), "at_once": 16}},
        **changed,
    )  # fmt: skip


def plain_loss(likeness, distances):
    """By the definition: every candidate is the positive in its turn, those farther are against."""
    total = []
    for row, far in zip(likeness.tolist(), distances.tolist(), strict=True):
        for k, like in enumerate(row):
            against = [np.exp(row[j]) for j in range(len(row)) if far[j] > far[k]]
            total.append(-np.log(np.exp(like) / (sum(against) + np.exp(like))))
    return np.mean(total)


@pytest.mark.parametrize("ties", [False, True])
def test_the_relative_loss_is_as_defined(ties):
    generator = torch.Generator().manual_seed(2)
    likeness = 3 * torch.randn(5, 11, generator=generator, dtype=torch.double)
    distances = torch.rand(5, 11, generator=generator, dtype=torch.double)
    if ties:
        distances = (3 * distances).round()
    made = relative_loss(likeness, distances).item()
    assert made == pytest.approx(plain_loss(likeness, distances), abs=1e-9)
    assert relative_loss(likeness.float(), distances).item() == pytest.approx(made, abs=1e-6)
    for other in (distances.exp() * 100, distances**3 - 5):  # nothing but the order counts
        assert relative_loss(likeness, other).item() == pytest.approx(made, abs=1e-12)
    order = torch.randperm(11, generator=generator)
    permuted = relative_loss(likeness[:, order], distances[:, order]).item()
    assert permuted == pytest.approx(made, abs=1e-12)
    likeness.requires_grad_()
    assert torch.autograd.gradcheck(lambda like: relative_loss(like, distances), (likeness,))


def test_embeddings_in_the_order_of_distances_cost_least():
    distances = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    likeness = torch.tensor([[0.9, 0.6, 0.3, 0.0]]) / 0.1
    losses = [
        relative_loss(likeness[:, list(order)], distances).item()
        for order in ((0, 1, 2, 3), (1, 0, 2, 3), (1, 2, 0, 3), (3, 2, 1, 0))
    ]
    assert losses == sorted(losses)
    assert losses[0] < 0.1 < losses[-1]


def test_companions_are_other_windows_of_the_same_person(corpus):
    config = settings(objectives={"reconstruct": 1.0}, companions=4)
    material = make_material(config, [corpus], None)
    examples = material.examples
    batches = Batches(**material.batches(config))
    whole = batches[3]
    assert len(whole) == 6
    assert len(whole.raw) == 6 * 5
    numbers = batches.numbers(3)
    company = batches._with(numbers, 3).reshape(6, 4)
    for own, others in zip(numbers, company, strict=True):
        assert set(examples.subjects[others]) == {examples.subjects[own]}
        assert own not in others
        assert len(set(others)) == 4
        assert set(others) <= set(material.chosen)
    assert (whole.raw.signals == examples.read([*numbers, *company.ravel()]).signals).all()
    part = whole.part(slice(2, 4))
    assert (part.raw.signals == examples.read([*numbers[2:4], *company[2:4].ravel()]).signals).all()


def test_candidates_are_all_others_and_the_own_companions():
    found = candidates_of(4, 2).tolist()
    for anchor, row in enumerate(found):
        others = set(range(4)) - {anchor}
        assert sorted(row) == sorted([*others, 4 + 2 * anchor, 5 + 2 * anchor])


def test_the_objective_is_the_loss_of_all_pairs(corpus, learnt):
    config = relative_settings(learnt)
    material = make_material(config, [corpus], None)
    drawn = Batches(**material.batches(config))[0]
    model = ImuTextModel(ModelSettings(encoder_settings=SMALL, text_width=0)).eval()
    objective = Relative(str(learnt), at_once=7)
    step = Step(
        model, drawn, Augment(config.augment, 50.0, 50), model.encode, torch.zeros(0, 0), 11
    )
    made = objective(step)
    with torch.no_grad():
        unit = torch.nn.functional.normalize(step.encoded().double(), dim=1)
        own = traces_of(step.sensors())
        assert len(own) == len(drawn.raw) == 6 * 4
        likeness, distances = [], []
        for anchor in range(6):
            row = [k for k in range(6) if k != anchor] + [6 + 3 * anchor + k for k in range(3)]
            likeness.append([float(unit[anchor] @ unit[k]) / 0.1 for k in row])
            distances.append([float(objective.distance(own[[anchor]], own[[k]])) for k in row])
    assert made.item() == pytest.approx(
        plain_loss(torch.tensor(likeness), torch.tensor(distances)), abs=1e-6
    )
    made.backward()
    assert all(weights.grad is None for weights in objective.parameters())
    assert any(weights.grad is not None for weights in model.parameters())


def test_rebuilding_costs_the_mean_distance_to_windows_that_were_changed(corpus):
    config = settings(objectives={"reconstruct": 1.0}, objective_settings={"reconstruct": TINY})
    drawn = Batches(**make_material(config, [corpus], None).batches(config))[0]
    torch.manual_seed(4)
    objective = Reconstruct(**TINY).eval()
    augment = Augment(config.augment, 50.0, 50)
    step = Step(None, drawn, augment, None, torch.zeros(0, 0), 11)
    windows = traces_of(step.sensors())
    others = changed(windows, step.generator(1_000))
    with torch.no_grad():
        made = objective(step)
    objective.double()
    expected = []
    for number in range(len(windows)):
        both = [
            each.signals[number][:, each.valid[number]].double().numpy()
            for each in (windows, others)
        ]
        expected.append(plain_distance(objective.distance, *both))
    assert made.item() == pytest.approx(np.mean(expected), rel=1e-6)


def test_rebuilding_trains_the_distance_and_nothing_else(learnt):
    state = read_checkpoint(learnt)
    fresh = Reconstruct(**TINY).state_dict()
    assert {f"reconstruct.{name}" for name in fresh} == set(state.objectives)
    model = load_model(learnt / "model.pt")
    torch.manual_seed(0)
    drawn = ImuTextModel(model.settings).state_dict()
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, drawn[name]), name
    assert state.best["loss"] > 0


def test_the_distance_stays_as_it_was_to_the_bit(corpus, learnt, tmp_path):
    config = relative_settings(learnt)
    trained = pretrain(config, [corpus], tmp_path / "whole", None)

    def stop(status):
        if status.step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted, match="after step 2 of 4"):
        pretrain(config, [corpus], tmp_path / "parts", None, progress=stop)
    pretrain(config, [corpus], tmp_path / "parts", None, resume=True)
    whole, parts = (read_checkpoint(tmp_path / name) for name in ("whole", "parts"))
    for name, weights in whole.model.items():
        assert torch.equal(weights, parts.model[name]), name
    assert whole.best == parts.best
    before = load_distance(learnt)
    for name, weights in before.distance.state_dict().items():
        assert torch.equal(weights, whole.objectives[f"relative.distance.{name}"]), name
    source = load_model(tmp_path / "whole" / "model.pt").settings.source
    assert source["objectives"]["relative"]["distance"] == before.sha256
    assert source["licences"] == ["CC0-1.0"] == list(trained.licences)


def test_both_trainings_by_command(corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("d.toml").write_text(SETTINGS + "[objective_settings.reconstruct]\nchannels = 8\n")
    made = ("--out", "d", "--config", "d.toml", "--preset", "relcon-distance", "--epochs", 1)
    out, err = run(corpus.folder, *made, capsys=capsys)
    assert "no objective trains the encoder" in err
    assert "d/model.pt" in out
    Path("r.toml").write_text(
        SETTINGS.replace("batch_size", "companions = 2\nbatch_size")
        + '[objective_settings.relative]\ndistance = "d"\n'
    )
    given = ("--out", "r", "--config", "r.toml", "--epochs", 1, "--lr", 0.01)
    out, err = run(corpus.folder, *given, "--preset", "relcon", capsys=capsys)
    assert "held-out windows" in out
    assert "encoder" not in err
    before = Path("r/model.pt").read_bytes()
    run(corpus.folder, "--out", "r", "--resume", capsys=capsys)
    assert Path("r/model.pt").read_bytes() == before
    assert json.loads(Path("r/config.json").read_text())["companions"] == 2
    text = Path("r.toml").read_text()
    for old, new, message in (
        ('distance = "d"', "", "put distance = "),
        ('"d"', '"r"', "holds no distance; give the model.pt"),
        ('"d"', '"none"', "there is no such file"),
        ("companions = 2", "companions = 0", "set companions"),
        ("rate_hz = 50.0", "rate_hz = 25.0", "was trained at 50 Hz, not at the 25 Hz"),
        ("warmup", "augment = {sensors = [1, 3]}\nwarmup", "windows of one sensor"),
        ('"d"', '"d"\nheat = 3', "objective relative"),
    ):
        assert old in text
        Path("w.toml").write_text(text.replace(old, new, 1))
        _, err = run(
            corpus.folder, "--out", "w", "--config", "w.toml", "--preset", "relcon",
            capsys=capsys, code=2,
        )  # fmt: skip
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert message in err
        assert not Path("w").exists()
