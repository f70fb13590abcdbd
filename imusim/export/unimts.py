"""UniMTS's layout for pre-training: one npy and one text file an example.

Its loader (Zhang et al., NeurIPS 2024, ``data.py`` of the repository) pairs ``sim/NAME.npy``
with ``aug_texts/NAME.txt``. An array is (frames, 22 nodes, 6): accelerometer in m/s², then
gyroscope in rad/s, at 20 Hz, of which the first 200 frames are read and shorter ones repeated.
Of the text one line is drawn, and what follows a ``#`` is dropped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

import numpy as np

from imusim.conventions import JOINTS
from imusim.errors import ConfigError
from imusim.export.pieces import Piece, npy
from imusim.export.plan import Plan
from imusim.math.resampling import resample

RATE_HZ = 20.0
"""Rate of the motions that UniMTS was trained on; it brings real recordings to it too."""
READ_FRAMES = 200
"""Frames of an example that its loader reads."""

NODES: tuple[str, ...] = (
    "pelvis",
    "left_hip", "left_knee", "left_ankle", "left_foot",
    "right_hip", "right_knee", "right_ankle", "right_foot",
    "spine1", "spine2", "spine3",
    "neck", "head",
    "left_collar", "left_shoulder", "left_elbow", "left_wrist",
    "right_collar", "right_shoulder", "right_elbow", "right_wrist",
)  # fmt: skip
"""The joint at each node of its graph."""


class UnimtsWriter:
    """Writes ``sim/``, ``aug_texts/`` and ``clips.jsonl``, which says what each name is.

    Raises
    ------
    ConfigError
        If the corpus lacks a joint and no sensors were named, two sensors belong to one node,
        one belongs to none, or channels are asked for.
    """

    def __init__(self, plan: Plan, folder: Path):
        if plan.channels:
            raise ConfigError(
                "UniMTS's layout holds accelerometer and gyroscope alone; leave --channels out"
            )
        self._nodes = _nodes(plan)
        self._rate_hz = plan.corpus.rate_hz
        self._signals, self._texts = folder / "sim", folder / "aug_texts"
        self._signals.mkdir()
        self._texts.mkdir()
        self._index: IO[str] = (folder / "clips.jsonl").open("w", encoding="utf-8", newline="\n")
        self._silent = self._long = self.examples = 0

    def add(self, piece: Piece) -> None:
        """Write an example, if it has text."""
        lines = [line for line in map(_line, piece.facts["captions"]) if line]
        if not lines:
            self._silent += 1
            return
        arrays = piece.arrays()
        both = np.concatenate([arrays["accelerometer"], arrays["gyroscope"]], axis=-1)
        read = resample(both, self._rate_hz, RATE_HZ)
        nodes = np.full((len(read), len(NODES), 6), np.nan, np.float32)
        nodes[:, self._nodes] = read
        (self._signals / f"{piece.name}.npy").write_bytes(npy(nodes))
        (self._texts / f"{piece.name}.txt").write_bytes("".join(f"{t}\n" for t in lines).encode())
        facts = {**piece.facts, "rate_hz": RATE_HZ, "frames": len(nodes)}
        self._index.write(json.dumps(facts, ensure_ascii=False, allow_nan=False) + "\n")
        self._long += len(nodes) > READ_FRAMES
        self.examples += 1

    def finish(self) -> list[str]:
        """Complete the files; give what the user should know."""
        self._index.close()
        if not self.examples:
            raise ConfigError("no clip has a caption, and UniMTS pairs each with text")
        notes = []
        if self._silent:
            notes.append(f"without a caption, which UniMTS needs, and left out: {self._silent:,}")
        if self._long:
            seconds = READ_FRAMES / RATE_HZ
            notes.append(
                f"longer than the {seconds:g} s that UniMTS reads: {self._long:,}; "
                f"--window {seconds:g} cuts them up"
            )
        if len(self._nodes) < len(NODES):
            notes.append(
                f"{len(NODES) - len(self._nodes)} of UniMTS's {len(NODES)} nodes are empty, and "
                "its loader draws from all of them; have it draw from those that are there"
            )
        return notes

    def header(self) -> list[str]:
        """Nothing that the card's header should tell."""
        return []

    def close(self) -> None:
        """Let go of the files."""
        self._index.close()


def _nodes(plan: Plan) -> list[int]:
    """The node of each sensor: that of the joint it is named after, or on whose segment it sits."""
    found: list[int] = []
    for sensor, joint in zip(plan.sensors, plan.joints, strict=True):
        place = sensor if sensor in NODES else joint
        if place not in NODES:
            raise ConfigError(f"sensor {sensor!r} sits on {joint!r}, which UniMTS does not have")
        node = NODES.index(place)
        if node in found:
            raise ConfigError(
                f"sensors {plan.sensors[found.index(node)]!r} and {sensor!r} both belong to "
                f"UniMTS's node {node} ({place}); choose one with --sensors"
            )
        found.append(node)
    missing = [joint for joint in JOINTS if NODES.index(joint) not in found]
    if missing and not plan.sensors_named:
        raise ConfigError(
            f"UniMTS trains on sensors at all {len(NODES)} joints, and the corpus has none at "
            f"{missing[0]}; make one with --joints all, or name the sensors with --sensors to "
            "leave the others empty"
        )
    return found


def _line(caption: str) -> str:
    """A caption as a line that the loader reads whole: it drops what follows a ``#``."""
    return " ".join(caption.replace("#", " ").split())
