"""Trainings on several objectives: end to end, stopped and resumed, what they refuse."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from corpus_clips import JOINTS  # noqa: E402
from training_corpora import SMALL, Letters, moving, small  # noqa: E402

from imusim.cli import main  # noqa: E402
from imusim.corpus import Corpus, CorpusWriter  # noqa: E402
from imusim.errors import ConfigError, Interrupted  # noqa: E402
from imusim.learn.batch import SensorBatch  # noqa: E402
from imusim.learn.evaluation.real import RealWindows  # noqa: E402
from imusim.learn.training import pretrain  # noqa: E402
from imusim.learn.training.checkpoint import read_checkpoint  # noqa: E402
from imusim.learn.training.material import make_material  # noqa: E402


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("objectives") / "c"
    with CorpusWriter(folder, JOINTS, 20.0, {"seed": 7}) as writer:
        for number in range(24):
            poses = np.random.default_rng(number % 4).normal(size=(40, 22, 3)).astype(np.float32)
            writer.add(moving(number, number % 4, 20.0, 4.0, poses=poses, source_poses=poses))
    return Corpus(folder)


def stop_after(step):
    def progress(status):
        if status.step == step:
            os.kill(os.getpid(), signal.SIGINT)

    return progress


def assert_same(one, other):
    assert set(one) == set(other)
    for name, weights in one.items():
        assert torch.equal(weights, other[name]), name


def test_primus_with_its_queue_is_resumed_to_the_bit(corpus, tmp_path):
    config = small(
        objectives={"primus": 1.0}, objective_settings={"primus": {"queue": 20}}, augment={}
    )
    pretrain(config, [corpus], tmp_path / "whole", Letters())
    with pytest.raises(Interrupted, match="after step 6 of 12"):
        pretrain(config, [corpus], tmp_path / "parts", Letters(), progress=stop_after(6))
    half = read_checkpoint(tmp_path / "parts").objectives
    assert int(half["primus.queue.came"]) == 48
    pretrain(config, [corpus], tmp_path / "parts", Letters(), resume=True)
    whole, parts = (read_checkpoint(tmp_path / name) for name in ("whole", "parts"))
    assert int(whole.objectives["primus.queue.came"]) == 96
    assert_same(whole.model, parts.model)
    assert_same(whole.objectives, parts.objectives)
    assert (whole.objectives["primus.queue.held"].norm(dim=-1) - 1).abs().max() < 1e-5
    assert whole.best == parts.best
    assert "recall_1" in whole.best  # it knows text, so steps are compared by retrieval


def test_objectives_are_combined_and_resumed_by_command(corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shown = ", ".join(f"{name} = {value}" for name, value in SMALL.items())
    (tmp_path / "t.toml").write_text(
        f"encoder_settings = {{{shown}}}\nwidth = 16\nwindow_s = 3.0\nbatch_size = 8\nsteps = 4\n"
        "warmup = 0\nby_movement = true\nvalidation_share = 0.25\nlog_every = 1\n"
        "[objective_settings]\nprimus = {modalities = ['motion'], queue = 12}\n"
        "tasks = {least = 5, tasks = ['reversal', 'scale', 'permutation', 'warp'], apart = true}\n"
    )
    objectives = ("views=0.5", "motion", "primus", "tasks=0.25")
    given = [f"--objective={each}" for each in objectives] + ["--config=t.toml", "--device=cpu"]
    with pytest.raises(SystemExit) as ended:
        main(["pretrain", str(corpus.folder), "--out", "o", *given])
    out, err = capsys.readouterr()
    assert ended.value.code == 0, err
    assert "loss" in out
    assert "held-out windows" in out
    from imusim.learn.training import load_pretrain_config
    from imusim.learn.training.checkpoint import read_settings

    config = load_pretrain_config(base=read_settings(tmp_path / "o"))
    assert config.objectives == {"views": 0.5, "motion": 1.0, "primus": 1.0, "tasks": 0.25}
    with pytest.raises(Interrupted):
        pretrain(config, [corpus], "p", None, progress=stop_after(2))
    assert read_checkpoint(tmp_path / "p").step == 2
    with pytest.raises(SystemExit) as ended:
        main(["pretrain", str(corpus.folder), "--out", "p", "--resume"])
    assert ended.value.code == 0, capsys.readouterr().err
    one, other = (read_checkpoint(tmp_path / name) for name in "op")
    assert_same(one.model, other.model)
    assert_same(one.objectives, other.objectives)
    assert int(one.objectives["primus.queue.came"]) == 32


def test_windows_are_drawn_by_their_movement(corpus):
    plain, moved = (make_material(small(by_movement=by), [corpus], Letters()) for by in (0, 1))
    raw = plain.examples.read(np.arange(len(plain.examples)))
    expected = [
        np.sqrt(np.mean([signals[valid, s, :3].numpy().var(axis=0).mean() for s in range(3)]))
        for signals, valid in zip(raw.signals, raw.valid, strict=True)
    ]
    np.testing.assert_allclose(moved.weights / plain.weights, expected, rtol=1e-5)
    assert len(np.unique(np.round(expected, 1))) > 2


def recordings():
    batch = SensorBatch(
        torch.zeros(2, 1, 6, 60), torch.zeros(2, 1, dtype=torch.int64),
        torch.ones(2, 1, 2, dtype=torch.bool), torch.ones(2, 60, dtype=torch.bool),
    )  # fmt: skip
    who = np.array(["a", "b"])
    return RealWindows(
        "utd_mhad", batch, np.zeros(2, np.int64), ("walk",), (("walking",),), who, who,
        np.array([["pelvis"]] * 2), 20.0, 3.0, "unknown",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("objectives", "settings", "message"),
    [
        ({"motion": 1.0}, {}, "utd_mhad: recordings have no poses, which the objective motion"),
        ({"views": 1.0, "primus": 1.0}, {}, "have no captions, which the objective primus needs"),
        ({"primus": 1.0}, {"primus": {"modalities": ["motion"]}}, "no poses.* primus needs"),
        ({"primus": 1.0}, {"primus": {"modalities": ["video"]}}, "no videos.* primus needs"),
    ],
)
def test_recordings_have_neither_captions_nor_poses(objectives, settings, message):
    config = small(objectives=objectives, objective_settings=settings)
    with pytest.raises(ConfigError, match=message):
        make_material(config, [], Letters(), [recordings()])


def test_recordings_that_do_not_move_are_not_drawn_by_movement():
    config = small(
        objectives={"views": 1.0}, by_movement=True, balance=False, augment={"speed": (1, 1)}
    )
    with pytest.raises(ConfigError, match="by_movement: no window holds any movement"):
        make_material(config, [], None, [recordings()])


def test_steps_are_compared_by_what_is_held_out_even_if_none_of_it_is_trained_on(corpus):
    config = small(objectives={"views": 1.0}, validation_share=0.3)
    material = make_material(config, [corpus], None)
    weights = material.weights.copy()
    weights[material.held] = 0  # nothing of it moves, or its source has no share
    found = replace(material, weights=weights).validation(config)
    assert len({each.sum().item() for each in found.raw.signals}) > 2


def test_settings_of_an_objective_are_refused_before_anything_is_read(tmp_path):
    config = small(objectives={"views": 1.0}, objective_settings={"views": {"heads": 3}})
    with pytest.raises(ConfigError, match=r"objective views: .*heads"):
        pretrain(config, [], tmp_path / "o", None)
    assert not (tmp_path / "o").exists()
