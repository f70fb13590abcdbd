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


WIDER = """JSON.stringify(["html", "body", "header", "main", "section", "footer", "#bars", ".name"]
    .flatMap((name) => [...document.querySelectorAll(name)])
    .filter((element) => element.scrollWidth > element.clientWidth && element.clientWidth)
    .map((element) => `${element.tagName}.${element.id}: ${element.scrollWidth}`))"""
"""What is wider than the room that it has."""


async def page_in(chromium: str, folder, address: str, answers: int = 0) -> tuple[str, list[str]]:
    """The page as a browser has it once both signals are drawn and go on, or after a minute.

    With it what is too wide for a page of a desktop or of a phone.
    """
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

                async def ask(method, **about):
                    await socket.send_json({"id": 1, "method": method, "params": about})
                    return (await socket.receive_json())["result"]

                async def value(expression):
                    told = await ask("Runtime.evaluate", expression=expression)
                    return told["result"]["value"]

                while time.monotonic() < end:
                    page = await value("document.documentElement.outerHTML")
                    shown = shown_in(page)
                    drawn = shown.get("plots") == 2 and shown["messages"] > 5
                    if drawn and shown["answers"] >= answers:
                        break
                    await asyncio.sleep(0.2)
                wide = []
                for width in (1200, 380):
                    await ask("Emulation.setDeviceMetricsOverride", width=width, height=800,
                              deviceScaleFactor=1, mobile=False)  # fmt: skip
                    wide += [f"{width}: {one}" for one in json.loads(await value(WIDER))]
    finally:
        browser.kill()
        browser.wait()
    return page, wide


def words_of(page: str) -> str:
    """What a page says, less its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


@pytest.fixture
def replayed(tmp_path):
    """A recording of one sensor for `imusim live`."""
    watch = made_sensor("left_wrist", 50, 20)
    names = [f"left_wrist_{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]
    table = np.column_stack([watch.time_s, watch.accelerometer, watch.gyroscope])
    np.savetxt(tmp_path / "watch.csv", table, delimiter=",", fmt="%.6f", comments="",
               header=",".join(["time_s", *names]))  # fmt: skip
    return "watch.csv"


def test_the_page_draws_signals_and_says_what_it_listens_to(tmp_path, chromium, replayed):
    with Running(tmp_path, replayed, "--repeat", "--port", "0") as run:
        address = run.said(r"page: (http://127\.0\.0\.1:\d+/)")[1]
        run.said(r"\d+ s, .*samples/s")
        seen, wide = asyncio.run(page_in(chromium, tmp_path, address))
        run.interrupt()
    head = seen[:5000]
    assert "data-error" not in head, head[:500]
    assert "data-blocked" not in head, head[:500]
    shown = shown_in(seen)
    assert shown["sensors"] == ["left_wrist"]
    assert shown["plots"] == 2
    assert shown["messages"] > 5
    assert shown["labels"] == []
    assert not wide
    text = words_of(seen)
    assert re.search(r"listening to recording watch ?, again and again:? playing", text), text


def test_the_page_shows_what_a_model_takes_the_signals_for(tmp_path, chromium, replayed):
    """Its labels, also one that is long and one that looks like markup.

    The model is a frame-wise one, which needs no text encoder: a process with one takes half a
    minute to start.
    """
    torch = pytest.importorskip("torch")
    pytest.importorskip("lightning")
    from imusim.learn.online import FrameModel, FrameSettings, save_frame_model

    torch.manual_seed(1)
    labels = ["walking", "sitting & <b>reading</b>", "climbing" + "stairs" * 12]
    settings = FrameSettings("gru", {"width": 8}, ("left_wrist",), 50.0, tuple(labels))
    save_frame_model(FrameModel(settings), tmp_path / "model.pt")
    with Running(tmp_path, replayed, "--repeat", "--port", "0", "-m", "model.pt") as run:
        address = run.said(r"page: (http://127\.0\.0\.1:\d+/)")[1]
        run.said(r"\d+ s, .*samples/s")
        seen, wide = asyncio.run(page_in(chromium, tmp_path, address, answers=3))
        run.interrupt()
    assert "data-error" not in seen[:5000]
    assert "data-blocked" not in seen[:5000]
    shown = shown_in(seen)
    assert shown["labels"] == labels
    assert shown["answers"] >= 3
    names = re.findall(r'<span class="name( best)?">([^<]*)</span>', seen)
    assert [unescape(name) for _, name in names] == labels
    bars = [float(share) for share in re.findall(r"scaleX\(([\d.e-]+)\)", seen)]
    assert sum(bars) == pytest.approx(1, abs=1e-3)
    assert [bool(best) for best, _ in names] == [share == max(bars) for share in bars]
    text = words_of(seen)
    for share in bars:
        assert f"{round(100 * share)} %" in text
    assert re.search(r"listening to recording watch ?, again and again:? playing", text), text
    assert "model: model.pt" in text
    assert not wide
