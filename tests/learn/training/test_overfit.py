"""What can be learnt by heart is: 64 windows find their 64 captions."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")
from corpus_clips import JOINTS, make_clip  # noqa: E402
from training_corpora import STILL, Letters, small  # noqa: E402

from imusim.corpus import Corpus, CorpusWriter  # noqa: E402
from imusim.learn.training import pretrain  # noqa: E402
from imusim.learn.training.checkpoint import read_checkpoint  # noqa: E402
from imusim.learn.training.material import make_material  # noqa: E402
from imusim.learn.training.recorder import retrieve  # noqa: E402
from imusim.learn.training.run import make_module  # noqa: E402


def test_64_pairs_are_learnt_by_heart(tmp_path):
    with CorpusWriter(tmp_path / "c", JOINTS, 20.0, {"seed": 7}) as writer:
        for number in range(64):
            rng = np.random.default_rng(number)
            signals = rng.normal(0, 5, (60, 3, 3)).astype(np.float32)
            writer.add(
                make_clip(
                    number, frames=60, valid=np.ones(60, bool), accelerometer=signals,
                    gyroscope=signals / 5, captions=(f"caption number {number}",),
                )
            )  # fmt: skip
    config = small(
        batch_size=64, steps=60, learning_rate=3e-3, warmup=10, validation_share=0,
        validation_every=1000, weight_decay=0.0, balance=False, width=64,
        encoder_settings={"widths": [16, 32], "width": 64, "graph_layers": 1, "dropout": 0.0},
        augment=STILL,
    )  # fmt: skip
    corpus = Corpus(tmp_path / "c")
    pretrain(config, [corpus], tmp_path / "o", Letters())
    material = make_material(config, [corpus], Letters())
    module = make_module(config, material, read_checkpoint(tmp_path / "o"), tmp_path)
    everything = make_batch(material, config)
    found = retrieve(module, everything, material.wordings.of_caption[:, 0])
    assert (found.windows, found.texts) == (64, 64)
    assert found.recall_1 == 1


def make_batch(material, config):
    from imusim.learn.training.batches import Batches

    batch = Batches(**material.batches(config))[0]
    assert len(np.unique(batch.captions)) == 64
    return batch
