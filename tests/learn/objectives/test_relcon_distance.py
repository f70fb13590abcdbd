"""RelCon's distance: its parts, what it is by definition, what it learns, and from what."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from plain_distance import plain_distance, projected  # noqa: E402

from imusim.learn.objectives.relative import MotifDistance, Traces, changes, sparsemax  # noqa: E402


def windows(count, samples=64, seed=0, dtype=torch.float32):
    rng = torch.Generator().manual_seed(seed)
    signals = torch.randn(count, 3, samples, generator=rng, dtype=dtype)
    return Traces(3 * signals + 2, torch.ones(count, samples, dtype=torch.bool))


@pytest.mark.parametrize("scale", [1e-3, 0.3, 1, 5, 1e3])
def test_sparsemax_is_the_nearest_point_of_the_simplex(scale):
    rng = np.random.default_rng(round(scale))
    rows = rng.normal(0, scale, (20, 17))
    rows[0] = 0.0
    rows[1, :9] = rows[1].max()  # equal ones
    rows[2, 3:] = -1e30
    made = sparsemax(torch.from_numpy(rows)).numpy()
    np.testing.assert_allclose(made, [projected(row) for row in rows], atol=1e-9 * max(1, scale))
    np.testing.assert_allclose(made.sum(axis=1), 1, atol=1e-9)
    assert (made >= 0).all()
    shifted = sparsemax(torch.from_numpy(rows[:2] + 7)).numpy()
    np.testing.assert_allclose(shifted, made[:2], atol=1e-9)


def test_sparsemax_has_the_right_gradient():
    scores = torch.randn(5, 9, dtype=torch.double, generator=torch.Generator().manual_seed(1))
    assert torch.autograd.gradcheck(sparsemax, (scores.requires_grad_(),))


def test_the_distance_is_as_defined():
    torch.manual_seed(3)
    network = MotifDistance(16, 5, 2).double().eval()
    with torch.no_grad():
        network.gain.uniform_(0.5, 2)
        network.bias.normal_()
        for part in (network.query, network.key, network.value):
            part.offset.normal_()
    anchors, others = windows(3, 20, 1, torch.double), windows(3, 20, 2, torch.double)
    with torch.no_grad():
        made = network(anchors, others).numpy()
    pairs = zip(anchors.signals.numpy(), others.signals.numpy(), strict=True)
    assert made == pytest.approx([plain_distance(network, *pair) for pair in pairs], rel=1e-9)
    parts = zip(vars(anchors).values(), vars(others).values(), strict=True)
    every = Traces(*map(torch.cat, parts))
    here, there = torch.arange(3), torch.arange(3) + 3
    for at_once in (1, 2, 100):
        again = network.among(every, here, there, at_once).numpy()
        assert again == pytest.approx(made, rel=1e-9)


def test_padding_counts_for_nothing():
    network = MotifDistance(8, 5, 2).double().eval()
    anchors, others = windows(4, 30, 1, torch.double), windows(4, 30, 2, torch.double)
    with torch.no_grad():
        made = network(anchors, others)
        for whole in (anchors, others):
            padded = Traces(
                torch.cat([whole.signals, torch.zeros(4, 3, 9, dtype=torch.double)], dim=2),
                torch.cat([whole.valid, torch.zeros(4, 9, dtype=torch.bool)], dim=1),
            )
            pair = (padded, others) if whole is anchors else (anchors, padded)
            torch.testing.assert_close(network(*pair), made)


def test_what_is_rebuilt_has_the_candidates_level_and_size():
    network = MotifDistance(8, 5, 1).double().eval()
    anchors, others = windows(4, 40, 1, torch.double), windows(4, 40, 2, torch.double)
    with torch.no_grad():
        made = network.rebuild(anchors, network.read(others))
        larger = [Traces(50 * each.signals - 7, each.valid) for each in (anchors, others)]
        again = network.rebuild(larger[0], network.read(larger[1]))
        torch.testing.assert_close(again, 50 * made - 7, rtol=1e-4, atol=1e-3)
        network.out.weight.zero_()
        network.out.bias.zero_()
        level = network.rebuild(anchors, network.read(others))
    expected = others.signals.mean(dim=2, keepdim=True).expand_as(level)
    torch.testing.assert_close(level, expected)


def test_a_learnt_distance_is_least_to_the_window_itself():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    time = torch.arange(48) / 48
    every = torch.arange(12)
    phase = 2 * torch.pi * ((1 + every[:, None]) * time + torch.rand(12, 1, generator=generator))
    axis = torch.nn.functional.normalize(torch.randn(12, 3, 1, generator=generator), dim=1)
    own = Traces(5 * axis * phase.sin()[:, None], torch.ones(12, 48, dtype=torch.bool))
    network = MotifDistance(16, 7, 1, dropout=0.0)
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(120):
        optimizer.zero_grad()
        network(own, changes.changed(own, generator)).mean().backward()
        optimizer.step()
    network.eval()
    here, there = every.repeat_interleave(12), every.repeat(12)
    distances = network.among(own, here, there, 48).view(12, 12)
    nearer = (distances < distances.diagonal()[:, None]).sum(dim=1)
    assert nearer.float().mean() <= 0.5
    assert distances.diagonal().mean() < 0.5 * distances.mean()


def test_changes_change_what_they_say():
    own = windows(64, 40)
    generator = torch.Generator().manual_seed(5)
    x = own.signals
    turned = changes.rotate(own, generator).signals
    torch.testing.assert_close(turned.norm(dim=1), x.norm(dim=1), rtol=1e-4, atol=1e-4)
    assert (changes.negate(own, generator).signals == -x).all()
    assert (changes.flip(own, generator).signals[..., 0] == x[..., -1]).all()
    noisy = changes.noise(own, generator).signals - x
    assert noisy.std() == pytest.approx(changes.NOISE, rel=0.05)
    factor = changes.scale(own, generator).signals / x
    assert factor.std(dim=2).max() < 1e-4
    assert factor[..., 0].std() == pytest.approx(changes.SCALE, rel=0.3)
    shuffled = changes.shuffle(own, generator).signals
    assert (shuffled.sort(dim=1).values == x.sort(dim=1).values).all()
    assert (shuffled != x).any(dim=(1, 2)).all()
    cut = changes.permute(own, generator).signals
    assert (cut.sort(dim=2).values == x.sort(dim=2).values).all()
    cut, whole = cut[:, 0], x[:, 0]
    follow = (cut[:, None, 1:] == whole[:, 1:, None]) & (cut[:, None, :-1] == whole[:, :-1, None])
    assert follow.any(dim=1).sum(dim=1).min() >= 40 - 1 - changes.CUTS
    ramp = Traces(torch.arange(40.0).expand(64, 3, 40), own.valid)
    warped = changes.warp(ramp, generator).signals
    assert (warped.diff(dim=2) > 0).all()
    assert (warped[..., 0] == 0).all()
    torch.testing.assert_close(warped[..., -1], ramp.signals[..., -1])
    assert (warped - ramp.signals).abs().amax(dim=(1, 2)).median() > 0.5


def test_each_window_has_changes_of_its_own():
    own = windows(200, 16)
    own.valid[::2, 12:] = False
    own = Traces(own.signals * own.valid[:, None], own.valid)
    one, same, other = (
        changes.changed(own, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert (one.signals == same.signals).all()
    assert (one.signals != other.signals).any()
    assert (one.signals != own.signals).any(dim=(1, 2)).all()
    assert (one.signals[~one.valid[:, None].expand_as(one.signals)] == 0).all()
