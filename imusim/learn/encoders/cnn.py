"""A plain convolutional network of one sensor."""

from __future__ import annotations

from torch import Tensor, nn

from imusim.learn.encoders.one_sensor import OneSensor, frames, least, lengthened

LAYERS = ((32, 24), (64, 16), (96, 8))
"""Channels, and samples that a convolution sees."""
_STEPS = tuple((kernel, 1) for _, kernel in LAYERS)


class Cnn(OneSensor):
    """Three convolutions over time and the largest of all moments, 96 numbers.

    The network of Saeed, Ozcelebi and Lukkien 2019 (TPN), which self-supervised learning of
    activities took up (Tang et al. 2020, SimCLR). 86,720 parameters with six channels.

    Parameters
    ----------
    gyroscope : bool
        Without, three channels.
    dropout : float
        Behind each convolution.
    """

    def __init__(self, gyroscope: bool = True, dropout: float = 0.1):
        super().__init__()
        self.gyroscope, self.width = gyroscope, LAYERS[-1][0]
        layers: list[nn.Module] = []
        before = 6 if gyroscope else 3
        for channels, kernel in LAYERS:
            layers += [nn.Conv1d(before, channels, kernel), nn.ReLU(), nn.Dropout(dropout)]
            before = channels
        self.layers = nn.Sequential(*layers)

    def embed(self, signals: Tensor, valid: Tensor) -> Tensor:
        """(N, 96) of sensors."""
        signals, valid = (lengthened(part, least(_STEPS)) for part in (signals, valid))
        known = frames(valid, _STEPS)[:, None]
        return (self.layers(signals) * known).amax(dim=2)  # nothing is below zero
