"""Corpora of known distributions: what is alike is found alike, what differs is named."""

from __future__ import annotations

import numpy as np
import pytest
from compare_windows import labelled, noise_windows

from imusim.compare.corpora import FIGURES, compare_corpora
from imusim.compare.corpora.detect import auc, detect
from imusim.compare.features import handcrafted
from imusim.compare.windows import Windows, joined
from imusim.errors import ConfigError


def test_two_samples_of_one_distribution_are_not_told_apart():
    areas = []
    for seed in range(8):
        one, other = noise_windows(60, 2 * seed), noise_windows(60, 2 * seed + 1)
        pairs = [(w, handcrafted(w).values) for w in (one, other)]
        areas.append(detect(pairs[0], pairs[1], np.random.default_rng(seed)).auc)
    error = np.std(areas) / np.sqrt(len(areas))
    assert abs(np.mean(areas) - 0.5) < max(3 * error, 0.03)


def test_a_corpus_from_the_same_distribution_has_the_figures_of_the_reference():
    found = compare_corpora(
        noise_windows(80, 1), noise_windows(80, 2), repeats=6, permutations=49
    ).activities[0]
    assert set(found.figures) == set(found.reference) == set(FIGURES)
    for name in ("auc", "wasserstein", "frechet", "precision", "recall", "coverage"):
        figure, reference = found.figures[name], found.reference[name]
        assert figure.low <= reference.high and reference.low <= figure.high, name


def test_what_gives_a_simulation_away_is_named():
    real = noise_windows(80, 3)
    simulated = noise_windows(80, 4)
    shifted = simulated.signals.copy()
    shifted[:, 4] *= 0.3  # a gyroscope that moves too little about y
    found = compare_corpora(
        simulated.with_signals(shifted), real, repeats=4, permutations=49
    ).activities[0]
    assert found.figures["auc"].value > 0.95 and found.figures["mmd_p"].value < 0.05
    assert found.figures["auc"].low > found.reference["auc"].high
    assert "gyr_y" in found.features[0].name
    assert found.features[0].auc > 0.95
    untouched = {f.name: f for f in found.features}["acc_x_std"]
    assert untouched.auc < 0.65 and untouched.wasserstein < 0.5
    assert found.features[0].wasserstein > 3 * found.features[0].reference


def test_activities_are_compared_one_by_one_and_together():
    real = joined(noise_windows(40, 5, label="walk"), noise_windows(40, 6, label="run", gain=3))
    simulated = joined(
        noise_windows(90, 7, label="walk"),
        noise_windows(30, 8, label="run", gain=3),
        noise_windows(30, 9, label="swim"),
    )
    found = compare_corpora(simulated, real, repeats=3, permutations=0)
    assert [a.activity for a in found.activities] == ["all", "run", "walk"]
    assert found.skipped == (("swim", "only in the simulated corpus"),)
    # Levelled: as many of either activity as the recordings have.
    assert found.activities[0].simulated == 60
    assert np.isnan(found.activities[0].figures["mmd_p"].value)


def test_the_same_seed_gives_the_same_numbers():
    pair = noise_windows(30, 10), noise_windows(30, 11)
    one, other = (compare_corpora(*pair, repeats=2, permutations=19, seed=3) for _ in range(2))
    assert one.activities[0].figures == other.activities[0].figures
    assert one.activities[0].features == other.activities[0].features
    another = compare_corpora(*pair, repeats=2, permutations=19, seed=4)
    assert another.activities[0].figures != one.activities[0].figures


def test_one_person_few_windows_and_constant_channels_make_no_crash():
    real = noise_windows(12, 12, people=1)
    flat = real.signals.copy()
    flat[:, 3:] = 0
    found = compare_corpora(noise_windows(12, 13), real.with_signals(flat), repeats=2)
    assert "one person" in found.activities[0].notes[0]
    assert all(np.isfinite(f.wasserstein) for f in found.activities[0].features)
    few = joined(noise_windows(3, 14, label="sit"), noise_windows(20, 15))
    assert ("sit", "3 simulated and 3 real windows: 6 at least") in compare_corpora(
        few, few, repeats=1
    ).skipped


def test_bad_input_is_told():
    good = noise_windows(10, 16)
    with pytest.raises(ConfigError, match="no activity in both"):
        compare_corpora(good, noise_windows(10, 17, label="else"))
    with pytest.raises(ConfigError, match="There are: handcrafted, minirocket"):
        compare_corpora(good, good, encoder="smart")
    with pytest.raises(ConfigError, match="cut both alike"):
        compare_corpora(good, good.with_signals(good.signals[..., :50]))
    with pytest.raises(ConfigError, match="leave them out"):
        good.with_signals(np.full_like(good.signals, np.nan))
    with pytest.raises(ConfigError, match="not \\(W, 6 S, T\\)"):
        labelled(np.zeros((4, 5, 20)), ["a"] * 4, 2)
    with pytest.raises(ConfigError, match="labels"):
        Windows(good.signals, good.labels[:3], good.subjects, good.groups, 50.0)


def test_few_people_are_dealt_so_that_each_fold_has_both():
    one, other = noise_windows(12, 18, people=2), noise_windows(12, 19, people=2, gain=4)
    pairs = [(w, handcrafted(w).values) for w in (one, other)]
    assert detect(pairs[0], pairs[1], np.random.default_rng(0)).auc == 1


def test_auc_counts_pairs():
    score = np.array([3.0, 1.0, 2.0, 2.0])
    positive = np.array([True, True, False, False])
    assert auc(score, positive) == 0.5
    assert auc(-np.array([0.0, 1.0, 2.0, 3.0]), positive) == 1.0
