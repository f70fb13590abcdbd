"""Random convolutions of windows that are padded: what models are held against."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from imusim.conventions import STANDARD_GRAVITY
from imusim.learn.evaluation.handcrafted import stated
from imusim.learn.evaluation.real import RealWindows

Array = NDArray[np.float64]

TAPS = 9
DILATIONS = 6
"""At most; from neighbouring samples to as far apart as the longest window allows."""
THRESHOLDS = 5
"""Of each kernel and dilation: with 84 kernels, 2,520 features at most."""
_AT_ONCE = 128
_MOST_CHANNELS = 9
_GOLDEN = (5**0.5 + 1) / 2


def random_convolution_features(real: RealWindows, seed: int = 0) -> Array:
    """Features (W, F): how often random convolutions of a window exceed thresholds.

    After MiniRocket (Dempster, Schmidt and Webb 2021, on ROCKET 2020): the 84 kernels of nine
    samples with three weights of 2 and six of -1, dilated, each on a few channels drawn at random,
    among them the lengths of vectors. Thresholds are quantiles of what a kernel makes of one window
    that is drawn, whatever its label and whoever it is of. Accelerometers count in g, gyroscopes
    in rad/s.

    Only what is known of a window is convolved, continued by its mirror image at both ends. How
    long it is, which sensors there are and where they sit are features too.

    Parameters
    ----------
    real : RealWindows
    seed : int
        The same seed and windows give the same features.
    """
    rng = np.random.default_rng(seed)
    signals, lengths = _known(real)
    kernels = _kernels()
    parts = []
    for dilation in _dilations(int(lengths.max())):
        weights = _on_channels(kernels, signals.shape[1], rng)
        drawn = rng.integers(len(real), size=len(kernels))
        made = _convolved(signals[drawn], lengths[drawn], weights, dilation)
        number = np.arange(1, len(kernels) * THRESHOLDS + 1)
        quantiles = np.modf(number * _GOLDEN)[0].reshape(len(kernels), THRESHOLDS)
        thresholds = np.stack([
            np.quantile(made[k, k, :length].numpy(), quantiles[k])
            for k, length in enumerate(lengths[drawn].tolist())
        ])  # fmt: skip
        parts.append(_shares(signals, lengths, weights, dilation, thresholds))
    return np.hstack([*parts, stated(real)]).astype(float)


def _known(real: RealWindows) -> tuple[Tensor, Tensor]:
    """Channels (W, C, T), what is known at the front, and how much that is (W,), 1 at least.

    They are those of all sensors and the lengths of their vectors, but those that nobody has.
    """
    batch = real.batch.cleaned()
    vectors = (
        batch.signals.unflatten(2, (2, 3)) / torch.tensor([STANDARD_GRAVITY, 1.0])[:, None, None]
    )
    channels = torch.cat([vectors, vectors.norm(dim=3, keepdim=True)], dim=3).flatten(1, 3)
    there = real.batch.present.any(dim=0).flatten().repeat_interleave(4)
    front = torch.argsort(~real.batch.valid, dim=1, stable=True)
    lengths = real.batch.valid.sum(dim=1).clamp(min=1)
    kept = channels[:, there]
    return kept.gather(2, front[:, None].expand(-1, kept.shape[1], -1)), lengths


def _kernels() -> NDArray[np.float32]:
    """(84, 9): each three weights of 2 among six of -1, which sum to zero."""
    every = list(combinations(range(TAPS), 3))
    kernels = np.full((len(every), TAPS), -1.0, np.float32)
    for kernel, places in zip(kernels, every, strict=True):
        kernel[list(places)] = 2.0
    return kernels


def _dilations(length: int) -> list[int]:
    """From 1 to as many samples as nine taps fit into a window of so many, on a log scale."""
    most = max((length - 1) / (TAPS - 1), 1.0)
    return np.unique(np.geomspace(1, most, DILATIONS).astype(int)).tolist()


def _on_channels(kernels: NDArray[np.float32], channels: int, rng: np.random.Generator) -> Tensor:
    """Weights (84, C, 9): each kernel on few channels more often than on many."""
    weights = np.zeros((len(kernels), channels, TAPS), np.float32)
    most = np.log2(min(channels, _MOST_CHANNELS) + 1)
    for kernel, own in zip(kernels, weights, strict=True):
        own[rng.choice(channels, int(2 ** rng.uniform(0, most)), replace=False)] = kernel
    return torch.from_numpy(weights)


def _convolved(signals: Tensor, lengths: Tensor, weights: Tensor, dilation: int) -> Tensor:
    """(W, 84, T), of which the first ``lengths`` samples each are of what is known."""
    reach = dilation * (TAPS // 2)
    sample = torch.arange(-reach, signals.shape[2] + reach)
    turn = (2 * lengths - 2).clamp(min=1)[:, None]
    there = sample.remainder(turn)
    mirrored = torch.minimum(there, turn - there).clamp(max=signals.shape[2] - 1)
    continued = signals.gather(2, mirrored[:, None].expand(-1, signals.shape[1], -1))
    return functional.conv1d(continued, weights, dilation=dilation)


def _shares(
    signals: Tensor, lengths: Tensor, weights: Tensor, dilation: int, thresholds: Array
) -> NDArray[np.float32]:
    """(W, 84 · thresholds): parts of what is known of a window that lie above each threshold."""
    limits = torch.from_numpy(thresholds.astype(np.float32))
    made = []
    for first in range(0, len(signals), _AT_ONCE):
        own = lengths[first : first + _AT_ONCE]
        values = _convolved(signals[first : first + _AT_ONCE], own, weights, dilation)
        behind = torch.arange(values.shape[2]) >= own[:, None]
        values.masked_fill_(behind[:, None], -torch.inf)
        above = [(values > limit[:, None]).sum(dim=2) for limit in limits.T]
        made.append(torch.stack(above, dim=2).flatten(1) / own[:, None])
    return torch.cat(made).numpy()
