"""A small convolutional network over time, as activity recognition uses it."""

from __future__ import annotations

import numpy as np

from imusim.compare.transfer.scores import Score
from imusim.compare.windows import Array, Words
from imusim.errors import MissingExtraError

EPOCHS = 40
BATCH = 64
WIDTH = 32
LEARNING_RATE = 2e-3


def learn_cnn(signals: Array, labels: Words, weights: Array, seed: int) -> Score:
    """Three convolutions with batch normalisation, means over time and a linear layer.

    The fully convolutional network of Wang, Yan and Oates (2017), smaller; Adam with one cycle
    of the learning rate. Channels (W, C, T) are standardised by the training windows.

    Raises
    ------
    MissingExtraError
        Where PyTorch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingExtraError(
            "a CNN needs PyTorch: pip install 'imusim-toolkit[learn]'"
        ) from None
    from torch import nn

    classes = np.unique(labels)
    targets = torch.from_numpy(np.searchsorted(classes, labels))
    mean = signals.mean(axis=(0, 2), keepdims=True)
    spread = np.maximum(signals.std(axis=(0, 2), keepdims=True), 1e-6)

    def tensor(of: Array):
        return torch.from_numpy(((of - mean) / spread).astype(np.float32))

    inputs, weight = tensor(signals), torch.from_numpy(weights.astype(np.float32))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers: list[nn.Module] = []
        channels = signals.shape[1]
        for width, kernel in ((WIDTH, 9), (2 * WIDTH, 5), (2 * WIDTH, 3)):
            layers += [
                nn.Conv1d(channels, width, kernel, padding=kernel // 2),
                nn.BatchNorm1d(width),
                nn.ReLU(),
                nn.AvgPool1d(2, ceil_mode=True),
            ]
            channels = width
        network = nn.Sequential(
            *layers,
            nn.AdaptiveAvgPool1d(4),  # what comes first counts
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(4 * channels, len(classes)),
        )
        batches = -(-len(signals) // BATCH)
        optimiser = torch.optim.Adam(network.parameters(), weight_decay=1e-4)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, EPOCHS * batches)
        for _ in range(EPOCHS):
            network.train()
            for batch in torch.randperm(len(signals)).tensor_split(batches):
                loss = nn.functional.cross_entropy(
                    network(inputs[batch]), targets[batch], reduction="none", label_smoothing=0.1
                )
                optimiser.zero_grad()
                (loss * weight[batch]).mean().backward()
                optimiser.step()
                cycle.step()
    network.eval()

    def score(others: Array) -> Array:
        with torch.no_grad():
            parts = [network(part) for part in tensor(others).split(1024)]
        return torch.cat(parts).softmax(dim=1).numpy().astype(float)

    return score
