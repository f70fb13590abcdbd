"""The page of a comparison in a browser: it draws, sorts, searches, and lets nothing out."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from paired_results import NASTY, paired_result

from imusim.compare.report.page import report_page
from imusim.compare.report.paired import paired_report
from imusim.compare.result import PairedResult

pytest.importorskip("plotly")


class Root(HTMLParser):
    """Attributes of the page's first element, and all elements' names and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("needs Chromium, which is not installed")
    return found


def shown(chromium: str, page: str, folder: Path, script: str = "") -> dict:
    """What a page holds once it has settled and a script has run; its errors fail."""
    file = folder / "page.html"
    look = f"<script>setTimeout(() => {{ {script} }}, 3000);</script></body>"
    file.write_text(page.replace("</body>", look), encoding="utf-8")
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-dev-shm-usage",
            f"--user-data-dir={folder / 'profile'}", "--window-size=1200,900",
            "--enable-logging=stderr", "--virtual-time-budget=8000", "--dump-dom",
            file.as_uri() + "#all",
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr, done.stderr[-2000:]
    root = Root()
    root.feed(done.stdout)
    attributes = root.found[0][1] if root.found else {}
    assert "data-error" not in attributes, attributes["data-error"]
    assert "data-blocked" not in attributes, attributes["data-blocked"]
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    return {
        "title": html.unescape(title[1]) if title else "",
        "elements": [tag for tag, _ in root.found],
        "seen": json.loads(attributes.get("data-seen") or "null"),
        **json.loads(attributes["data-shown"] or ""),
    }


def page_of(result: PairedResult) -> str:
    return report_page(paired_report(result))


def test_in_a_browser_everything_is_drawn(chromium: str, tmp_path: Path):
    look = (
        "const cells = [...document.querySelectorAll('#section-0 table')[0].querySelectorAll('tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent));"
        "const lines = document.querySelectorAll('#section-0 .js-plotly-plot')[1];"
        "document.documentElement.dataset.seen = JSON.stringify({ cells,"
        " best: [...document.querySelectorAll('#section-0 td.best')].map((c) => c.textContent),"
        " names: lines.data.slice(0, 3).map((l) => [l.name, l.visible]),"
        " last: lines.data[0].y.at(-1), size: lines.data[0].y.length,"
        " joints: document.querySelectorAll('.segment').length });"
    )
    result = paired_result()
    state = shown(chromium, page_of(result), tmp_path, look)
    assert state["plots"] == state["places"] == 8
    seen = state["seen"]
    assert seen["cells"][1][:2] == ["kinematic", "0.700.65 … 0.75"]
    assert seen["cells"][0][1] == "acceleration norm correlation"
    assert "0.700.65 … 0.75" in seen["best"]
    assert "0.900.85 … 0.95" not in seen["best"]  # a reference is no method
    assert seen["names"] == [["real", True], ["kinematic", True], ["raw-60", "legendonly"]]
    truth = result.overlays[0].signals["real"][:, 0]
    assert seen["size"] == len(truth)
    assert seen["last"] == pytest.approx(truth[-1], abs=1e-4)
    assert seen["joints"] == 2


def test_in_a_browser_tables_sort_search_and_narrow(chromium: str, tmp_path: Path):
    look = (
        "const part = [...document.querySelectorAll('section')].find((s) => s.querySelector('h2')"
        "?.textContent === 'Recordings');"
        "const rows = () => [...part.querySelectorAll('tbody tr')].map((row) => [row.children[0]"
        ".textContent, row.children[6].textContent]);"
        "const head = (name) => [...part.querySelectorAll('th button')].find((b) =>"
        " b.textContent.startsWith(name));"
        "const seen = { first: rows() };"
        "head('acceleration norm').click(); seen.falling = rows();"
        "head('acceleration norm').click(); seen.rising = rows();"
        "seen.aria = head('acceleration norm').closest('th').getAttribute('aria-sort');"
        "const box = part.querySelector('input[type=search]'); box.value = 'THIGH';"
        "box.dispatchEvent(new Event('input')); seen.found = rows().length;"
        "const menu = part.querySelector('select[aria-label=method]'); menu.value = '';"
        "menu.dispatchEvent(new Event('change')); seen.any = rows().length;"
        "document.documentElement.dataset.seen = JSON.stringify(seen);"
    )
    seen = shown(chromium, page_of(paired_result(8)), tmp_path, look)["seen"]
    assert len(seen["first"]) == 16
    assert seen["first"][0][0] == "a7"
    falling, rising = ([float(v) for _, v in seen[k]] for k in ("falling", "rising"))
    assert falling == sorted(falling, reverse=True)
    assert rising == sorted(rising)
    assert seen["aria"] == "ascending"
    assert (seen["found"], seen["any"]) == (8, 40)


def test_in_a_browser_hostile_names_are_only_text(chromium: str, tmp_path: Path):
    result = paired_result(3, name=NASTY + "{}")
    look = (
        "document.documentElement.dataset.seen = JSON.stringify("
        "[...document.querySelectorAll('td, h3, option')].map((e) => e.textContent));"
    )
    state = shown(chromium, page_of(result), tmp_path, look)
    assert NASTY + "0" in state["seen"]
    assert state["title"] == "Real and simulated sensors"
    assert state["elements"].count("script") == 4  # with the one that this test adds
    assert state["plots"] == 8


def test_in_a_browser_all_axes_zoom_together(chromium: str, tmp_path: Path):
    look = (
        "const plot = document.querySelectorAll('#section-0 .js-plotly-plot')[1];"
        "Plotly.relayout(plot, { 'xaxis.range': [1, 2] }).then(() => {"
        "document.documentElement.dataset.seen = JSON.stringify(['', 2, 3, 4, 5, 6].map((n) =>"
        " plot._fullLayout[`xaxis${n}`].range)); });"
    )
    seen = shown(chromium, page_of(paired_result(3)), tmp_path, look)["seen"]
    assert seen == [[1, 2]] * 6


def test_in_a_browser_the_theme_turns_everything(chromium: str, tmp_path: Path):
    look = (
        "document.getElementById('theme').click(); const plot = document.querySelector("
        "'.js-plotly-plot'); document.documentElement.dataset.seen = JSON.stringify(["
        "document.documentElement.dataset.theme, plot.layout.font.color,"
        "getComputedStyle(document.body).backgroundColor]);"
    )
    seen = shown(chromium, page_of(paired_result(3)), tmp_path, look)["seen"]
    assert seen == ["dark", "#e8e8e6", "rgb(20, 21, 22)"]


def test_nothing_is_fetched_and_an_empty_page_is_a_page(chromium: str, tmp_path: Path):
    page = page_of(PairedResult({}, (), (), (), (), {}))
    elements = Root()
    elements.feed(page)
    for tag, attributes in elements.found:
        assert tag not in ("link", "iframe", "img", "object", "embed")
        assert not {"src", "href", "srcset", "action"} & attributes.keys()
    assert shown(chromium, page, tmp_path)["plots"] == 0


def test_a_large_comparison_is_a_page_of_a_few_megabytes():
    result = paired_result(400, samples=20_000)
    assert len(page_of(result)) < 10e6
