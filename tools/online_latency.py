"""How long frame-wise models take a frame, on one core: ms by the clock, and of the processor.

    python tools/online_latency.py [--sensors 17] [--frames 2000] [--networks gru,tcn]

A frame is what a user pushes: arrays in, probabilities out. Nothing is batched. On a machine that
is busy with other things the clock counts the wait for the processor too; its own time does not.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from imusim.conventions import JOINTS
from imusim.learn.online.model import FrameModel, FrameSettings, Stepper
from imusim.learn.online.registry import NETWORKS

WARM = 50
"""Frames before the first that counts."""
LABELS = tuple(f"class {k}" for k in range(10))
_LOST = 0.05


def stepper_of(network: str, sensors: int) -> tuple[Stepper, int]:
    """A model with the registry's own settings, and its parameters."""
    torch.manual_seed(0)
    model = FrameModel(FrameSettings(network, sensors=JOINTS[:sensors], labels=LABELS))
    return Stepper(model), sum(each.numel() for each in model.parameters())


def times_ms(stepper: Stepper, frames: int) -> np.ndarray:
    """What each frame took, ms, (N, 2): by the clock, and of the processor; sensors drop out."""
    rng = np.random.default_rng(0)
    sensors = len(stepper.sensors)
    signals = rng.normal(0, 5, (frames + WARM, sensors, 6)).astype(np.float32)
    present = rng.random((frames + WARM, sensors, 2)) > _LOST
    took = []
    for signal, there in zip(signals, present, strict=True):
        start, spent = time.perf_counter(), time.thread_time()
        stepper.push(signal, there)
        took.append((time.perf_counter() - start, time.thread_time() - spent))
    return 1e3 * np.array(took[WARM:])


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sensors", type=int, default=17, choices=range(1, len(JOINTS) + 1))
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--networks", default=",".join(NETWORKS))
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(
        f"{given.sensors} sensors, {given.frames} frames, one thread, PyTorch {torch.__version__}"
    )
    print("| network | parameters | p50 | p95 | longest | p50, processor | p95, processor |")
    print(f"|{'---|' * 7}")
    for name in given.networks.split(","):
        stepper, count = stepper_of(name, given.sensors)
        took = times_ms(stepper, given.frames)
        (p50, own50), (p95, own95), (longest, _) = np.percentile(took, [50, 95, 100], axis=0)
        told = " | ".join(f"{value:.2f}" for value in (p50, p95, longest, own50, own95))
        print(f"| {name} | {count:,} | {told} |", flush=True)


if __name__ == "__main__":
    main()
