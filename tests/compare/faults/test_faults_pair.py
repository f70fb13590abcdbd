"""Faults that show beside the motion, on real recordings spoilt on purpose."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from spoilt import SPOILT

from imusim.api.comparing import prepare_paired
from imusim.api.corpora import make_inputs
from imusim.compare.align import Alignment
from imusim.compare.faults import look_pair, look_wearer
from imusim.compare.faults.beside import explained, fit, lay_beside
from imusim.compare.paired.readings import make_cases
from imusim.compare.paired.simulate import simulate
from imusim.math import rotations as rot

METHOD = "kinematic"
_TRIALS = {f"a{action}_s1_t1" for action in (1, 3, 5, 7, 9, 11, 13, 15, 17, 19)}


def _cases(shared, dataset, chosen=lambda key: True):
    job = prepare_paired(dataset={dataset: shared / "data" / dataset}, workers=1, baselines=False)
    inputs = make_inputs(job.settings.simulation)
    cases = []
    for key, read in job.recordings.items():
        if chosen(key):
            recording = read()
            cases += make_cases(recording, simulate(recording, job.settings, inputs))
    return cases


@pytest.fixture(scope="module")
def swings(shared):
    return _cases(shared, "leg-swing")


@pytest.fixture(scope="module")
def board(shared):
    return _cases(shared, "broad", lambda key: "02_" in key or "24_" in key)


@pytest.fixture(scope="module")
def trials(shared):
    return _cases(shared, "utd-mhad", lambda key: key.split()[-1] in _TRIALS)


def _spoilt(case, fault):
    force, rate = SPOILT[fault](case.accelerometer, case.gyroscope)
    valid = case.valid[::-1] if fault == "reversed-time" else case.valid
    return replace(case, accelerometer=force, gyroscope=rate, valid=valid)


def _outcome(case, among=()):
    """An outcome with the mounting that the other recordings say, or else its own."""
    chosen = [c for c in among if c is not case] or [case]
    total = sum(_fit(c).mended() for c in chosen)
    left, _, right = np.linalg.svd(total)
    turn = left @ np.diag([1, 1, np.linalg.det(left @ right)]) @ right
    alignment = Alignment(link_from_sensor=_quaternion(turn))
    return SimpleNamespace(method=METHOD, alignment=alignment, figures={})


def _quaternion(turn):
    return Rotation.from_matrix(turn).as_quat()


def _fit(case):
    found = fit(
        lay_beside(
            case.kinematics[METHOD],
            case.time_s,
            case.accelerometer,
            case.gyroscope,
            case.valid,
            case.within_s,
        )
    )
    assert found is not None
    return found


def _codes(case, among=()):
    return {(f.code, f.severity) for f in look_pair(case, _outcome(case, among))}


@pytest.mark.parametrize(
    "fault", ["unit-deg", "reversed-time", "mirrored-axes", "axes-differ", "gravity-inverted"]
)
def test_each_fault_is_named(swings, board, fault):
    for case in (*swings, board[0]):
        assert _codes(case) == set()
        assert (fault, "error") in _codes(_spoilt(case, fault))


def test_clocks_that_nobody_set_alike(swings):
    """Within a minute the offset is found, or that of the alignment is taken."""
    for case in swings:
        late = replace(case, time_s=case.time_s + 17.013, within_s=60.0)
        assert _codes(late) == set()
        outcome = _outcome(case)
        outcome.alignment = replace(outcome.alignment, offset_s=-17.013)
        assert look_pair(late, outcome) == []
        outcome.figures = {"acc_r": 0.2, "gyro_r": -0.1}  # where it was not found it does not fit
        assert [f.code for f in look_pair(late, outcome)] == ["another-motion"]


def test_a_recording_that_covers_a_part(swings, board):
    for case in (*swings, *board):
        half = len(case.valid) // 2
        early, late = (
            replace(
                case,
                time_s=case.time_s[part],
                accelerometer=case.accelerometer[part],
                gyroscope=case.gyroscope[part],
                valid=case.valid[part],
            )
            for part in (slice(None, half), slice(half, None))
        )
        assert _codes(early) == {("stops-early", "warning")}
        assert _codes(late) == {("starts-late", "warning")}


def test_another_motion(board):
    swapped = [
        replace(board[0], kinematics=board[1].kinematics),
        replace(board[1], kinematics=board[0].kinematics),
    ]
    for case in swapped:
        assert ("another-motion", "error") in _codes(case)


def test_trials_of_one_wearer(trials):
    wrists = [case for case in trials if case.sensor.name == trials[0].sensor.name]
    assert len(wrists) == len(_TRIALS)
    assert look_wearer(wrists, METHOD) == []
    assert look_wearer(wrists[:2], METHOD) == []
    for fault in ("reversed-time", "mirrored-axes", "axes-differ", "gravity-inverted"):
        found = look_wearer([_spoilt(case, fault) for case in wrists], METHOD)
        assert {f.code for f in found} == {fault} and len(found) == len(wrists)
    errors = [code for case in wrists for code in _codes(case, wrists) if code[1] == "error"]
    assert errors == []
    # The sign of gravity in a single trial shows against the mounting of the others.
    told = [("gravity-inverted", "error") in _codes_of(case, wrists) for case in wrists]
    assert np.mean(told) > 0.9


def _codes_of(case, among):
    outcome = _outcome(case, among)
    return {(f.code, f.severity) for f in look_pair(_spoilt(case, "gravity-inverted"), outcome)}


def test_too_little_to_look_at(swings):
    case = swings[0]
    short = replace(case, valid=np.zeros_like(case.valid))
    outcome = _outcome(case)
    assert [f.code for f in look_pair(short, outcome)] == ["too-short"]


def test_a_mounting_explains_what_it_turned():
    rng = np.random.default_rng(0)
    turn = rot.from_rotation_vector(rng.standard_normal(3))
    simulated = rng.standard_normal((500, 3))
    real = rot.rotate_inverse(turn, simulated)
    moments = simulated.T @ real / (simulated**2).sum()
    assert explained(moments) == pytest.approx(1.0)
    assert explained(moments, turn) == pytest.approx(1.0)
    assert explained(moments, rot.IDENTITY) < 0.99
    assert explained(-moments) < 0.5
