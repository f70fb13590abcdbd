"""The published networks of one sensor, written out slowly for one whole window (C, T)."""

import math

import torch
from torch.nn import functional


def cnn(model, x):
    for conv in model.layers[::3]:
        x = functional.conv1d(x[None], conv.weight, conv.bias)[0].clamp(min=0)
    return x.amax(dim=1)


def deep_conv_lstm(model, x):
    maps = x[None]  # (filters, channels, T)
    for conv in model.layers[::2]:
        kernel = conv.weight[:, :, 0]
        maps = torch.stack(
            [functional.conv1d(maps[:, k][None], kernel, conv.bias)[0] for k in range(len(x))], 1
        ).clamp(min=0)
    inputs = [maps[..., t].flatten() for t in range(maps.shape[-1])]
    for layer in (0, 1):
        w, u, b, c = (
            getattr(model.lstm, f"{kind}_l{layer}")
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        state = cell = torch.zeros(u.shape[1], dtype=x.dtype)
        told = []
        for now in inputs:
            add, forget, new, out = (w @ now + b + u @ state + c).chunk(4)
            cell = forget.sigmoid() * cell + add.sigmoid() * new.tanh()
            state = out.sigmoid() * cell.tanh()
            told.append(state)
        inputs = told
    return inputs[-1]


def cnn_gru(model, x):
    def normed(norm, x):
        groups = [
            (part - part.mean()) / (part.var(correction=0) + norm.eps).sqrt()
            for part in x.chunk(norm.num_groups)
        ]
        return torch.cat(groups) * norm.weight[:, None] + norm.bias[:, None]

    x = normed(model.first_norm, x)[None]
    for number, conv in enumerate(model.convolutions):
        x = functional.conv1d(x, conv.weight, dilation=2)
        last = number == 2 and model.pool == "adaptive"
        x = functional.adaptive_avg_pool1d(x, 32) if last else functional.max_pool1d(x, 3)
    x = normed(model.norm, x[0])  # (32 channels, frames)
    steps = x if model.legacy_axis else x.T  # channel after channel, or frame after frame
    gru = model.gru
    state = torch.zeros(model.width, dtype=x.dtype)
    for now in steps:
        reset, update, new = (gru.weight_ih_l0 @ now + gru.bias_ih_l0).chunk(3)
        was = (gru.weight_hh_l0 @ state + gru.bias_hh_l0).chunk(3)
        reset, update = (reset + was[0]).sigmoid(), (update + was[1]).sigmoid()
        state = (1 - update) * (new + reset * was[2]).tanh() + update * state
    return state


def batch_normed(norm, x):
    mean, spread = norm.running_mean[:, None], (norm.running_var[:, None] + norm.eps).sqrt()
    return (x - mean) / spread * norm.weight[:, None] + norm.bias[:, None]


def resnet(model, x):
    def same(conv, x):
        size = conv.weight.shape[-1]
        x = functional.pad(x, ((size - 1) // 2, size - 1 - (size - 1) // 2))
        return functional.conv1d(x[None], conv.weight, conv.bias)[0]

    x = functional.conv1d(x[None], model.first.weight, model.first.bias, stride=2)[0]
    x = functional.max_pool1d(batch_normed(model.first_norm, x).clamp(min=0), 3, 2)
    for block in model.blocks:
        inner = same(block.conv, batch_normed(block.norm, x).clamp(min=0))
        inner = same(block.last_conv, batch_normed(block.last_norm, inner).clamp(min=0))
        x = inner + (same(block.cut, x) if hasattr(block.cut, "weight") else x)
    return x.mean(dim=1)


def harnet(model, x):
    """Of 3 x 300 samples at once; convolutions go round."""

    def around(conv, x):
        return functional.conv1d(torch.cat([x[:, -2:], x, x[:, :2]], 1)[None], conv.weight)[0]

    for layer in model.feature_extractor:
        first, *blocks, norm, _, fewer = layer
        x = around(first, x)
        for block in blocks:
            inner = around(block.conv1, batch_normed(block.bn1, x).clamp(min=0))
            x = x + around(block.conv2, batch_normed(block.bn2, inner).clamp(min=0))
        x = batch_normed(norm, x).clamp(min=0)
        kernel, pad = fewer.kernel[0, 0], fewer.padding
        x = functional.pad(x, (pad, pad)).unfold(1, len(kernel), fewer.factor) @ kernel
    assert x.shape[1] == 1
    return x[:, 0]


def limu_bert(model, x):
    def normed(norm, x):
        mean, var = x.mean(dim=1, keepdim=True), x.var(dim=1, correction=0, keepdim=True)
        return (x - mean) / (var + 1e-12).sqrt() * norm.weight + norm.bias

    def linear(layer, x):
        return x @ layer.weight.T + layer.bias

    x = normed(model.first_norm, linear(model.first, x.T))
    x = normed(model.first_norm, x + model.place.weight[: len(x)])
    for _ in range(model.blocks):
        parts = []
        every = [linear(layer, x).chunk(model.heads, 1)
                 for layer in (model.query, model.key, model.value)]  # fmt: skip
        for query, key, value in zip(*every, strict=True):
            weight = torch.softmax(query @ key.T / math.sqrt(query.shape[1]), dim=1)
            parts.append(weight @ value)
        x = torch.cat(parts, dim=1)
        x = normed(model.norm, x + linear(model.mix, x))
        inner = linear(model.inner, x)
        inner = inner * (1 + torch.erf(inner / math.sqrt(2))) / 2
        x = normed(model.last_norm, x + linear(model.outer, inner))
    return x.mean(dim=0)
