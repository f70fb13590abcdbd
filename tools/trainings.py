"""Trainings by the command line that are done once, and their settings as TOML."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DONE = "trained"
"""Stands in the folder of a model that was trained to the end."""


def train_once(
    folder: Path, sources: Sequence[str], settings: Mapping[str, Any], flags: Sequence[str] = ()
) -> Path:
    """Train with ``imusim pretrain`` on one core, unless it was done; the model's file."""
    made = folder / "model.pt"
    if (folder / DONE).is_file():
        return made
    folder.parent.mkdir(parents=True, exist_ok=True)
    config = folder.with_name(f"{folder.name}.toml")
    config.write_text(as_toml(settings))
    command = [
        *(sys.executable, "-c", "from imusim.cli import main; main()", "pretrain", *sources),
        *("--config", str(config), "--out", str(folder), "--overwrite", *flags),
    ]
    start_s = time.monotonic()
    done = subprocess.run(  # noqa: S603
        command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    (folder / DONE).touch()
    took_s = time.monotonic() - start_s
    print(f"trained {folder.name} in {took_s:.0f} s", file=sys.stderr, flush=True)
    return made


def as_toml(settings: Mapping[str, Any]) -> str:
    """Plain values, then tables; what is nested deeper is inline."""
    plain = {name: value for name, value in settings.items() if not isinstance(value, dict)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
    for table in settings.keys() - plain.keys():
        lines.append(f"[{table}]")
        lines += [f"{json.dumps(key)} = {_inline(own)}" for key, own in settings[table].items()]
    return "\n".join(lines) + "\n"


def _inline(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    return "{ " + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + " }"
