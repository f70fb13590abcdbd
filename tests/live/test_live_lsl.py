"""Streams of Lab Streaming Layer, of a stand-in for pylsl, whose library is no Python."""

import os
import signal
import sys

import numpy as np
import pytest
from live_signals import made_sensor
from lsl_network import CF_STRING, Stream, network

from imusim.cli import main
from imusim.corpus import Corpus, verify

G = 9.80665
WATCH = made_sensor("watch", 50, 6)
CHANNELS = [(f"{kind}_{axis}", unit) for kind, unit in (("acc", "g"), ("gyr", "rad/s"))
            for axis in "xyz"]  # fmt: skip
ROWS = np.column_stack([WATCH.accelerometer / G, WATCH.gyroscope]).tolist()
STAMPS = (WATCH.time_s + 4321.0).tolist()


def chunks(start, end):
    return [(ROWS[k : k + 25], STAMPS[k : k + 25]) for k in range(start, end, 25)]


@pytest.fixture
def listened(tmp_path, monkeypatch, capsys):
    """What `imusim live` says of streams, stopped as by Ctrl-C after the last of them."""

    def listen(*streams, source="lsl:IMU"):
        stopped = []

        def stop():
            if not stopped:
                stopped.append(os.kill(os.getpid(), signal.SIGINT))

        monkeypatch.setitem(sys.modules, "pylsl", network(streams, stop))
        with pytest.raises(SystemExit) as left:
            main(["live", source, "--no-page", "--rate", "20", "--log", str(tmp_path / "c")])
        assert left.value.code == 0
        return capsys.readouterr().err

    return listen


def test_a_stream_that_is_lost_and_comes_back_is_one_whole_log(tmp_path, listened):
    errors = listened(
        Stream("watch", "IMU", CHANNELS, chunks(0, 150)),
        Stream("watch", "IMU", CHANNELS, chunks(150, 300)),
    )
    assert "the stream has been lost; trying again in 0.5 s" in errors
    assert "300 samples, 120 frames; 0 malformed, 0 late, 0 duplicate, 0 astray, 0 lost" in errors
    assert verify(tmp_path / "c") == []
    with Corpus(tmp_path / "c") as corpus:
        middle = corpus[0].accelerometer[40, 0]
    near = np.abs(WATCH.time_s - 2.0).argmin()
    np.testing.assert_allclose(middle, WATCH.accelerometer[near], atol=0.6)


def test_a_stream_of_text_is_passed_over_and_told_once(listened):
    errors = listened(
        Stream("marks", "IMU", [("mark", "")], [([["begin"]], [4321.0])], CF_STRING),
        Stream("watch", "IMU", CHANNELS, chunks(0, 150)),
    )
    assert errors.count("note: lsl:IMU: the stream marks sends text, not numbers") == 1
    assert "150 samples" in errors


def test_a_time_that_is_no_number_is_malformed(listened):
    spoiled = [(ROWS[:25], [*STAMPS[:10], float("nan"), *STAMPS[11:25]]), *chunks(25, 150)]
    errors = listened(Stream("watch", "IMU", CHANNELS, spoiled))
    assert "149 samples, 60 frames; 1 malformed, 0 late" in errors
