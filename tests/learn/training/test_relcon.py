"""RelCon: the distance, the relative loss, and both trainings as users run them."""

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from corpus_clips import JOINTS  # noqa: E402
from training_corpora import SMALL, moving, small  # noqa: E402

from imusim.cli import main  # noqa: E402
from imusim.corpus import Corpus, CorpusWriter  # noqa: E402
from imusim.errors import Interrupted  # noqa: E402
from imusim.learn.augment import Augment  # noqa: E402
from imusim.learn.model import ImuTextModel, ModelSettings, load_model  # noqa: E402
from imusim.learn.objectives import Step  # noqa: E402
from imusim.learn.objectives.relative import (  # noqa: E402
    MotifDistance,
    Reconstruct,
    Relative,
    Traces,
    changes,
    load_distance,
    relative_loss,
    sparsemax,
)
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


def windows(count, samples=64, seed=0, dtype=torch.float32):
    rng = torch.Generator().manual_seed(seed)
    signals = torch.randn(count, 3, samples, generator=rng, dtype=dtype)
    return Traces(3 * signals + 2, torch.ones(count, samples, dtype=torch.bool))


def projected(scores):
    """Onto the simplex, by halving the interval in which the threshold lies."""
    low, high = scores.max() - 1, scores.max()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(scores - middle, 0, None).sum() > 1 else (low, middle)
    return np.clip(scores - (low + high) / 2, 0, None)


@pytest.mark.parametrize("scale", [1e-3, 0.3, 1, 5, 1e3])
def test_sparsemax_is_the_nearest_point_of_the_simplex(scale):
    rng = np.random.default_rng(round(scale))
    rows = rng.normal(0, scale, (20, 17))
    rows[0] = 0.0
    rows[1, :9] = rows[1].max()  # equal ones
    rows[2, 3:] = -1e30
    made = sparsemax(torch.from_numpy(rows)).numpy()
    np.testing.assert_allclose(made, [projected(row) for row in rows], atol=1e-9 * max(1, scale))
    np.testing.assert_allclose(made.sum(axis=1), 1, atol=1e-9)
    assert (made >= 0).all()
    shifted = sparsemax(torch.from_numpy(rows[:2] + 7)).numpy()
    np.testing.assert_allclose(shifted, made[:2], atol=1e-9)


def test_sparsemax_has_the_right_gradient():
    scores = torch.randn(5, 9, dtype=torch.double, generator=torch.Generator().manual_seed(1))
    assert torch.autograd.gradcheck(sparsemax, (scores.requires_grad_(),))


def plain_distance(network, anchor, candidate):
    """Of two windows (3, T), float64: sample by sample and tap by tap, as it is defined."""
    state = {name: values.numpy() for name, values in network.state_dict().items()}
    mean, deviation = candidate.mean(axis=1), np.sqrt(candidate.var(axis=1) + 1e-5)
    gain, bias = state["gain"][:, 0], state["bias"][:, 0]

    def convolved(x, weight, offset, dilation, partial):
        samples, kernel = x.shape[1], weight.shape[2]
        made = np.zeros((len(weight), samples))
        for t in range(samples):
            seen = [
                (k, t + (k - kernel // 2) * dilation)
                for k in range(kernel)
                if 0 <= t + (k - kernel // 2) * dilation < samples
            ]
            total = sum(weight[:, :, k] @ x[:, s] for k, s in seen)
            made[:, t] = total * (kernel / len(seen) if partial else 1) + offset
        return made

    def normed(x):
        x = torch.nn.functional.gelu(torch.from_numpy(x)).numpy()
        return (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)

    def motifs(part, x):
        x = ((x.T - mean) / deviation * gain + bias).T
        x = convolved(x, state[f"{part}.first.weight"], state[f"{part}.offset"][:, 0], 1, True)
        x = torch.nn.functional.gelu(torch.from_numpy(x)).numpy()
        x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        for number in range(len(getattr(network, part).blocks)):
            own = f"{part}.blocks.{number}"
            narrow = convolved(
                x, state[f"{own}.narrow.weight"], state[f"{own}.narrow.bias"], 1, False
            )
            wide = state[f"{own}.wide.weight"], state[f"{own}.wide.bias"]
            x = normed(convolved(narrow, *wide, 2**number, False) + x)
        return x

    query, key, value = (
        motifs(part, x) for part, x in (("query", anchor), ("key", candidate), ("value", candidate))
    )
    rebuilt = np.zeros_like(anchor)
    for t in range(anchor.shape[1]):
        share = projected(query[:, t] @ key / np.sqrt(len(query)))
        out = state["out.weight"][:, :, 0] @ (value @ share) + state["out.bias"]
        rebuilt[:, t] = (out - bias) / gain * deviation + mean
    return np.mean((rebuilt - anchor) ** 2)


def test_the_distance_is_as_defined():
    torch.manual_seed(3)
    network = MotifDistance(16, 5, 2).double().eval()
    with torch.no_grad():
        network.gain.uniform_(0.5, 2)
        network.bias.normal_()
        for part in (network.query, network.key, network.value):
            part.offset.normal_()
    anchors, others = windows(3, 20, 1, torch.double), windows(3, 20, 2, torch.double)
    with torch.no_grad():
        made = network(anchors, others).numpy()
    pairs = zip(anchors.signals.numpy(), others.signals.numpy(), strict=True)
    assert made == pytest.approx([plain_distance(network, *pair) for pair in pairs], rel=1e-9)
    parts = zip(vars(anchors).values(), vars(others).values(), strict=True)
    every = Traces(*map(torch.cat, parts))
    here, there = torch.arange(3), torch.arange(3) + 3
    for at_once in (1, 2, 100):
        again = network.among(every, here, there, at_once).numpy()
        assert again == pytest.approx(made, rel=1e-9)


def test_padding_counts_for_nothing():
    network = MotifDistance(8, 5, 2).double().eval()
    anchors, others = windows(4, 30, 1, torch.double), windows(4, 30, 2, torch.double)
    with torch.no_grad():
        made = network(anchors, others)
        for whole in (anchors, others):
            padded = Traces(
                torch.cat([whole.signals, torch.zeros(4, 3, 9, dtype=torch.double)], dim=2),
                torch.cat([whole.valid, torch.zeros(4, 9, dtype=torch.bool)], dim=1),
            )
            pair = (padded, others) if whole is anchors else (anchors, padded)
            torch.testing.assert_close(network(*pair), made)


def test_what_is_rebuilt_has_the_candidates_level_and_size():
    network = MotifDistance(8, 5, 1).double().eval()
    anchors, others = windows(4, 40, 1, torch.double), windows(4, 40, 2, torch.double)
    with torch.no_grad():
        made = network.rebuild(anchors, network.read(others))
        larger = [Traces(50 * each.signals - 7, each.valid) for each in (anchors, others)]
        again = network.rebuild(larger[0], network.read(larger[1]))
        torch.testing.assert_close(again, 50 * made - 7, rtol=1e-4, atol=1e-3)
        network.out.weight.zero_()
        network.out.bias.zero_()
        level = network.rebuild(anchors, network.read(others))
    expected = others.signals.mean(dim=2, keepdim=True).expand_as(level)
    torch.testing.assert_close(level, expected)


def test_a_learnt_distance_is_least_to_the_window_itself():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    time = torch.arange(48) / 48
    every = torch.arange(12)
    phase = 2 * torch.pi * ((1 + every[:, None]) * time + torch.rand(12, 1, generator=generator))
    axis = torch.nn.functional.normalize(torch.randn(12, 3, 1, generator=generator), dim=1)
    own = Traces(5 * axis * phase.sin()[:, None], torch.ones(12, 48, dtype=torch.bool))
    network = MotifDistance(16, 7, 1, dropout=0.0)
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(120):
        optimizer.zero_grad()
        network(own, changes.changed(own, generator)).mean().backward()
        optimizer.step()
    network.eval()
    here, there = every.repeat_interleave(12), every.repeat(12)
    distances = network.among(own, here, there, 48).view(12, 12)
    nearer = (distances < distances.diagonal()[:, None]).sum(dim=1)
    assert nearer.float().mean() <= 0.5
    assert distances.diagonal().mean() < 0.5 * distances.mean()


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


def test_changes_change_what_they_say():
    own = windows(64, 40)
    generator = torch.Generator().manual_seed(5)
    x = own.signals
    turned = changes.rotate(own, generator).signals
    torch.testing.assert_close(turned.norm(dim=1), x.norm(dim=1), rtol=1e-4, atol=1e-4)
    assert (changes.negate(own, generator).signals == -x).all()
    assert (changes.flip(own, generator).signals[..., 0] == x[..., -1]).all()
    noisy = changes.noise(own, generator).signals - x
    assert noisy.std() == pytest.approx(changes.NOISE, rel=0.05)
    factor = changes.scale(own, generator).signals / x
    assert factor.std(dim=2).max() < 1e-4
    assert factor[..., 0].std() == pytest.approx(changes.SCALE, rel=0.3)
    shuffled = changes.shuffle(own, generator).signals
    assert (shuffled.sort(dim=1).values == x.sort(dim=1).values).all()
    assert (shuffled != x).any(dim=(1, 2)).all()
    cut = changes.permute(own, generator).signals
    assert (cut.sort(dim=2).values == x.sort(dim=2).values).all()
    cut, whole = cut[:, 0], x[:, 0]
    follow = (cut[:, None, 1:] == whole[:, 1:, None]) & (cut[:, None, :-1] == whole[:, :-1, None])
    assert follow.any(dim=1).sum(dim=1).min() >= 40 - 1 - changes.CUTS
    ramp = Traces(torch.arange(40.0).expand(64, 3, 40), own.valid)
    warped = changes.warp(ramp, generator).signals
    assert (warped.diff(dim=2) > 0).all()
    assert (warped[..., 0] == 0).all()
    torch.testing.assert_close(warped[..., -1], ramp.signals[..., -1])
    assert (warped - ramp.signals).abs().amax(dim=(1, 2)).median() > 0.5


def test_each_window_has_changes_of_its_own():
    own = windows(200, 16)
    own.valid[::2, 12:] = False
    own = Traces(own.signals * own.valid[:, None], own.valid)
    one, same, other = (
        changes.changed(own, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert (one.signals == same.signals).all()
    assert (one.signals != other.signals).any()
    assert (one.signals != own.signals).any(dim=(1, 2)).all()
    assert (one.signals[~one.valid[:, None].expand_as(one.signals)] == 0).all()


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
        unit = torch.nn.functional.normalize(step.encoded(), dim=1)
        own = traces_of(step.sensors())
        assert len(own) == len(drawn.raw) == 6 * 4
        likeness, distances = [], []
        for anchor in range(6):
            row = [k for k in range(6) if k != anchor] + [6 + 3 * anchor + k for k in range(3)]
            likeness.append([float(unit[anchor] @ unit[k]) / 0.1 for k in row])
            distances.append([float(objective.distance(own[[anchor]], own[[k]])) for k in row])
    assert made.item() == pytest.approx(
        plain_loss(torch.tensor(likeness), torch.tensor(distances)), abs=1e-5
    )
    made.backward()
    assert all(weights.grad is None for weights in objective.parameters())
    assert any(weights.grad is not None for weights in model.parameters())


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


def run(*arguments, capsys, code=0):
    with pytest.raises(SystemExit) as ended:
        main(["pretrain", *map(str, arguments)])
    said = capsys.readouterr()
    assert ended.value.code == code, said.err
    assert "Traceback" not in said.err
    return said.out, said.err


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
