"""A placement whose rotation is stated exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import body_models
from imusim.body import BodyOptions
from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor.placement import load_layout, seat

BODY = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)


def layout(folder: Path, lines: str) -> Path:
    file = folder / "layout.toml"
    file.write_text(f'[sensors.band]\nsegment = "left_wrist"\noffset_m = [0.0, 0.05, 0.0]\n{lines}')
    return file


def test_the_sensor_sits_as_stated(tmp_path: Path):
    turn = rot.random_rotations(np.random.default_rng(1), ())
    text = ", ".join(f"{part:.9f}" for part in turn)
    (band,) = load_layout(layout(tmp_path, f"rotation_xyzw = [{text}]")).sensors
    found = seat(band, BODY)
    assert rot.angle_between(found.link_from_sensor, turn) < 1e-6
    assert np.allclose(found.offset, [0.0, 0.05, 0.0])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("rotation_xyzw = [0, 0, 0, 0.5]", "unit quaternion"),
        ("rotation_xyzw = [0, 0, 1]", "rotation_xyzw"),
        ('rotation_xyzw = [0, 0, 0, 1]\naxes = { x = "distal", z = "out" }', "not both"),
    ],
)
def test_what_is_no_rotation_is_refused(tmp_path: Path, lines: str, message: str):
    with pytest.raises(ConfigError, match=message):
        load_layout(layout(tmp_path, lines))
