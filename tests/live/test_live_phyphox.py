"""The app phyphox: a server that answers as its documentation of remote access says."""

import asyncio
from itertools import pairwise

import pytest

pytest.importorskip("aiohttp")
from aiohttp import web

from imusim.live.feed import Feed
from imusim.live.sources.phyphox import Phyphox

COUNT = 150
PARTS = {"accelerometer": ("accX", "accY", "accZ", "acc_time"),
         "gyroscope": ("gyrX", "gyrY", "gyrZ", "gyr_time")}  # fmt: skip


def is_after(time_s, after_s):
    return time_s is not None and time_s > after_s


class Phone:
    """A phone whose experiment is filled sample by sample; each request finds some more."""

    def __init__(self, parts=("accelerometer",)):
        self.parts = parts
        self.begin("a1b2c3")
        self.stamps = [k / 50 for k in range(COUNT)]

    def begin(self, session=None):
        self.session = session or self.session
        self.buffers = {name: [] for part in self.parts for name in PARTS[part]}
        self.filled = 0

    def fill(self, count):
        for k in range(self.filled, min(self.filled + count, len(self.stamps))):
            for part in self.parts:
                for name, value in zip(PARTS[part], (k, 0.5, 9.8, self.stamps[k]), strict=True):
                    self.buffers[name].append(value)
        self.filled = min(self.filled + count, len(self.stamps))

    async def config(self, _):
        inputs = [
            {"source": part,
             "outputs": [{a: n} for a, n in zip("xyzt", PARTS[part], strict=True)]}
            for part in self.parts
        ]  # fmt: skip
        return web.json_response({"title": "made", "inputs": inputs})

    async def get(self, request):
        if any(request.query.values()):
            self.fill(25)
        told = {}
        for name, wanted in request.query.items():
            values = self.buffers[name]
            if not wanted:
                told[name] = {"size": 0, "updateMode": "single", "buffer": values[-1:]}
                continue
            after, _, of = wanted.partition("|")
            times = self.buffers[of or name]
            first = next((k for k, t in enumerate(times) if is_after(t, float(after))),
                         len(times))  # fmt: skip
            told[name] = {"size": 0, "updateMode": "partial", "buffer": values[first:]}
        status = {"session": self.session, "measuring": True, "timedRun": False, "countDown": 0}
        return web.json_response({"buffer": told, "status": status})


def listened(phone, changes, count=COUNT):
    """Samples until all of the experiment was taken, after each of a list of changes to it."""
    whole = count * len(phone.parts)

    async def listen():
        app = web.Application()
        app.router.add_get("/config", phone.config)
        app.router.add_get("/get", phone.get)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        feed, left, samples, new = Feed(), list(changes), [], 0
        batches = Phyphox(f"127.0.0.1:{runner.addresses[0][1]}").batches(feed)
        async with asyncio.timeout(60):
            async for batch in batches:
                samples += feed.placed(batch)
                new += len(batch)
                if new < whole:
                    continue
                if not left:
                    break
                left.pop(0)()
                new = 0
        await batches.aclose()
        await runner.cleanup()
        return samples, feed.counters

    return asyncio.run(listen())


@pytest.mark.parametrize("parts", [("accelerometer",), ("accelerometer", "gyroscope")])
def test_an_experiment_that_is_cleared_is_followed(parts):
    """Twice: its clock is at 0 again, long before a minute has passed, and nothing is late."""
    phone = Phone(parts)
    samples, counters = listened(phone, [phone.begin, phone.begin])
    assert len(samples) == 3 * COUNT * len(parts)
    forces = [s for s in samples if s.accelerometer]
    assert [s.accelerometer[0] for s in forces] == [*range(COUNT)] * 3
    times = [s.time_s for s in forces]
    assert all(a < b for a, b in pairwise(times))
    for run in range(3):  # within a run, time is the phone's
        begin, end = times[run * COUNT], times[(run + 1) * COUNT - 1]
        assert end - begin == pytest.approx((COUNT - 1) / 50)
    assert (counters.malformed, counters.astray) == (0, 0)


def test_another_experiment_is_followed_with_its_own_sensors():
    phone = Phone()

    def other():
        phone.parts = ("gyroscope",)
        phone.begin("d4e5f6")
        phone.buffers |= {name: [] for name in PARTS["accelerometer"]}

    samples, _ = listened(phone, [other])
    assert [s.gyroscope is None for s in samples] == [True] * COUNT + [False] * COUNT
    assert [s.gyroscope[0] for s in samples[COUNT:]] == [*range(COUNT)]


def test_what_runs_on_is_not_taken_twice_after_another_answer_failed():
    phone = Phone()
    answer, failed = phone.get, []

    async def breaking(request):
        if phone.filled > 60 and not failed:
            failed.append(True)
            raise web.HTTPInternalServerError
        return await answer(request)

    phone.get = breaking
    samples, counters = listened(phone, [])
    assert [s.accelerometer[0] for s in samples] == [*range(COUNT)]
    assert failed
    assert counters.malformed == 1


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), None])
def test_a_time_that_is_no_number_is_malformed_and_what_follows_it_is_taken(wrong):
    phone = Phone()
    phone.stamps[80] = wrong
    samples, counters = listened(phone, [], COUNT - 1)
    assert [s.accelerometer[0] for s in samples] == [k for k in range(COUNT) if k != 80]
    assert counters.malformed >= 1
