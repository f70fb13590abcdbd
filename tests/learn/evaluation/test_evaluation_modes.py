"""All modes on windows that are made up: who can tell classes does, who cannot is at chance."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
import torch
from made_recordings import captionless_model, made_windows, small_model

from imusim.errors import ConfigError
from imusim.learn.evaluation import class_features, zero_shot
from imusim.learn.evaluation import result as names
from imusim.learn.evaluation.files import write_evaluation
from imusim.learn.evaluation.handcrafted import window_features
from imusim.learn.evaluation.linear import choose_penalty, fit_linear
from imusim.learn.evaluation.result import EvaluationResult
from imusim.learn.evaluation.run import evaluate_dataset
from imusim.learn.evaluation.settings import EvaluationSettings
from imusim.learn.evaluation.tuning import Tuning, tuned
from imusim.learn.evaluation.zero_shot import class_scores, embed_classes, embed_windows

TEXT = "all-MiniLM-L6-v2"


def features_of(real, seed=0, width=12):
    rng = torch.Generator().manual_seed(seed)
    return class_features(lambda texts: torch.randn(len(texts), width, generator=rng), real.prompts)


def aligned(model, real):
    """A model whose text projection takes unit texts to where windows of the classes lie."""
    embedded = embed_windows(model, real.batch)
    means = torch.stack([embedded[torch.from_numpy(real.labels == k)].mean(dim=0)
                         for k in range(len(real.classes))])  # fmt: skip
    with torch.no_grad():
        centred = means - means.mean(dim=0)
        model.text_projection.weight[:, : len(means)] = centred.T
    eye = torch.eye(len(means), model.settings.text_width)
    return [row[None].repeat(3, 1) for row in eye]


def test_zero_shot_names_what_lies_near():
    real, model = made_windows(), small_model()
    features = aligned(model, real)
    assert zero_shot(model, real, features)["accuracy"] > 0.9
    swapped = zero_shot(model, real, [features[k] for k in (1, 2, 0)])
    assert swapped["accuracy"] < 0.1


def test_classes_are_the_mean_of_their_unit_prompts():
    model = small_model()
    features = [torch.randn(3, 12), 5 * torch.randn(1, 12)]
    found = embed_classes(model, features)
    own = model.embed_text(features[0]).mean(dim=0)
    torch.testing.assert_close(found[0], own / own.norm())
    torch.testing.assert_close(found[1], model.embed_text(features[1])[0])
    scaled = embed_classes(model, [features[0] * torch.tensor([[1.0], [7], [2]]), features[1]])
    torch.testing.assert_close(found, scaled)


def test_prompts_are_encoded_at_once_and_come_back_by_class():
    asked = []

    def encode(texts):
        asked.append(list(texts))
        return np.arange(len(texts))[:, None] * np.ones(4)

    found = class_features(encode, (("a", "b"), ("c",)))
    assert asked == [["a", "b", "c"]]
    assert [part[:, 0].tolist() for part in found] == [[0, 1], [2]]


def test_embeddings_do_not_depend_on_how_many_are_made_at_once():
    real, model = made_windows(), small_model()
    model.train()
    whole, parts = embed_windows(model, real.batch), embed_windows(model, real.batch, size=5)
    torch.testing.assert_close(whole, parts)
    assert model.training
    assert not whole.requires_grad


@pytest.mark.parametrize("projected", [True, False])
def test_models_of_accelerometers_alone_are_shown_no_gyroscopes(projected):
    real, model = made_windows(people=2), small_model(gyroscope=False)
    still = real.batch.signals.clone()
    still[:, :, 3:] = 3.0
    turned = replace(real.batch, signals=still)
    found = [embed_windows(model, batch, projected) for batch in (real.batch, turned)]
    torch.testing.assert_close(*found)


def test_windows_that_a_model_is_not_made_for():
    real = made_windows()
    features = features_of(real)
    with pytest.raises(ConfigError, match="mounting upright"):
        class_scores(small_model(mounting="upright"), real, features)
    with pytest.raises(ConfigError, match="takes 50 Hz"):
        class_scores(small_model(rate_hz=50.0), real, features)
    with pytest.raises(ConfigError, match="text encoder"):
        class_scores(small_model(), real, features_of(real, width=5))
    with pytest.raises(ConfigError, match="prompts of 2 classes; there are 3"):
        class_scores(small_model(), real, features[:2])


def test_all_modes_beside_what_they_must_beat():
    real = made_windows()
    models = [small_model(seed) for seed in (0, 1)]
    how = EvaluationSettings(
        shots=(2,), draws=2, folds=2, n_resamples=20,
        tuning=Tuning(steps=25, learning_rate=1e-2, check_every=8),
    )  # fmt: skip
    features = {TEXT: features_of(real)}
    told = []
    before = {n: v.clone() for n, v in models[0].state_dict().items()}
    found = evaluate_dataset(models, real, features, how, [small_model(7)], progress=told.append)
    for name, value in models[0].state_dict().items():
        assert torch.equal(value, before[name])
    assert len(told) == len(found.lines) + 1
    ways = {mode: {line.way for line in found.lines if line.mode == mode} for mode in names.MODES}
    always = {names.CONTROL, names.MAJORITY}
    frozen = {names.PRETRAINED, names.RANDOM, names.HANDCRAFTED, names.CONVOLUTIONS} | always
    assert ways["zero-shot"] == {names.PRETRAINED, names.UNPLACED, names.RANDOM} | always
    assert ways["probe"] == frozen
    assert ways["k-shot"] == frozen | {names.TUNED, names.SCRATCH}
    assert (
        ways["finetune"]
        == {names.TUNED, names.SCRATCH, names.HANDCRAFTED, names.CONVOLUTIONS} | always
    )
    # Where gravity is tells the classes, and every way to learn finds it.
    for mode, way in (
        ("probe", names.PRETRAINED), ("probe", names.HANDCRAFTED), ("finetune", names.TUNED),
        ("finetune", names.SCRATCH),
    ):  # fmt: skip
        assert found.line(mode, way).figures["accuracy"].value > 0.9, (mode, way)
    assert found.line("k-shot", names.HANDCRAFTED, 2).figures["accuracy"].value > 0.6
    for line in found.lines:
        repeats = len(line.by_model) * (2 if line.shots and line.way != names.MAJORITY else 1)
        assert line.confusion.sum() == repeats * len(real)
        if line.way == names.MAJORITY:
            assert line.figures["accuracy"].value == pytest.approx(1 / 3)
    assert len(found.line("probe", names.PRETRAINED).by_model) == 2
    assert len(found.draws) == 4
    shown = found.draws[0]["windows"]["2"]  # pyright: ignore
    people = {real.subjects[real.keys.index(key)] for key in shown}
    assert people <= set(found.splits[0].train)
    assert len(shown) == 6


def test_models_without_texts_learn_classes_in_the_encoders_space():
    real = made_windows()
    how = EvaluationSettings(
        modes=("finetune",), folds=2, n_resamples=20,
        tuning=Tuning(steps=30, learning_rate=1e-2, check_every=10),
    )  # fmt: skip
    found = evaluate_dataset([captionless_model()], real, {}, how)
    for way in (names.TUNED, names.SCRATCH):
        assert found.line("finetune", way).figures["accuracy"].value > 0.9, way
    with pytest.raises(ConfigError, match="trained without texts, so it names no classes"):
        evaluate_dataset([captionless_model()], real, {})


def test_the_head_of_a_model_without_texts_is_cosines_with_its_encoders_vectors():
    real, model = made_windows(people=2), captionless_model(width=99)
    still = Tuning(steps=1, learning_rate=0.0)
    scores = tuned(model, None, real.batch, real.labels, 3, None, still, seed=5)(real.batch)
    vectors = embed_windows(model, real.batch, projected=False).numpy().astype(float)
    torch.manual_seed(5)
    directions = torch.randn(3, vectors.shape[1]).numpy().astype(float)
    lengths = np.linalg.norm(vectors, axis=1)[:, None] * np.linalg.norm(directions, axis=1)
    np.testing.assert_allclose(scores, 20 * (vectors @ directions.T) / lengths, atol=1e-4)


def test_what_stands_beside_models_changes_nothing_of_them():
    real = made_windows()
    how = EvaluationSettings(
        modes=("k-shot", "probe", "finetune"), shots=(1,), draws=2, folds=2, n_resamples=20,
        tuning=Tuning(steps=2), tune_shots=False,
    )  # fmt: skip
    every, some, alone = (
        evaluate_dataset([captionless_model()], real, {}, replace(how, beside=beside))
        for beside in (names.BESIDE, (names.SCRATCH, names.HANDCRAFTED), ())
    )
    assert {line.way for line in alone.lines} == {names.PRETRAINED, names.TUNED}
    assert {line.way for line in some.lines} == {
        names.PRETRAINED, names.TUNED, names.SCRATCH, names.HANDCRAFTED,
    }  # fmt: skip
    for line in (*some.lines, *alone.lines):
        assert line.figures == every.line(line.mode, line.way, line.shots).figures
    with pytest.raises(ConfigError, match="beside 'control': models stand beside random init"):
        EvaluationSettings(beside=("control",))


def test_labels_that_mean_nothing_give_chance():
    real = made_windows(people=6, each=6, told=False)
    how = EvaluationSettings(modes=("probe",), folds=3, n_resamples=20)
    found = evaluate_dataset([small_model()], real, {TEXT: features_of(real)}, how)
    for way in (names.PRETRAINED, names.RANDOM, names.HANDCRAFTED):
        assert found.line("probe", way).figures["accuracy"].value == pytest.approx(1 / 3, abs=0.12)


def test_the_same_seed_gives_the_same_figures():
    real = made_windows(people=2, each=2)
    how = EvaluationSettings(
        modes=("k-shot", "finetune"), shots=(1,), draws=2, folds=2, n_resamples=20,
        tuning=Tuning(steps=3),
    )  # fmt: skip
    found = [
        evaluate_dataset([small_model()], real, {TEXT: features_of(real)}, how) for _ in range(2)
    ]
    for one, other in zip(found[0].lines, found[1].lines, strict=True):
        assert one.figures == other.figures
        np.testing.assert_array_equal(one.confusion, other.confusion)
    assert found[0].draws == found[1].draws


def test_who_is_tested_can_be_stated():
    real = made_windows()
    how = EvaluationSettings(modes=("zero-shot", "probe"), n_resamples=20)
    found = evaluate_dataset(
        [small_model()], real, {TEXT: features_of(real)}, how, test_subjects=["p1"]
    )
    assert [split.test for split in found.splits] == [("p1",)]
    assert {line.confusion.sum() for line in found.lines} == {9}


def test_what_cannot_be_evaluated():
    real = made_windows(people=1)
    features = {TEXT: features_of(real)}
    with pytest.raises(ConfigError, match="two subjects at least"):
        evaluate_dataset([small_model()], real, features)
    evaluate_dataset(
        [small_model()], real, features, EvaluationSettings(modes=("zero-shot",), n_resamples=5)
    )
    with pytest.raises(ConfigError, match="no model"):
        evaluate_dataset([], real, features)
    alone = replace(real, labels=real.labels * 0, classes=("a",), prompts=(("a",),))
    with pytest.raises(ConfigError, match="only 'a' occurs"):
        evaluate_dataset([small_model()], alone, features)
    for wrong in (
        {"modes": ("zero",)}, {"modes": ()}, {"shots": (0,)}, {"shots": ()}, {"draws": 0},
        {"folds": 1},
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            EvaluationSettings(**wrong)


def test_features_of_padded_windows_are_of_what_is_known():
    """What stands in the padding changes nothing, and one sample is enough."""
    real = made_windows(people=2)
    valid = real.batch.valid.clone()
    valid[0, 13:], valid[1, 1:] = False, False
    signals = [real.batch.signals.clone() for _ in range(2)]
    signals[1][0, :, :, 13:], signals[1][1, :, :, 1:] = 77.0, -5.0
    found = [
        window_features(replace(real, batch=replace(real.batch, signals=own, valid=valid)))
        for own in signals
    ]
    np.testing.assert_array_equal(*found)
    assert np.isfinite(found[0]).all()


def test_linear_classifiers_of_classes_that_were_not_shown():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20, 4))
    labels = np.repeat([0, 2], 10)
    features[labels == 2] += 5
    scores = fit_linear(features, labels, 4)(features)
    assert (scores.argmax(axis=1) == labels).all()
    assert (scores[:, [1, 3]] < scores[:, [0, 2]].min() - 1).all()
    one = fit_linear(features[:3], labels[:3], 4)(features)
    assert (one.argmax(axis=1) == 0).all()
    assert choose_penalty(features, labels, np.repeat("a", 20)) > 0


def test_training_stops_where_others_are_told_best():
    """With labels held out that contradict those shown, the first state looked at is the best."""
    real = made_windows(people=2, each=6)
    how = Tuning(steps=25, learning_rate=1e-2, check_every=5, patience=2)
    opposed = (real.batch, (real.labels + 1) % 3)
    agreed = tuned(small_model(), None, real.batch, real.labels, 3, None, how)(real.batch)
    stopped = tuned(small_model(), None, real.batch, real.labels, 3, opposed, how)(real.batch)
    assert (agreed.argmax(axis=1) == real.labels).mean() > 0.9
    assert np.ptp(stopped, axis=1).mean() < np.ptp(agreed, axis=1).mean()


def test_files(tmp_path):
    real = made_windows()
    how = EvaluationSettings(
        modes=("zero-shot", "k-shot"), shots=(1, 2), draws=1, folds=2, tune_shots=False,
        n_resamples=20,
    )  # fmt: skip
    found = evaluate_dataset([small_model()], real, {TEXT: features_of(real)}, how)
    pytest.importorskip("plotly")
    result = EvaluationResult({"seed": 0}, (found,))
    write_evaluation(result, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["kind"] == "evaluation"
    assert {"accuracy", "macro_f1", "recall_at_2", "mrr"} <= set(told["metrics"])
    assert len(told["datasets"][0]["lines"]) == len(found.lines)
    assert len((tmp_path / "out" / "summary.csv").read_text().splitlines()) == len(found.lines) + 1
    classes = (tmp_path / "out" / "classes.csv").read_text().splitlines()
    assert len(classes) == 3 * len(found.lines) + 1
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Few-shot curve" in page
    assert "a person does 2" in page
    with pytest.raises(ConfigError, match="exists already"):
        write_evaluation(result, tmp_path / "out")
    write_evaluation(result, tmp_path / "out", overwrite=True)
