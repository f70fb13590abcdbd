"""A harnet at work, as its users know it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from imusim.errors import ConfigError
from imusim.learn.encoders.harnet import HOME, RATE_HZ, HarNet, read_harnet

Floats = NDArray[np.float32]
BATCH = 256


class HarNetEncoder:
    """Embeddings of windows of an accelerometer, 30 Hz.

    Parameters
    ----------
    network : HarNet
    device : torch.device or str
        Where to compute.
    """

    rate_hz = RATE_HZ

    def __init__(self, network: HarNet, device: torch.device | str = "cpu"):
        self.network, self.device = network.to(device).eval(), device

    def encode(self, windows: Any) -> Floats:
        """Embeddings (N, D) of windows.

        Parameters
        ----------
        windows : (N, 3, T) array or tensor
            Accelerometer, g, gravity included; T is 150, 300 or 900, as the name says in seconds.

        Raises
        ------
        ConfigError
            For another shape, or numbers that are not finite.
        """
        if isinstance(windows, torch.Tensor):
            windows = windows.detach().cpu()
        found, (name, samples) = np.asarray(windows, np.float32), self._takes
        if found.ndim != 3 or found.shape[1:] != (3, samples):
            raise ConfigError(f"{name} takes windows (N, 3, {samples}), not {found.shape}")
        if not np.isfinite(found).all():
            raise ConfigError(f"{name} takes numbers that are finite: fill gaps, or leave them out")
        made = [np.zeros((0, self.network.width), np.float32)]
        with torch.no_grad():
            for first in range(0, len(found), BATCH):
                part = torch.from_numpy(found[first : first + BATCH]).to(self.device)
                valid = torch.ones(len(part), samples, dtype=torch.bool, device=part.device)
                made.append(self.network.embed(part, valid).cpu().numpy())
        return np.concatenate(made)

    __call__ = encode

    @property
    def width(self) -> int:
        """Of embeddings, D."""
        return self.network.width

    @property
    def _takes(self) -> tuple[str, int]:
        return self.network.name, self.network.samples


def load_harnet(
    name: str, device: torch.device | str, weights: Path | str | None, random: bool
) -> HarNetEncoder:
    """A harnet with weights of a file, or random ones. Raises ConfigError, in one line."""
    if weights is not None and random:
        raise ConfigError(f"{name}: give weights, or random=True, not both")
    if weights is not None:
        return HarNetEncoder(read_harnet(name, weights), device)
    if not random:
        raise ConfigError(
            f"{name}: imusim ships no weights; get their file from {HOME} (academic use), then "
            f"load_encoder({name!r}, weights=FILE), or random=True for an untrained network"
        )
    return HarNetEncoder(HarNet(name), device)
