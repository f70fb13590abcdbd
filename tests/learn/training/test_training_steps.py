"""Single steps: gradients, what decays, rates of learning, which windows meet."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from training_corpora import Letters, make_corpus, small  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.model import ImuTextModel, ModelSettings  # noqa: E402
from imusim.learn.objectives.contrast import NONE  # noqa: E402
from imusim.learn.training.batches import Batches  # noqa: E402
from imusim.learn.training.material import make_material  # noqa: E402
from imusim.learn.training.optimizer import learning_rate, make_optimizer  # noqa: E402
from imusim.learn.training.retrieval import retrieval  # noqa: E402
from imusim.learn.training.run import make_module  # noqa: E402
from imusim.learn.training.wordings import make_wordings  # noqa: E402


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return make_corpus(tmp_path_factory.mktemp("steps") / "c")


def gradients(corpus, tmp_path, **changes):
    """Loss and gradients of the first batch."""
    config = small(batch_size=12, **changes)
    material = make_material(config, [corpus], Letters())
    module = make_module(config, material, None, tmp_path)
    batch = Batches(**material.batches(config))[0]
    module.train()
    loss = module.training_step(batch, 0)
    loss.backward()
    return loss, {name: each.grad for name, each in module.model.named_parameters()}


@pytest.mark.parametrize("some", [1, 5, 12, 50])
def test_cached_gradients_are_those_of_the_whole_batch(corpus, tmp_path, some):
    still = {"widths": [8, 16], "width": 16, "dropout": 0.0}
    loss, whole = gradients(corpus, tmp_path, encoder_settings=still)
    same, parts = gradients(corpus, tmp_path, encoder_settings=still, cached_gradients=some)
    assert loss.item() == pytest.approx(same.item(), rel=1e-6)
    for name, gradient in whole.items():
        torch.testing.assert_close(gradient, parts[name], rtol=1e-4, atol=1e-6, msg=name)


def test_cached_gradients_meet_the_same_dropout_twice(corpus, tmp_path):
    """A step against the gradient falls by as much as the gradient says."""
    heavy = {"widths": [8, 16], "width": 16, "dropout": 0.5}
    config = small(batch_size=12, encoder_settings=heavy, cached_gradients=5)
    material = make_material(config, [corpus], Letters())
    module = make_module(config, material, None, tmp_path).double()
    batch = Batches(**material.batches(config))[0]
    module._features = module._features.double()
    module.model.logit_scale.data.fill_(1.0)

    def doubled(raw, generator, choice=None):
        sensors = module.augment(raw, generator, choice)
        return replace(sensors, signals=sensors.signals.double())

    def loss():
        torch.manual_seed(5)
        return module.loss_of(batch, doubled, seed=3)

    weight = module.model.sensor_projection.weight
    loss().backward()
    gradient = weight.grad.clone()
    with torch.no_grad():
        weight -= 1e-3 * gradient / gradient.norm()
        below = loss()
        weight += 2e-3 * gradient / gradient.norm()
        above = loss()
    slope = (above - below).item() / 2e-3
    assert slope == pytest.approx(gradient.norm().item(), rel=0.02)


def test_norms_biases_and_embeddings_do_not_decay():
    model = ImuTextModel(ModelSettings(encoder_settings={"widths": [8, 16], "width": 16}))
    groups = make_optimizer(model, small(weight_decay=0.3)).param_groups
    names = {id(weight): name for name, weight in model.named_parameters()}
    decaying, others = ({names[id(w)] for w in group["params"]} for group in groups)
    assert [group["weight_decay"] for group in groups] == [0.3, 0.0]
    assert decaying | others == set(names.values())
    assert not decaying & others
    assert {"sensor_projection.weight", "text_projection.weight"} <= decaying
    assert all(name.endswith("weight") for name in decaying)
    assert {"logit_scale", "encoder.where.weight"} <= others
    assert all(name in others for name in names.values() if name.endswith((".bias", ".relation")))


def test_the_rate_of_learning_rises_and_falls():
    config = small(warmup=10, learning_rate=0.5)
    rates = [learning_rate(config, step, 110) for step in range(110)]
    assert rates[:10] == pytest.approx([0.05 * (step + 1) for step in range(10)])
    assert rates[10] == pytest.approx(0.5)
    assert rates[60] == pytest.approx(0.25)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 0.001
    assert learning_rate(small(warmup=0, schedule="constant"), 99, 100) == 1e-3


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.integers(1, 24), st.integers(0, 10**6), st.sampled_from([1, 2, 3]))
def test_batches_hold_each_window_as_often_as_its_weight_says(windows, count, seed, ranks):
    rng = np.random.default_rng(seed)
    weights = rng.random(windows) + 0.01
    chosen = rng.permutation(100)[:windows]
    count *= ranks

    def numbers(batch, rank, ranks):
        return Batches(None, chosen, weights, None, count, seed, rank, ranks).numbers(batch)

    for batch in (0, 7):
        whole = numbers(batch, 0, 1)
        assert len(whole) == count
        expected = count * weights / weights.sum()
        drawn = np.array([(whole == number).sum() for number in chosen])
        assert drawn.sum() == count
        assert np.abs(drawn - expected).max() <= 2
        shares = [numbers(batch, rank, ranks) for rank in range(ranks)]
        assert {len(share) for share in shares} == {count // ranks}
        assert sorted(np.concatenate(shares)) == sorted(whole)
    assert count < 4 or windows < 4 or (numbers(0, 0, 1) != numbers(1, 0, 1)).any()


def test_draws_follow_the_weights_in_the_mean():
    weights = np.array([1.0, 2.0, 5.0])
    batches = Batches(None, np.arange(3), weights, None, 7, 3)
    drawn = np.concatenate([batches.numbers(batch) for batch in range(500)])
    np.testing.assert_allclose(np.bincount(drawn) / len(drawn), weights / 8, atol=0.01)


def test_captions_dealt_out_anew_stay_together_by_clip(corpus):
    plain, dealt, again, other = (
        make_material(small(shuffled_captions=shuffled, seed=seed), [corpus], Letters()).examples
        for shuffled, seed in ((False, 1), (True, 1), (True, 1), (True, 2))
    )
    assert (dealt.captions == again.captions).all()
    assert (dealt.captions != plain.captions).any()
    assert (dealt.captions != other.captions).any()
    assert sorted(map(tuple, dealt.captions)) == sorted(map(tuple, plain.captions))
    for clip in np.unique(dealt.clip):
        assert len(np.unique(dealt.captions[dealt.clip == clip], axis=0)) == 1
    groups = {tuple(row): group for row, group in zip(plain.captions, plain.group, strict=True)}
    assert [groups[tuple(row)] for row in dealt.captions] == dealt.group.tolist()


def test_shares_are_factors_by_source(corpus, tmp_path):
    other = make_corpus(tmp_path / "d", clips=8, source="procedural")
    plain, more = (
        make_material(small(shares=shares), [corpus, other], Letters())
        for shares in ({}, {"proc": 3.0, "bvh": 0.5, "bvh CC0": 0.0})
    )
    procedural = np.char.startswith(plain.examples.sources, "procedural")
    np.testing.assert_allclose(more.weights[procedural], 3 * plain.weights[procedural])
    assert (more.weights[~procedural] == 0).all()
    with pytest.raises(ConfigError, match=r"no source begins with 'cmu'; there are: .*procedural"):
        make_material(small(shares={"cmu": 2.0}), [corpus, other], Letters())
    with pytest.raises(ConfigError, match="leave no window"):
        make_material(small(shares={"bvh": 0.0}), [corpus], Letters())


def test_texts_are_numbered_and_fit_their_windows():
    captions = ["walk up", "walk down", "sit"]
    wordings = make_wordings(
        captions,
        Letters(),
        {
            **{text: [text, f"someone does {text}", f"{text} now"] for text in captions[:2]},
            "sit": ["someone does sit"],
        },
        lambda text: text.replace("up", "down") if "up" in text else None,
    )
    texts = wordings.texts
    assert len(set(texts)) == len(texts) == len(wordings.features)
    assert [texts[row[0]] for row in wordings.of_caption] == captions
    assert [(row != NONE).sum() for row in wordings.of_caption] == [3, 3, 2]
    for number, against in enumerate(wordings.opposite):
        assert (against == NONE) == ("up" not in texts[number])
        if against != NONE:
            assert texts[against] == texts[number].replace("up", "down")
    rows = np.array([[0, 2], [1, NONE]])
    fitting = wordings.fitting(rows)
    assert {texts[n] for n in fitting[1] if n != NONE} == {
        "walk down", "someone does walk down", "walk down now"
    }  # fmt: skip
    assert (fitting[0] != NONE).sum() == 5
    generator = np.random.default_rng(0)
    seen = [wordings.draw(rows, generator) for _ in range(300)]
    assert set(np.array(seen)[:, 0]) == set(fitting[0]) - {NONE}
    assert set(np.array(seen)[:, 1]) == set(fitting[1]) - {NONE}
    alone = make_wordings(captions, Letters())
    assert alone.texts == tuple(captions)
    assert (alone.opposite == NONE).all()


def test_retrieval_counts_what_is_nearer():
    texts = torch.eye(6)
    sensors = torch.tensor(
        [
            [0.9, 0.3, 0.0, 0.0, 0.0, 0.0],  # its own first
            [0.9, 0.3, 0.2, 0.0, 0.0, 0.0],  # one of two, on second place
            [0.9, 0.8, 0.7, 0.6, 0.5, 0.1],  # last
        ]
    )
    found = retrieval(sensors, texts, torch.tensor([[0, NONE], [5, 1], [5, NONE]]))
    assert found.recall_1 == pytest.approx(1 / 3)
    assert found.recall_5 == pytest.approx(2 / 3)
    assert found.reciprocal_rank == pytest.approx((1 + 1 / 2 + 1 / 6) / 3)
    alike = retrieval(torch.ones(2, 6), torch.ones(4, 6), torch.tensor([[0], [1]]))
    assert alike.recall_1 == 0
    assert alike.reciprocal_rank == pytest.approx(1 / 4)
    assert math.isclose(retrieval(texts, texts, torch.arange(6)[:, None]).recall_1, 1)
