"""DeepConvLSTM, of one sensor."""

from __future__ import annotations

from torch import Tensor, nn

from imusim.learn.encoders.one_sensor import OneSensor, at, ends, frames, least, lengthened
from imusim.learn.encoders.recurrent import states

KERNEL = 5
_STEPS = ((KERNEL, 1),) * 4


class DeepConvLstm(OneSensor):
    """Four convolutions over time, the same for each channel, and two LSTMs: the last state.

    Ordóñez and Roggen 2016 (doi:10.3390/s16010115): 64 filters of five samples, 128 cells. The
    LSTMs are PyTorch's, which have no peepholes.

    Parameters
    ----------
    gyroscope : bool
        Without, three channels.
    filters, cells : int
    """

    def __init__(self, gyroscope: bool = True, filters: int = 64, cells: int = 128):
        super().__init__()
        self.gyroscope, self.width = gyroscope, cells
        layers: list[nn.Module] = []
        for number in range(len(_STEPS)):
            layers += [nn.Conv2d(filters if number else 1, filters, (1, KERNEL)), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        channels = 6 if gyroscope else 3
        self.lstm = nn.LSTM(filters * channels, cells, num_layers=2, batch_first=True)

    def embed(self, signals: Tensor, valid: Tensor) -> Tensor:
        """(N, ``cells``) of sensors."""
        signals, valid = (lengthened(part, least(_STEPS)) for part in (signals, valid))
        x = self.layers(signals[:, None])  # (N, filters, channels, frames)
        made = states(self.lstm, x.flatten(1, 2).transpose(1, 2))
        return at(made, (ends(frames(valid, _STEPS)) - 1).clamp(min=0))
