"""Batch norm that padding does not touch."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm


class MaskedNorm(_BatchNorm):
    """Batch norm of (B, C, T, …) over the valid samples alone; zero elsewhere.

    ``valid`` is (B, 1, T, …) of zeros and ones, broadcast behind T; None: all are valid.
    """

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        """Any number of axes will do."""

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The same shape, of mean 0 and variance 1 in training."""
        if valid is None:
            return super().forward(x)
        if not self.training:
            return super().forward(x) * valid
        every = [axis for axis in range(x.ndim) if axis != 1]
        shape = (1, -1, *[1] * (x.ndim - 2))
        count = valid.expand(len(x), 1, *x.shape[2:]).sum().clamp(min=1)
        mean = (x * valid).sum(dim=every) / count
        off = (x - mean.view(shape)) * valid
        variance = off.square().sum(dim=every) / count
        self._follow(mean.detach(), variance.detach() * count / (count - 1).clamp(min=1))
        gain = self.weight * torch.rsqrt(variance + self.eps)
        return off * gain.view(shape) + self.bias.view(shape) * valid

    @torch.no_grad()
    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        """Let the running figures follow, as in PyTorch."""
        for running, now in ((self.running_mean, mean), (self.running_var, variance)):
            cast(Tensor, running).lerp_(now.to(cast(Tensor, running).dtype), self.momentum or 0.1)
        cast(Tensor, self.num_batches_tracked).add_(1)
