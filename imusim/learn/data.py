"""Windows of a corpus as a dataset of PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, default_collate

from imusim.corpus import Batch, Window, Windows
from imusim.errors import ConfigError

Item = dict[str, Any]


class CorpusDataset(Dataset[Item]):
    """A map-style dataset: any window at any time, in any process, forked or spawned.

    ``dataset[7]`` is a window, ``dataset[[7, 3]]`` are two read together, as a loader with
    ``batch_size=None`` and a sampler of lists asks for them: sooner done than putting windows
    together. An item is a dict:

    - ``signals`` (T, S, 6) float32: accelerometer, m/s², and gyroscope, rad/s
    - ``valid`` (T,) bool: false in gaps and beyond the clip's end
    - ``samples`` int: how many are the clip's; ``start_s`` float; ``key`` str: the clip's
    - ``text`` str, or a tuple of them; empty where the clip has no caption
    - ``label`` int, where the windows have labels
    - the channels and columns that the windows bring along, by their names

    Of windows read together tensors have one axis more in front, and texts are lists.

    Parameters
    ----------
    windows : Windows
    text : {"draw", "all"}
        One caption of the clip's, drawn anew for each window and epoch, or all of them.
    seed : int
        Of the draws: they follow from seed, epoch and the window's number.

    Raises
    ------
    ConfigError
        If there is no such way with texts.
    CorpusError
        On reading, if a shard is missing or damaged.
    """

    def __init__(self, windows: Windows, text: str = "draw", seed: int = 0):
        if text not in ("draw", "all"):
            raise ConfigError(f"no way with texts {text!r}; there are: draw, all")
        self.windows = windows
        self._all = text == "all"
        self._seed = seed
        # Workers that live on from epoch to epoch see in it what the parent sets.
        self._epoch = torch.zeros(1, dtype=torch.int64).share_memory_()

    def __len__(self) -> int:
        return len(self.windows)

    def set_epoch(self, epoch: int) -> None:
        """Draw other captions, in workers too."""
        self._epoch[0] = epoch

    def __getitem__(self, number: int | Sequence[int]) -> Item:
        if isinstance(number, Sequence):
            batch = self.windows.batch(number)
            drawn = zip(number, batch.captions, strict=True)
            return _item(batch, [self._text(*pair) for pair in drawn])
        window = self.windows[number]
        return _item(window, self._text(number, window.captions))

    def _text(self, number: int, captions: tuple[str, ...]) -> str | tuple[str, ...]:
        if self._all:
            return captions
        if len(captions) < 2:
            return "".join(captions)
        number = range(len(self))[number]
        place = f"{self._seed} {int(self._epoch)} {number}".encode()
        drawn = int.from_bytes(blake2b(place, digest_size=8).digest(), "little")
        return captions[drawn % len(captions)]


def collate(items: Sequence[Item]) -> Item:
    """Put windows together: PyTorch's way, and texts of any number stay a list."""
    texts = [item["text"] for item in items]
    others = [{name: v for name, v in item.items() if name != "text"} for item in items]
    return {**default_collate(others), "text": texts}


def _item(window: Window | Batch, text: Any) -> Item:
    key = window.key if isinstance(window, Window) else list(window.key)
    item: Item = {
        "signals": torch.from_numpy(window.signals),
        "valid": torch.from_numpy(window.valid),
        "samples": _tensor(window.samples),
        "start_s": _tensor(window.start_s),
        "key": key,
        "text": text,
    }
    if window.label is not None:
        item["label"] = _tensor(window.label)
    return item | {n: _tensor(v) for n, v in (*window.channels.items(), *window.columns.items())}


def _tensor(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return torch.from_numpy(np.asarray(value))
    return value
