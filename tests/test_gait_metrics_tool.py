"""Gait of single windows: ``tools/gait_metrics.py`` against gait that is known."""

import importlib.util

import numpy as np
import pytest
from tool_loader import load_tool

needs_strides = pytest.mark.skipif(
    importlib.util.find_spec("pybullet_data") is None, reason="strides come from pybullet's clips"
)


@pytest.fixture(scope="module")
def tool():
    return load_tool("gait_metrics")


def regular(stride_s=1.1, duty=0.62, count=12):
    """Strides of both feet, the right one half a stride later."""
    downs = stride_s * np.arange(count)
    left = np.stack([downs, downs + duty * stride_s, downs + stride_s], axis=1)
    return left, left + stride_s / 2


@pytest.mark.parametrize(("stride_s", "duty"), [(1.1, 0.62), (0.9, 0.55), (1.4, 0.7)])
def test_regular_gait_is_told_as_it_is(tool, stride_s, duty):
    left, right = regular(stride_s, duty)
    for start_s in (3.0, 3.3, 4.1):
        made = tool.gait((left, right), start_s, start_s + 2.56)
        expected = [stride_s, 120 / stride_s, 100 * (2 * duty - 1)]
        assert made == pytest.approx(expected, rel=1e-5)


def test_strides_come_from_when_feet_stand(tool):
    left, right = regular(1.1, 0.62)
    time_s = np.arange(0, 12.0, 0.01) + 1e-6
    for strides in (left, right):
        own = strides + 0.7
        standing = time_s < 0.4  # at rest, then a swing before the first stride
        for down, off, _ in own:
            standing |= (time_s >= down) & (time_s < off)
        found = tool.strides_of(standing, 100.0)
        assert len(found) >= 9
        assert found == pytest.approx(own[: len(found)], abs=0.0101)


def test_turns_and_what_nobody_knows_are_left_out(tool):
    left, right = regular()
    assert tool.gait((left, right), 50.0, 52.56) is None
    assert tool.gait((left, right), 0.0, 2.56) is None  # did the right foot stand at 0 s?
    assert tool.gait((left, right), 3.0, 5.56) is not None
    assert tool.gait((left[:4], right), 3.0, 5.56) is None
    slow = left.copy()
    slow[4:] += 1.5
    slow[3, 2] += 1.5
    assert tool.gait((slow, right), 3.0, 5.56) is None


def test_scores_are_those_of_the_definition(tool):
    rng = np.random.default_rng(0)
    truth, groups = rng.normal(size=60), np.repeat(list("abcdef"), 10)
    predicted = truth + 0.3 * rng.normal(size=60)
    (error, low, high), (r2, worst, best), bias = tool.scores(predicted, truth, groups)
    assert error == pytest.approx(abs(predicted - truth).mean())
    residual = ((predicted - truth) ** 2).sum()
    assert r2 == pytest.approx(1 - residual / ((truth - truth.mean()) ** 2).sum())
    assert bias[0] == pytest.approx((predicted - truth).mean())
    assert bias[1] < bias[0] < bias[2]
    assert low < error < high
    assert worst < r2 < best
    assert tool.scores(truth, truth, groups)[1][0] == 1


def test_clips_are_predicted_by_others(tool):
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(1)
    groups = np.repeat(list("abcdefgh"), 5)
    of_clip = np.repeat(rng.normal(size=(8, 3)), 5, axis=0)
    features = np.concatenate([of_clip, rng.normal(size=(40, 2))], axis=1)
    walks = tool.Walks(np.zeros((40, 6, 1)), of_clip + features[:, 3:4], groups, groups)
    assert tool.held_out(features, walks) == pytest.approx(walks.truth, abs=0.02)
    # What tells clips apart and nothing else is of no use for a clip that was left out.
    own = (groups[:, None] == np.unique(groups)).astype(float)
    error = abs(tool.held_out(own, walks) - walks.truth).mean()
    assert error > 0.5 * abs(walks.truth).mean()


def test_turned_sensors_keep_what_does_not_depend_on_their_mounting(tool):
    """Norms, and the angle between force and turn; a clip's windows stay turned alike."""
    rng = np.random.default_rng(2)
    signals = rng.normal(size=(6, 6, tool.SAMPLES))
    groups, joints = np.repeat(list("ab"), 3), np.array(["left_ankle", "right_ankle", "left_ankle"])
    walks = tool.Walks(signals, np.zeros((6, 3)), groups, np.tile(joints, 2))
    made = tool.turned(walks, 0).signals
    for one, other in ((0, 0), (0, 3), (3, 3)):
        before = (signals[:, one : one + 3] * signals[:, other : other + 3]).sum(axis=1)
        after = (made[:, one : one + 3] * made[:, other : other + 3]).sum(axis=1)
        np.testing.assert_allclose(after, before, atol=1e-9)
    turns = [np.linalg.lstsq(signals[w, :3].T, made[w, :3].T, rcond=None)[0] for w in range(6)]
    np.testing.assert_allclose(turns[0], turns[2], atol=1e-9)
    assert abs(turns[0] - turns[1]).max() > 0.1
    assert abs(turns[0] - turns[3]).max() > 0.1
    assert abs(tool.turned(walks, 1).signals - made).max() > 0.1


def test_gaitmaps_strides(tool, shared):
    walks = tool.recorded(shared / "data" / "gaitmap")
    assert set(walks.joints) == set(tool.ANKLES)
    assert len(walks) >= 16
    stride_s, cadence, double = walks.truth.T
    assert 0.95 < np.median(stride_s) < 1.25
    assert cadence == pytest.approx(120 / stride_s, rel=0.1)
    assert 20 < np.median(double) < 40


@needs_strides
def test_simulated_walks_have_the_cadence_that_was_drawn(tool):
    from motion_sources.procedural.catalogue import RECIPES
    from motion_sources.procedural.recipe import make_clip

    found = tool.simulated(1, ["walking"])
    _, made, _ = make_clip(RECIPES["gait/walking"], 0, "gait/walking/00000")
    own = found[tool.WRIST]
    assert len(own) >= 2
    stride_s, cadence, double = own.truth.T
    assert cadence.mean() == pytest.approx(60 * made.facts["cadence"], rel=0.03)
    assert stride_s.mean() == pytest.approx(2 / made.facts["cadence"], rel=0.03)
    assert ((double > 5) & (double < 30)).all()
    assert own.signals.shape[1:] == (6, tool.SAMPLES)
    assert (abs(own.signals[:, :3]).max(axis=(1, 2)) > 9).all()  # the whole specific force
