"""``imusim compare paired`` as a stranger types it."""

import csv
import json

import numpy as np
import pytest
from cli_runner import fails, imusim
from worn import wear, write_csv

UNITS = ("--acc-unit", "g", "--gyro-unit", "deg/s")


@pytest.fixture(scope="module")
def worn(tmp_path_factory):
    return wear(tmp_path_factory.mktemp("worn"))


def test_a_csv_and_a_motion_are_enough(worn, tmp_path):
    done = imusim(
        "compare", "paired", worn.csv, worn.motion, *UNITS, "--fail-under", "acc_r=0.9",
        cwd=tmp_path,
    )  # fmt: skip
    assert "kinematic" in done.stdout
    assert "its placement is not stated" in done.stderr
    folder = tmp_path / "comparison"
    report = json.loads((folder / "report.json").read_text())
    ours = next(line for line in report["recordings"] if line["method"] == "kinematic")
    assert ours["figures"]["acc_r"] > 0.999
    with (folder / "summary.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {"kinematic", "raw-60", "averaged"} <= {row["method"] for row in rows}
    assert (folder / "report.html").stat().st_size > 1e6
    refused = fails("compare", "paired", worn.csv, worn.motion, cwd=tmp_path)
    assert "exists already" in refused


def test_a_figure_that_is_worse_than_asked_for_ends_with_1(worn, tmp_path):
    done = imusim(
        "compare", "paired", worn.csv, worn.motion, *UNITS, "-p", "left_wrist", "--no-baselines",
        "--fail-under", "acc_nrmse=1e-9", cwd=tmp_path, code=1,
    )  # fmt: skip
    assert "fail-under: " in done.stderr


def test_a_recording_of_another_motion_is_told_and_ends_with_2(worn, tmp_path):
    """What it reads is shuffled in time, half a second at a time: no motion goes with it."""
    rng = np.random.default_rng(0)
    rows = worn.rows.copy()
    blocks = np.array_split(np.arange(len(rows)), len(rows) // 50)
    order = np.concatenate([blocks[k] for k in rng.permutation(len(blocks))])
    rows[:, 1:] = rows[order, 1:]
    other = write_csv(tmp_path / "other.csv", rows)
    done = imusim(
        "compare", "paired", other, worn.motion, *UNITS, "-p", "left_wrist", "--no-baselines",
        cwd=tmp_path, code=2,
    )  # fmt: skip
    assert "error: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to compare"),
        (("--dataset", "utd-mhad"), "NAME=FOLDER"),
        (("--dataset", "utd-mhad=nowhere"), "no such folder"),
        (("gone.csv", "gone.bvh"), "no such file"),
        (("--fail-under", "acc_r"), "acc_r"),
        (("--engine", "bulet"), "Did you mean 'bullet'"),
    ],
)
def test_bad_input_gets_one_line(arguments, words, tmp_path):
    assert words in fails("compare", "paired", *arguments, cwd=tmp_path)
    assert not (tmp_path / "comparison").exists()
