"""What tasks do to windows, against plain loops, and what they must leave."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from objective_steps import WIDTH, drawn, encode, small_model, step_of  # noqa: E402
from scipy.interpolate import CubicSpline  # noqa: E402

from imusim.errors import ConfigError  # noqa: E402
from imusim.learn.batch import SensorBatch  # noqa: E402
from imusim.learn.objectives import make_objective  # noqa: E402
from imusim.learn.objectives.tasks import (  # noqa: E402
    TASKS,
    Tasks,
    changes,
)

LENGTHS = torch.tensor([300, 120, 40, 39, 3, 299])
SAMPLES = 300


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def windows(length=LENGTHS, samples=SAMPLES):
    """Two sensors' noise; behind its length a window is padding."""
    count = len(length)
    valid = torch.arange(samples) < length[:, None]
    signals = torch.randn(count, 2, 6, samples, generator=seeded(0))
    present = torch.ones(count, 2, 2, dtype=torch.bool)
    return SensorBatch(signals, torch.arange(2).expand(count, 2), present, valid).cleaned()


@pytest.mark.parametrize("seed", range(5))
def test_a_permutation_keeps_every_sample_in_parts_that_are_long_enough(seed):
    places = changes.shuffled(LENGTHS, SAMPLES, seeded(seed), 4, 10).numpy()
    for row, length in zip(places, LENGTHS.tolist(), strict=True):
        assert sorted(row) == list(range(SAMPLES))
        assert (row[length:] == np.arange(length, SAMPLES)).all()
        if length < 40:
            assert (row == np.arange(SAMPLES)).all()
            continue
        cuts = np.flatnonzero(np.diff(row[:length]) != 1) + 1
        parts = np.diff([0, *cuts, length])
        assert len(parts) <= 4
        assert parts.min() >= 10


def test_all_orders_of_parts_come_and_cuts_are_spread():
    count = 4800
    places = changes.shuffled(torch.full((count,), 100), 100, seeded(1), 4, 10).numpy()
    seen: dict[tuple[int, ...], int] = {}
    for row in places:
        cuts = [0, *(np.flatnonzero(np.diff(row) != 1) + 1)]
        if len(cuts) == 4:
            order = tuple(np.argsort(np.argsort(row[cuts])).tolist())
            seen[order] = seen.get(order, 0) + 1
    # Orders of which no two neighbours stay together: 11 of 24, each as often.
    whole = [p for p in itertools.permutations(range(4))
             if not any(b == a + 1 for a, b in itertools.pairwise(p))]  # fmt: skip
    assert set(seen) == set(whole)
    assert min(seen.values()) > 0.7 * count / 24
    assert max(seen.values()) < 1.3 * count / 24


def plain_warp(length, knots, sigma):
    """SciPy's spline and NumPy's interpolation, of one curve."""
    at = np.arange(length) / max(length - 1, 1)
    pace = CubicSpline(np.linspace(0, 1, 6), 1 + sigma * knots)(at)
    pace = np.maximum(pace, changes.LEAST_PACE)
    come = np.concatenate([[0], np.cumsum(pace[1:])])
    return np.interp(np.arange(length), come / come[-1] * (length - 1), np.arange(length))


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 0.6), st.integers(1, 3), st.integers(0, 10**6))
def test_a_warp_is_the_plain_one_runs_forward_and_keeps_both_ends(sigma, curves, seed):
    places = changes.warped(LENGTHS, SAMPLES, seeded(seed), sigma, curves).numpy()
    knots = torch.randn(len(LENGTHS), curves, 6, generator=seeded(seed)).double().numpy()
    assert places.shape == (len(LENGTHS), curves, SAMPLES)
    for n, length in enumerate(LENGTHS.tolist()):
        for c in range(curves):
            row = places[n, c]
            assert (np.diff(row) > 0).all()
            assert (row[0], row[length - 1]) == (0, length - 1)
            assert (row[length:] == np.arange(length, SAMPLES)).all()
            expected = plain_warp(length, knots[n, c], sigma)
            np.testing.assert_allclose(row[:length], expected, atol=0.01)
    still = changes.warped(LENGTHS, SAMPLES, seeded(seed), 0.0).numpy()
    np.testing.assert_allclose(still, np.broadcast_to(np.arange(SAMPLES), still.shape), atol=1e-3)


def test_signals_between_samples_lie_on_straight_lines():
    signals = torch.randn(3, 2, 6, 50, generator=seeded(2))
    at = torch.rand(3, 1, 1, 50, generator=seeded(3)) * 49
    found = changes.read(signals, at)
    for b, s, c in itertools.product(range(3), range(2), range(6)):
        expected = np.interp(at[b, 0, 0], np.arange(50), signals[b, s, c])
        np.testing.assert_allclose(found[b, s, c], expected, atol=1e-5)


def test_backwards_and_backwards_again_is_as_before():
    tasks, sensors = Tasks(WIDTH, ["reversal"]), windows()
    back = tasks._reversal(sensors, seeded(0))
    again = tasks._reversal(back, seeded(0))
    assert torch.equal(again.signals, sensors.signals)
    for n, length in enumerate(LENGTHS.tolist()):
        expected = sensors.signals[n, :, :, :length].flip(-1)
        assert torch.equal(back.signals[n, :, :3, :length], expected[:, :3])
        assert torch.equal(back.signals[n, :, 3:, :length], -expected[:, 3:])


@pytest.mark.parametrize("apart", [False, True])
def test_padding_stays_behind_whatever_is_done(apart):
    tasks, sensors = Tasks(WIDTH, TASKS, apart=apart), windows()
    for seed in range(5):
        changed, done = tasks.change(sensors, seeded(seed))
        assert torch.equal(changed.valid, sensors.valid)
        assert (
            changed.signals[~changed.valid[:, None, None].expand_as(changed.signals)] == 0
        ).all()
        assert not done[LENGTHS < 40, tasks.tasks.index("permutation")].any()
        untouched = ~done.any(dim=1)
        assert torch.equal(changed.signals[untouched], sensors.signals[untouched])


def test_a_gap_moves_with_its_samples():
    sensors = windows(torch.full((4,), SAMPLES))
    sensors.valid[:, 100:105] = False
    sensors = sensors.cleaned()
    sensors.signals[:, 0, 0] = torch.arange(SAMPLES) + 1.0
    sensors = sensors.cleaned()
    for task in ("reversal", "permutation"):
        tasks = Tasks(WIDTH, [task])
        changed = getattr(tasks, f"_{task}")(sensors, seeded(3))
        assert (changed.valid.sum(dim=1) == SAMPLES - 5).all()
        assert torch.equal(changed.valid, changed.signals[:, 0, 0] != 0)
    warp = Tasks(WIDTH, ["warp"])._warp(sensors, seeded(3)).cleaned()
    seen = warp.signals[:, 0, 0][warp.valid]
    assert ((seen <= 100 + 1e-2) | (seen >= 106 - 1e-2)).all()  # none reaches into the gap
    assert (warp.valid.sum(dim=1) > SAMPLES - 15).all()


def test_scales_are_near_one_but_not_too_near():
    sensors = windows(torch.full((200,), 4), 4)
    factor = Tasks(WIDTH, ["scale"])._scale(sensors, seeded(0)).signals / sensors.signals
    assert (factor.amax(-1) - factor.amin(-1)).max() < 1e-5
    off = (factor[..., 0] - 1).abs()
    assert off.min() >= 0.15 - 1e-5
    assert off.max() <= 0.5 + 1e-5
    assert off.mean() == pytest.approx(0.325, abs=0.01)
    assert (factor[..., 0] > 1).float().mean() == pytest.approx(0.5, abs=0.03)


def test_each_task_is_done_to_half_of_the_windows_whatever_the_others():
    done = Tasks(WIDTH, TASKS).change(windows(torch.full((2000,), 40), 40), seeded(0))[1].double()
    assert (done.mean(dim=0) - 0.5).abs().max() < 0.04
    assert (torch.corrcoef(done.T) - torch.eye(4)).abs().max() < 0.08


@torch.no_grad()
def test_the_loss_is_the_plain_cross_entropy():
    tasks, step = make_objective("tasks", WIDTH, {"least": 3}), step_of(small_model(), drawn(0, 9))
    assert tasks.tasks == ("reversal", "permutation", "warp")
    changed, done = tasks.change(step.sensors(), step.generator(1000))
    total = 0.0
    for n in range(9):
        embedded = encode(changed[[n]])[0].double().numpy()
        for k in range(3):
            weight, bias = tasks.head.weight[k].double().numpy(), float(tasks.head.bias[k])
            chance = 1 / (1 + math.exp(-(weight @ embedded + bias)))
            total -= math.log(chance if done[n, k] else 1 - chance) / 27
    assert 0 < int(done.sum()) < 27
    assert float(tasks(step)) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tasks": ["flip"]}, "tasks: some of reversal, scale, permutation, warp, not"),
        ({"tasks": []}, "tasks: some of"),
        ({"sigma": -1.0}, "sigma from 0 to 1"),
        ({"parts": 1}, "2 parts of a sample or more, not 1 of 10"),
        ({"speed": 2}, "objective tasks: .*speed"),
    ],
)
def test_tasks_that_cannot_be_are_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        make_objective("tasks", WIDTH, given)
