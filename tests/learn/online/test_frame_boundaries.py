"""Delays at changes of label, by hand and by a plain search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
from imusim.compare.transfer.scores import macro_f1
from imusim.learn.online.boundaries import boundaries_of, delays
from imusim.learn.online.evaluation import Followed, summed_up
from imusim.learn.online.tasks import confusion_of

RATE_HZ = 10.0  # what stays is five frames, a seam two
labels = st.lists(st.tuples(st.integers(-1, 2), st.integers(1, 12)), min_size=1, max_size=12)


def spelled(text: str) -> np.ndarray:
    """Letters as classes, a dot for no label."""
    return np.array([-1 if letter == "." else ord(letter) - ord("a") for letter in text])


@pytest.mark.parametrize(
    ("truth", "said", "expected"),
    [
        ("aaaaaaaaaabbbbbbbbbb", "aaaaaaaaaabbbbbbbbbb", [0.0]),
        ("aaaaaaaaaabbbbbbbbbb", "aaaaaaaaaaaaabbbbbbb", [0.3]),
        ("aaaaaaaaaabbbbbbbbbb", "aaaaaaabbbbbbbbbbbbb", [0.0]),  # told beforehand
        ("aaaaaaaaaabbbbbbbbbb", "aaaaaaaaaabbaabbbbbb", [0.4]),  # did not stay at first
        ("aaaaaaaaaabbbbbbbbbb", "aaaaaaaaaaaaaaaabbbb", [np.nan]),  # the recording ends too soon
        ("aaaaaaaaaabbbbbaaaaa", "aaaaaaaaaaaaabbbbbba", [0.3, np.nan]),  # late, and over the end
        ("aaaaaaaaaabbbbbaaaaa", "aaaaaaaaaaaaaaaaaaaa", [np.nan, 0.0]),
        ("aaaaaaaa..bbbbbbbbbb", "aaaaaaaaaaabbbbbbbbb", [0.1]),  # a seam
        ("aaaaaaa...bbbbbbbbbb", "aaaaaaaaaaabbbbbbbbb", []),  # nobody knows when
        ("aaaaaaaa..aaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb", []),
        ("aaaaabbb.bbbbbbbbbbb", "aaaaaaaaaabbbbbbbbbb", [0.5]),
        ("....................", "aaaaaaaaaabbbbbbbbbb", []),
    ],
)
def test_delays_by_hand(truth, said, expected):
    found = delays(spelled(said), boundaries_of(spelled(truth), RATE_HZ), RATE_HZ)
    np.testing.assert_allclose(found, expected)


@settings(max_examples=60, deadline=None)
@given(labels, st.integers(0, 2**31))
def test_delays_as_a_plain_search_finds_them(runs, seed):
    truth = np.repeat([a for a, _ in runs], [n for _, n in runs])
    rng = np.random.default_rng(seed)
    said = np.repeat(rng.integers(0, 3, len(truth)), rng.integers(1, 9, len(truth)))[: len(truth)]
    expected, before = [], None
    for t, label in enumerate(truth):
        if label < 0:
            continue
        if before is not None and truth[before] != label and t - before - 1 <= 2:
            end, seam = t, 0  # up to the next other label, or a long seam
            for u in range(t, len(truth)):
                seam = seam + 1 if truth[u] < 0 else 0
                if seam > 2 or (truth[u] >= 0 and truth[u] != label):
                    break
                end = u + 1 if truth[u] == label else end
            hits = [
                u for u in range(t, end)
                if u + 5 <= len(said) and (said[u : u + 5] == label).all()
            ]  # fmt: skip
            expected.append((hits[0] - t) / RATE_HZ if hits else np.nan)
        before = t
    np.testing.assert_allclose(delays(said, boundaries_of(truth, RATE_HZ), RATE_HZ), expected)


def test_figures_are_those_of_all_frames_and_changes():
    rng = np.random.default_rng(3)
    truth = [rng.integers(-1, 3, 200) for _ in range(6)]
    said = [np.where(rng.random(200) < 0.7, own, rng.integers(0, 3, 200)) for own in truth]
    said = [np.maximum(own, 0) for own in said]
    late = [np.array([0.2, np.nan]), np.array([0.4]), np.array([]), np.array([np.nan, 1.0]),
            np.array([0.0]), np.array([0.6])]  # fmt: skip
    followed = [
        Followed(f"p{n // 2}", f"r{n}", confusion_of(truth[n], said[n], 3), late[n])
        for n in range(6)
    ]
    found = summed_up(followed, ("a", "b", "c"), n_resamples=200)
    every = confusion_of(np.concatenate(truth), np.concatenate(said), 3)
    told = np.concatenate(truth) >= 0
    right = np.concatenate(truth)[told] == np.concatenate(said)[told]
    assert found.figures["macro_f1"].value == pytest.approx(float(macro_f1(every)))
    assert found.figures["accuracy"].value == pytest.approx(right.mean())
    assert found.figures["missed"].value == pytest.approx(2 / 7)
    assert found.figures["delay_median_s"].value == pytest.approx(0.4)
    assert found.figures["delay_p90_s"].value == pytest.approx(
        np.quantile([0.2, 0.4, 1, 0, 0.6], 0.9)
    )
    assert found.changes == 7
    assert found.people == ("p0", "p1", "p2")
    for figure in found.figures.values():
        assert figure.low <= figure.value <= figure.high
    again = summed_up(followed, ("a", "b", "c"), n_resamples=200)
    assert again.figures == found.figures
