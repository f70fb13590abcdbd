"""The residual network of RelCon, of one accelerometer."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from imusim.learn.encoders.masked_norm import MaskedNorm
from imusim.learn.encoders.one_sensor import OneSensor, frames, least, lengthened

KERNELS = (3, 4, 4)
"""Samples that convolutions of each stage see."""
_STEPS = ((7, 2), (3, 2))


class ResNet(OneSensor):
    """A convolution and pooling to a quarter of the rate, residual blocks, the mean over time.

    The network of RelCon (Xu et al., ICLR 2025): blocks normalise first; 3,635,840 parameters to
    256 numbers, of 2.56 s at 100 Hz there. Batch norms leave padding out.

    Parameters
    ----------
    widths, depths : sequence of int
        Channels and blocks of the three stages.
    """

    gyroscope = False

    def __init__(self, widths: Sequence[int] = (64, 128, 256), depths: Sequence[int] = (3, 4, 6)):
        super().__init__()
        self.width = widths[-1]
        self.first = nn.Conv1d(3, widths[0], 7, 2)
        self.first_norm = MaskedNorm(widths[0])
        self.blocks = nn.ModuleList()
        before = widths[0]
        for channels, depth, kernel in zip(widths, depths, KERNELS, strict=True):
            for _ in range(depth):
                self.blocks.append(_Block(before, channels, kernel))
                before = channels

    def embed(self, signals: Tensor, valid: Tensor) -> Tensor:
        """(N, D) of accelerometers."""
        signals, valid = (lengthened(part, least(_STEPS)) for part in (signals, valid))
        known = frames(valid, _STEPS[:1])[:, None].to(signals.dtype)
        x = functional.relu(self.first_norm(self.first(signals), known))
        x = functional.max_pool1d(x, 3, 2)
        known = frames(valid, _STEPS)[:, None].to(signals.dtype)
        for block in self.blocks:
            x = block(x, known)
        return (x * known).sum(dim=2) / known.sum(dim=2).clamp(min=1)


class _Block(nn.Module):
    """Norm, ReLU and convolution twice, beside a short cut."""

    def __init__(self, before: int, channels: int, kernel: int):
        super().__init__()
        self.kernel = kernel
        self.norm, self.last_norm = MaskedNorm(before), MaskedNorm(channels)
        self.conv = nn.Conv1d(before, channels, kernel)
        self.last_conv = nn.Conv1d(channels, channels, kernel)
        self.cut = nn.Conv1d(before, channels, 1) if before != channels else nn.Identity()

    def forward(self, x: Tensor, known: Tensor) -> Tensor:
        inner = self.conv(self._around(functional.relu(self.norm(x, known))))
        inner = self.last_conv(self._around(functional.relu(self.last_norm(inner, known))))
        return inner + self.cut(x)

    def _around(self, x: Tensor) -> Tensor:
        """With zeros at both ends, so that a convolution leaves as many frames."""
        return functional.pad(x, ((self.kernel - 1) // 2, self.kernel // 2))
