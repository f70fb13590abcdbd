"""A small convolutional network over time, as activity recognition uses it."""

from __future__ import annotations

import numpy as np

from imusim.compare.transfer.models import Predict
from imusim.compare.windows import Array, Windows, Words
from imusim.errors import MissingExtraError

EPOCHS = 40
BATCH = 64
WIDTH = 32
LEARNING_RATE = 2e-3


def fit_cnn(windows: Windows, weights: Array, seed: int) -> Predict:
    """Three convolutions with batch normalisation, means over time and a linear layer.

    The fully convolutional network of Wang, Yan and Oates (2017), smaller; Adam with one cycle
    of the learning rate. Channels are standardised by the training windows.

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

    classes = np.unique(windows.labels)
    targets = torch.from_numpy(np.searchsorted(classes, windows.labels))
    mean = windows.signals.mean(axis=(0, 2), keepdims=True)
    spread = np.maximum(windows.signals.std(axis=(0, 2), keepdims=True), 1e-6)

    def tensor(of: Windows):
        return torch.from_numpy(((of.signals - mean) / spread).astype(np.float32))

    inputs, weight = tensor(windows), torch.from_numpy(weights.astype(np.float32))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers: list[nn.Module] = []
        channels = windows.signals.shape[1]
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
        batches = -(-len(windows) // BATCH)
        optimiser = torch.optim.Adam(network.parameters(), weight_decay=1e-4)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, EPOCHS * batches)
        for _ in range(EPOCHS):
            network.train()
            for batch in torch.randperm(len(windows)).tensor_split(batches):
                loss = nn.functional.cross_entropy(
                    network(inputs[batch]), targets[batch], reduction="none", label_smoothing=0.1
                )
                optimiser.zero_grad()
                (loss * weight[batch]).mean().backward()
                optimiser.step()
                cycle.step()
    network.eval()

    def predict(others: Windows) -> Words:
        with torch.no_grad():
            parts = [network(part) for part in tensor(others).split(1024)]
        return classes[torch.cat(parts).argmax(dim=1).numpy()]

    return predict
