"""Windows in PyTorch: what they hold, and that every one is seen once, whoever reads it."""

import multiprocessing
import os
import pickle
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from corpus_clips import make_clip, write

from imusim.corpus import Corpus, Windows
from imusim.errors import ConfigError, CorpusError, MissingExtraError

torch = pytest.importorskip("torch")
from torch.utils.data import BatchSampler, DataLoader  # noqa: E402

from imusim.learn import CorpusDataset, CorpusSampler, collate  # noqa: E402


@pytest.fixture(scope="module")
def records():
    return [make_clip(n, frames=100 + 37 * n, valid=np.ones(100 + 37 * n, bool)) for n in range(12)]


@pytest.fixture(scope="module")
def corpus(records, tmp_path_factory):
    return Corpus(write(tmp_path_factory.mktemp("learn") / "c", records, 20_000))


@pytest.fixture
def windows(corpus):
    assert len(corpus.manifest.shards) > 5
    return Windows(corpus, 1.0, 0.25, sensors=["left_wrist"], columns=["source", "mass_kg"])


def test_items_are_windows(corpus, records):
    windows = Windows(corpus, 1.0, label=len, columns=["observed", "licence", "seed"])
    dataset = CorpusDataset(windows, text="all")
    assert len(dataset) == len(windows)
    for number in (0, 7, -1):
        item, window = dataset[number], windows[number]
        assert item["signals"].dtype == torch.float32
        np.testing.assert_array_equal(item["signals"].numpy(), window.signals)
        np.testing.assert_array_equal(item["valid"].numpy(), window.valid)
        np.testing.assert_array_equal(item["observed"].numpy(), window.columns["observed"])
        for name in ("key", "start_s", "samples", "label"):
            assert item[name] == getattr(window, name)
        assert item["text"] == window.captions
        assert item["licence"] == "CC0-1.0"
    together, apart = dataset[[7, 0, 3]], collate([dataset[7], dataset[0], dataset[3]])
    assert list(together) == ["signals", "valid", "samples", "start_s", "key", "text", "label",
                              "observed", "licence", "seed"]  # fmt: skip
    assert set(together) == set(apart)
    for name, values in together.items():
        if isinstance(values, torch.Tensor):
            assert values.dtype == apart[name].dtype, name
            np.testing.assert_array_equal(values.numpy(), apart[name].numpy())
        else:
            assert values == apart[name]
    with pytest.raises(IndexError):
        dataset[len(dataset)]
    with pytest.raises(ConfigError, match="no way with texts 'some'"):
        CorpusDataset(windows, text="some")


def test_captions_are_drawn_anew_each_epoch(corpus, records):
    windows = Windows(corpus, 0.1, clips=[0, 1, 2])
    dataset = CorpusDataset(windows, seed=1)
    captions = {record.key: record.captions for record in records}

    def texts():
        return [item["text"] for item in map(dataset.__getitem__, range(len(dataset)))]

    first = texts()
    assert texts() == first == dataset[range(len(dataset))]["text"]
    for number, text in enumerate(first):
        assert text in (captions[windows[number].key] or ("",))
    several = Counter(t for n, t in enumerate(first) if len(captions[windows[n].key]) == 2)
    assert len(several) == 2
    dataset.set_epoch(1)
    assert texts() != first
    dataset.set_epoch(0)
    assert texts() == first
    assert CorpusDataset(windows, seed=2)[range(len(dataset))]["text"] != first


@pytest.mark.parametrize("ranks", [1, 2, 3, 7])
@pytest.mark.parametrize("shuffle", [True, False])
def test_every_window_once_over_all_ranks(windows, ranks, shuffle):
    order = np.concatenate(list(windows.order(shuffle, 5, 2, 64))).tolist()
    shares, whole = [], len(windows) // ranks
    for rank in range(ranks):
        options = {"shuffle": shuffle, "seed": 5, "buffer": 64}
        sampler = CorpusSampler(windows, num_replicas=ranks, rank=rank, **options)
        sampler.set_epoch(2)
        shares.append(list(sampler))
        assert len(shares[-1]) == len(sampler) == -(-len(windows) // ranks)
        short = CorpusSampler(
            windows, num_replicas=ranks, rank=rank, drop_last=True, **options
        )  # fmt: skip
        short.set_epoch(2)
        assert list(short) == shares[-1][:whole]
        assert len(short) == whole
        for done in (1, 64 // ranks + 1, whole, len(sampler), len(sampler) + 1):
            sampler.set_epoch(2, done=done)
            assert list(sampler) == shares[-1][done:]
            assert len(sampler) == len(shares[-1][done:])
    together = [number for turn in zip(*shares, strict=True) for number in turn]
    assert together[: len(windows)] == order
    assert together[len(windows) :] == order[: -len(windows) % ranks]


def test_more_ranks_than_windows(windows):
    few = Windows(windows.corpus, 1.0, clips=[0])
    assert len(few) == 1
    shares = [list(CorpusSampler(few, num_replicas=3, rank=rank)) for rank in range(3)]
    assert shares == [[0]] * 3


def _draws(loader):
    return [
        (key, start_s, text)
        for batch in loader
        for key, start_s, text in zip(
            batch["key"], batch["start_s"].tolist(), batch["text"], strict=True
        )
    ]


@pytest.mark.parametrize(
    ("workers", "start", "persistent"),
    [(1, "fork", False), (2, "fork", True), (1, "spawn", True)],
)
def test_workers_change_nothing(windows, workers, start, persistent):
    dataset = CorpusDataset(windows)
    sampler = CorpusSampler(dataset, seed=1, buffer=64)
    windows[0]  # a shard is open when the process forks
    alone = DataLoader(dataset, sampler=sampler, batch_size=8)
    loader = DataLoader(
        dataset, sampler=sampler, batch_size=8, num_workers=workers,
        multiprocessing_context=start, persistent_workers=persistent,
    )  # fmt: skip
    epochs = []
    for epoch in (0, 1):
        sampler.set_epoch(epoch)
        epochs.append(_draws(loader))
        sampler.set_epoch(epoch)
        assert _draws(alone) == epochs[-1]
        assert len(loader) == len(alone) == -(-len(windows) // 8)
    assert epochs[0] != epochs[1]
    places = [sorted(draw[:2] for draw in draws) for draws in epochs]
    assert places[0] == places[1] == sorted((w.key, w.start_s) for w in windows)


def test_windows_read_together_are_those_read_alone(windows):
    dataset = CorpusDataset(windows)
    sampler = CorpusSampler(dataset, seed=1)
    alone = DataLoader(dataset, sampler=sampler, batch_size=8)
    lists = BatchSampler(sampler, 8, drop_last=False)
    together = DataLoader(dataset, sampler=lists, batch_size=None, num_workers=1)
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one["signals"], other["signals"], rtol=0, atol=0)
        torch.testing.assert_close(one["mass_kg"], other["mass_kg"], rtol=0, atol=0)
        assert one["source"] == other["source"]
        assert one["text"] == other["text"]


def test_a_pickled_dataset_reads_on(windows):
    dataset = CorpusDataset(windows)
    dataset.set_epoch(3)
    copy = pickle.loads(pickle.dumps(dataset))  # noqa: S301
    for number in range(len(dataset)):
        one, other = dataset[number], copy[number]
        torch.testing.assert_close(one["signals"], other["signals"], rtol=0, atol=0)
        assert one["text"] == other["text"]


def _of_rank(argument):
    windows, store, rank = argument
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=2
    )
    try:
        found = list(CorpusSampler(windows, seed=3))
        torch.distributed.barrier()  # or one leaves while the other still connects
        return found
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.skipif(not torch.distributed.is_available(), reason="PyTorch without distributed")
def test_ranks_are_those_of_torch_distributed(windows, tmp_path):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        work = [(windows, tmp_path / "store", rank) for rank in range(2)]
        found = pool.map(_of_rank, work, chunksize=1)
    assert found == [
        list(CorpusSampler(windows, seed=3, num_replicas=2, rank=rank)) for rank in range(2)
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rank": 2, "num_replicas": 2}, "no rank 2 of 2"),
        ({"num_replicas": 0}, "no rank 0 of 0"),
        ({"buffer": 0}, "a window at least"),
    ],
)
def test_settings_that_cannot_be(windows, options, message):
    with pytest.raises(ConfigError, match=message):
        CorpusSampler(windows, **options)
    with pytest.raises(ConfigError, match="cannot be -1"):
        CorpusSampler(windows).set_epoch(0, done=-1)


def test_a_worker_tells_of_a_damaged_shard(tmp_path):
    write(tmp_path / "c", [make_clip(1, frames=3000, valid=np.ones(3000, bool))], 10**9)
    windows = Windows(Corpus(tmp_path / "c"), 1.0)
    os.truncate(tmp_path / "c" / "shard-00000.h5", 9000)
    with pytest.raises(CorpusError, match=r"shard-00000\.h5"):
        list(DataLoader(CorpusDataset(windows), num_workers=1))


def test_without_torch_it_says_what_to_install():
    code = "import sys; sys.modules['torch'] = None; import imusim.corpus, imusim.learn"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'imusim-toolkit[learn]'" in found.stderr
    assert MissingExtraError.__name__ in found.stderr
