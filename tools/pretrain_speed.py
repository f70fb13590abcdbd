"""Measure training: windows a second, memory, latency, beside a plain copy of UniMTS.

    python tools/pretrain_speed.py
    python tools/pretrain_speed.py --device cuda --batch 256

Both train on the same made-up clips with augmentation on, at batch 64 and as many parameters: the
paper's network (tools/paper_stgcn.py) with its augmentation window by window, and `sensor_graph`
with imusim's augmentation of whole batches. Steps of the two alternate in one process, so that
whatever else the machine does falls on both; the median step of each counts. Memory is the largest
resident size of a fresh process that trains two steps, as the operating system counts it; beside it
that of one that only imports and makes the data. Latency is of one window of 10 s with one sensor,
one thread, the median of many runs.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from paper_stgcn import SAMPLES, PaperStGcn, paper_turned, paper_window
from torch import Tensor, nn
from torch.nn import functional

from imusim.conventions import JOINTS
from imusim.learn.augment import Augment, AugmentSettings
from imusim.learn.encoders import make_encoder
from imusim.learn.examples import Raw

RATE_HZ = 20.0
LONGEST = 300
"""Samples of a window before it is stretched and shifted in time."""
CLIPS = 256
WIDTHS = (240, 400)
"""With these sensor_graph has as many parameters, and a few more, as the paper's network."""
EMBEDDING = 512
NAMES = ("paper", "sensor_graph")
Step = Callable[[], None]


def clips(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Signals (N, T, 22, 6) of smooth noise with gravity, and how long each clip is, samples."""
    signals = rng.normal(size=(CLIPS, LONGEST, 22, 6)).astype(np.float32)
    signals[..., 2] += 9.8
    return signals, rng.integers(60, LONGEST + 1, CLIPS)


class Paper:
    """Batches of all joints, augmented window by window."""

    def __init__(self, device: str):
        signals, lengths = clips(np.random.default_rng(0))
        self.clips = [clip[:length] for clip, length in zip(signals, lengths, strict=True)]
        self.encoder: nn.Module = PaperStGcn().to(device)
        self.device, self.rng = device, np.random.default_rng(1)

    def read(self, size: int) -> Tensor:
        """Windows (B, T, 132) of clips drawn at random."""
        numbers = self.rng.integers(0, CLIPS, size)
        windows = [paper_window(self.clips[number], self.rng) for number in numbers]
        return torch.from_numpy(np.stack(windows)).to(self.device)

    def embed(self, windows: Tensor) -> Tensor:
        """Augmented embeddings."""
        return self.encoder(paper_turned(windows))

    def one(self) -> Callable[[], Tensor]:
        """What embeds one window."""
        window = self.read(1)
        return lambda: self.encoder(window)


class Ours:
    """Batches of the sensors that are there, augmented together."""

    def __init__(self, device: str):
        signals, lengths = clips(np.random.default_rng(0))
        valid = np.arange(LONGEST) < lengths[:, None]
        none_turned = torch.tensor([0.0, 0.0, 0.0, 1.0]).expand(CLIPS, 22, -1).contiguous()
        self.raw = Raw(
            torch.from_numpy(signals * valid[..., None, None]),
            torch.from_numpy(valid),
            none_turned,
            torch.arange(len(JOINTS)).expand(CLIPS, -1).contiguous(),
        )
        self.augment = Augment(AugmentSettings(), RATE_HZ, SAMPLES)
        settings = {"widths": WIDTHS, "width": EMBEDDING}
        self.encoder: nn.Module = make_encoder("sensor_graph", settings).to(device)
        self.device, self.rng = device, np.random.default_rng(1)
        self.generator = torch.Generator(device).manual_seed(1)

    def read(self, size: int) -> Raw:
        """Windows drawn at random, as stored."""
        numbers = torch.from_numpy(self.rng.integers(0, CLIPS, size))
        raw = self.raw
        chosen = (raw.signals, raw.valid, raw.link_from_sensor, raw.joint)
        return Raw(*(part[numbers] for part in chosen)).to(self.device)

    def embed(self, raw: Raw) -> Tensor:
        """Augmented embeddings."""
        return self.encoder(self.augment(raw, self.generator))

    def one(self) -> Callable[[], Tensor]:
        """What embeds one window."""
        settings = AugmentSettings(sensors=(1, 1)).plain()
        batch = Augment(settings, RATE_HZ, SAMPLES)(self.read(1), self.generator)
        return lambda: self.encoder(batch)


class Training:
    """Contrastive steps against made-up text, the same for both."""

    def __init__(self, name: str, device: str, batch: int):
        torch.manual_seed(0)
        self.side: Paper | Ours = Paper(device) if name == "paper" else Ours(device)
        self.batch, self.device = batch, device
        self.projection = nn.Linear(EMBEDDING, 384, bias=False).to(device)
        self.text = functional.normalize(torch.randn(batch, 384), dim=1).to(device)
        parts = [*self.side.encoder.parameters(), *self.projection.parameters()]
        self.optimizer = torch.optim.AdamW(parts, lr=1e-4)
        self.data_s = 0.0

    @property
    def parameters(self) -> int:
        """Of the encoder."""
        return sum(part.numel() for part in self.side.encoder.parameters())

    def step(self) -> float:
        """One step; seconds that it took."""
        start = time.perf_counter()
        batch = self.side.read(self.batch)
        self._wait()
        self.data_s += time.perf_counter() - start
        self.optimizer.zero_grad()
        made = self.projection(self.side.embed(batch))  # type: ignore[arg-type]
        logits = functional.normalize(made, dim=1) @ self.text.T / 0.07
        target = torch.arange(self.batch, device=self.device)
        loss = functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
        loss.backward()
        self.optimizer.step()
        self._wait()
        return time.perf_counter() - start

    def latency_s(self, runs: int) -> float:
        """Median of a window of 10 s."""
        self.side.encoder.eval()
        one, times = self.side.one(), []
        with torch.no_grad():
            for _ in range(runs + 3):
                start = time.perf_counter()
                one()
                self._wait()
                times.append(time.perf_counter() - start)
        self.side.encoder.train()
        return float(np.median(times[3:]))

    def _wait(self) -> None:
        if self.device != "cpu":
            torch.cuda.synchronize()


def peak_bytes(name: str, steps: int, arguments: argparse.Namespace) -> int:
    """Largest resident size of a fresh process that trains so many steps; 0: only makes ready."""
    here = [sys.executable, str(Path(__file__).resolve()), "--only", name, "--steps", str(steps)]
    here += ["--batch", str(arguments.batch), "--threads", str(arguments.threads)]
    here += ["--device", arguments.device]
    return int(subprocess.run(here, check=True, capture_output=True, text=True).stdout)  # noqa: S603


def alone(arguments: argparse.Namespace) -> None:
    """Train in this process and print the largest memory: resident, or on the GPU."""
    training = Training(arguments.only, arguments.device, arguments.batch)
    for _ in range(arguments.steps):
        training.step()
    if arguments.device != "cpu":
        print(torch.cuda.max_memory_allocated())
        return
    unit = 1 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def measured(arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """All figures of both."""
    memory = {
        name: {"peak_bytes": peak_bytes(name, 2, arguments),
               "ready_bytes": peak_bytes(name, 0, arguments)}
        for name in NAMES
    }  # fmt: skip
    trainings = {name: Training(name, arguments.device, arguments.batch) for name in NAMES}
    times: dict[str, list[float]] = {name: [] for name in NAMES}
    for training in trainings.values():
        training.step()  # warm
        training.data_s = 0.0
    for _ in range(arguments.rounds):
        for name, training in trainings.items():
            steps = 1 if name == "paper" else arguments.ours_a_round
            times[name] += [training.step() for _ in range(steps)]
    found = {}
    for name, training in trainings.items():
        torch.set_num_threads(1)
        found[name] = {
            "parameters": training.parameters,
            "windows_per_s": arguments.batch / float(np.median(times[name])),
            "slowest_step_s": max(times[name]),
            "reading_share": training.data_s / sum(times[name]),
            "latency_s": training.latency_s(20),
            **memory[name],
        }
        torch.set_num_threads(arguments.threads)
    return found


def main() -> None:
    """Print a table, or everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ours-a-round", type=int, default=5, help="steps a step of the paper's")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=NAMES, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, default=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.only:
        alone(arguments)
        return
    found = measured(arguments)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    paper, ours = (found[name] for name in NAMES)
    rows = (
        ("parameters", "parameters", 1e-6, "M"),
        ("training, windows/s", "windows_per_s", 1.0, ""),
        ("slowest step", "slowest_step_s", 1.0, "s"),
        ("share of time reading", "reading_share", 100.0, "%"),
        ("peak memory, training", "peak_bytes", 1e-9, "GB"),
        ("of it before training", "ready_bytes", 1e-9, "GB"),
        ("latency, one window", "latency_s", 1e3, "ms"),
    )
    print(f"{arguments.device}, {arguments.threads} threads, batch {arguments.batch}\n")
    print("| | plain copy of UniMTS | sensor_graph | ratio |\n|---|---|---|---|")
    for title, key, factor, unit in rows:
        cells = (f"{side[key] * factor:.3g} {unit}".strip() for side in (paper, ours))
        print(f"| {title} | {' | '.join(cells)} | {ours[key] / max(paper[key], 1e-12):.3g} |")


if __name__ == "__main__":
    main()
