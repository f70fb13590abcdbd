"""The tool that holds asked noises against fitted ones."""

import numpy as np
import pytest
from tool_loader import load_tool

from imusim.sensor.device import Device, Triad


@pytest.fixture(scope="module")
def tool():
    return load_tool("allan")


def test_a_device_at_rest_is_found_again(tool):
    triad = Triad(noise_density=(2e-3, 2e-3, 2e-3), turn_on_bias=(0.1, 0.1, 0.1), spread=0.5)
    report = tool.simulated(Device(name="white", gyroscope=triad), 0.1, 50.0, seed=1)
    gyroscope = [c for c in report.channels if c.kind == "gyroscope"]
    for channel in gyroscope:
        assert channel.fit.value[1] == pytest.approx(2e-3, rel=0.03)
    again = tool.simulate_stretches(report)
    for channel, variance in zip(gyroscope, again[-3:], strict=True):
        near = channel.curve.tau_s < 2
        measured = channel.curve.deviation[near, 0]
        np.testing.assert_allclose(np.sqrt(variance[near]), measured, rtol=0.1)


def test_least_squares_on_the_curve(tool):
    values = 0.02 * np.random.default_rng(0).standard_normal(20_000)
    found = tool.on_the_curve(values, 100.0)
    assert found[1] == pytest.approx(2e-3, rel=0.05)


def test_every_term_stands_alone_first(tool):
    names = [device.name for device in tool.devices(["ideal"])]
    assert names[:4] == ["Q alone", "N alone", "B alone", "K alone"]
    assert names[-1] == "ideal"
