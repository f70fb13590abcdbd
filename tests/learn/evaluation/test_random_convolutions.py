"""Random convolutions: by a slow reference, of what is known alone."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
import torch
from made_recordings import made_windows
from torch.nn import functional

from imusim.conventions import STANDARD_GRAVITY
from imusim.learn.evaluation import random_convolutions as random
from imusim.learn.evaluation.linear import fit_ridge
from imusim.learn.evaluation.random_convolutions import random_convolution_features

KERNELS = 84


def with_batch(real, **parts):
    return replace(real, batch=replace(real.batch, **parts))


def test_kernels_are_minirockets():
    kernels = random._kernels()
    assert len({tuple(kernel) for kernel in kernels.tolist()}) == len(kernels) == KERNELS
    assert (kernels.sum(axis=1) == 0).all()
    assert ((kernels == 2).sum(axis=1) == 3).all()
    places = [tuple(np.flatnonzero(kernel == 2)) for kernel in kernels]
    assert places == list(combinations(range(9), 3))


def test_dilations_reach_over_the_window_and_no_farther():
    for length in (1, 9, 17, 40, 200, 1000):
        found = random._dilations(length)
        assert found[0] == 1
        assert len(set(found)) == len(found) <= random.DILATIONS
        assert found[-1] == max((length - 1) // 8, 1)


@pytest.mark.parametrize("dilation", [1, 3])
def test_convolutions_by_a_plain_loop_with_mirror_images(dilation):
    rng = np.random.default_rng(0)
    signals = torch.from_numpy(rng.normal(size=(3, 2, 30))).float()
    lengths = torch.tensor([30, 7, 1])
    weights = torch.from_numpy(rng.normal(size=(4, 2, 9))).float()
    made = random._convolved(signals, lengths, weights, dilation)
    for window, length in enumerate(lengths.tolist()):
        own = signals[window, :, :length].numpy()
        there = np.pad(own, ((0, 0), (4 * dilation,) * 2), "reflect" if length > 1 else "edge")
        for kernel in range(4):
            for t in range(length):
                heard = there[:, t : t + 8 * dilation + 1 : dilation]
                expected = float((weights[kernel].numpy() * heard).sum())
                assert made[window, kernel, t] == pytest.approx(expected, abs=1e-4)


def test_features_are_shares_above_thresholds():
    """Of the first dilation, from the convolutions and the same draws, window by window."""
    real = made_windows(people=2)
    features = random_convolution_features(real, seed=5)
    rng = np.random.default_rng(5)
    vectors = real.batch.signals.unflatten(2, (2, 3)) / torch.tensor([STANDARD_GRAVITY, 1]).view(
        2, 1, 1
    )
    channels = [vectors[:, 0, 0], vectors[:, 0, 0].norm(dim=1, keepdim=True),
                vectors[:, 0, 1], vectors[:, 0, 1].norm(dim=1, keepdim=True)]  # fmt: skip
    signals = torch.cat(channels, dim=1)
    weights = random._on_channels(random._kernels(), 8, rng)
    drawn = rng.integers(len(real), size=KERNELS)
    length = signals.shape[2]
    padded = functional.pad(signals, (4, 4), "reflect")
    made = functional.conv1d(padded, weights).numpy()
    golden = (1 + 5**0.5) / 2
    for kernel in (0, 17, 83):
        for k in range(random.THRESHOLDS):
            part = ((kernel * random.THRESHOLDS + k + 1) * golden) % 1
            limit = np.float32(np.quantile(made[drawn[kernel], kernel], part))
            expected = (made[:, kernel] > limit).sum(axis=1) / length
            found = features[:, kernel * random.THRESHOLDS + k]
            np.testing.assert_allclose(found, expected, atol=1.5 / length)


def test_the_same_seed_gives_the_same_features():
    real = made_windows(people=2)
    np.testing.assert_array_equal(*(random_convolution_features(real, 3) for _ in range(2)))
    assert not np.array_equal(
        random_convolution_features(real, 3), random_convolution_features(real, 4)
    )


def test_only_what_is_known_counts():
    """Neither what stands in gaps and padding, nor how much padding there is, nor offsets."""
    real = made_windows(people=2)
    valid = real.batch.valid.clone()
    valid[0, 13:], valid[1, 1:], valid[2, 5:9] = False, False, False
    dirty = real.batch.signals.masked_fill(~valid[:, None, None], torch.nan)
    one = random_convolution_features(with_batch(real, valid=valid))
    assert np.isfinite(one).all()
    longer = with_batch(
        real,
        signals=functional.pad(dirty, (0, 23), value=9.0),
        valid=functional.pad(valid, (0, 23)),
    )
    np.testing.assert_array_equal(one, random_convolution_features(longer))
    together = real.batch.signals.clone()
    gap = torch.cat([together[2, ..., :5], together[2, ..., 9:], together[2, ..., 5:9]], dim=-1)
    together[2], moved = gap, valid.clone()
    moved[2] = torch.arange(valid.shape[1]) < valid[2].sum()
    parts = {"signals": together, "valid": moved}
    np.testing.assert_array_equal(one, random_convolution_features(with_batch(real, **parts)))


def test_absent_sensors_make_no_features():
    real = made_windows(people=2)
    more = with_batch(
        real,
        signals=functional.pad(real.batch.signals, (0, 0, 0, 0, 0, 1), value=5.0),
        placement=functional.pad(real.batch.placement, (0, 1), value=3),
        present=functional.pad(real.batch.present, (0, 0, 0, 1)),
    )
    one, other = random_convolution_features(real), random_convolution_features(more)
    made = len(random._dilations(40)) * KERNELS * random.THRESHOLDS
    np.testing.assert_array_equal(one[:, :made], other[:, :made])


def test_ridge_finds_what_moves_and_ranks_classes_not_shown_last():
    """Classes that differ in frequency alone, whatever the phase."""
    rng = np.random.default_rng(0)
    real = made_windows(people=4, each=8, samples=60)
    time = np.arange(60) / 20
    phase = rng.uniform(0, 2 * np.pi, (len(real), 1))
    tones = np.sin(2 * np.pi * (1.0 + 0.7 * real.labels[:, None]) * time + phase)
    signals = rng.normal(size=(len(real), 1, 6, 60)) * 0.3
    signals[:, 0, 0] += 3 * tones
    real = with_batch(real, signals=torch.from_numpy(signals.astype(np.float32)))
    features = random_convolution_features(real)
    train = real.subjects != "p0"
    scores = fit_ridge(features[train], real.labels[train], 5)(features[~train])
    assert (scores.argmax(axis=1) == real.labels[~train]).mean() > 0.9
    assert (scores[:, 3:].max(axis=1) < scores[:, :3].min(axis=1)).all()
    two = train & (real.labels != 1)
    scores = fit_ridge(features[two], real.labels[two], 3)(features[~train & (real.labels != 1)])
    assert (scores.argmax(axis=1) == real.labels[~train & (real.labels != 1)]).mean() > 0.9
    one = fit_ridge(features[:1], real.labels[:1], 3)(features)
    assert (one.argmax(axis=1) == real.labels[0]).all()
