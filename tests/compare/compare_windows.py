"""Windows whose distribution is known: what comparisons of corpora and transfer are held to."""

from __future__ import annotations

import numpy as np

from imusim.compare.windows import Windows

RATE_HZ = 50.0


def noise_windows(
    count: int, seed: int, *, label: str = "moving", people: int = 6, gain: float = 1.0
) -> Windows:
    """Gravity and low-passed noise times ``gain``, dealt to so many people."""
    rng = np.random.default_rng(seed)
    signals = rng.standard_normal((count, 6, 100))
    signals = gain * (signals + np.roll(signals, 1, axis=-1) + np.roll(signals, 2, axis=-1))
    signals[:, 2] += 9.8
    return labelled(signals, [label] * count, people, f"{seed}-")


def tones(
    count: int, seed: int, frequencies_hz: dict[str, float], *, noise: float = 0.3, people: int = 4
) -> Windows:
    """Of each label so many windows of a tone of its own, with any phase, in all channels."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(100) / RATE_HZ
    parts, labels = [], []
    for label, frequency_hz in frequencies_hz.items():
        phase = rng.uniform(0, 2 * np.pi, (count, 6, 1))
        tone = np.sin(2 * np.pi * frequency_hz * time_s + phase)
        parts.append(tone + noise * rng.standard_normal(tone.shape))
        labels += [label] * count
    return labelled(np.concatenate(parts), labels, people)


def labelled(signals: np.ndarray, labels: list[str], people: int, prefix: str = "") -> Windows:
    """Windows dealt to people, each window a recording of its own."""
    number = np.arange(len(signals))
    return Windows(
        signals,
        np.array(labels, str),
        np.array([f"{prefix}{n % people}" for n in number]),
        np.array([f"clip {n}" for n in number]),
        RATE_HZ,
    )
