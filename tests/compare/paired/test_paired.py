"""Recordings through the whole comparison: truth that is known, noise, real trials."""

import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from worn import turned_deg, wear, write_csv

from imusim.api.comparing import compare_paired, prepare_paired
from imusim.compare.paired.readings import deal
from imusim.errors import ConfigError, MotionError
from imusim.recordings.files import FileSettings

UNITS = FileSettings(acc_unit="g", gyro_unit="deg/s")
FOUR = ("acc_norm_r", "acc_r", "gyro_norm_r", "gyro_r")


@pytest.fixture(scope="module")
def worn(tmp_path_factory):
    return wear(tmp_path_factory.mktemp("worn"))


@pytest.fixture(scope="module")
def result(worn):
    return compare_paired(worn.csv, worn.motion, reading=UNITS, workers=1, device="mpu-6050")


def methods(result):
    return {line.method: line for line in result.scored}


def test_a_simulation_of_the_same_motion_is_the_recording(result):
    ours = methods(result)["kinematic"].figures
    assert min(ours[name] for name in FOUR) > 0.9999
    assert ours["acc_nrmse"] < 0.02
    assert ours["gyro_nrmse"] < 0.02


def test_the_segment_the_mounting_and_the_clock_are_found(worn, result):
    line = methods(result)["kinematic"]
    assert line.joint in ("left_elbow", "left_wrist")  # the hand follows the forearm in this clip
    found = Rotation.from_rotvec(
        [line.alignment[f"rotation_{axis}_deg"] for axis in "xyz"], degrees=True
    ).as_quat()
    assert turned_deg(found, worn.link_from_sensor) < 1.0
    # The first row of the file is 0.3 s into the motion; a recording counts from its first row.
    assert "placement-found" in {finding.code for finding in result.findings}


def test_others_methods_explain_less_and_a_device_is_a_line_of_its_own(result):
    lines = methods(result)
    assert {"raw-60", "averaged", "raw", "interpolating"} <= set(lines)
    ours = lines["kinematic"].figures
    assert all(lines["raw"].figures[name] < ours[name] for name in FOUR)
    worse = lines["kinematic, MPU-6050"].figures
    assert 1e-4 < worse["acc_nrmse"] - ours["acc_nrmse"] < 0.2


def test_nothing_is_fitted_to_what_it_is_judged_on(worn, tmp_path):
    """Noise in the recording's place explains nothing, whatever may be found of it."""
    rng = np.random.default_rng(1)
    rows = worn.rows.copy()
    rows[:, 1:4] = rng.standard_normal((len(rows), 3)) + [0, 0, 1]
    rows[:, 4:] = 50 * rng.standard_normal((len(rows), 3))
    noise = write_csv(tmp_path / "noise.csv", rows)
    found = compare_paired(
        noise, worn.motion, reading=UNITS, workers=1, placement="left_wrist", baselines=False
    )
    for line in found.scored:
        assert not line.figures["acc_r2"] > 0.1  # NaN: the motion does not reach what is judged
        assert not line.figures["gyro_r2"] > 0.1


def test_a_turned_sensor_is_scored_alike(worn, result, tmp_path):
    turn = Rotation.from_rotvec([0.4, -1.1, 0.7])
    rows = worn.rows.copy()
    rows[:, 1:4], rows[:, 4:] = turn.apply(rows[:, 1:4]), turn.apply(rows[:, 4:])
    turned = write_csv(tmp_path / "turned.csv", rows)
    found = compare_paired(turned, worn.motion, reading=UNITS, workers=1, baselines=False)
    for name in FOUR:
        assert methods(found)["kinematic"].figures[name] == pytest.approx(
            methods(result)["kinematic"].figures[name], abs=2e-4
        )


def test_workers_change_nothing(shared):
    def run(workers):
        return compare_paired(
            dataset={"leg-swing": shared / "data/leg-swing"}, workers=workers, baselines=False
        )

    one, two = run(1), run(2)
    assert repr(one.scored) == repr(two.scored)


def test_the_swinging_leg(shared):
    found = compare_paired(dataset={"leg-swing": shared / "data/leg-swing"}, workers=1)
    lines = {(line.sensor, line.method): line.figures for line in found.scored}
    mean = {
        method: np.mean([f["acc_r"] for (_, m), f in lines.items() if m == method])
        for method in ("kinematic", "raw", "interpolating")
    }
    assert mean["kinematic"] > 0.97
    assert mean["kinematic"] > mean["raw"] + 0.3
    assert mean["kinematic"] > mean["interpolating"] + 0.3


def test_trials_of_a_kinect(shared):
    """An eighteenth of UTD-MHAD's trials: the mounting comes from the subjects' other ones."""
    found = compare_paired(
        dataset={"utd-mhad": shared / "data/utd-mhad"}, every=18, workers=1, baselines=False
    )
    wrist = {line.method: line.figures for line in found.summaries if line.group.endswith("wrist")}
    assert wrist["kinematic"]["acc_r"].value > 0.65
    assert wrist["kinematic"]["gyro_r"].value > 0.6
    assert not found.skipped


@dataclasses.dataclass
class Dealt:
    valid: np.ndarray
    sensor: object


@pytest.mark.parametrize("trials", [1, 2, 7])
def test_folds_judge_each_sample_once_on_what_it_was_not_found_on(trials):
    sensor = type("Sensor", (), {"rate_hz": 10.0})()
    cases = [Dealt(np.ones(400, bool), sensor) for _ in range(trials)]
    judged = np.zeros((trials, 400), int)
    for fold in deal(cases, 5):
        for k in range(trials):
            judged[k] += fold.judged_on[k]
            assert not (fold.judged_on[k] & fold.found_on[k]).any()
        assert any(use.any() for use in fold.found_on)
    assert (judged == 1).all()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"engine": ["bulet"]}, "Did you mean 'bullet'"),
        ({"align": ["offset", "rotations"]}, "unknown step 'rotations'"),
        ({"placement": "wrists"}, "several places"),
        ({"dataset": {"utd": "."}}, "no dataset 'utd'"),
        ({"statistic": "mode"}, "median or mean"),
    ],
)
def test_settings_that_do_not_hold(settings, words):
    with pytest.raises(ConfigError, match=words):
        prepare_paired(**settings)


def test_a_recording_needs_its_motion(worn):
    with pytest.raises(ConfigError, match="name the motion"):
        prepare_paired(worn.csv)
    with pytest.raises(MotionError, match="no such file"):
        prepare_paired(worn.csv, worn.csv.with_name("gone.bvh"))
