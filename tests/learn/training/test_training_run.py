"""Whole trainings, short ones: what they write, that they are repeatable, stopped and resumed."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from training_corpora import STILL, Letters, make_corpus, small  # noqa: E402

from imusim.errors import ConfigError, CorpusError, Interrupted  # noqa: E402
from imusim.learn.model import load_model  # noqa: E402
from imusim.learn.training import pretrain  # noqa: E402
from imusim.learn.training.checkpoint import read_checkpoint  # noqa: E402


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return make_corpus(tmp_path_factory.mktemp("training") / "c")


def state_of(folder):
    return read_checkpoint(folder).model


def assert_same(one, other):
    assert set(one) == set(other)
    for name, weights in one.items():
        assert torch.equal(weights, other[name]), name


def stop_after(step, number=signal.SIGINT):
    """Press the keyboard's interrupt, or send another signal, when so many steps are done."""

    def progress(status):
        if status.step == step:
            os.kill(os.getpid(), number)

    return progress


def test_what_a_training_leaves(corpus, tmp_path):
    told, seen = [], []
    config = small()
    trained = pretrain(
        config, [corpus], tmp_path / "o", Letters(), progress=seen.append, tell=told.append
    )
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == [
        "config.json", "last.ckpt", "logs", "model.pt"
    ]  # fmt: skip
    assert trained.steps == 12
    assert trained.best["step"] in (6, 12)
    assert [status.step for status in seen] == [3, 6, 9, 12]
    assert all(0 <= status.waiting <= 1 and status.samples_s > 0 for status in seen)
    assert any("sensors at 3 of 22 joints" in note for note in told)
    assert json.loads((tmp_path / "o" / "config.json").read_text())["batch_size"] == 8
    model = load_model(tmp_path / "o" / "model.pt")
    source = model.settings.source
    assert source["corpora"][0]["sha256"] == corpus.manifest.sha256
    assert source["licences"] == ["CC0-1.0"]
    assert source["settings"] == config.model_dump(mode="json")
    assert source["step"] == trained.best["step"]
    assert model.settings.mounting == "unknown"
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(tmp_path / "o" / "logs"))
    events.Reload()
    assert set(events.Tags()["scalars"]) == {
        "loss", "logit_scale", "learning_rate", "samples_a_second", "share_of_time_waiting",
        "retrieval_at_1", "retrieval_at_5", "retrieval_mrr",
    }  # fmt: skip


def test_the_same_seed_makes_the_same_weights(corpus, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        pretrain(small(seed=seed, steps=4), [corpus], tmp_path / name, Letters())
    one, same, other = (state_of(tmp_path / name) for name in "abc")
    assert_same(one, same)
    assert not torch.equal(one["sensor_projection.weight"], other["sensor_projection.weight"])


@pytest.mark.parametrize(
    "changes", [{}, {"accumulate": 2, "workers": 1}, {"cached_gradients": 3, "opposites": True}]
)
def test_resumed_is_unbroken(corpus, tmp_path, changes):
    config = small(**changes)
    pretrain(config, [corpus], tmp_path / "whole", Letters())
    with pytest.raises(Interrupted, match=r"after step 6 of 12.*--resume"):
        pretrain(config, [corpus], tmp_path / "parts", Letters(), progress=stop_after(6))
    assert read_checkpoint(tmp_path / "parts").step == 6
    trained = pretrain(config, [corpus], tmp_path / "parts", Letters(), resume=True)
    assert trained.steps == 12
    whole, parts = (read_checkpoint(tmp_path / name) for name in ("whole", "parts"))
    assert_same(whole.model, parts.model)
    assert whole.best == parts.best
    for one, other in zip(
        whole.optimizer["state"].values(), parts.optimizer["state"].values(), strict=True
    ):
        assert_same(one, other)
    one, other = (load_model(tmp_path / name / "model.pt") for name in ("whole", "parts"))
    assert_same(one.state_dict(), other.state_dict())
    assert one.settings == other.settings


def test_a_step_between_validations_can_be_the_last_one(corpus, tmp_path):
    """When a scheduler ends the process."""
    config = small(steps=9)
    pretrain(config, [corpus], tmp_path / "whole", Letters())
    with pytest.raises(Interrupted, match="after step 3 of 9"):
        pretrain(config, [corpus], tmp_path / "parts", Letters(),
                 progress=stop_after(3, signal.SIGTERM))  # fmt: skip
    pretrain(config, [corpus], tmp_path / "parts", Letters(), resume=True)
    assert_same(state_of(tmp_path / "whole"), state_of(tmp_path / "parts"))
    again = pretrain(config, [corpus], tmp_path / "parts", Letters(), resume=True)
    assert again.steps == 9


@pytest.mark.parametrize("fails", [False, True])
def test_signals_mean_what_they_meant_before(corpus, tmp_path, fails):
    """After a training that ended well, and after one that did not."""

    def progress(status):
        if fails:
            raise RuntimeError("the progress cannot be shown")

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    how = (small(steps=3), [corpus], tmp_path / "o", Letters())
    if fails:
        with pytest.raises(RuntimeError, match="cannot be shown"):
            pretrain(*how, progress=progress)
    else:
        pretrain(*how, progress=progress)
    assert [signal.getsignal(number) for number in numbers] == before


def test_resume_refuses_another_training(corpus, tmp_path):
    pretrain(small(steps=2), [corpus], tmp_path / "o", Letters())
    before = (tmp_path / "o" / "last.ckpt").read_bytes()
    with pytest.raises(ConfigError, match='trained with encoder = "sensor_graph", not "stgcn"'):
        pretrain(small(steps=2, encoder="stgcn", encoder_settings={}), [corpus], tmp_path / "o",
                 Letters(), resume=True)  # fmt: skip
    with pytest.raises(ConfigError, match="trained with width = 16, not 32"):
        pretrain(small(steps=2, width=32), [corpus], tmp_path / "o", Letters(), resume=True)
    other = make_corpus(tmp_path / "other", clips=12)
    with pytest.raises(ConfigError, match="other corpora"):
        pretrain(small(steps=2), [other], tmp_path / "o", Letters(), resume=True)
    with pytest.raises(ConfigError, match="no training to go on with"):
        pretrain(small(steps=2), [corpus], tmp_path / "new", Letters(), resume=True)
    assert not (tmp_path / "new").exists()
    with pytest.raises(ConfigError, match="holds a training; go on with --resume"):
        pretrain(small(steps=2), [corpus], tmp_path / "o", Letters())
    assert (tmp_path / "o" / "last.ckpt").read_bytes() == before
    (tmp_path / "o" / "last.ckpt").write_bytes(before[: len(before) // 2])
    with pytest.raises(ConfigError, match="or it is damaged"):
        pretrain(small(steps=2), [corpus], tmp_path / "o", Letters(), resume=True)
    trained = pretrain(small(steps=1), [corpus], tmp_path / "o", Letters(), overwrite=True)
    assert trained.steps == 1


def test_an_epoch_is_so_many_steps(corpus, tmp_path):
    config = small(epochs=2.0, accumulate=2)
    trained = pretrain(config, [corpus], tmp_path / "o", Letters())
    assert trained.windows == 18
    assert trained.steps == 3  # of 16 windows each, for 36
    assert pretrain(config, [corpus], tmp_path / "o", Letters(), resume=True).steps == 3


def test_without_validation_the_last_step_is_kept(corpus, tmp_path):
    trained = pretrain(small(steps=5, validation_share=0), [corpus], tmp_path / "o", Letters())
    assert trained.best["step"] == 5
    assert trained.windows == 24
    model = load_model(tmp_path / "o" / "model.pt")
    assert_same(model.state_dict(), state_of(tmp_path / "o"))


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        ({"captions": ()}, {}, "none of its 6 clips has a caption"),
        ({"captions": ("walking",)}, {}, "all clips have one caption, 'walking'"),
        ({}, {"rate_hz": 25.0}, "has 20 Hz, less than the 25 Hz"),
    ],
)
def test_corpora_that_cannot_be_learnt_from(tmp_path, change, settings, message):
    corpus = make_corpus(tmp_path / "c", clips=6, **change)
    with pytest.raises(CorpusError, match=message):
        pretrain(small(**settings), [corpus], tmp_path / "o", Letters())
    assert not (tmp_path / "o").exists()


def test_what_is_done_to_corpora_is_told(tmp_path):
    corpus = make_corpus(tmp_path / "c", clips=8, rate_hz=50.0, seconds=2.0)
    told = []
    pretrain(small(steps=1), [corpus], tmp_path / "o", Letters(), tell=told.append)
    assert any("resampled from 50 to 20 Hz" in note for note in told)
    assert any("none is longer than 2.0 s" in note for note in told)
    with pytest.raises(ConfigError, match="the same corpus"):
        pretrain(small(), [corpus, corpus], tmp_path / "p", Letters())
    with pytest.raises(ConfigError, match="give a corpus"):
        pretrain(small(), [], tmp_path / "p", Letters())
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="finds no GPU"):
            pretrain(small(device="cuda"), [corpus], tmp_path / "p", Letters())
    with pytest.raises(ConfigError, match="no encoder 'sensor-graph'"):
        pretrain(small(encoder="sensor-graph"), [corpus], tmp_path / "p", Letters())
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty"):
        pretrain(small(), [corpus], tmp_path / "q", Letters())
    with pytest.raises(ConfigError, match="is a file"):
        pretrain(small(), [corpus], tmp_path / "q" / "notes.txt", Letters())


def test_two_processes_are_one_with_the_joint_batch(tmp_path):
    corpus = make_corpus(tmp_path / "c", captions=("walking",))
    other = make_corpus(tmp_path / "d", captions=("running",))
    config = small(steps=2, batch_size=8, augment=STILL, similar=0.2, validation_every=2,
                   encoder_settings={"widths": [8, 16], "width": 16, "dropout": 0.0})  # fmt: skip
    corpora = [corpus, other]
    one = pretrain(config, corpora, tmp_path / "one", Letters())
    config = config.model_copy(update={"devices": 2})
    two = pretrain(config, corpora, tmp_path / "two", Letters())
    assert one.best["step"] == two.best["step"] == 2
    alone, shared = (state_of(tmp_path / name) for name in ("one", "two"))
    for name, weights in alone.items():
        torch.testing.assert_close(weights, shared[name], rtol=1e-3, atol=1e-5, msg=name)


def test_a_batch_too_large_for_the_memory_names_one_that_fits(corpus, tmp_path):
    """The limit holds for the whole process, as on a machine with so little memory."""
    resource = pytest.importorskip("resource")
    assert resource
    code = f"""
        import resource, sys
        sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[2] / "corpus")]}
        import torch, lightning
        from torch.utils.tensorboard import SummaryWriter
        from training_corpora import Letters, small
        from imusim.corpus import Corpus
        from imusim.errors import ConfigError
        from imusim.learn.training import pretrain
        corpus = Corpus({str(corpus.folder)!r})
        pretrain(small(steps=1), [corpus], "before", Letters())
        with open("/proc/self/status") as file:
            used = next(int(line.split()[1]) for line in file if line.startswith("VmSize"))
        limit = used * 1024 + 2_500_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        wide = {{"widths": [64, 64], "width": 16}}
        try:
            pretrain(small(batch_size=32768, encoder_settings=wide), [corpus], "o", Letters())
        except ConfigError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path, capture_output=True, text=True
    )
    said = done.stdout.strip()
    assert "a batch of 32768 windows does not fit into memory" in said, done.stderr[-2000:]
    fits = int(said.partition("memory; ")[2].split()[0])
    assert 1 <= fits <= 16384
    assert f"--cached-gradients {fits}" in said
