"""The page of `imusim live` in a browser."""

import json
import re
import shutil
import subprocess
from html import unescape

import numpy as np
import pytest
from live_signals import Running, made_sensor

pytest.importorskip("aiohttp")


@pytest.fixture(scope="module")
def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("needs Chromium, which is not installed")
    return found


def test_the_page_draws_signals_and_says_what_it_listens_to(tmp_path, chromium):
    watch = made_sensor("left_wrist", 50, 20)
    names = [f"left_wrist_{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]
    table = np.column_stack([watch.time_s, watch.accelerometer, watch.gyroscope])
    np.savetxt(tmp_path / "watch.csv", table, delimiter=",", fmt="%.6f", comments="",
               header=",".join(["time_s", *names]))  # fmt: skip
    with Running(tmp_path, "watch.csv", "--repeat", "--port", "0") as run:
        address = run.said(r"page: (http://127\.0\.0\.1:\d+/)")[1]
        run.said(r"\d+ s, .*samples/s")
        for wait_s in (4, 20, 100):  # a machine that is busy takes its time
            done = subprocess.run(
                [chromium, "--headless", "--no-sandbox", "--disable-dev-shm-usage",
                 "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
                 "--window-size=1200,800", f"--timeout={1000 * wait_s}", "--dump-dom", address],
                capture_output=True, text=True, timeout=300,
            )  # fmt: skip
            if "data-shown" in done.stdout and '"plots":2' in unescape(done.stdout[:5000]):
                break
        run.interrupt()
    head = done.stdout[:5000]
    assert "data-error" not in head, head[:500]
    assert "data-blocked" not in head, head[:500]
    shown = json.loads(unescape(re.search(r'data-shown="([^"]*)"', head)[1]))
    assert shown["sensors"] == ["left_wrist"]
    assert shown["plots"] == 2
    assert shown["messages"] > 5
    assert "recording watch, again and again: playing" in re.sub(r"<[^>]*>", "", done.stdout)
