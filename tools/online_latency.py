"""How long frame-wise models take a frame, on one core: ms by the clock, and of the processor.

    python tools/online_latency.py [--sensors 17] [--frames 2000] [--networks gru,tcn]

Each in two rows. The model: arrays in, probabilities out. Live: all that `imusim live` does from
samples to probabilities. Every sensor, at twice the rate of frames, sends each sample by itself;
a frame has the time of all samples that came since the one before. Packets are read beforehand.
Nothing is batched. On a machine that is busy with other things the clock counts the wait for the
processor too; its own time does not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch

from imusim.conventions import JOINTS
from imusim.learn.online.model import FrameModel, FrameSettings, Stepper
from imusim.learn.online.registry import NETWORKS
from imusim.live.feed import Feed
from imusim.live.frame_model import FrameRecogniser
from imusim.live.frames import Framer
from imusim.live.samples import Sample
from imusim.live.session import Session
from imusim.live.state import State

WARM = 50
"""Frames before the first that counts."""
LABELS = tuple(f"class {k}" for k in range(10))
_LOST = 0.05
_EACH = 2
"""Samples of a sensor for each frame."""


def model_of(network: str, sensors: int) -> FrameModel:
    """A model with the registry's own settings."""
    torch.manual_seed(0)
    return FrameModel(FrameSettings(network, sensors=JOINTS[:sensors], labels=LABELS))


def model_alone(model: FrameModel, frames: int) -> list[Callable[[], object]]:
    """What is done of each frame by the model; sensors drop out."""
    rng = np.random.default_rng(0)
    stepper = Stepper(model)
    sensors = len(stepper.sensors)
    signals = rng.normal(0, 5, (frames, sensors, 6)).astype(np.float32)
    present = rng.random((frames, sensors, 2)) > _LOST
    return [partial(stepper.push, *pair) for pair in zip(signals, present, strict=True)]


def live(model: FrameModel, frames: int) -> list[Callable[[], object]]:
    """What is done of each frame by `imusim live`; samples are lost."""
    rng = np.random.default_rng(0)
    recogniser = FrameRecogniser(model)
    feed = Feed()
    framer = Framer(recogniser.rate_hz, causal=recogniser.causal, counters=feed.counters)
    session = Session([], feed, framer, State(feed, recogniser.labels), recogniser)
    names = model.settings.sensors
    return [partial(_take, session, _samples(rng, names, k, framer.rate_hz)) for k in range(frames)]


def _samples(
    rng: np.random.Generator, names: Sequence[str], frame: int, rate_hz: float
) -> list[Sample]:
    samples = []
    for part in range(_EACH):
        for name in names:
            at = (frame + (part + rng.uniform(0, 0.5)) / _EACH) / rate_hz
            x, y, z, *turn = rng.normal(0, 5, 6).tolist()
            if rng.random() > _LOST:
                samples.append(Sample(at, name, (x, y, z), tuple(turn), name))
    return samples


def _take(session: Session, samples: Sequence[Sample]) -> None:
    for sample in samples:
        session.take([sample])


def times_ms(steps: Sequence[Callable[[], object]]) -> np.ndarray:
    """What each took, ms, (N, 2): by the clock, and of the processor; the first do not count."""
    took = []
    for step in steps:
        start, spent = time.perf_counter(), time.thread_time()
        step()
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
    print("| network | what | parameters | p50 | p95 | longest | p50, processor | p95, processor |")
    print(f"|{'---|' * 8}")
    for name in given.networks.split(","):
        model = model_of(name, given.sensors)
        count = sum(each.numel() for each in model.parameters())
        for what, steps in (("model", model_alone), ("live", live)):
            took = times_ms(steps(model, given.frames + WARM))
            (p50, own50), (p95, own95), (longest, _) = np.percentile(took, [50, 95, 100], axis=0)
            told = " | ".join(f"{value:.2f}" for value in (p50, p95, longest, own50, own95))
            print(f"| {name} | {what} | {count:,} | {told} |", flush=True)


if __name__ == "__main__":
    main()
