"""Recurrence over frames, in PyTorch and as ONNX's own operator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

_GATES = {"GRU": (1, 0, 2), "LSTM": (0, 3, 1, 2)}
"""ONNX's order of the gates, by their numbers in PyTorch."""
_OPSET = 14


def states(network: nn.GRU | nn.LSTM, x: Tensor) -> Tensor:
    """What the last layer makes of every frame, (N, F, H) of (N, F, C).

    PyTorch exports recurrence as a chain of so many steps as its example has, which fits no other
    number of frames. So an exported network has ONNX's operator in its place.
    """
    if not torch.onnx.is_in_onnx_export():
        return network(x)[0]
    x = x.transpose(0, 1)
    for layer in range(network.num_layers):
        x = _exported(network, layer, x)
    return x.transpose(0, 1)


def _exported(network: nn.GRU | nn.LSTM, layer: int, x: Tensor) -> Tensor:
    """Of one layer with biases that goes forwards, (F, N, H) of (F, N, C)."""
    order = torch.tensor(_GATES[network.mode])

    def gates(name: str) -> Tensor:
        parts: Tensor = getattr(network, f"{name}_l{layer}").unflatten(0, (len(order), -1))
        return parts.index_select(0, order).flatten(0, 1)[None]

    weights = (gates("weight_ih"), gates("weight_hh"))
    bias = torch.cat([gates("bias_ih"), gates("bias_hh")], dim=1)
    stated: dict[str, Any] = {"hidden_size": network.hidden_size}
    if network.mode == "GRU":
        stated["linear_before_reset"] = 1  # as PyTorch has it
    made = torch.onnx.ops.symbolic(
        network.mode, (x, *weights, bias), stated, dtype=x.dtype,
        shape=(x.shape[0], 1, x.shape[1], network.hidden_size), version=_OPSET,
    )  # fmt: skip
    return made.squeeze(1)
