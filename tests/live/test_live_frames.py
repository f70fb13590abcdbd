"""Frames of streams that jitter, come late, twice, out of order, or not at all."""

from dataclasses import replace

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
from imusim.recordings import find_recordings, read_recording
from imusim.recordings.gaps import usual_period
from imusim.recordings.model import Sensor
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


def as_trained(recording, rate_hz, *names):
    """Frames as frame-wise models are trained on them."""
    pytest.importorskip("torch")
    from imusim.learn.online.recorded import sequence_of

    joints = dict(zip(names, ("left_wrist", "right_wrist"), strict=False))
    return sequence_of(recording, joints, tuple(joints.values()), {}, rate_hz)


def hold_as_trained(recording, found, rate_hz=50.0, names="ab"):
    expected = as_trained(recording, rate_hz, *names)
    time_s, values, present, framer = found
    np.testing.assert_allclose(time_s, np.arange(len(expected)) / rate_hz, atol=1e-9)
    np.testing.assert_array_equal(present, expected.present)
    np.testing.assert_allclose(values, expected.frames, atol=1e-6)
    return framer.counters


@pytest.mark.parametrize("rate_hz", [20.0, 50.0, 130.0])
def test_frames_of_the_past_are_those_of_the_training(rate_hz):
    found = framed(in_fives(CLEAN), rate_hz, causal=True)
    counters = hold_as_trained(made_recording(*SENSORS), found, rate_hz)
    assert counters.late == counters.duplicate == 0
    assert counters.gaps == 4


def test_so_are_those_of_sensors_that_come_late_and_have_nothing_new():
    """At 97 Hz frames lie between the samples of the slower one: the last stands, for 0.1 s."""
    late = made_sensor("b", 7, 4, seed=3)
    late = replace(late, time_s=late.time_s + 2)
    recording = made_recording(SENSORS[0], late)
    found = framed(in_fives(samples_of(*recording.sensors)), 97.0, causal=True)
    counters = hold_as_trained(recording, found, 97.0)
    assert counters.gaps > 40
    assert 0.4 < found[2][:, 1].mean() < 0.5


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_samples_out_of_order_and_twice_change_no_frame_of_the_past(seed):
    rng = np.random.default_rng(seed)
    came = [(s.time_s + rng.uniform(0, 0.29) * (k > 0), s) for k, s in enumerate(CLEAN)]
    came += [came[k] for k in rng.integers(0, len(CLEAN), 40)]
    came.sort(key=lambda pair: pair[0])
    found = framed(in_fives([sample for _, sample in came]), 50.0, causal=True)
    counters = hold_as_trained(made_recording(*SENSORS), found)
    assert (counters.late, counters.duplicate) == (0, 40)


def test_what_is_too_late_is_in_no_frame_of_the_past():
    rng = np.random.default_rng(7)
    time_s = np.array([s.time_s for s in CLEAN])
    late = (rng.random(len(CLEAN)) < 0.1) & (time_s > 0.5) & (time_s < 4)
    order = np.argsort(time_s + late * rng.uniform(0.5, 2.0, len(CLEAN)), kind="stable")
    found = framed(in_fives([CLEAN[k] for k in order]), 50.0, latency_s=0.2, causal=True)
    gone = {(s.sensor, s.time_s) for s, is_late in zip(CLEAN, late, strict=True) if is_late}
    sensors = []
    for each in SENSORS:
        kept = [(each.name, at) not in gone for at in each.time_s.tolist()]
        signals = (each.accelerometer[kept], each.gyroscope[kept])
        sensors.append(Sensor(each.name, "", each.time_s[kept], *signals, each.rate_hz))
    counters = hold_as_trained(made_recording(*sensors), found)
    assert counters.late == late.sum() > 30


def test_a_frame_of_the_past_is_there_with_the_first_sample_after_it():
    """Whatever comes then, and however it is bundled."""
    whole = framed([CLEAN], 50.0, causal=True)
    framer = Framer(50.0, latency_s=0.0, causal=True, sensors=("a", "b"))
    count = 0
    for sample in CLEAN:
        for frames in framer.push([sample]):
            rows = slice(count, count + len(frames))
            np.testing.assert_array_equal(frames.present, whole[2][rows])
            np.testing.assert_allclose(frames.values, whole[1][rows], atol=1e-6)
            count += len(frames)
        assert count == np.ceil((sample.time_s - 2e-6) * 50)
    assert count > 300


def test_sensors_of_one_time_are_of_one_frame_by_the_time_of_day():
    """Stamps in whole milliseconds, at the very times of frames, to which seconds round them."""
    sensors = [replace(made_sensor(name, 100, 4, jitter=0), rate_hz=100.0) for name in "ab"]
    sensors = [replace(each, time_s=np.arange(400) / 100) for each in sensors]
    clock = StreamClock(Counters())
    stamped = [s._replace(time_s=(1.7e12 + 1e3 * s.time_s) / 1e3) for s in samples_of(*sensors)]
    batches = [clock.place(sample) for sample in stamped]
    found = framed(batches, 50.0, latency_s=0.0, causal=True)
    hold_as_trained(made_recording(*sensors), found)


def test_so_are_frames_of_a_real_recording(shared):
    """Of a phone and a watch, whose stamps come in bursts."""
    recording = read_recording(find_recordings("geotec", shared / "data" / "geotec")[0])
    samples = samples_of(*recording.sensors)
    start_s = samples[0].time_s
    samples = [s._replace(time_s=s.time_s - start_s) for s in samples]
    found = framed(in_fives(samples), 50.0, causal=True)
    assert len(found[0]) > 500
    hold_as_trained(recording, found, names=sorted(s.name for s in recording.sensors))


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
