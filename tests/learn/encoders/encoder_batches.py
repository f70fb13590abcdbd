"""Batches of made-up sensors."""

import torch

from imusim.learn.batch import UNKNOWN, SensorBatch


def make_batch(seed, windows=4, sensors=3, samples=32, unknown=True):
    """Sensors at any joints, some without a gyroscope, some absent; gaps and ends of padding."""
    torch.manual_seed(seed)
    signals = 8 * torch.randn(windows, sensors, 6, samples)
    most = UNKNOWN + 1 if unknown else UNKNOWN
    placement = torch.stack([torch.randperm(most)[:sensors] for _ in range(windows)])
    present = torch.rand(windows, sensors, 2) < 0.8
    present[:, 0, 0] = True
    valid = torch.rand(windows, samples) < 0.95
    ends = torch.randint(samples // 2, samples + 1, (windows,))
    valid &= torch.arange(samples) < ends[:, None]
    valid[:, 0] = True
    return SensorBatch(signals, placement, present, valid)
