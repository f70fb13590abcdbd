"""Counts instead of readings, and compressed shards: what is read is, bit by bit, what was said."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from bvh_files import write_swings
from corpus_clips import JOINTS, make_clip, write
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.cli import main
from imusim.corpus import Corpus, CorpusWriter, verify
from imusim.corpus.codecs import CODECS, open_shard
from imusim.corpus.combine.merge import merge
from imusim.corpus.counts import Counted, read_rows, to_values
from imusim.corpus.layout import megabytes
from imusim.corpus.records import read_records
from imusim.errors import ConfigError, CorpusError, MissingExtraError
from imusim.pipeline import GenerateConfig
from imusim.pipeline.counting import count_signals
from imusim.pipeline.sensors import plan_sensors
from imusim.sensor import ImuSignals
from imusim.sensor.device import (
    Clock,
    Device,
    Triad,
    device_names,
    draw_errors,
    load_device,
    measure,
)

PRESETS = device_names()[1:]
FINE = Device(
    "fine",
    accelerometer=Triad(range=100.0, resolution=(1e-4, 3e-5, 7e-4)),
    gyroscope=Triad(range=50.0, resolution=2e-5),
)
"""Of more than 16 bits."""


def said(devices: list[Device], device: list[int], frames: int = 700, seed: int = 0):
    """A clip of what devices say of motion beyond some of their ranges, an eighth of it lost."""
    rng = np.random.default_rng(seed)
    lossy = [dataclasses.replace(d, clock=Clock(dropout=0.1, packet_loss=0.02)) for d in devices]
    rngs = [np.random.default_rng([seed, k]) for k in range(len(device))]
    errors = draw_errors([lossy[number] for number in device], rngs)
    shape = (frames, len(device), 3)
    strong = np.geomspace(1e-3, 1.5, frames)[:, None, None]
    signals = ImuSignals(
        np.arange(frames) / 100.0,
        strong * rng.normal(0, 100, shape),
        strong * rng.normal(0, 20, shape),
    )
    measured = measure(signals, errors, 100.0, rngs)
    return make_clip(
        seed,
        joints=len(device),
        frames=frames,
        accelerometer=measured.accelerometer,
        gyroscope=measured.gyroscope,
        device=np.array(device),
    )


def assert_same_readings(one: Corpus, two: Corpus):
    for a, b in zip(one, two, strict=True):
        for name in ("accelerometer", "gyroscope"):
            first, second = getattr(a, name), getattr(b, name)
            assert first.dtype == second.dtype == np.float32
            assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("name", PRESETS)
def test_counts_of_every_preset_give_back_every_bit(tmp_path, name):
    device = load_device(name)
    counted = count_signals([device], ())
    clip = said([device], [0, 0, 0])
    lsb = np.array(device.accelerometer.resolution)
    limit = np.abs(clip.accelerometer).max() / lsb[0]
    assert limit > 0.99 * np.min(np.array(device.accelerometer.range) / lsb)  # it saturates
    assert {c.bits for c in counted.values()} == {16}
    one = Corpus(write(tmp_path / "a", [clip], devices=[device.name]))
    two = Corpus(write(tmp_path / "b", [clip], devices=[device.name], counted=counted))
    assert (one.manifest.store, two.manifest.store) == ("float32", "device")
    assert two[0].accelerometer.tobytes() == clip.accelerometer.astype(np.float32).tobytes()
    assert_same_readings(one, two)


def test_devices_are_counted_each_in_its_own_steps(tmp_path):
    devices = [load_device("phone"), load_device("watch"), FINE]
    counted = count_signals(devices, ())
    assert {c.bits for c in counted.values()} == {32}
    names = [device.name for device in devices]
    clips = [
        dataclasses.replace(said(devices, own, frames, seed), key=str(seed))
        for seed, (own, frames) in enumerate(
            [([0, 1, 2], 400), ([2, 2, 0], 3), ([1, 0, 1], 900), ([0, 0, 0], 1), ([2, 1, 0], 256)]
        )
    ]
    one = Corpus(write(tmp_path / "a", clips, 10**6, devices=names))
    two = Corpus(write(tmp_path / "b", clips, 10**6, devices=names, counted=counted))
    assert_same_readings(one, two)
    for clip in clips:
        some = two[clip.key].signals(1, 200, ["right_ankle", "pelvis"])
        assert some.gyroscope.tobytes() == clip.gyroscope[1:200, [2, 0]].astype("<f4").tobytes()
    whole = np.concatenate([clip.gyroscope for clip in clips]).astype(np.float32)
    path = tmp_path / "b" / "shard-00000.h5"
    with open_shard(path) as file:
        for start, stop in ((0, 1560), (0, 0), (399, 405), (402, 404), (1303, 1560), (700, 9999)):
            found = read_rows(file, "gyroscope", start, stop)
            assert found.tobytes() == whole[start:stop].tobytes()
    for record, clip in zip(read_records(path), clips, strict=True):
        assert record.accelerometer.tobytes() == clip.accelerometer.astype("<f4").tobytes()


def test_any_reader_can_scale_counts(tmp_path):
    """By the attributes alone: count times the step that ``scale`` names, of the clip's device."""
    device = load_device("phone")
    clip = said([device], [0, 0, 0])
    counted = count_signals([device], ())
    write(tmp_path / "c", [clip], devices=["phone"], counted=counted)
    with h5py.File(tmp_path / "c" / "shard-00000.h5") as file:
        counts = file["accelerometer"]
        assert counts.dtype == np.int16
        assert counts.attrs["units"] == "LSB"
        steps = file[counts.attrs["scale"]]
        assert steps.attrs["units"] == "m/s^2"
        read = counts[:] * steps[:][file["clips/device"][0]]
    assert read.astype(np.float32).tobytes() == clip.accelerometer.astype(np.float32).tobytes()


@settings(max_examples=300)
@given(
    lsb=st.floats(1e-9, 1e3),
    counts=st.lists(st.integers(-(2**23), 2**23), min_size=1, max_size=30),
)
def test_counts_of_24_bits_survive_float32(lsb, counts):
    made = np.array(counts, np.int32)[:, None, None] * np.ones(3, np.int32)
    values = to_values(made, np.full((1, 3), lsb))
    found = Counted(bits=32, lsb=((lsb,) * 3,)).to_counts(values, np.array([0]))
    np.testing.assert_array_equal(found, made)


@settings(max_examples=200)
@given(
    step=st.floats(1e-6, 10.0),
    bits=st.sampled_from([8, 12, 16, 20]),
    rounded=st.floats(0.999, 1.001),
    seed=st.integers(0, 2**32),
)
def test_what_a_converter_rounds_to_is_what_its_counts_give(step, bits, rounded, seed):
    triad = Triad(range=2 ** (bits - 1) * step * rounded, resolution=step)
    device = Device("any", accelerometer=triad, gyroscope=triad)
    rng = np.random.default_rng(seed)
    true = rng.normal(0, triad.range[0], (50, 1, 3)) * rng.random((50, 1, 1))
    signals = ImuSignals(np.arange(50) / 50, true, -true)
    read = measure(signals, draw_errors([device], [rng]), 50.0, [rng]).accelerometer
    counts = np.rint(read / step)
    assert counts.min() >= -(2 ** (bits - 1))
    assert counts.max() <= 2 ** (bits - 1) - 1
    counted = Counted(bits=16 if bits <= 16 else 32, lsb=((step,) * 3,))
    values = read.astype(np.float32)
    found = to_values(counted.to_counts(values, np.array([0])), np.full((1, 3), step))
    assert found.tobytes() == values.tobytes()  # a negative zero would show here


def test_what_is_no_count_is_refused_and_writing_goes_on(tmp_path):
    device = load_device("phone")
    good = said([device], [0, 0, 0])
    bad = dataclasses.replace(good, key="bad", accelerometer=good.accelerometer + 1e-3)
    beyond = dataclasses.replace(good, key="far", gyroscope=np.rint(good.gyroscope) * 0 + 1e5)
    counted = count_signals([device], ())
    with CorpusWriter(tmp_path / "c", JOINTS, 50, {}, counted=counted) as writer:
        with pytest.raises(CorpusError, match=r"'bad': accelerometer: a value is no whole number"):
            writer.add(bad)
        with pytest.raises(CorpusError, match=r"'far': gyroscope: a value is beyond 16 bits"):
            writer.add(beyond)
        writer.add(good)
    assert len(Corpus(tmp_path / "c")) == 1


@pytest.mark.parametrize("store", ["float32", "device"])
@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_gives_back_the_same_in_the_same_bytes(tmp_path, codec, store):
    device = load_device("bmi160")
    clips = [dataclasses.replace(said([device], [0, 0, 0], 300, k), key=str(k)) for k in range(4)]
    counted = count_signals([device], ()) if store == "device" else {}
    options = {"devices": ["bmi160"], "counted": counted}
    plain = Corpus(write(tmp_path / "plain", clips, **options))
    for folder in ("one", "two"):
        write(tmp_path / folder, clips, codec=codec, **options)
    one = Corpus(tmp_path / "one")
    assert (one.manifest.codec, one.manifest.store) == (codec, store)
    assert_same_readings(plain, one)
    for a, b in zip(plain, one, strict=True):
        np.testing.assert_array_equal(a.poses, b.poses)
        np.testing.assert_array_equal(a.source_poses, b.source_poses)
        np.testing.assert_array_equal(a.valid, b.valid)
    assert not verify(tmp_path / "one")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_shards_are_filled_by_what_is_stored_before_compression(tmp_path):
    device = load_device("bmi160")
    clips = [dataclasses.replace(said([device], [0, 0, 0], 100, k), key=str(k)) for k in range(12)]
    counted = count_signals([device], ())
    shards = {
        (codec, len(own)): len(
            Corpus(
                write(tmp_path / f"{codec}{len(own)}", clips, 14_400, codec=codec, counted=own)
            ).manifest.shards
        )
        for codec in ("none", "zstd")
        for own in ({}, counted)
    }
    # A frame of 3 sensors is 72 bytes of float32, 36 of counts.
    assert shards == {("none", 0): 6, ("none", 2): 3, ("zstd", 0): 6, ("zstd", 2): 3}


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({}, "the accelerometer of the device ideal has no resolution"),
        ({"device": "phone", "errors": "none"}, "the accelerometer of the device phone has no"),
        ({"device": "phone", "errors": ["all", "-resolution"]}, "the device phone has no"),
        ({"device": ["phone", "left_wrist=ideal"]}, "the device ideal has no resolution"),
        ({"device": "tiny.toml"}, "gyroscope of the device tiny counts to 3.49e.07; float32 holds"),
    ],
)
def test_devices_without_counts_are_refused(tmp_path, monkeypatch, config, told):
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(
        '[accelerometer]\nresolution = "1 mg"\nrange = "2 g"\n'
        '[gyroscope]\nresolution = "1e-6 rad/s"\nrange = "2000 dps"\n'
    )
    with pytest.raises(ConfigError, match=told):
        plan_sensors(GenerateConfig(store="device", **config))


def test_without_a_range_counts_need_more_bits():
    config = GenerateConfig(store="device", device="phone", errors=["all", "-saturation"])
    assert {name: c.bits for name, c in plan_sensors(config).counted.items()} == {
        "accelerometer": 32,
        "gyroscope": 32,
    }


def run(folder: Path, *arguments: str) -> int:
    """The command line in this process, for imports take long; its exit code."""
    with contextlib.chdir(folder), pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_from_the_command_line(tmp_path, capsys):
    write_swings(tmp_path / "swings.bvh", frames=400)
    made = (
        *("generate", "swings.bvh", "--joints", "wrists,pelvis", "--device", "phone,xsens-dot"),
        *("--channels", "magnetometer", "--rotations", "random", "--workers", "1"),
    )
    assert not run(tmp_path, *made, "--out", "a")
    more = ("--store", "device", "--codec", "zstd", "--shard-size", "64 kB")
    assert not run(tmp_path, *made, "--out", "b", *more)
    capsys.readouterr()
    assert not run(tmp_path, "inspect", "b")
    assert "device counts, int16, zstd" in capsys.readouterr().out
    assert not verify(tmp_path / "b")
    one, two = Corpus(tmp_path / "a"), Corpus(tmp_path / "b")
    assert_same_readings(one, two)
    field = one[0].channel("magnetometer")
    assert field.tobytes() == two[0].channel("magnetometer").tobytes()
    manifest = two.manifest
    assert (manifest.store, manifest.codec) == ("device", "zstd")
    assert set(manifest.counted) == {"accelerometer", "gyroscope", "magnetometer"}
    assert manifest.runs[0].configuration["shard_size_mb"] == 0.064
    assert "hdf5plugin" in manifest.runs[0].created_with


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--store", "device"), "the device ideal has no resolution"),
        (("--codec", "brotli"), "codec: input should be 'none', 'gzip', 'lz4' or 'zstd'"),
        (("--shard-size", "5 bananas"), "state a size as 64MB, 500kB or 2GB, got '5 bananas'"),
    ],
)
def test_the_command_line_refuses_before_any_motion_is_read(tmp_path, capsys, arguments, told):
    (tmp_path / "broken.bvh").write_text("HIERARCHY\nROOT")
    assert run(tmp_path, "generate", "broken.bvh", "--out", "c", *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
def test_a_missing_plugin_is_told_in_one_line(tmp_path, monkeypatch, codec):
    told = f"the codec {codec} needs hdf5plugin: pip install 'imusim-toolkit\\[codecs\\]'"
    write(tmp_path / "c", [make_clip(0)], codec=codec)
    monkeypatch.setitem(sys.modules, "hdf5plugin", None)
    with pytest.raises(MissingExtraError, match=told):
        _ = Corpus(tmp_path / "c")[0].gyroscope
    with pytest.raises(MissingExtraError, match=told):
        list(read_records(tmp_path / "c" / "shard-00000.h5"))
    with pytest.raises(MissingExtraError, match=told):
        write(tmp_path / "d", [make_clip(0)], codec=codec)
    assert not (tmp_path / "d").exists()


def test_the_command_line_tells_a_missing_plugin(tmp_path):
    write(tmp_path / "c", [make_clip(0)], codec="zstd")
    script = "import sys; sys.modules['hdf5plugin'] = None; from imusim.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "inspect", "c"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    told = "the codec zstd needs hdf5plugin: pip install 'imusim-toolkit[codecs]'"
    assert done.stderr == f"error: {told}\n"


@pytest.mark.parametrize("same", [True, False])
def test_counts_stay_counts_in_a_merge_where_they_can(tmp_path, same):
    phone, watch = load_device("phone"), load_device("watch")
    first = said([phone], [0, 0, 0], 200, 1)
    second = dataclasses.replace(said([watch, phone], [1, 0, 1], 200, 2), key="2")
    counted = count_signals([watch, phone], ())
    a, b = tmp_path / "a", tmp_path / "b"
    write(a, [first], devices=["phone"], counted=count_signals([phone], ()), codec="lz4")
    write(b, [second], devices=["watch", "phone"], counted=counted if same else {})
    merge([a, b], tmp_path / "c")
    corpus = Corpus(tmp_path / "c")
    assert (corpus.manifest.store, corpus.manifest.codec) == (
        "device" if same else "float32",
        "lz4",
    )
    assert not verify(tmp_path / "c")
    for clip, made in zip(corpus, (first, second), strict=True):
        assert clip.accelerometer.tobytes() == made.accelerometer.astype("<f4").tobytes()


@settings(max_examples=50)
@given(
    number=st.floats(0.001, 9e3).map(lambda n: round(n, 3)),
    unit=st.sampled_from([("", 1), ("kB", 1e-3), (" MB", 1), ("gb", 1e3)]),
)
def test_sizes_are_read_with_their_unit(number, unit):
    assert megabytes(f"{number}{unit[0]}") == pytest.approx(number * unit[1])


@pytest.mark.parametrize("text", ["", "MB", "-1", "1e9999", "nan", "1 MiB", "64 M B", "１MB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="64MB"):
        megabytes(text)
