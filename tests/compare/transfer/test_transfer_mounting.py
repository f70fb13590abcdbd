"""Sensors turned at random are turned back, without labels or motion."""

from __future__ import annotations

import numpy as np
import pytest
from compare_windows import labelled
from scipy.spatial.transform import Rotation

from imusim.compare.transfer import mounted_alike
from imusim.compare.windows import Windows
from imusim.errors import ConfigError


def swings(count: int, seed: int, people: int) -> Windows:
    """A limb that hangs still, then is lifted forward by about a right angle, and stays."""
    rng = np.random.default_rng(seed)
    lift = np.clip(np.linspace(-1, 2, 120), 0, 1) * rng.uniform(1.2, 1.6, (count, 1))
    still = 0.02 * rng.standard_normal((count, 6, 120))
    still[..., 60:] += 0.5 * rng.standard_normal((count, 6, 60))
    still[:, 0] -= 9.8 * np.cos(lift)
    still[:, 1] -= 9.8 * np.sin(lift)
    return labelled(still, ["swing"] * count, people)


def test_each_wearer_is_turned_back():
    simulated, real = swings(40, 0, 2), swings(40, 1, 4)
    turned = real.signals.copy()
    truth = {}
    for wearer in np.unique(real.subjects).tolist():
        truth[wearer] = Rotation.random(rng=np.random.default_rng(int(wearer)))
        own = real.subjects == wearer
        vectors = turned[own].reshape(-1, 2, 3, 120)
        turned[own] = np.einsum(
            "ij,wkjt->wkit", truth[wearer].as_matrix(), vectors
        ).reshape(-1, 6, 120)  # fmt: skip
    back, rotations = mounted_alike(real.with_signals(turned), simulated)
    for wearer, rotation in rotations.items():
        apart = Rotation.from_matrix(rotation[0]) * truth[wearer]
        assert np.rad2deg(apart.magnitude()) < 3, wearer
    error = np.linalg.norm(back.signals - real.signals) / np.linalg.norm(real.signals)
    assert error < 0.05
    assert (back.labels == real.labels).all() and (back.groups == real.groups).all()


def test_sensors_must_be_as_many():
    one = swings(4, 2, 2)
    two = one.with_signals(np.concatenate([one.signals, one.signals], axis=1))
    with pytest.raises(ConfigError, match="2 real sensors beside 1"):
        mounted_alike(two, one)
