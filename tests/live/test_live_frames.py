"""Frames of streams that jitter, come late, twice, out of order, or not at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_signals import made_recording, made_sensor, samples_of

from imusim.errors import ConfigError
from imusim.live.clock import AHEAD_S, StreamClock
from imusim.live.counters import Counters
from imusim.live.feed import Feed
from imusim.live.frames import MOST_WAITING, Framer
from imusim.live.samples import Sample
from imusim.recordings.gaps import usual_period
from imusim.recordings.resampling import sampled

SENSORS = (made_sensor("a", 48, 7), made_sensor("b", 97, 6.5, seed=1, gap=(3, 3.4)))
CLEAN = samples_of(*SENSORS)


def periods(*sensors):
    return {sensor.name: usual_period(sensor.time_s) for sensor in sensors}


def framed(batches, rate_hz=20.0, **settings):
    """All frames of batches: times, values and presence by sensor's name."""
    framer = Framer(rate_hz, **settings)
    made = [frames for batch in batches for frames in framer.push(batch)] + framer.flush()
    names = framer.sensors
    count = [len(frames) for frames in made]
    values = np.zeros((sum(count), len(names), 6), np.float32)
    present = np.zeros((sum(count), len(names), 2), bool)
    for end, frames in zip(np.cumsum(count), made, strict=True):
        rows, columns = slice(end - len(frames), end), [names.index(n) for n in frames.sensors]
        values[rows, columns], present[rows, columns] = frames.values, frames.present
    order = np.argsort(names)
    time_s = np.concatenate([frames.time_s for frames in made])
    return time_s, values[:, order], present[:, order], framer


def in_fives(samples):
    return [samples[k : k + 5] for k in range(0, len(samples), 5)]


@pytest.mark.parametrize("rate_hz", [20.0, 50.0, 200.0])
def test_frames_are_those_of_the_whole_recording(rate_hz):
    whole = sampled(made_recording(*SENSORS), rate_hz)
    time_s, values, present, framer = framed(
        [CLEAN[k : k + 9] for k in range(0, len(CLEAN), 9)], rate_hz, periods_s=periods(*SENSORS)
    )
    np.testing.assert_allclose(time_s, np.arange(len(whole.valid)) / rate_hz, atol=1e-9)
    np.testing.assert_array_equal(present.all(axis=2), whole.valid)
    off = np.abs(values - whole.signals)[whole.valid]
    assert off.max() < 2e-4
    assert framer.counters.frames == len(time_s)
    assert framer.counters.late == framer.counters.duplicate == 0


def test_a_gap_is_marked_and_counted():
    time_s, _, present, framer = framed(in_fives(CLEAN), periods_s=periods(*SENSORS))
    missing = (time_s > 3.0) & (time_s < 3.4)
    assert not present[missing, 1].any()
    assert present[missing, 0].all()
    assert framer.counters.gaps == 4  # of accelerometer and gyroscope, here and where b ends


REFERENCE = framed(in_fives(CLEAN), latency_s=0.5)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 40]))
def test_order_duplicates_and_malformed_packets_change_nothing(seed, most):
    """As long as nothing is later than is waited for, however it comes."""
    rng = np.random.default_rng(seed)
    arrival = [s.time_s + rng.uniform(0, 0.49) for s in CLEAN]
    twice = rng.integers(0, len(CLEAN), 40)
    came = [*zip(arrival, CLEAN, strict=True)]
    came += [(arrival[k] + rng.uniform(0, 0.005), CLEAN[k]) for k in twice]
    came.sort(key=lambda pair: pair[0])
    # the first sample says when the stream begins; nothing may be late of it
    ordered = [sample for _, sample in came]
    batches, k = [], 0
    while k < len(ordered):
        size = int(rng.integers(1, most + 1))
        batches.append(ordered[k : k + size])
        k += size
    time_s, values, present, framer = framed(batches, latency_s=0.5)
    np.testing.assert_allclose(time_s, REFERENCE[0], atol=1e-9)
    np.testing.assert_array_equal(present, REFERENCE[2])
    np.testing.assert_allclose(values, REFERENCE[1], atol=2e-5)
    assert framer.counters.duplicate + framer.counters.late == len(twice)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_is_too_late_is_as_if_it_had_never_come(seed):
    rng = np.random.default_rng(seed)
    late = rng.random(len(CLEAN)) < 0.05
    late[:20] = False
    arrival = np.array([s.time_s for s in CLEAN])
    arrival[late] += rng.uniform(0.35, 2.0, late.sum())
    order = np.argsort(arrival, kind="stable")
    time_s, values, present, framer = framed(in_fives([CLEAN[k] for k in order]), latency_s=0.2)
    kept = [s for s, gone in zip(CLEAN, late, strict=True) if not gone]
    dropped = framer.counters.late
    assert 0 < dropped <= late.sum()
    if dropped == late.sum():  # but for those at the very end, which were still waited for
        again = framed(in_fives(kept), latency_s=0.2)
        np.testing.assert_allclose(time_s, again[0], atol=1e-9)
        np.testing.assert_array_equal(present, again[2])
        np.testing.assert_allclose(values, again[1], atol=2e-5)


def test_after_a_long_pause_frames_begin_anew():
    moved = [s._replace(time_s=s.time_s + 3600) for s in CLEAN]
    framer = Framer(20.0)
    made = [f for batch in in_fives([*CLEAN, *moved]) for f in framer.push(batch)] + framer.flush()
    begins = [f.time_s[0] for f in made if f.begins]
    assert begins == pytest.approx([0, 3600 + CLEAN[0].time_s])
    assert framer.counters.frames < 20 * 20


def test_few_frames_late_where_little_is_looked_ahead():
    """A model of single frames takes them within a tenth of a second; low tones are the same."""
    t = np.arange(400) / 50
    wave = np.sin(2 * np.pi * 1.0 * t)
    samples = [Sample(at, "a", (x, 0.0, 9.8), None) for at, x in zip(t.tolist(), wave, strict=True)]
    framer = Framer(25.0, latency_s=0.0, lookahead_s=0.1)
    for sample in samples:
        for frames in framer.push([sample]):
            assert sample.time_s - frames.time_s[-1] < 0.1 + 1 / 50 + 1e-6
            known = frames.present[0, 0, 0] and frames.time_s[0] > 1.5
            if known:
                true = np.sin(2 * np.pi * frames.time_s[0])
                assert frames.values[0, 0, 0] == pytest.approx(true, abs=0.02)
    assert framer.counters.frames > 180


def test_memory_is_bounded():
    framer = Framer(20.0)
    rng = np.random.default_rng(0)
    for at in rng.uniform(0, 0.2, 2 * MOST_WAITING).tolist():
        framer.push([Sample(at, "a", (0.0, 0.0, 9.8), None)])
    assert framer.counters.lost == 2 * MOST_WAITING - MOST_WAITING
    for k in range(100):
        framer.push([Sample(0.2, f"sensor {k}", (0.0, 0.0, 9.8), None)])
    assert len(framer.sensors) == 32
    assert len(framer.notes) == 1


def test_named_sensors_are_taken_alone_and_in_that_order():
    framer = Framer(20.0, sensors=("b", "a"))
    made = framer.push([*CLEAN, CLEAN[5]._replace(sensor="c")]) + framer.flush()
    assert {frames.sensors for frames in made} == {("b", "a")}


@pytest.mark.parametrize(("rate", "latency"), [(0, 1), (-1, 1), (np.nan, 1), (20, -1), (20, 61)])
def test_settings_out_of_range(rate, latency):
    with pytest.raises(ConfigError, match="must be"):
        Framer(rate, latency)


def sample(at, clock="", sensor="a"):
    return Sample(at, sensor, (0.0, 0.0, 9.8), None, clock)


def test_one_wrong_stamp_moves_no_clock():
    counters = Counters()
    clock = StreamClock(counters)
    times = [1e9 + k / 50 for k in range(100)]
    for wrong in (1e12, -1e12, 1e9 + 500, 5.0):
        times.insert(60, wrong)
    placed = [p.time_s for at in times for p in clock.place(sample(at))]
    np.testing.assert_allclose(placed, np.arange(100) / 50, atol=1e-6)
    assert counters.astray == 4


def test_a_pause_and_a_restart_are_followed():
    clock = StreamClock(Counters())
    times = [5000 + k / 50 for k in range(50)] + [9000 + k / 50 for k in range(50)]
    placed = [p.time_s for at in times for p in clock.place(sample(at))]
    assert len(placed) == 100
    assert placed[50] == pytest.approx(4000)
    anew = [p.time_s for k in range(50) for p in clock.place(sample(k / 50))]
    assert len(anew) == 50
    assert 0 <= anew[0] - placed[-1] < AHEAD_S


def test_two_devices_with_clocks_of_their_own_meet():
    clock = StreamClock(Counters())
    for k in range(100):
        (one,) = clock.place(sample(1.7e9 + k / 50, "phone"))
        (two,) = clock.place(sample(321.0 + k / 50, "watch", "b"))
        assert abs(one.time_s - two.time_s) < 0.1


def test_the_feed_tells_of_the_first_malformed_packet_alone():
    feed = Feed()
    for _ in range(1000):
        assert feed.packet("{", "10.0.0.9") == []
    assert feed.counters.malformed == 1000
    assert len(feed.notes) == 1
    assert "10.0.0.9" in feed.notes[0]
