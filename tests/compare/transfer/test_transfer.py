"""Transfer where the answer is known: separable windows, useless ones, and the same seeds."""

from __future__ import annotations

import numpy as np
import pytest
from compare_windows import tones

from imusim.compare.transfer import Recipe, Split, folds, transfer
from imusim.compare.windows import joined
from imusim.errors import ConfigError

SLOW_FAST = {"slow": 2.0, "fast": 6.0}
SWAPPED = {"slow": 6.0, "fast": 2.0}


def test_simulated_windows_as_good_as_real_ones_are_worth_as_much():
    found = transfer(
        tones(20, 1, SLOW_FAST), tones(12, 2, SLOW_FAST), model="handcrafted", n_resamples=50
    )
    assert [regime.name for regime in found.regimes] == [
        "simulated", "real", "simulated + 1 real", "simulated + 2 real", "simulated + 5 real",
        "1 real", "2 real", "5 real", "simulated + real",
    ]  # fmt: skip
    for name in ("simulated", "real", "simulated + real"):
        regime = found.regime(name)
        assert regime.macro_f1.value == regime.accuracy.value == 1
        assert (regime.ratio.value, regime.ratio.low, regime.ratio.high) == (1, 1, 1)
    assert found.regime("real").macro_f1.count == 24
    assert found.counts == {"slow": (20, 12), "fast": (20, 12)}
    assert len(found.splits) == 4 and found.classes == ("fast", "slow")


def test_simulated_windows_of_the_wrong_class_are_worth_nothing_and_a_few_real_ones_help():
    found = transfer(
        tones(10, 3, SWAPPED),
        tones(16, 4, SLOW_FAST),
        model="handcrafted",
        few=(5,),
        recipe=Recipe(real_share=0.9),
        n_resamples=50,
    )
    assert found.regime("simulated").macro_f1.value == 0
    assert found.regime("simulated").ratio.value == 0
    assert found.regime("5 real").macro_f1.value > 0.8
    assert found.regime("simulated + 5 real").macro_f1.value > 0.5
    confusion = found.regime("simulated").confusion
    assert np.diagonal(confusion).sum() == 0 and confusion.sum() == 32
    assert found.regime("simulated").recall == {"slow": 0, "fast": 0}


def test_no_simulated_window_of_a_test_subject_is_trained_on():
    simulated, real = tones(8, 5, SLOW_FAST), tones(8, 6, SLOW_FAST)
    spoilt = simulated.signals.copy()
    spoilt[simulated.subjects == "0"] = 1e6  # whoever trained on these would be lost
    splits = [Split(("1", "2"), ("0",))]
    found = transfer(
        simulated.with_signals(spoilt), real, splits, "handcrafted", few=(), n_resamples=10
    )
    assert found.regime("simulated").macro_f1.value == 1
    assert found.regime("simulated").trained_on == 12
    assert found.regime("real").trained_on == 8


def test_the_same_seed_gives_the_same_numbers():
    noisy = tones(10, 7, {"a": 2.0, "b": 2.4}, noise=2.0), tones(10, 8, {"a": 2, "b": 2.4}, noise=2)
    one, other = (
        transfer(*noisy, model="handcrafted", few=(1,), n_resamples=20, seed=5) for _ in range(2)
    )
    for first, second in zip(one.regimes, other.regimes, strict=True):
        assert first.macro_f1 == second.macro_f1 and first.ratio == second.ratio
        assert (first.confusion == second.confusion).all()


def test_only_shared_classes_count_and_the_others_are_named():
    found = transfer(
        tones(8, 9, {**SLOW_FAST, "swim": 9.0}),
        tones(8, 10, {**SLOW_FAST, "fly": 12.0}),
        model="handcrafted",
        few=(),
        n_resamples=5,
    )
    assert found.classes == ("fast", "slow")
    assert found.notes == ("only simulated, left out: swim", "only real, left out: fly")


@pytest.mark.parametrize(("model", "package"), [("cnn", "torch"), ("minirocket", "aeon")])
def test_others_tell_tones_apart_too(model, package):
    pytest.importorskip(package)
    simulated, real = tones(20, 11, SLOW_FAST), tones(16, 12, SLOW_FAST)
    splits = [Split(("0", "1"), ("2", "3"))]
    found = transfer(simulated, real, splits, model, few=(), draws=1, n_resamples=5)
    assert found.regime("simulated").macro_f1.value > 0.9
    assert found.regime("simulated + real").macro_f1.value > 0.8


def test_bad_input_is_told():
    good = tones(6, 13, SLOW_FAST)
    with pytest.raises(ConfigError, match="Did you mean 'minirocket'"):
        transfer(good, good, model="minirokcet")
    with pytest.raises(ConfigError, match="fewer than two activities"):
        transfer(good, tones(6, 14, {"a": 1.0, "b": 2.0}))
    with pytest.raises(ConfigError, match="trained on and tested as well: 1"):
        transfer(good, good, [Split(("0", "1"), ("1",))])
    with pytest.raises(ConfigError, match="without test subjects"):
        transfer(good, good, [Split(("0",), ("nobody",))])
    with pytest.raises(ConfigError, match="no real training window of slow"):
        halves = good.of(labels=["fast"]), good.of(labels=["slow"], subjects=["0"])
        transfer(good, joined(*halves), [Split(("1",), ("0",))], model="handcrafted")
    with pytest.raises(ConfigError, match="all simulated windows are of test subjects"):
        transfer(good.of(subjects=["0"]), good, [Split(("1", "2", "3"), ("0",))])
    with pytest.raises(ConfigError, match="two subjects at least"):
        folds(["a", "a"], 3)
    with pytest.raises(ConfigError, match="a low-pass of -1"):
        Recipe(low_pass_hz=-1)
