"""Noise ceilings: who stands in for whom, and what they score."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.io import loadmat

from imusim.compare.references import SHUFFLED, SUBJECT, TRIAL, reference_partners, score_references

RATE_HZ = 50.0


def _case(label, subject, trial, signal, name="wrist", **more):
    key = f"a{label}_s{subject}_t{trial}"
    fields = {
        "recording": SimpleNamespace(
            dataset="set", key=key, subject=subject, label=label, trial=trial
        ),
        "sensor": SimpleNamespace(name=name, placement="right_wrist", rate_hz=RATE_HZ),
        "place": SimpleNamespace(link="right_wrist"),
        "valid": np.ones(len(signal), bool),
        "accelerometer": signal[:, :3],
        "gyroscope": signal[:, 3:],
        "within_s": 0.3,
    }
    return SimpleNamespace(**(fields | more))


def _motion(seed: int, samples: int = 200) -> np.ndarray:
    """Six smooth channels that are the activity's own."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(samples) / RATE_HZ
    phase = rng.uniform(0, 6, (4, 1, 6))
    waves = np.sin(2 * np.pi * rng.uniform(0.5, 3, (4, 1, 6)) * time_s[:, None] + phase)
    return (waves * rng.standard_normal((4, 1, 6))).sum(axis=0) + [0, 0, 9.8, 0, 0, 0]


def test_partners_are_who_they_should_be():
    cases = [
        _case(a, s, t, _motion(0), name=n)
        for n in ("wrist", "thigh")
        for a in ("1", "2")
        for s in ("1", "2", "3")
        for t in ("1", "2")
    ]
    partners = reference_partners(cases)
    for method, found in partners.items():
        for case, number in zip(cases, found, strict=True):
            other, own = cases[number].recording, case.recording
            assert cases[number].sensor.name == case.sensor.name
            assert (other.label == own.label) == (method != SHUFFLED)
            if method == TRIAL:
                assert other.subject == own.subject and other.trial != own.trial
            if method == SUBJECT:
                assert other.subject != own.subject and other.trial == own.trial
    again = reference_partners(cases[::-1])
    for method in partners:
        keys = [cases[n].recording.key for n in partners[method]]
        reversed_keys = [cases[::-1][n].recording.key for n in again[method]]
        assert keys == reversed_keys[::-1]  # whatever the order


def test_nothing_serves_where_nothing_is_alike():
    cases = [_case("", "", "", _motion(0)), _case("walk", "1", "1", _motion(1))]
    assert all(found == [None, None] for found in reference_partners(cases).values())
    assert score_references(cases) == []


def test_the_same_motion_later_and_slower_is_found_again():
    motion = _motion(2, 300)
    slower = np.stack(
        [np.interp(np.arange(360) / 1.2, np.arange(300), c) for c in motion.T], axis=1
    )
    cases = [_case("1", "1", "1", motion[10:260]), _case("1", "1", "2", slower[:300])]
    found = [row for row in score_references(cases) if row.method == TRIAL]
    assert len(found) == 2 and found[0].kind == "reference"
    assert found[0].figures["acc_r"] > 0.97 and found[0].figures["gyro_norm_r"] > 0.95


def test_a_sensor_that_either_lacks_is_not_scored():
    motion = _motion(3)
    cases = [_case("1", "1", "1", motion), _case("1", "1", "2", motion, gyroscope=None)]
    row = next(row for row in score_references(cases) if row.method == TRIAL)
    assert row.figures["acc_r"] == pytest.approx(1.0)
    assert np.isnan(row.figures["gyro_r"])
    cases[1].accelerometer = np.full_like(motion[:, :3], np.nan)
    assert [row for row in score_references(cases) if row.method == TRIAL] == []


def test_samples_of_a_gap_do_not_count():
    motion = _motion(4)
    spoilt = motion.copy()
    spoilt[50:80] = 40.0
    valid = np.ones(len(motion), bool)
    valid[50:80] = False
    cases = [_case("1", "1", "1", spoilt, valid=valid), _case("1", "1", "2", motion)]
    rows = [row for row in score_references(cases) if row.method == TRIAL]
    assert rows[0].figures["acc_r"] == pytest.approx(1.0)
    assert rows[1].figures["acc_r"] == pytest.approx(1.0)


def test_real_trials_order_as_they_should(shared):
    cases = []
    for path in sorted((shared / "data/utd-mhad/Inertial").glob("a[12]_s[1-6]_t?_*.mat")):
        action, subject, trial = path.name.split("_")[:3]
        read = loadmat(path)["d_iner"].astype(float)
        signal = np.concatenate([9.80665 * read[:, :3], np.radians(read[:, 3:])], axis=1)
        cases.append(_case(action, subject, trial, signal))
    found = score_references(cases)
    medians = [
        np.median([row.figures["gyro_r"] for row in found if row.method == method])
        for method in (TRIAL, SUBJECT, SHUFFLED)
    ]
    assert medians[0] > medians[1] > medians[2]
