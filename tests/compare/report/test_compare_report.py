"""Pages, files and conditions of a comparison: all is there, and nothing breaks out."""

from __future__ import annotations

import base64
import csv
import html
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paired_results import FIGURES, METHODS, NASTY, paired_result

from imusim.compare.report import (
    check,
    check_folder,
    parse_fail_under,
    summary_table,
    to_json,
    write_report,
)
from imusim.compare.report.found import alignment_table
from imusim.compare.report.packing import MISSING, pack
from imusim.compare.report.paired import paired_report
from imusim.compare.report.thinning import share, thin
from imusim.compare.report.words import paired_words
from imusim.compare.result import Interval, Overlay, PairedResult
from imusim.errors import ConfigError

pytest.importorskip("plotly")
pytest.importorskip("matplotlib")


def unpacked(packed: dict) -> np.ndarray:
    codes = np.frombuffer(base64.b64decode(packed["codes"]), "<i2").reshape(packed["shape"])
    values = packed["low"] + packed["step"] * (codes.astype(float) + 32_500)
    return np.where(codes == MISSING, np.nan, values)


@given(st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), max_size=50))
def test_arrays_are_packed_to_a_part_in_60000(values: list[float]):
    array = np.array(values)
    found = unpacked(pack(array))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(array))
    known = array[np.isfinite(array)]
    if len(known):
        np.testing.assert_allclose(
            found[np.isfinite(array)], known, atol=np.ptp(known) / 60_000 + 1e-9
        )


@settings(max_examples=50)
@given(st.integers(0, 400), st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_thinning_keeps_the_extremes(count: int, most: int, seed: int):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(count, 3))
    values[rng.random((count, 3)) < 0.2] = np.nan
    time_s, kept = thin(np.arange(count) / 50, values, most)
    assert len(kept) <= max(most, 2)
    assert (np.diff(time_s) >= 0).all()
    for channel in range(3):
        known, left = (v[:, channel][np.isfinite(v[:, channel])] for v in (values, kept))
        assert len(left) > 0 or not len(known)
        assert set(left) <= set(known)
        if len(known):
            assert (left.min(), left.max()) == (known.min(), known.max())


def test_short_signals_are_kept_whole_within_the_budget():
    assert share([100, 5000, 80], [6, 6, 6], 6 * 1180) == [100, 1000, 80]
    assert share([], [], 100) == []


def test_words_are_made_from_the_figures():
    said = dict(paired_words(paired_result()))
    assert said["data wrist"] == (
        "Simulation (kinematic) is closer to the real sensor than shuffled pairs (0.10), not as "
        "close as another trial (0.80). Correlations with the real sensor: acceleration norm 0.70 "
        "(95 %: 0.65 to 0.75), acceleration axes 0.71, angular rate norm 0.80. On the acceleration "
        "norm, mujoco 0.60; the baseline (raw-60) 0.40."
    )
    assert said["Activities"].startswith("By the mean acceleration norm, the worst are activity 4")
    assert said["Data"] == "Not scored: unit-g × 1. 1 recording could not be compared."


def test_nothing_at_all_is_a_report_too(tmp_path: Path):
    nothing = PairedResult({}, (), (), (), (), {})
    assert paired_words(nothing) == (("", "Nothing could be compared."),)
    write_report(nothing, tmp_path / "out")
    assert summary_table(nothing)[1] == []


def test_little_is_known_of_a_strangers_recording(tmp_path: Path):
    result = paired_result(1)
    nan = np.full((5, 6), np.nan)
    time_s = np.arange(5) / 50
    strange = replace(
        result,
        scored=tuple(
            replace(s, dataset="", subject="", activity="", trial="", alignment={},
                    figures={"gyro_r": np.nan, "not_known": 1.0})
            for s in result.scored
        ),
        summaries=tuple(
            replace(s, group=s.group.split()[1],
                    figures={"gyro_r": Interval(np.nan, np.nan, np.nan, 0)})
            for s in result.summaries
        ),
        overlays=(
            Overlay("a0", "wrist", time_s, {"real": nan, "kinematic": nan, "other": nan}),
            Overlay("a0", "thigh", time_s[:0], {"real": nan[:0]}),
            Overlay("nobody's", "", time_s, {"real": nan}),
        ),
        spectra={"wrist": {"real": (np.arange(3.0), np.zeros((2, 3)))}, "thigh": {}},
    )  # fmt: skip
    write_report(strange, tmp_path)
    assert dict(paired_words(strange))["wrist"] == "Nothing simulated could be scored."
    assert summary_table(strange)[1][0] == ("wrist", "kinematic", "simulated", "–")


def test_the_report_has_the_worst_first():
    report = paired_report(paired_result())
    assert [section.title for section in report.sections] == [
        "data wrist", "data thigh", "Alignment", "Recordings", "Findings", "Settings",
    ]  # fmt: skip
    wrist = pack(report)["sections"][0]["blocks"]
    types = [block["type"] for block in wrist]
    assert types == ["Table", "Bars", "Lines", "Lines", "Lines", "Heat"]
    assert [row["cells"][0] for row in wrist[0]["rows"]] == list(METHODS)
    assert [block["title"] for block in wrist[2:4]] == ["Worst of 6: a5", "Best of 6: a0"]
    assert wrist[2]["note"] == (
        "activity 0; s1; by kinematic: acceleration norm correlation 0.65, "
        "acceleration correlation 0.66, angular rate norm correlation 0.75"
    )
    assert wrist[5]["rows"][0] == "activity 4 (1)"
    table = next(s for s in report.sections if s.title == "Recordings").blocks[0]
    scores = [row.cells[7] for row in table.rows if row.cells[6] == "kinematic"]
    assert scores == sorted(scores)
    assert report.beside is not None
    assert report.beside.layers["acceleration norm correlation"].keys() == {
        "right_wrist", "right_hip",
    }  # fmt: skip


def test_overlays_hold_the_signals():
    result = paired_result()
    lines = paired_report(result).sections[0].blocks[2]
    for channel, panel in zip((0, 3, 1, 4, 2, 5), lines.panels, strict=True):
        for series in panel.series:
            truth = result.overlays[0].signals[series.method][:, channel]
            np.testing.assert_array_equal(series.y, truth)
            assert series.shown == (series.method != "raw-60")


def test_alignment_in_the_units_one_thinks_in():
    found = [
        {"offset_s": 0.1 * k, "offset_s_se": 0.002, "rotation_y_deg": 90.0,
         "accelerometer_scale_z": 1.02, "gyroscope_bias_x_rad_s": np.pi / 180, "new": 3.0}
        for k in range(3)
    ]  # fmt: skip
    rows = {row.cells[1]: row.cells for row in alignment_table({"g": found}, "m").rows}
    assert rows["offset"][2] == "ms"
    assert (rows["offset"][3].value, rows["offset"][7]) == pytest.approx((100, 2))
    assert rows["rotation"][5].value == 90
    assert rows["accelerometer scale"][6].value == pytest.approx(2)
    assert rows["gyroscope bias"][4].value == pytest.approx(1)
    assert rows["new"][3].value == 3


def test_files_hold_every_figure(tmp_path: Path):
    result = paired_result()
    write_report(result, tmp_path / "a" / "b")
    folder = tmp_path / "a" / "b"
    assert {file.name for file in folder.iterdir()} == {
        "report.html", "report.json", "summary.csv", "recordings.csv", "overview.png",
    }  # fmt: skip
    found = json.loads((folder / "report.json").read_text(encoding="utf-8"), parse_constant=fail)
    assert found["schema"] == 1
    assert found["settings"]["versions"]["numpy"] == np.__version__
    assert found["settings"]["seed"] == 3
    assert found["metrics"]["acc_rmse"]["unit"] == "m/s²"
    assert found["metrics"]["acc_rmse"]["best"] == "lower"
    assert found["summaries"][0]["figures"]["acc_norm_r"] == {
        "value": 0.7, "low": 0.65, "high": 0.75, "count": 6,
    }  # fmt: skip
    assert found["recordings"][0]["figures"]["gyro_r"] is None
    assert len(found["recordings"]) == len(result.scored)
    np.testing.assert_allclose(
        found["overlays"][0]["signals"]["real"], result.overlays[0].signals["real"], atol=1e-5
    )
    with (folder / "recordings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["acc_norm_r"]) for row in rows] == pytest.approx(
        [s.figures["acc_norm_r"] for s in result.scored], rel=1e-5
    )
    assert rows[0]["gyro_r"] == ""
    assert rows[1]["found_offset_s"] == "0.01"
    with (folder / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["acc_norm_r_low"] for row in rows[:2]] == ["0.65", "0.55"]
    assert (folder / "overview.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def fail(word: str):
    raise AssertionError(f"{word} is no JSON")


def test_what_is_there_is_left_alone(tmp_path: Path):
    write_report(paired_result(), tmp_path)
    before = (tmp_path / "report.json").read_bytes()
    with pytest.raises(ConfigError, match=r"report\.html: exists already; .*--overwrite"):
        write_report(paired_result(3), tmp_path)
    assert (tmp_path / "report.json").read_bytes() == before
    write_report(paired_result(3), tmp_path, overwrite=True)
    assert (tmp_path / "report.json").read_bytes() != before
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="is a file"):
        check_folder(tmp_path / "file")


def test_hostile_names_stay_text(tmp_path: Path):
    result = paired_result(3, name=NASTY + "{} \udcff $\\frac")
    write_report(result, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert NASTY not in page
    assert html.escape(NASTY) in page or "\\u003c/script\\u003e" in page
    assert page.count("</script>") == 3  # plotly, data, the page's own
    found = json.loads(to_json(result))
    assert NASTY in found["recordings"][0]["recording"]


def test_a_spreadsheet_sees_no_formula(tmp_path: Path):
    write_report(paired_result(3, name="=HYPERLINK({})"), tmp_path)
    with (tmp_path / "recordings.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["recording"].startswith("'=HYPERLINK")


def test_conditions():
    result = paired_result()
    met = ["acc_norm_r=0.7", "data wrist:acc_norm_r=0.65", "acc_rmse=2.3", "acc_peak=1.8",
           "acc_bias=0.2", "data thigh: acc_r = 0.5"]  # fmt: skip
    assert check(result, parse_fail_under(met)) == []
    assert check(result, parse_fail_under(["data wrist:acc_norm_r=0.71"])) == [
        "data wrist: acc_norm_r is 0.7, below 0.71"
    ]
    assert len(check(result, parse_fail_under(["acc_norm_r=0.71", "acc_rmse=2.29"]))) == 4
    assert check(result, parse_fail_under(["data thigh:acc_rmse=2.2"])) == [
        "data thigh: acc_rmse is 2.3, above 2.2"
    ]
    assert "further from 1 than 1.5" in check(result, parse_fail_under(["acc_peak=1.5"]))[0]
    assert "could not be said" in check(result, parse_fail_under(["gyro_r=-1"]))[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acc_norm_r", "give METRIC=VALUE"),
        ("=0.7", "give METRIC=VALUE"),
        ("acc_norm_r=much", "give METRIC=VALUE"),
        ("acc_norm_r=nan", "give METRIC=VALUE"),
        ("acc_nrm_r=0.7", r"no metric 'acc_nrm_r'. Did you mean 'acc_norm_r'"),
        ("data ankle:acc_norm_r=0.7", "no such group; there are: data wrist, data thigh"),
    ],
)
def test_a_condition_that_could_never_fail_is_refused(text: str, message: str):
    with pytest.raises(ConfigError, match=message):
        check(paired_result(), parse_fail_under([text]))


def test_a_group_without_simulation_fails():
    result = paired_result()
    kept = [s for s in result.summaries if s.group == "data wrist" or s.kind != "simulated"]
    result = replace(result, summaries=tuple(kept))
    for text in ("data thigh:acc_r=0.1", "acc_r=0.1"):
        assert check(result, parse_fail_under([text])) == [
            "data thigh: acc_r could not be said, 0.1 is asked for"
        ]


def test_the_terminal_shows_ours_first():
    columns, rows, right = summary_table(paired_result())
    assert columns[3] == "acc_norm_r"
    assert [row[1] for row in rows[:5]] == list(METHODS)
    assert rows[0][:4] == ("data wrist", "kinematic", "simulated", "0.70 (0.65 to 0.75)")
    assert rows[1][0] == ""
    assert rows[0][6] == "–"
    assert right == (3, 4, 5, 6)
    assert len(FIGURES) == len(METHODS)
