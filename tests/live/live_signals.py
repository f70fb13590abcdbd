"""Made-up signals, and the command in a process of its own that is fed while it runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from imusim.live.samples import Sample
from imusim.recordings.model import Recording, Sensor


def made_sensor(name="watch", rate_hz=48.0, seconds=12.0, seed=0, jitter=0.2, gap=None):
    """A sensor that wanders, whose stamps jitter; ``gap`` is a stretch in s without samples."""
    rng = np.random.default_rng(seed)
    count = round(rate_hz * seconds)
    time_s = (np.arange(count) + rng.uniform(-jitter, jitter, count)) / rate_hz
    signals = np.cumsum(rng.normal(size=(count, 6)), axis=0)
    signals -= np.linspace(0, 1, count)[:, None] * signals[-1]
    signals = 0.2 * signals + [0, 0, 9.8, 0, 0, 0]
    kept = np.ones(count, bool)
    if gap is not None:
        kept[(time_s > gap[0]) & (time_s < gap[1])] = False
    time_s = time_s - time_s[0]
    return Sensor(name, "", time_s[kept], signals[kept, :3], signals[kept, 3:], rate_hz)


def made_recording(*sensors):
    return Recording("made", "", sensors or (made_sensor(),))


def samples_of(*sensors):
    """All samples of sensors in the order of their times."""
    found = [
        Sample(at, sensor.name, tuple(force), tuple(turn))
        for sensor in sensors
        for at, force, turn in zip(
            sensor.time_s.tolist(),
            sensor.accelerometer.tolist(),
            sensor.gyroscope.tolist(),
            strict=True,
        )
    ]
    return sorted(found, key=lambda sample: sample.time_s)


class Running:
    """``imusim live`` in a process of its own, whose standard error is read as it comes."""

    def __init__(self, folder: Path, *arguments: object, stdin=subprocess.DEVNULL):
        self.errors = folder / "errors.txt"
        self._file = self.errors.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from imusim.cli import main; main()", "live",
             *map(str, arguments)],
            cwd=folder, stdin=stdin, stdout=subprocess.PIPE, stderr=self._file, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip

    def said(self, pattern: str, within_s: float = 240.0) -> re.Match[str]:
        """Wait until it has said something."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if found := re.search(pattern, self.errors.read_text()):
                return found
            assert self.process.poll() is None, self.errors.read_text()
            time.sleep(0.05)
        raise AssertionError(f"never said {pattern!r}: {self.errors.read_text()}")

    def interrupt(self) -> str:
        """Stop it as Ctrl-C does; what it wrote on its output."""
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def end(self, code: int = 0) -> str:
        """Wait for its end."""
        out, _ = self.process.communicate(timeout=240)
        self._file.close()
        assert self.process.returncode == code, self.errors.read_text()
        assert "Traceback" not in self.errors.read_text()
        return out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self._file.close()
