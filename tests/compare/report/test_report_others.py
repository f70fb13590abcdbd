"""Reports of corpora and of transfer: the same page, files and conditions."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from paired_results import NASTY
from test_report_page import chromium, shown  # noqa: F401

from imusim.compare.corpora.result import (
    FIGURES,
    ActivityResult,
    CorpusResult,
    FeatureDistance,
)
from imusim.compare.report import check, parse_fail_under, summary_table, to_json, write_report
from imusim.compare.report.corpus import corpus_report, corpus_words
from imusim.compare.report.files import make_report
from imusim.compare.report.measures import gain, measure
from imusim.compare.report.model import Heat, Table
from imusim.compare.report.page import report_page
from imusim.compare.report.transfer import transfer_report, transfer_words
from imusim.compare.result import Interval
from imusim.compare.transfer.result import Regime, Split, TransferResult

CLASSES = ("sitting", "walking", "jogging")


def about(value: float, count: int = 10) -> Interval:
    return Interval(value, value - 0.02, value + 0.02, count)


def corpus_result(name: str = "") -> CorpusResult:
    def one(activity: str, auc: float) -> ActivityResult:
        features = tuple(
            FeatureDistance(
                f"acc.power{k}{name}", "power above 5 Hz, (m/s²)²", auc + k / 10, 0.1, (1, 2, 3),
                (0.1, 0.2, 0.3), auc, 0.2 - k / 20,
            )
            for k in range(4)
        )  # fmt: skip
        values = {n: about(auc if n == "auc" else 0.6 - auc / 10) for n in FIGURES}
        return ActivityResult(
            activity, 100, 80, 9, 5, values, {n: about(0.55) for n in FIGURES}, features,
            ("few people",) if activity == "sitting" else (),
        )  # fmt: skip

    listed = [("all", 0.9), ("jogging", 0.8), ("sitting", 0.6), ("walking", 0.95), ("x", 0.7)]
    activities = tuple(one(activity + name * (activity != "all"), auc) for activity, auc in listed)
    return CorpusResult({"seed": 1}, "handcrafted", activities, (("waving", "only recorded"),))


def transfer_result() -> TransferResult:
    def regime(name: str, kind: str, simulated: bool, few: int | None, f1: float) -> Regime:
        confusion = np.array([[8, 2, 0], [1, 9, 0], [0, 5, 5]])
        recall = {"sitting": f1, "walking": 0.9, "jogging": f1 - 0.2}
        return Regime(
            name, kind, simulated, few, 300.0, about(f1), about(f1 + 0.05), about(f1 / 0.8),
            (f1 - 0.01, f1 + 0.01), recall, confusion,
        )  # fmt: skip

    return TransferResult(
        {"seed": 2}, "minirocket", CLASSES,
        (Split(("1", "3"), ("2", "4")), Split(("2", "4"), ("1", "3"))),
        (
            regime("simulated", "simulated", True, 0, 0.6),
            regime("real", "real", False, None, 0.8),
            regime("simulated + 1 real", "few", True, 1, 0.7),
            regime("simulated + 2 real", "few", True, 2, 0.75),
            regime("1 real", "few", False, 1, 0.4),
            regime("2 real", "few", False, 2, 0.5),
            regime("simulated + real", "both", True, None, 0.82),
        ),
        dict.fromkeys(CLASSES, (50, 40)), ("left out: waving",),
    )  # fmt: skip


def test_transfer_in_words():
    said = dict(transfer_words(transfer_result()))
    assert "a macro-F1 of 0.60 (95 %: 0.58 to 0.62)" in said["Simulated alone"]
    assert "The ratio is 0.75" in said["Simulated alone"]
    assert said["With real data"] == (
        "Macro-F1 over that of real data: simulated + 1 real 0.87, simulated + 2 real 0.94, "
        "1 real 0.50, 2 real 0.62, simulated + real 1.02."
    )
    assert said["Classes"].startswith("Recall falls most for jogging (0.40, not 0.60), sitting")
    assert said["Note"] == "left out: waving"


def test_corpora_in_words():
    said = dict(corpus_words(corpus_result()))
    assert "an AUC of 0.90 (95 %: 0.88 to 0.92)" in said["Detection"]
    assert said["Reach"].startswith("51% of the simulated windows lie where real ones do")
    assert said["Given away by"].startswith("acc.power0, power above 5 Hz")
    assert said["Activities"] == (
        "Most easily told apart: walking 0.95, jogging 0.80, x 0.70 (AUC); least: sitting 0.60."
    )


def test_the_worst_come_first():
    activities = next(s for s in corpus_report(corpus_result()).sections if s.title == "Activities")
    table = activities.blocks[0]
    assert isinstance(table, Table)
    assert [row.cells[0] for row in table.rows] == ["walking", "jogging", "x", "sitting"]
    classes = next(s for s in transfer_report(transfer_result()).sections if s.title == "Classes")
    recall = classes.blocks[0]
    assert isinstance(recall, Heat)
    assert [name.split(" (")[0] for name in recall.rows] == ["jogging", "sitting", "walking"]


def test_files_of_corpora_and_of_transfer(tmp_path: Path):
    corpus, transfer = corpus_result(), transfer_result()
    for result, details in ((corpus, "features.csv"), (transfer, "classes.csv")):
        folder = tmp_path / details
        write_report(result, folder)
        assert {file.name for file in folder.iterdir()} == {
            "report.html", "report.json", "summary.csv", details, "overview.png",
        }  # fmt: skip
    found = json.loads((tmp_path / "features.csv" / "report.json").read_text(encoding="utf-8"))
    assert (found["kind"], found["schema"]) == ("corpus", 1)
    assert found["metrics"]["auc"]["best"] == "half"
    assert found["activities"][0]["figures"]["auc"]["value"] == 0.9
    found = json.loads((tmp_path / "classes.csv" / "report.json").read_text(encoding="utf-8"))
    assert found["regimes"][0]["confusion"][0] == [8, 2, 0]
    with (tmp_path / "features.csv" / "features.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["real_50"], first["simulated_75"], first["auc"]) == ("2", "0.3", "0.9")
    with (tmp_path / "classes.csv" / "classes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7 * 3
    assert (rows[2]["class"], rows[2]["recall"]) == ("jogging", "0.4")


def test_conditions_on_corpora_and_transfer():
    corpus, transfer = corpus_result(), transfer_result()
    assert check(corpus, parse_fail_under(["auc=0.9", "walking:auc=0.96"])) == []
    assert check(corpus, parse_fail_under(["auc=0.8"])) == [
        "all: auc is 0.9, further from 0.5 than 0.8"
    ]
    assert check(transfer, parse_fail_under(["ratio=0.74", "simulated + 1 real:ratio=0.87"])) == []
    assert check(transfer, parse_fail_under(["macro_f1=0.61"])) == [
        "simulated: macro_f1 is 0.6, below 0.61"
    ]


def test_targets_are_neared_from_both_sides():
    best = measure("auc").best
    assert gain(0.5, best) > gain(0.45, best) > gain(0.6, best)


def test_terminal_tables():
    columns, rows, _ = summary_table(corpus_result())
    assert columns == (
        "activity", "kind", "auc", "wasserstein", "precision", "recall",
    )  # fmt: skip
    assert rows[0][:3] == ("all", "simulated", "0.90 (0.88 to 0.92)")
    assert rows[1][:2] == ("", "reference")
    columns, rows, _ = summary_table(transfer_result())
    assert columns[2:] == ("macro_f1", "accuracy", "ratio")
    assert rows[0][4] == "0.75 (0.73 to 0.77)"


def test_results_without_figures_are_reports_too(tmp_path: Path):
    one = replace(
        corpus_result().activities[0], figures={}, reference={}, features=(), notes=("too few",)
    )
    for number, activities in enumerate(((), (one,))):
        result = CorpusResult({}, "handcrafted", activities)
        write_report(result, tmp_path / str(number))
        assert "NaN" not in to_json(result)


@pytest.mark.parametrize("result", [corpus_result(NASTY), transfer_result()])
def test_in_a_browser(chromium: str, tmp_path: Path, result):  # noqa: F811
    state = shown(chromium, report_page(make_report(result)), tmp_path)
    assert state["plots"] == state["places"] > 0
    assert state["title"] == make_report(result).title
    assert state["elements"].count("script") == 4
