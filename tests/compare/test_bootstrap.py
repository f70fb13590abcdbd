"""Intervals over people and trials hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from imusim.compare.bootstrap import draw_counts, intervals, summarise
from imusim.compare.result import Scored


def _row(value: float, subject="1", recording="r", method="kinematic", **more) -> Scored:
    figures = {"acc_r": value, **more}
    return Scored(
        "set", recording, subject, "walk", "1", "imu", "pelvis", method, "simulated", figures
    )


@pytest.mark.parametrize("statistic", ["median", "mean"])
@pytest.mark.parametrize(("between", "within"), [(1.0, 0.3), (0.5, 1.0)])
def test_intervals_cover_the_truth(statistic, between, within):
    people, trials, repeats = 8, 6, 60
    covered = 0
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        person = rng.standard_normal((people, 1)) * between
        values = (person + within * rng.standard_normal((people, trials))).ravel()
        who = [str(k) for k in range(people) for _ in range(trials)]
        found = intervals([{"r": v} for v in values], who, statistic, seed)["r"]
        covered += found.low <= 0 <= found.high
    assert 0.87 <= covered / repeats <= 1.0  # three standard errors below 95 %


def test_trials_drawn_alone_would_promise_too_much():
    rng = np.random.default_rng(0)
    values = (rng.standard_normal((6, 1)) + 0.1 * rng.standard_normal((6, 20))).ravel()
    rows = [{"r": v} for v in values]
    people = intervals(rows, [str(k // 20) for k in range(120)])["r"]
    alone = intervals(rows, ["one"] * 120)["r"]
    assert people.high - people.low > 2 * (alone.high - alone.low)


def test_a_single_trial_has_no_interval():
    (line,) = summarise([_row(0.7)])
    found = line.figures["acc_r"]
    assert (found.value, found.count) == (0.7, 1)
    assert np.isnan([found.low, found.high]).all()


def test_what_is_not_told_does_not_count():
    (line,) = summarise(
        [_row(v, subject=s, other=np.nan) for v, s in ((0.5, "1"), (np.nan, "2"), (0.9, "3"))]
    )
    assert line.figures["acc_r"].value == pytest.approx(0.7)
    assert line.figures["acc_r"].count == 2
    assert line.figures["other"].count == 0
    assert np.isnan(line.figures["other"].value)


def test_lines_by_group_and_method_in_their_order():
    rows = [_row(0.1 * k, str(k % 3), method=m) for k in range(9) for m in ("b", "a")]
    lines = summarise(rows, "mean", seed=3)
    assert [(line.group, line.method) for line in lines] == [("set imu", "b"), ("set imu", "a")]
    assert lines[0].figures["acc_r"] == lines[1].figures["acc_r"]  # seeded alike
    assert summarise(rows[::2], "mean", seed=3)[0].figures == lines[0].figures
    assert summarise(rows, "mean", seed=4)[0].figures != lines[0].figures


def test_recordings_of_nobody_known_are_drawn_one_by_one():
    rows = [_row(0.1 * k, subject="", recording=str(k)) for k in range(8)]
    known = [_row(0.1 * k, subject=str(k), recording=str(k)) for k in range(8)]
    assert summarise(rows)[0].figures == summarise(known)[0].figures


def test_draws_keep_what_belongs_together():
    subject = np.array([0, 0, 0, 1, 1, 2])
    counts = draw_counts(subject, np.random.default_rng(0))
    sizes = np.stack(
        [counts[:, subject == k].sum(axis=1) // n for k, n in ((0, 3), (1, 2), (2, 1))]
    )
    assert (sizes.sum(axis=0) == 3).all()
    np.testing.assert_allclose(counts.mean(axis=0), 1.0, atol=0.1)


def test_the_statistic_is_that_of_numpy():
    rng = np.random.default_rng(1)
    values = rng.standard_normal(41)
    for statistic, by_numpy in (("median", np.median), ("mean", np.mean)):
        found = intervals([{"r": v} for v in values], ["x"] * 41, statistic)["r"]
        assert found.value == by_numpy(values)
        draws = [by_numpy(rng.choice(values, 41)) for _ in range(4000)]
        low, high = np.quantile(draws, [0.021, 0.979])
        assert found.low == pytest.approx(low, abs=0.08)
        assert found.high == pytest.approx(high, abs=0.08)
