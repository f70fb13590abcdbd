"""The page of `imusim live` in a browser."""

import asyncio
import json
import re
import shutil
import subprocess
import time
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


def shown_in(page: str) -> dict:
    """What the page says that it drew."""
    told = re.search(r'data-shown="([^"]*)"', page[:5000])
    return json.loads(unescape(told[1])) if told else {}


async def page_in(chromium: str, folder, address: str) -> str:
    """The page as a browser has it once both signals are drawn and go on, or after a minute."""
    import aiohttp

    browser = subprocess.Popen(
        [chromium, "--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
         f"--user-data-dir={folder / 'profile'}", "--window-size=1200,800",
         "--remote-debugging-port=0", address],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    told, page = folder / "profile" / "DevToolsActivePort", ""
    try:
        async with aiohttp.ClientSession() as session:
            end = time.monotonic() + 60
            while not told.exists() and time.monotonic() < end:
                await asyncio.sleep(0.1)
            port = told.read_text().split()[0]
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                (target,) = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                ask = {"expression": "document.documentElement.outerHTML"}
                while time.monotonic() < end:
                    await socket.send_json({"id": 1, "method": "Runtime.evaluate", "params": ask})
                    page = (await socket.receive_json())["result"]["result"]["value"]
                    shown = shown_in(page)
                    if shown.get("plots") == 2 and shown["messages"] > 5:
                        break
                    await asyncio.sleep(0.2)
    finally:
        browser.kill()
        browser.wait()
    return page


def test_the_page_draws_signals_and_says_what_it_listens_to(tmp_path, chromium):
    watch = made_sensor("left_wrist", 50, 20)
    names = [f"left_wrist_{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]
    table = np.column_stack([watch.time_s, watch.accelerometer, watch.gyroscope])
    np.savetxt(tmp_path / "watch.csv", table, delimiter=",", fmt="%.6f", comments="",
               header=",".join(["time_s", *names]))  # fmt: skip
    with Running(tmp_path, "watch.csv", "--repeat", "--port", "0") as run:
        address = run.said(r"page: (http://127\.0\.0\.1:\d+/)")[1]
        run.said(r"\d+ s, .*samples/s")
        seen = asyncio.run(page_in(chromium, tmp_path, address))
        run.interrupt()
    head = seen[:5000]
    assert "data-error" not in head, head[:500]
    assert "data-blocked" not in head, head[:500]
    shown = shown_in(seen)
    assert shown["sensors"] == ["left_wrist"]
    assert shown["plots"] == 2
    assert shown["messages"] > 5
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", seen))
    assert re.search(r"listening to recording watch ?, again and again:? playing", text), text
