"""``imusim calibrate`` as users run it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_runner import fails, imusim

from imusim.corpus import Corpus


def test_sensors_of_a_leg_go_into_generate(shared: Path, tmp_path: Path):
    folder = shared / "data" / "leg-swing"
    shown = imusim("calibrate", "--dataset", f"leg-swing={folder}", "-o", "leg", cwd=tmp_path)
    assert "lever arm" in shown.stdout
    figures = json.loads((tmp_path / "leg" / "calibration.json").read_text())
    assert set(figures) == {"thigh", "shin", "foot"}
    assert figures["foot"]["rotation_x_deg_se"] < 1
    imusim(
        "generate", "--source", "procedural", "--count", "1", "--config", "leg/generate.toml",
        "-o", "made", cwd=tmp_path,
    )  # fmt: skip
    corpus = Corpus(tmp_path / "made")
    assert set(corpus.sensors) == {"thigh", "shin", "foot"}
    assert np.isfinite(corpus[0].accelerometer).all()
    again = fails("calibrate", "--dataset", f"leg-swing={folder}", "-o", "leg", cwd=tmp_path)
    assert "exists already" in again


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to compare"),
        (("watch.csv",), "name the motion"),
        (("watch.csv", "walk.bvh"), "walk.bvh"),
        (("--dataset", "nonsense=."), "no dataset"),
        (("--dataset", "utd-mhad"), "NAME=FOLDER"),
    ],
)
def test_bad_input_ends_in_one_line(tmp_path: Path, arguments: tuple[str, ...], message: str):
    assert message in fails("calibrate", *arguments, cwd=tmp_path)
