"""Eight changes of a window that leave it near: what a learnable distance is taught to see past.

Those of Tang et al. 2020 (arXiv 2011.11542), after Um et al. 2017; two of them, drawn anew for each
window, one after the other.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Generator, Tensor

from imusim.conventions import STANDARD_GRAVITY
from imusim.learn.augment.rotations import uniform
from imusim.learn.objectives.relative.distance import Traces

NOISE = 0.1 * STANDARD_GRAVITY
"""Standard deviation, m/s²."""
SCALE = 0.25
"""Standard deviation of an axis' factor, whose mean is 1."""
CUTS = 5
"""Of a window whose pieces are dealt out anew."""
KNOTS, PACE = 6, 0.2
"""Where the pace is drawn, and its standard deviation about 1."""
_SLOWEST = 0.05
_SHUFFLES = tuple(permutations(range(3)))[1:]


def changed(windows: Traces, generator: Generator) -> Traces:
    """Each window by two changes of the eight."""
    rows = torch.arange(len(windows), device=windows.valid.device)
    which = torch.rand(len(windows), len(CHANGES), generator=generator, device=rows.device)
    for own in which.argsort(dim=1)[:, :2].unbind(1):
        made = [change(windows, generator) for change in CHANGES]
        windows = Traces(
            torch.stack([each.signals for each in made])[own, rows],
            torch.stack([each.valid for each in made])[own, rows],
        )
    return windows


def noise(windows: Traces, generator: Generator) -> Traces:
    """White noise on all axes."""
    drawn = torch.randn(windows.signals.shape, generator=generator, device=generator.device)
    return _seen(windows.signals + NOISE * drawn, windows.valid)


def scale(windows: Traces, generator: Generator) -> Traces:
    """Each axis larger or smaller."""
    drawn = torch.randn(len(windows), 3, 1, generator=generator, device=generator.device)
    return Traces(windows.signals * (1 + SCALE * drawn), windows.valid)


def rotate(windows: Traces, generator: Generator) -> Traces:
    """The sensor turned, uniformly over SO(3)."""
    return Traces(uniform((len(windows),), generator) @ windows.signals, windows.valid)


def negate(windows: Traces, generator: Generator) -> Traces:
    """All signs changed."""
    del generator
    return Traces(-windows.signals, windows.valid)


def flip(windows: Traces, generator: Generator) -> Traces:
    """From the end to the start."""
    del generator
    return Traces(windows.signals.flip(-1), windows.valid.flip(-1))


def shuffle(windows: Traces, generator: Generator) -> Traces:
    """Axes in another order."""
    orders = torch.tensor(_SHUFFLES, device=generator.device)
    drawn = torch.randint(len(orders), (len(windows),), generator=generator, device=orders.device)
    rows = torch.arange(len(windows), device=orders.device)[:, None]
    return Traces(windows.signals[rows, orders[drawn]], windows.valid)


def permute(windows: Traces, generator: Generator) -> Traces:
    """Cut into pieces, which are dealt out anew."""
    count, samples = windows.valid.shape
    device = generator.device
    cuts = torch.randint(samples, (count, CUTS), generator=generator, device=device)
    piece = (torch.arange(samples, device=device)[:, None] >= cuts[:, None]).sum(dim=-1)
    lot = torch.rand(count, CUTS + 1, generator=generator, device=device)
    place = lot.gather(1, piece).argsort(dim=1, stable=True)
    every = place[:, None].expand_as(windows.signals)
    return Traces(windows.signals.gather(2, every), windows.valid.gather(1, place))


def warp(windows: Traces, generator: Generator) -> Traces:
    """Faster here and slower there, from start to end."""
    count, samples = windows.valid.shape
    device = generator.device
    knots = np.linspace(0, samples - 1, KNOTS)
    spline = CubicSpline(knots, np.eye(KNOTS))(np.arange(samples)).T
    drawn = 1 + PACE * torch.randn(count, KNOTS, generator=generator, device=device)
    pace = (drawn @ torch.from_numpy(spline).to(drawn)).clamp(min=_SLOWEST)
    at = pace.cumsum(dim=1) - pace[:, :1]
    at = at / at[:, -1:].clamp(min=_SLOWEST) * (samples - 1)
    before = at.floor().long().clamp(max=samples - 1)
    after = (before + 1).clamp(max=samples - 1)
    valid = windows.valid.gather(1, before) & windows.valid.gather(1, after)
    one, other = (
        windows.signals.gather(2, place[:, None].expand_as(windows.signals))
        for place in (before, after)
    )
    return _seen(torch.lerp(one, other, (at - before)[:, None]), valid)


CHANGES = (noise, scale, rotate, negate, flip, shuffle, permute, warp)


def _seen(signals: Tensor, valid: Tensor) -> Traces:
    return Traces(signals * valid[:, None], valid)
