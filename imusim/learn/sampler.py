"""In which order, and in which of several processes, the windows of a corpus are trained on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import distributed
from torch.utils.data import Sampler

from imusim.corpus import Windows
from imusim.corpus.windows.shuffle import BUFFER
from imusim.errors import ConfigError
from imusim.learn.data import CorpusDataset


class CorpusSampler(Sampler[int]):
    """Numbers of windows, each once an epoch over all ranks, in an order that suits the disk.

    The order is :func:`imusim.corpus.windows.shuffle.shuffled`'s: random, and yet 32 stretches of
    shards at a time. It follows from seed and epoch alone, so that it does not depend on the
    number of workers, which share it out between them batch by batch.

    Rank r of R takes every R-th window, from the r-th on. All ranks get as many: where R does
    not divide the windows, the first few of the order stand in a second time at its end, or,
    with ``drop_last``, the last few of it are in no rank.

    Parameters
    ----------
    dataset : CorpusDataset or Windows
        Of a dataset, ``set_epoch`` sets the epoch too.
    shuffle : bool
        Else in the order of the corpus.
    seed : int
        The same in all ranks.
    buffer : int
        About how many windows are mixed at a time. More mix better, and read farther apart.
    num_replicas, rank : int, optional
        R and r; by default torch.distributed's, or 1 and 0 where it is not running.
    drop_last : bool

    Raises
    ------
    ConfigError
        If there is no such rank, or the buffer is not positive.
    """

    def __init__(
        self,
        dataset: CorpusDataset | Windows,
        shuffle: bool = True,
        seed: int = 0,
        buffer: int = BUFFER,
        num_replicas: int | None = None,
        rank: int | None = None,
        drop_last: bool = False,
    ):
        running = distributed.is_available() and distributed.is_initialized()
        if num_replicas is None:
            num_replicas = distributed.get_world_size() if running else 1
        if rank is None:
            rank = distributed.get_rank() if running else 0
        if not 0 <= rank < num_replicas:
            raise ConfigError(f"there is no rank {rank} of {num_replicas}")
        if buffer < 1:
            raise ConfigError(f"the buffer must hold a window at least, not {buffer}")
        self._dataset = dataset if isinstance(dataset, CorpusDataset) else None
        self.windows = dataset.windows if isinstance(dataset, CorpusDataset) else dataset
        self._shuffle, self._seed, self._buffer = shuffle, seed, buffer
        self._ranks, self._rank, self._drop_last = num_replicas, rank, drop_last
        self._epoch = self._done = 0

    def set_epoch(self, epoch: int, done: int = 0) -> None:
        """Go over to another order.

        Parameters
        ----------
        epoch : int
        done : int
            How many of this rank's windows to leave out at the start: those that a training
            that was cut short had seen.
        """
        if done < 0:
            raise ConfigError(f"done counts windows, so it cannot be {done}")
        self._epoch, self._done = epoch, done
        if self._dataset is not None:
            self._dataset.set_epoch(epoch)

    def __len__(self) -> int:
        """How many windows this rank has still to see in the epoch."""
        short = 0 if self._drop_last else self._ranks - 1
        return max(0, (len(self.windows) + short) // self._ranks - self._done)

    def __iter__(self) -> Iterator[int]:
        left, skip = len(self), self._done
        for numbers in self._numbers():
            mine = numbers[skip:][:left].tolist()
            skip = max(0, skip - len(numbers))
            left -= len(mine)
            yield from mine

    def _numbers(self) -> Iterator[NDArray[np.int64]]:
        """Windows of the own rank, and at the end those that stand in."""
        before = 0
        stand_in = np.zeros(0, np.int64)
        for pool in self.windows.order(self._shuffle, self._seed, self._epoch, self._buffer):
            yield pool[(self._rank - before) % self._ranks :: self._ranks]
            before += len(pool)
            stand_in = np.concatenate([stand_in, pool[: self._ranks - len(stand_in)]])
        if before % self._ranks and self._rank >= before % self._ranks:
            place = self._rank - before % self._ranks
            yield stand_in[[place % len(stand_in)]]
