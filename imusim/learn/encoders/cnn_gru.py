"""The stacked convolutions and recurrence of IMU2CLIP and PRIMUS, of one sensor."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from imusim.errors import ConfigError
from imusim.learn.encoders.one_sensor import (
    OneSensor,
    Steps,
    at,
    count_frames,
    ends,
    frames,
    least,
    lengthened,
)
from imusim.learn.encoders.recurrent import states

CHANNELS = 32
FRAMES = 32
"""Those that adaptive pooling leaves, and that the recurrence over channels needs."""
_KERNELS = (10, 5, 5)
_DILATION = 2
_POOL = 3
_CONVOLVED: Steps = tuple(
    step for kernel in _KERNELS for step in ((_DILATION * (kernel - 1) + 1, 1), (_POOL, _POOL))
)[:-1]


class CnnGru(OneSensor):
    """Group norm, three dilated convolutions with pooling, group norm and a GRU: its last state.

    The encoder of IMU2CLIP (Moon et al. 2022, ``MW2StackRNNPooling``) and of PRIMUS (Das et al.,
    ICASSP 2025), 850,892 parameters. The first norm takes each of accelerometer and gyroscope to
    mean 0 and variance 1 over a window, so that how large they are does not count.

    Parameters
    ----------
    width : int
        Of the GRU.
    pool : {"adaptive", "max"}
        The last pooling: means that leave 32 frames whatever the window, as in PRIMUS at 50 Hz; or
        the largest of three, as in IMU2CLIP at 200 Hz.
    legacy_axis : bool
        As in the published code, which hands (N, channels, time) to a GRU that takes (N, time,
        channels): it recurs over the 32 channels, whose 32 frames are its inputs. More frames are
        left out then, and of fewer the rest is zero. Else it recurs over time.

    Raises
    ------
    ConfigError
        For a pooling of another name.
    """

    def __init__(self, width: int = 512, pool: str = "adaptive", legacy_axis: bool = False):
        super().__init__()
        if pool not in ("adaptive", "max"):
            raise ConfigError(f"encoder cnn_gru: pool {pool!r}; there are: adaptive, max")
        self.width, self.pool, self.legacy_axis = width, pool, legacy_axis
        self.first_norm = nn.GroupNorm(2, 6)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(CHANNELS if number else 6, CHANNELS, kernel, dilation=_DILATION, bias=False)
            for number, kernel in enumerate(_KERNELS)
        )
        self.norm = nn.GroupNorm(4, CHANNELS)
        self.gru = nn.GRU(CHANNELS, width, batch_first=True)

    def embed(self, signals: Tensor, valid: Tensor) -> Tensor:
        """(N, ``width``) of sensors."""
        signals, valid = (lengthened(part, least(self._steps)) for part in (signals, valid))
        x = _normed(self.first_norm, signals, valid)
        for number, conv in enumerate(self.convolutions):
            x = conv(functional.max_pool1d(x, _POOL) if number else x)
        if self.pool == "max":
            x, known = functional.max_pool1d(x, _POOL), frames(valid, self._steps)
        else:
            x = _evenly(x, count_frames(ends(valid), self._steps))
            known = valid.any(dim=1, keepdim=True).expand(-1, FRAMES)
        x = _normed(self.norm, x, known)
        if self.legacy_axis:
            return states(self.gru, lengthened(x, FRAMES)[..., :FRAMES])[:, -1]
        return at(states(self.gru, x.transpose(1, 2)), (ends(known) - 1).clamp(min=0))

    @property
    def _steps(self) -> Steps:
        return _CONVOLVED if self.pool == "adaptive" else (*_CONVOLVED, (_POOL, _POOL))


def _normed(norm: nn.GroupNorm, x: Tensor, known: Tensor) -> Tensor:
    """Group norm of (N, C, T) over the known moments (N, T) alone; zero elsewhere."""
    x = x.to(norm.weight.dtype).unflatten(1, (norm.num_groups, -1))
    there = known[:, None, None]
    count = (known.sum(dim=1) * x.shape[2]).clamp(min=1)[:, None, None, None]
    off = (x - (x * there).sum(dim=(2, 3), keepdim=True) / count) * there
    variance = off.square().sum(dim=(2, 3), keepdim=True) / count
    made = (off * torch.rsqrt(variance + norm.eps)).flatten(1, 2)
    return made * norm.weight[:, None] + norm.bias[:, None] * known[:, None]


def _evenly(x: Tensor, count: Tensor) -> Tensor:
    """Adaptive mean pooling of (N, C, F) to 32 frames, of the first ``count`` (N,) frames each."""
    frame = torch.arange(x.shape[2], device=x.device)
    made = torch.arange(FRAMES, device=x.device)[:, None]
    size = count[:, None, None]
    first, behind = made * size // FRAMES, ((made + 1) * size + FRAMES - 1) // FRAMES
    share = ((frame >= first) & (frame < behind)).to(x.dtype)  # (N, 32, F)
    return x @ (share / share.sum(dim=2, keepdim=True)).transpose(1, 2)
