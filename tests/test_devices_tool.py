"""The tools that draw the device errors and measure what they cost, on one bundled clip."""

import numpy as np
import pytest
from tool_loader import TOOLS, load_tool

from imusim.sensor.device import EFFECTS, load_device


@pytest.fixture(scope="module")
def devices():
    return load_tool("devices")


@pytest.fixture(scope="module")
def picture():
    return load_tool("draw_device_errors")


def test_the_tools_device_has_every_error():
    device = load_device(TOOLS / "every_error.toml")
    for effect in EFFECTS:
        assert device.without(effect) != device, effect


def test_costs(devices, capsys, monkeypatch):
    call = "devices.py --rates 50 --device phone every_error --repeats 1 --count 1 --whole"
    own = str(TOOLS / "every_error.toml")
    monkeypatch.setattr(
        "sys.argv", [own if part == "every_error" else part for part in call.split()]
    )
    devices.main()
    told = capsys.readouterr().out
    assert told.startswith("1 clips, 22 sensors")
    for name in ("phone", "every-error"):
        reading, whole = (line for line in told.splitlines() if line.startswith(f"| {name} | 50 |"))
        assert float(reading.split("|")[5]) > 0
        assert whole.split("|")[3].strip() == "1"


def test_parts_add_up(devices):
    (case,) = devices.cases([], [50.0], 1)
    assert case.axis_samples == len(case.trajectory.times(50.0)) * 22 * 6
    parts = devices.read_device(case, load_device("phone"))
    assert parts["all"] == pytest.approx(parts["draw"] + parts["read"] + parts["measure"])


def test_larger_errors_are_so_many_times_larger(picture):
    device = load_device("mpu-9250")
    changed = picture.larger(device, {"turn_on_bias": 3, "skew": 2})
    was, now = device.accelerometer.turn_on_bias, changed.accelerometer.turn_on_bias
    assert now == pytest.approx(3 * np.array(was))
    assert changed.clock.skew == 2 * device.clock.skew
    assert changed.gyroscope.noise_density == device.gyroscope.noise_density


def test_notes_state_what_the_device_does(picture):
    content = picture.tomllib.loads(picture.DEVICE.read_text(encoding="utf-8"))
    notes = [picture.note(panel, content) for panel in picture.PANELS]
    assert not [note for note in notes if "{" in note]
    assert "σ 3 % × 5" in notes
    assert set(EFFECTS) < {panel.errors for panel in picture.PANELS}


def test_every_panel_shows_something(picture, tmp_path):
    device = load_device(picture.DEVICE)
    for panel in picture.PANELS:
        _, clean, measured = picture.read(panel, device, "kick", tmp_path)
        assert np.abs(measured - clean).max() > 0.02 * np.ptp(clean), panel.title
