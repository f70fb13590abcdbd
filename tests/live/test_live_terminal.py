"""What a terminal shows."""

import numpy as np
from live_signals import made_sensor, samples_of
from rich.console import Console

from imusim.live.feed import Feed
from imusim.live.state import SHOWN_S, State
from imusim.live.terminal import Picture, line_of, spark


def shown(picture):
    console = Console(width=120)
    with console.capture() as captured:
        console.print(picture.drawn())
    return captured.get()


def test_bars_signals_and_counts():
    feed = Feed()
    feed.say("udp://127.0.0.1:5555", "listening")
    state = State(feed, ("walking", "sitting"), {"page": "http://127.0.0.1:8765/", "log": ""})
    picture = Picture(state)
    assert "nothing has come yet" in shown(picture)
    samples = samples_of(made_sensor("left_wrist", 50, 3))
    state.take(samples)
    state.tell(2.5, [0.25, 0.75])
    feed.packet("{")
    text = shown(picture)
    assert "listening to udp://127.0.0.1:5555: listening" in text
    assert "page: http://127.0.0.1:8765/" in text
    bars = {line.split()[0]: line.count("█") for line in text.splitlines() if "·" * 5 in line}
    assert bars == {"walking": 8, "sitting": 22}
    assert "left_wrist accelerometer" in text
    assert f"{samples[-1].accelerometer[2]:7.2f}" in text
    assert "1 malformed" in text
    assert "note: a packet is no JSON" in text
    assert "75%" in shown(picture)  # what was told stays


def test_signals_that_are_shown_are_thinned_and_bounded():
    state = State(Feed())
    state.take(samples_of(made_sensor("a", 400, 30)))
    news = state.since(0)
    points = news["signals"]["a"]
    assert len(points) == 1000
    assert points[-1][0] - points[0][0] <= 1.5 * SHOWN_S
    assert state.since(news["number"])["signals"]["a"] == []
    assert line_of(state, news).startswith("30.0 s")


def test_a_sparkline_spans_its_numbers():
    assert spark(np.arange(80.0), 8) == "▁▂▃▄▅▆▇█"
    assert spark(np.full(5, 3.0), 4) == "▁▁▁▁"
    assert spark(np.full(3, np.nan), 4) == "    "
