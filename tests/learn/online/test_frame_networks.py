"""Frame-wise networks: nothing of the future, and one frame at a time as all at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from torch.nn import functional  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.online.networks import Tcn  # noqa: E402
from imusim.learn.online.registry import NETWORKS, make_network  # noqa: E402

SMALL = {"tcn": {"width": 12, "blocks": 3}}
seeds = st.integers(0, 2**31)
few = settings(max_examples=8, deadline=None)


@pytest.fixture(scope="module", params=list(NETWORKS))
def network(request):
    torch.manual_seed(1)
    return make_network(request.param, 3, SMALL.get(request.param, {"width": 12})).eval()


def made_frames(seed, batch=2, samples=60, sensors=3):
    """Frames of which sensors drop out in between: alone, all at once, or one of both signals."""
    rng = np.random.default_rng(seed)
    frames = 20 * torch.from_numpy(rng.normal(size=(batch, samples, sensors, 6))).float()
    present = torch.from_numpy(rng.random((batch, samples, sensors, 2)) < 0.8)
    for _ in range(3):
        start, sensor = rng.integers(samples - 10), rng.integers(sensors)
        present[:, start : start + 10, sensor] = False
    start = rng.integers(samples - 5)
    present[:, start : start + 5] = False
    return frames, present


@few
@given(seeds)
@torch.no_grad()
def test_a_future_frame_never_changes_what_was_said(network, seed):
    frames, present = made_frames(seed)
    at = int(np.random.default_rng(seed).integers(1, frames.shape[1]))
    others, there = made_frames(seed + 1)
    before = network(frames, present)
    frames[:, at:], present[:, at:] = others[:, at:], there[:, at:]
    after = network(frames, present)
    np.testing.assert_allclose(after[:, :at], before[:, :at], atol=1e-6)
    assert not torch.allclose(after[:, at:], before[:, at:], atol=1e-3)


def test_no_gradient_comes_from_the_future(network):
    frames, present = made_frames(3, batch=1)
    frames.requires_grad_()
    network(frames, present)[:, 20].square().sum().backward()
    assert frames.grad is not None
    moved = frames.grad.abs().sum(dim=(0, 2, 3)) > 0
    assert not moved[21:].any()
    assert moved[:21].any()


@few
@given(seeds)
@torch.no_grad()
def test_steps_are_the_whole(network, seed):
    frames, present = made_frames(seed)
    whole, state = network(frames, present), network.start(len(frames))
    sizes = [part.shape for part in state]
    for t in range(frames.shape[1]):
        out, state = network.step(frames[:, t], present[:, t], state)
        np.testing.assert_allclose(out, whole[:, t], atol=1e-5)
    assert [part.shape for part in state] == sizes


@few
@given(seeds, st.lists(st.integers(1, 30), min_size=1, max_size=8))
@torch.no_grad()
def test_any_pieces_are_the_whole(network, seed, pieces):
    frames, present = made_frames(seed, batch=1)
    whole, state, parts, start = network(frames, present), network.start(), [], 0
    for length in [*pieces, frames.shape[1]]:
        piece = slice(start, start + length)
        if start >= frames.shape[1]:
            break
        out, state = network.advance(frames[:, piece], present[:, piece], state)
        parts.append(out)
        start += length
    np.testing.assert_allclose(torch.cat(parts, dim=1), whole, atol=1e-5)


@torch.no_grad()
def test_what_is_absent_counts_for_nothing_not_even_no_numbers(network):
    frames, present = made_frames(7)
    expected = network(frames, present)
    absent = ~present.repeat_interleave(3, dim=-1)
    for stands in (1e6, float("nan"), float("inf")):
        np.testing.assert_array_equal(
            network(frames.masked_fill(absent, stands), present), expected
        )
    broken, there = frames.clone(), present.clone()
    there[:, 10, 1, 0] = True
    broken[:, 10, 1, 2] = float("nan")  # said to be there, and is no number
    present[:, 10, 1, 0] = False
    np.testing.assert_array_equal(network(broken, there), network(frames, present))


@torch.no_grad()
def test_a_broken_stream_does_not_stay_broken(network):
    frames, present = made_frames(2, batch=1, samples=30)
    frames[:, 10] = 1e30
    frames[:, 11] = float("nan")
    assert network(frames, torch.ones_like(present)).isfinite().all()


@torch.no_grad()
def test_the_convolutional_network_is_that_of_its_paper():
    """Each convolution of a stretch that is padded with zeros on the left, in plain functions."""
    torch.manual_seed(4)
    network = Tcn(2, width=8, blocks=3, kernel=3).eval()
    frames, present = made_frames(5, sensors=2, samples=50)
    x = network.carry(torch.eye(8)[None], network.start())[0]  # any input of the right width
    plain = torch.eye(8)[None].transpose(1, 2)
    for number, block in enumerate(network.blocks):
        inner = plain
        for convolution in block.convolutions:
            direction = convolution.parametrizations.weight.original1
            gain = convolution.parametrizations.weight.original0
            weight = gain * direction / direction.flatten(1).norm(dim=1)[:, None, None]
            padded = functional.pad(inner, (2 * 2**number, 0))
            inner = functional.conv1d(padded, weight, convolution.bias, dilation=2**number).relu()
        plain = (plain + inner).relu()
    np.testing.assert_allclose(x, plain.transpose(1, 2), atol=1e-6)
    assert network.reach == 2 * 2 * (1 + 2 + 4)
    base = network(frames, present)
    frames[:, 5] += 30
    moved = (network(frames, present) - base).abs().amax(dim=(0, 2)) > 0
    assert not moved[:5].any()
    assert not moved[5 + network.reach + 1 :].any()


def test_networks_that_cannot_be():
    with pytest.raises(ConfigError, match=r"no network 'gruu'. Did you mean 'gru'"):
        make_network("gruu", 1)
    with pytest.raises(ConfigError, match=r"network tcn: .*'layers'"):
        make_network("tcn", 1, {"layers": 2})
    with pytest.raises(ConfigError, match="network gru: sensors and width are 1 or more"):
        make_network("gru", 1, {"width": 0})
    with pytest.raises(ConfigError, match="network tcn: blocks are 1 or more"):
        make_network("tcn", 1, {"blocks": 0})
