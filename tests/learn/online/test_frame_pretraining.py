"""Objectives without labels, against slow and plain ones."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from test_frame_networks import made_frames  # noqa: E402

from imusim.conventions import STANDARD_GRAVITY  # noqa: E402
from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.masks import EMPTIED, REPLACED, UNTOUCHED, span_masks  # noqa: E402
from imusim.learn.online.frames import FrameBatch, scaled  # noqa: E402
from imusim.learn.online.pretraining import (  # noqa: E402
    OBJECTIVES,
    autoencoding_loss,
    hidden,
    make_objective,
)
from imusim.learn.online.registry import make_network  # noqa: E402

AHEAD = 5


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(2)
    return make_network("gru", 2, {"width": 10, "layers": 1}).eval()


@pytest.fixture(scope="module")
def batch():
    frames, present = made_frames(4, batch=3, samples=24, sensors=2)
    present[1, 17:] = False  # shorter
    present[2] = False  # nothing at all
    frames[0, 3, 0, 1] = float("nan")
    return FrameBatch(frames, present, torch.full((3, 24), -1))


def told_and_true(batch):
    """Targets and what counts, number by number: g and 3 rad/s."""
    units = [STANDARD_GRAVITY] * 3 + [3.0] * 3
    frames, present = batch.frames.double().numpy(), batch.present.numpy()
    count, samples, sensors, _ = frames.shape
    targets, counts = np.zeros(frames.shape), np.zeros(frames.shape, bool)
    for place in np.ndindex(count, samples, sensors):
        for kind in range(2):
            own = frames[place][3 * kind : 3 * kind + 3]
            if present[place][kind] and np.isfinite(own).all():
                for axis in range(3 * kind, 3 * kind + 3):
                    targets[(*place, axis)] = frames[(*place, axis)] / units[axis]
                    counts[(*place, axis)] = True
    return targets, counts


@torch.no_grad()
def test_next_steps(network, batch):
    torch.manual_seed(5)
    objective = make_objective("next-step", network)
    made = network(batch.frames, batch.present)
    told = objective.tell(made).double().numpy()
    targets, counts = told_and_true(batch)
    squares = []
    for b, t, ahead in np.ndindex(3, 24, AHEAD):
        for s, axis in np.ndindex(2, 6):
            later = t + ahead + 1
            if later < 24 and counts[b, later, s, axis]:
                number = (ahead * 2 + s) * 6 + axis
                squares.append((told[b, t, number] - targets[b, later, s, axis]) ** 2)
    found = objective(network, batch, np.random.default_rng(0))
    assert float(found) == pytest.approx(np.mean(squares), abs=1e-6, rel=1e-6)


@torch.no_grad()
def test_masked_spans(network, batch):
    torch.manual_seed(6)
    objective = make_objective("masked", network)
    found = float(objective(network, batch, np.random.default_rng(9)))
    rng = np.random.default_rng(9)
    lengths = [
        max((t + 1 for t in range(24) if batch.present[b, t].any()), default=0) for b in range(3)
    ]
    masks = span_masks(np.array(lengths), 24, rng)
    other = rng.integers(3 * 24, size=(3, 24))
    seen, there = batch.frames.clone(), batch.present.clone()
    for b, t in np.ndindex(3, 24):
        if masks[b, t] == EMPTIED:
            there[b, t] = False
        elif masks[b, t] == REPLACED:
            from_b, from_t = divmod(int(other[b, t]), 24)
            seen[b, t], there[b, t] = batch.frames[from_b, from_t], batch.present[from_b, from_t]
    told = objective.tell(network(seen, there)).double().numpy()
    targets, counts = told_and_true(batch)
    squares = [
        (told[b, t, s * 6 + axis] - targets[b, t, s, axis]) ** 2
        for b, t, s, axis in np.ndindex(3, 24, 2, 6)
        if masks[b, t] != UNTOUCHED and counts[b, t, s, axis]
    ]
    assert found == pytest.approx(np.mean(squares), abs=1e-6, rel=1e-6)


@torch.no_grad()
def test_what_is_masked_is_not_seen(network, batch):
    what = torch.zeros(3, 24, dtype=torch.int64)
    what[0, 5:9] = EMPTIED
    what[0, 12:14] = REPLACED
    other = torch.full((3, 24), 20)
    shown = network(*hidden(batch, what, other))
    changed = batch.frames.clone()
    changed[0, 5:9] += 50
    changed[0, 12:14] += 50
    other_batch = FrameBatch(changed, batch.present, batch.labels)
    np.testing.assert_array_equal(network(*hidden(other_batch, what, other)), shown)


@torch.no_grad()
def test_autoencoding(network, batch):
    torch.manual_seed(7)
    objective = make_objective("autoencode", network)
    targets, counts = told_and_true(batch)
    squares = []
    for b in range(3):
        length = max((t + 1 for t in range(24) if batch.present[b, t].any()), default=0)
        if not length:
            continue
        code = objective.narrow(
            network(batch.frames[b : b + 1], batch.present[b : b + 1])[0, length - 1]
        )
        state = torch.zeros(1, 1, network.width)
        for back in range(length):
            out, state = objective.decoder(code[None, None], state)
            told = objective.tell(out[0, 0]).double().numpy()
            t = length - 1 - back
            squares += [
                (told[s * 6 + axis] - targets[b, t, s, axis]) ** 2
                for s, axis in np.ndindex(2, 6) if counts[b, t, s, axis]
            ]  # fmt: skip
    found = objective(network, batch, np.random.default_rng(0))
    assert float(found) == pytest.approx(np.mean(squares), abs=1e-6, rel=1e-6)


@torch.no_grad()
def test_nothing_known_is_no_loss(network, batch):
    nothing = FrameBatch(batch.frames, torch.zeros_like(batch.present), batch.labels)
    for name in OBJECTIVES:
        found = make_objective(name, network)(network, nothing, np.random.default_rng(0))
        assert float(found) == 0
    zeros = torch.zeros(1, 4, 1, 6)
    assert float(autoencoding_loss(zeros, zeros, zeros[..., :2] > 0, torch.tensor([0]))) == 0


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_each_can_be_learnt(name):
    """A swing that is the same for ever: the loss falls under that of the mean."""
    torch.manual_seed(0)
    network = make_network("gru", 1, {"width": 24, "layers": 1})
    objective = make_objective(name, network)
    time = torch.arange(20) / 10
    swing = torch.stack([20 * torch.sin(2 * torch.pi * time + k) for k in range(6)], dim=-1)
    swing[:, 3:] /= 3
    frames = swing[None, :, None].expand(4, -1, -1, -1).contiguous()
    batch = FrameBatch(frames, torch.ones(4, 20, 1, 2, dtype=torch.bool), torch.zeros(4, 20).long())
    weights = [*network.parameters(), *objective.parameters()]
    optimizer = torch.optim.Adam(weights, 1e-2 if name != "autoencode" else 5e-3)
    losses = []
    for step in range(60):
        loss = objective(network, batch, np.random.default_rng(step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-5:]) < 0.5 * float(scaled(frames, batch.present).square().mean())


def test_an_unknown_objective(network):
    with pytest.raises(ConfigError, match=r"no pretraining 'mask'. Did you mean 'masked'"):
        make_objective("mask", network)
