"""The order of windows: every one once, few places of the corpus at a time, mixed well."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.corpus.windows.shuffle import shuffled

BLOCKS = 32


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(0, 90), max_size=60),
    buffer=st.integers(1, 400),
    epoch=st.integers(0, 3),
)
def test_every_number_once_and_few_places_at_a_time(sizes, buffer, epoch):
    ends = np.cumsum(sizes, dtype=np.int64)
    pools = list(shuffled(ends, 1, epoch, buffer))
    total = sum(sizes)
    assert sorted(n for pool in pools for n in pool.tolist()) == list(range(total))
    size = max(1, buffer // BLOCKS)
    shard = np.repeat(np.arange(len(sizes)), sizes)
    within = np.concatenate([[0], *map(np.arange, sizes)])[1:].astype(int)
    for pool in pools:
        assert 0 < len(pool) <= BLOCKS * size
        assert len({(shard[n], within[n] // size) for n in pool}) <= BLOCKS
    again = list(shuffled(ends, 1, epoch, buffer))
    assert all(np.array_equal(a, b) for a, b in zip(pools, again, strict=True))


def test_seed_and_epoch_make_the_order():
    ends = np.array([500, 1000])
    orders = {
        (seed, epoch): tuple(np.concatenate(list(shuffled(ends, seed, epoch, 320))))
        for seed in range(3)
        for epoch in range(3)
    }
    assert len(set(orders.values())) == len(orders)


def test_a_corpus_in_one_pool_is_shuffled_evenly():
    ends = np.array([40, 100])
    places = np.array([np.argsort(next(shuffled(ends, 0, e, 3200))) for e in range(2000)])
    # Each number stands at each place as often: means of 2,000 uniform draws from 0 to 99.
    assert np.abs(places.mean(axis=0) - 49.5).max() < 5 * 100 / np.sqrt(12 * 2000)
    # Neighbours are no nearer to one another than chance has it: 101 / 3.
    apart = np.abs(np.diff(places, axis=1)).mean()
    assert abs(apart - 101 / 3) < 0.3


def test_pools_of_a_large_corpus_take_from_all_over_it():
    ends = np.arange(1, 41) * 5000
    pools = list(shuffled(ends, 0, 0, 16384))
    assert len(pools) == -(-40 * 10 // BLOCKS)
    for pool in pools[:-1]:
        assert len(set((pool // 5000).tolist())) > 15
