"""`imusim live` end to end: in a process of its own, over the loopback."""

import asyncio
import contextlib
import json
import re
import socket
import time
import urllib.error
import urllib.request
from itertools import pairwise

import numpy as np
import pytest
from cli_runner import fails
from live_signals import Running, made_sensor, samples_of

pytest.importorskip("aiohttp")
import aiohttp
from aiohttp import web

from imusim.corpus import Corpus, verify
from imusim.live.packets import LONGEST
from imusim.live.page.server import UPDATE_HZ

WATCH = made_sensor("left_wrist", 50, 6)
PACKETS = [
    json.dumps(
        {"t": s.time_s + 1.7e9, "sensor": s.sensor, "acc": s.accelerometer, "gyro": s.gyroscope}
    )
    for s in samples_of(WATCH)
]


@pytest.fixture
def table(tmp_path):
    names = [f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]
    content = np.column_stack([WATCH.time_s, WATCH.accelerometer, WATCH.gyroscope])
    np.savetxt(tmp_path / "watch.csv", content, delimiter=",", fmt="%.6f", comments="",
               header=",".join(["time_s", *names]))  # fmt: skip
    return tmp_path / "watch.csv"


def counted(errors):
    found = re.search(r"([\d,]+) samples, ([\d,]+) frames; (.*)", errors)
    named = {name: int(n) for n, name in re.findall(r"(\d+) (\w+)", found[3])}
    return int(found[1].replace(",", "")), int(found[2].replace(",", "")), named


def test_udp_to_a_whole_corpus_stopped_by_ctrl_c(tmp_path):
    run = Running(
        tmp_path, "udp://:0", "--no-page", "--log", "c", "--rate", "20", "--latency", "2000"
    )
    with run:
        port = int(run.said(r"udp://127\.0\.0\.1:(\d+): listening")[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            rng = np.random.default_rng(0)
            shuffled = [*PACKETS[:5], *rng.permutation(PACKETS[5:100]).tolist(), *PACKETS[100:]]
            for k, packet in enumerate(shuffled):
                sender.sendto(packet.encode(), ("127.0.0.1", port))
                if k % 50 == 0:
                    sender.sendto(b"{damaged", ("127.0.0.1", port))
                    sender.sendto(packet.encode(), ("127.0.0.1", port))
                    time.sleep(0.01)
        run.said(r"\d+ s, .*samples/s")
        time.sleep(1.5)
        run.interrupt()
        errors = run.errors.read_text()
    samples, frames, named = counted(errors)
    assert samples == len(PACKETS) + 6
    assert frames == 120
    assert (named["malformed"], named["duplicate"], named["late"], named["lost"]) == (6, 6, 0, 0)
    assert "note: a packet from 127.0.0.1 is no JSON" in errors
    assert verify(tmp_path / "c") == []
    with Corpus(tmp_path / "c") as corpus:
        assert corpus.sensors == ("left_wrist",)
        assert len(corpus[0]) == 120
        middle = corpus[0].accelerometer[40, 0]
    near = np.abs(WATCH.time_s - 2.0).argmin()
    np.testing.assert_allclose(middle, WATCH.accelerometer[near], atol=0.6)


def test_a_pipe_of_csv(tmp_path, table):
    run = Running(tmp_path, "-", "--no-page", "--rate", "20", stdin=table.open())
    with run:
        run.end()
        assert counted(run.errors.read_text())[:2] == (300, 120)


async def _phone(port, messages, again):
    """A phone that serves its sensors, and breaks off once."""

    async def serve(request):
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        for message in messages.pop(0) if messages else []:
            await answer.send_str(message)
        if messages:
            await answer.close()
        else:
            again.set()
            await asyncio.sleep(30)
        return answer

    app = web.Application()
    app.router.add_get("/sensor/connect", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


def test_websocket_connects_again(tmp_path):
    events = [
        json.dumps({"accuracy": 3, "timestamp": int(s.time_s * 1e9), "values": s.accelerometer})
        for s in samples_of(WATCH)
    ]

    async def scene():
        again = asyncio.Event()
        runner = await _phone(0, [events[:150], events[150:]], again)
        port = runner.addresses[0][1]
        url = f"ws://127.0.0.1:{port}/sensor/connect?type=android.sensor.accelerometer"
        run = Running(tmp_path, url, "--no-page", "--rate", "20")
        with run:
            await asyncio.wait_for(again.wait(), 240)
            await asyncio.to_thread(run.said, "connection closed; trying again in 0.5 s")
            await asyncio.sleep(2.5)
            await asyncio.to_thread(run.interrupt)
            told = run.errors.read_text()
        await runner.cleanup()
        return told

    assert counted(asyncio.run(scene()))[:2] == (300, 120)


def test_phones_push_by_websocket_and_http(tmp_path):
    async def scene(run):
        said = await asyncio.to_thread(run.said, r"http://127\.0\.0\.1:(\d+): listening")
        base = f"http://127.0.0.1:{said[1]}"
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{base}/anything") as pushing:
                for packet in PACKETS[:150]:
                    await pushing.send_str(packet)
            for k in range(150, 300, 50):
                body = "[" + ",".join(PACKETS[k : k + 50]) + "]"
                async with session.post(f"{base}/data", data=body) as answer:
                    assert answer.status == 200
            too_long = b" " * (LONGEST + 1)
            async with session.post(f"{base}/data", data=too_long) as answer:
                assert answer.status == 413
            async with session.ws_connect(f"{base}/anything") as pushing:
                with contextlib.suppress(ConnectionError):  # it is closed before all is sent
                    await pushing.send_bytes(too_long)
            for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
                async with session.post(f"{base}/data", data=PACKETS[0], headers=headers) as answer:
                    assert answer.status == 403
        await asyncio.sleep(1.5)

    run = Running(tmp_path, "listen://:0", "--no-page", "--rate", "20", "--latency", "1000")
    with run:
        asyncio.run(scene(run))
        run.interrupt()
        errors = run.errors.read_text()
    samples, frames, named = counted(errors)
    assert (samples, frames, named["malformed"]) == (300, 120, 2)
    assert "note: a packet from 127.0.0.1 is longer than any packet is" in errors


def asked(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:  # noqa: S310
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, "", error.headers


def test_the_page_is_for_this_machine_and_told_every_sample(tmp_path, table):
    async def updates(address):
        told = []
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{address}live") as page:
                about = json.loads((await page.receive()).data)
                while len(told) < 30:
                    told.append(json.loads((await page.receive()).data))
            for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
                with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                    await session.ws_connect(f"{address}live", headers=headers)
        return about, told

    run = Running(tmp_path, table.name, "--repeat", "--port", "0", "--for", "300")
    with run:
        address = run.said(r"page: (http://127\.0\.0\.1:\d+/)")[1]
        status, html, headers = asked(address)
        assert status == 200
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert not re.search(r"(src|href)=.https?:", html)
        for host in (
            "evil.example",
            "evil.example:8765",
            "192.168.1.7",
            "127.0.0.1.evil.example",
            "",
        ):
            assert asked(address, Host=host)[0] in (400, 403), host
        port = address.rstrip("/").rpartition(":")[2]
        for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
            assert asked(address, Host=host)[0] == 200
        about, told = asyncio.run(updates(address))
        run.interrupt()
    assert about["labels"] == []
    assert any("watch" in name for name in told[0]["status"])
    points = [point for news in told for point in news["signals"]["imu"]]
    assert len({point[0] for point in points}) == len(points)  # none twice
    assert UPDATE_HZ >= 30  # how soon each comes is the machine's; that none is thinned away, ours
    assert max(b[0] - a[0] for a, b in pairwise(points)) <= 1 / 30
    assert all(len(point) == 7 for point in points)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "no such file, and no other source"),
        (["tcp://x:1"], "tcp:// is no source"),
        (["udp://:http"], "state a port"),
        (["-", "--labels", "a", "b"], "--model FILE"),
        (["-", __file__], "further sources are given with --also"),
        (["udp://:0", "udp://:1"], "udp://:1: is a source"),
        (["-", "lsl:watch", "-m", "nowhere.pt"], "--also"),
        (["-", "--json", "-"], "state one with --model"),
        (["-", "--speed", "1", "--rate", "0", "--no-page"], "--rate is 0"),
        (["-", "--acc-unit", "furlong"], "no unit"),
        (["-", "--latency", "-1"], "--latency"),
        (["-", "-p", "left_nose", "--log", "c"], "left_nose"),
    ],
)
def test_one_line_for_what_is_wrong(tmp_path, arguments, message, capsys, monkeypatch):
    from imusim.cli import main

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["live", *arguments])
    assert left.value.code == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert message in errors[0]
    assert not list(tmp_path.iterdir())


def test_lab_streaming_layer_says_what_it_needs(tmp_path):
    try:
        import pylsl  # noqa: F401
    except (ImportError, RuntimeError):
        assert "pip install pylsl" in fails("live", "lsl:IMU", "--no-page", cwd=tmp_path)
    else:
        pytest.skip("pylsl is installed")
