"""RelCon's distance, slowly and plainly."""

import numpy as np
import torch


def projected(scores):
    """Onto the simplex, by halving the interval in which the threshold lies."""
    low, high = scores.max() - 1, scores.max()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(scores - middle, 0, None).sum() > 1 else (low, middle)
    return np.clip(scores - (low + high) / 2, 0, None)


def plain_distance(network, anchor, candidate):
    """Of two windows (3, T), float64: sample by sample and tap by tap, as it is defined."""
    state = {name: values.numpy() for name, values in network.state_dict().items()}
    mean, deviation = candidate.mean(axis=1), np.sqrt(candidate.var(axis=1) + 1e-5)
    gain, bias = state["gain"][:, 0], state["bias"][:, 0]

    def convolved(x, weight, offset, dilation, partial):
        samples, kernel = x.shape[1], weight.shape[2]
        made = np.zeros((len(weight), samples))
        for t in range(samples):
            seen = [
                (k, t + (k - kernel // 2) * dilation)
                for k in range(kernel)
                if 0 <= t + (k - kernel // 2) * dilation < samples
            ]
            total = sum(weight[:, :, k] @ x[:, s] for k, s in seen)
            made[:, t] = total * (kernel / len(seen) if partial else 1) + offset
        return made

    def normed(x):
        x = torch.nn.functional.gelu(torch.from_numpy(x)).numpy()
        return (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)

    def motifs(part, x):
        x = ((x.T - mean) / deviation * gain + bias).T
        x = convolved(x, state[f"{part}.first.weight"], state[f"{part}.offset"][:, 0], 1, True)
        x = torch.nn.functional.gelu(torch.from_numpy(x)).numpy()
        x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
        for number in range(len(getattr(network, part).blocks)):
            own = f"{part}.blocks.{number}"
            narrow = convolved(
                x, state[f"{own}.narrow.weight"], state[f"{own}.narrow.bias"], 1, False
            )
            wide = state[f"{own}.wide.weight"], state[f"{own}.wide.bias"]
            x = normed(convolved(narrow, *wide, 2**number, False) + x)
        return x

    query, key, value = (
        motifs(part, x) for part, x in (("query", anchor), ("key", candidate), ("value", candidate))
    )
    rebuilt = np.zeros_like(anchor)
    for t in range(anchor.shape[1]):
        share = projected(query[:, t] @ key / np.sqrt(len(query)))
        out = state["out.weight"][:, :, 0] @ (value @ share) + state["out.bias"]
        rebuilt[:, t] = (out - bias) / gain * deviation + mean
    return np.mean((rebuilt - anchor) ** 2)
