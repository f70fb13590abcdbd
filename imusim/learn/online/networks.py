"""Networks that go frame by frame: what comes out at a frame rests on it and the past alone."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from imusim.learn.online.frames import INPUTS, inputs

State = tuple[Tensor, ...]
"""All that a network keeps of the past: tensors (…, B, …) of sizes that never grow."""


class FrameNetwork(nn.Module, ABC):
    """Frames go in, vectors come out, one each; the past is a :data:`State`.

    A frame's sensors are mixed by one linear layer (``entry``) whose columns belong to one sensor
    each, so that a network can be given other sensors.

    Parameters
    ----------
    sensors : int
        S, at fixed places.
    width : int
        Of what comes out, D.
    """

    def __init__(self, sensors: int, width: int):
        if sensors < 1 or width < 1:
            raise ValueError("sensors and width are 1 or more")
        super().__init__()
        self.sensors, self.width = sensors, width
        self.entry = nn.Linear(sensors * INPUTS, width)
        self.norm = nn.LayerNorm(width)

    @abstractmethod
    def start(self, batch: int = 1) -> State:
        """The state before the first frame."""

    @abstractmethod
    def carry(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """From (B, T, D) within the network to (B, T, D), and the state after it."""

    def forward(self, frames: Tensor, present: Tensor) -> Tensor:
        """(B, T, D) of frames (B, T, S, 6), m/s² and rad/s, with ``present`` (B, T, S, 2)."""
        return self.advance(frames, present, self.start(len(frames)))[0]

    def advance(self, frames: Tensor, present: Tensor, state: State) -> tuple[Tensor, State]:
        """The next T frames after a state: (B, T, D), and the state after them."""
        entered = self.norm(self.entry(inputs(frames, present).flatten(-2)))
        return self.carry(entered, state)

    def step(self, frame: Tensor, present: Tensor, state: State) -> tuple[Tensor, State]:
        """The next frame, (B, S, 6) with ``present`` (B, S, 2): (B, D), and the state after it."""
        out, state = self.advance(frame[:, None], present[:, None], state)
        return out[:, 0], state


class Recurrent(FrameNetwork):
    """Elman's network, LSTM or GRU.

    Elman 1990; Hochreiter and Schmidhuber 1997; Cho et al. 2014.

    Parameters
    ----------
    kind : {"rnn", "lstm", "gru"}
    sensors, width : int
    layers : int
    dropout : float
        Between layers, in training.
    """

    def __init__(
        self, kind: str, sensors: int, width: int = 256, layers: int = 2, dropout: float = 0.1
    ):
        super().__init__(sensors, width)
        made = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind]
        between = dropout if layers > 1 else 0.0
        self.core = made(width, width, layers, batch_first=True, dropout=between)
        self._states = 2 if kind == "lstm" else 1

    def start(self, batch: int = 1) -> State:
        """The state before the first frame: zeros (layers, B, D), of an LSTM twice."""
        shape = (self.core.num_layers, batch, self.width)
        return tuple(self.entry.weight.new_zeros(shape) for _ in range(self._states))

    def carry(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """See :class:`FrameNetwork`."""
        out, after = self.core(x, state if self._states > 1 else state[0])
        return out, after if isinstance(after, tuple) else (after,)


class Tcn(FrameNetwork):
    """The temporal convolutional network of Bai, Kolter and Koltun 2018.

    Residual blocks, of two dilated causal convolutions each with weight norm, ReLU and dropout; the
    dilation doubles from block to block. A frame rests on itself and the ``reach`` frames before.

    Parameters
    ----------
    sensors, width : int
    blocks : int
    kernel : int
        Of convolutions, taps.
    dropout : float
    """

    def __init__(
        self, sensors: int, width: int = 128, blocks: int = 6, kernel: int = 3, dropout: float = 0.1
    ):
        if blocks < 1 or kernel < 2:
            raise ValueError("blocks are 1 or more, and a kernel has 2 taps or more")
        super().__init__(sensors, width)
        self.blocks = nn.ModuleList(
            _Block(width, kernel, 2**number, dropout) for number in range(blocks)
        )
        self.reach = 2 * (kernel - 1) * (2**blocks - 1)

    def start(self, batch: int = 1) -> State:
        """The state before the first frame: of each convolution zeros (B, D, past frames)."""
        pasts = [past for block in self.blocks for past in block.pasts]  # pyright: ignore
        return tuple(self.entry.weight.new_zeros(batch, self.width, past) for past in pasts)

    def carry(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """See :class:`FrameNetwork`."""
        x = x.transpose(1, 2)
        after: State = ()
        for number, block in enumerate(self.blocks):
            x, kept = block(x, state[2 * number : 2 * number + 2])
            after += kept
        return x.transpose(1, 2), after


class _Block(nn.Module):
    def __init__(self, width: int, kernel: int, dilation: int, dropout: float):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.utils.parametrizations.weight_norm(
                nn.Conv1d(width, width, kernel, dilation=dilation)
            )
            for _ in range(2)
        )
        self.dropout = nn.Dropout(dropout)
        self.pasts = ((kernel - 1) * dilation,) * 2

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        inner, after = x, ()
        for convolution, past in zip(self.convolutions, state, strict=True):
            whole = torch.cat([past, inner], dim=2)
            after += (whole[:, :, whole.shape[2] - past.shape[2] :],)
            inner = self.dropout(torch.relu(convolution(whole)))
        return torch.relu(x + inner), after
