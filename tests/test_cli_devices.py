"""Sensors as they are, end to end: placements, rotations, devices, truth, from the command line."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest
from bvh_files import write_swings
from cli_runner import fails, imusim

from imusim.cli import main
from imusim.conventions import STANDARD_GRAVITY as G
from imusim.corpus import Corpus, verify
from imusim.math import rotations as rot
from imusim.sensor.device import load_device

BITS = 'name = "bits"\n[accelerometer]\nrange = "2 g"\nresolution = "16 mg"\n'
LOSSY = 'name = "lossy"\n[clock]\ndropout = "20 %"\npacket_loss = "5 %"\npacket_size = 4\n'


def make(folder: Path, *arguments: object, out: str = "corpus") -> Corpus:
    """A corpus of one clip of swinging limbs, or of what the arguments say."""
    if not (folder / "swings.bvh").exists():
        write_swings(folder / "swings.bvh", frames=400)
    with (
        contextlib.chdir(folder),
        pytest.raises(SystemExit) as ended,
    ):  # in this process: imports take long
        main(["generate", "swings.bvh", "--out", out, *map(str, arguments)])
    assert not ended.value.code
    assert not verify(folder / out)
    return Corpus(folder / out)


def test_a_device_leaves_its_marks_on_the_truth(tmp_path: Path):
    settings = ("--errors", "noise,bias,drift,saturation,resolution", "--rotations", "random")
    corpus = make(tmp_path, "--device", "mpu-9250", "--keep-truth", *settings)
    clip, device = corpus[0], load_device("mpu-9250")
    assert set(clip.devices) == set(corpus.devices) == {device.name}
    for signal, true, triad in (
        (clip.accelerometer, "true_accelerometer", device.accelerometer),
        (clip.gyroscope, "true_gyroscope", device.gyroscope),
    ):
        step = triad.resolution[0]
        counts = signal / step
        assert np.abs(counts - np.rint(counts)).max() < 1e-2
        error = signal - clip.channel(true)
        noise = np.diff(error, axis=0).std() / np.sqrt(2)
        white = triad.noise_density[0] * np.sqrt(clip.rate_hz)
        rounding = step / np.sqrt(12)
        assert noise == pytest.approx(np.hypot(white, rounding), rel=0.05)
        bias = error.mean(axis=0)
        spread = np.sqrt(np.mean(np.square(triad.turn_on_bias)))
        assert 0.5 * spread < bias.std() < 2.5 * spread


def test_errors_can_be_switched(tmp_path: Path):
    ideal = make(tmp_path)[0].accelerometer
    none = make(tmp_path, "--device", "mpu-9250", "--errors", "none", out="none")[0]
    np.testing.assert_array_equal(none.accelerometer, ideal)
    noisy = make(tmp_path, "--device", "mpu-9250", "--errors", "noise", out="noise")[0]
    white = load_device("mpu-9250").accelerometer.noise_density[0] * np.sqrt(50)
    assert (noisy.accelerometer - ideal).std() == pytest.approx(white, rel=0.02)
    biased = make(tmp_path, "--device", "mpu-9250", "--errors", "bias", out="bias")[0]
    assert np.ptp(biased.accelerometer - ideal, axis=0).max() < 1e-4
    everything, without = (
        make(tmp_path, "--device", "mpu-9250", "--errors", text, out=out)[0].accelerometer
        for text, out in (("all", "all"), ("all,-resolution", "smooth"))
    )
    step = load_device("mpu-9250").accelerometer.resolution[0]
    assert 0 < np.abs(everything - without).max() <= step / 2 * 1.001


def test_a_device_of_ones_own(tmp_path: Path):
    (tmp_path / "bits.toml").write_text(BITS)
    clip = make(tmp_path, "--device", "bits.toml", "--joints", "wrists,head")[0]
    assert set(clip.devices) == {"bits"}
    values = clip.accelerometer / (0.016 * G)
    np.testing.assert_allclose(values, np.rint(values), atol=1e-4)
    assert np.abs(clip.accelerometer).max() <= 2 * G * 1.0001
    recorded = Corpus(tmp_path / "corpus").manifest.runs[0].configuration["devices"]["bits"]
    (tmp_path / "again.toml").write_text(recorded)
    assert load_device(tmp_path / "again.toml") == load_device(tmp_path / "bits.toml")


def test_lost_samples_hold_the_last_and_are_told(tmp_path: Path):
    (tmp_path / "lossy.toml").write_text(LOSSY)
    corpus = make(tmp_path, "--device", "lossy.toml", "--keep-truth")
    clip = corpus[0]
    received = clip.channel("received")
    assert abs(received.mean() - 0.8 * 0.95) < 0.02
    truth = clip.channel("true_accelerometer")
    last = np.maximum.accumulate(np.where(received, np.arange(len(clip))[:, None], 0), axis=0)
    held = np.take_along_axis(truth, last[..., None], axis=0)
    np.testing.assert_allclose(clip.accelerometer, held, atol=1e-5)


def test_of_several_devices_each_sensor_draws_one(tmp_path: Path):
    (tmp_path / "bits.toml").write_text(BITS)
    corpus = make(tmp_path, "--device", "ideal,bits.toml")
    assert corpus.devices == ("ideal", "bits")
    assert set(corpus[0].devices) == {"ideal", "bits"}


def test_a_sensor_may_have_a_device_of_its_own(tmp_path: Path):
    settings = ("--placement", "chest,left_wrist,right_ear")
    clip = make(tmp_path, *settings, "--device", "left_wrist=watch,phone,right_ear=earbud")[0]
    assert clip.devices == ("phone", "watch", "earbud")
    alone = make(tmp_path, *settings, "--device", "left_wrist=watch", out="alone")[0]
    assert alone.devices == ("ideal", "watch", "ideal")
    ideal = make(tmp_path, *settings, out="ideal")[0]
    np.testing.assert_allclose(alone.accelerometer[:, 0], ideal.accelerometer[:, 0], atol=2e-6)


def test_a_device_is_found_however_it_and_the_sensor_are_written(tmp_path: Path):
    (tmp_path / "a=b.toml").write_text(BITS)
    settings = ("--placement", "chest,left_wrist", "--count", "1")
    clip = make(tmp_path, *settings, "--device", "Left-Wrist=PHONE,a=b.toml")[0]
    assert clip.devices == ("bits", load_device("phone").name)
    same = make(tmp_path, *settings, "--device", "phone,Phone", out="same")
    assert same.devices == (load_device("phone").name,)


def test_implausible_readings_name_the_device(tmp_path: Path):
    (tmp_path / "loud.toml").write_text(
        'name = "loud"\n[accelerometer]\nnoise_density = "1e7 g/sqrt(Hz)"\n'
    )
    line = fails("generate", "--count", 1, "--device", "loud.toml", cwd=tmp_path)
    assert re.search("more than 10,000: the errors of its device, loud, are too large", line), line
    assert [file.name for file in tmp_path.iterdir()] == ["loud.toml"]


def test_a_range_does_not_hide_a_leap_of_the_capture(tmp_path: Path):
    (tmp_path / "bits.toml").write_text(BITS)
    write_swings(tmp_path / "swings.bvh", frames=60)
    lines = (tmp_path / "swings.bvh").read_text().splitlines()
    numbers = lines[-30].split()
    lines[-30] = " ".join([str(float(numbers[0]) + 1e4), *numbers[1:]])
    (tmp_path / "swings.bvh").write_text("\n".join(lines) + "\n")
    told = [
        fails("generate", "swings.bvh", "--device", device, cwd=tmp_path).partition("skipped")[0]
        for device in ("ideal", "bits.toml")
    ]
    assert told[0] == told[1]
    assert "leaps" in told[0]


def test_a_clock_that_is_off_by_the_clip_is_told(tmp_path: Path):
    (tmp_path / "late.toml").write_text('name = "late"\n[clock]\noffset = "1 h"\n')
    line = fails("generate", "--count", 1, "--device", "late.toml", cwd=tmp_path)
    assert re.search("clock of the sensor on .*, of device late, is off by .* s, and the", line)
    assert len(list(tmp_path.iterdir())) == 1


def test_two_devices_of_one_name(tmp_path: Path):
    (tmp_path / "a.toml").write_text(BITS)
    (tmp_path / "b.toml").write_text(BITS.replace("2 g", "4 g"))
    line = fails("generate", "--device", "a.toml,b.toml", cwd=tmp_path)
    assert "a.toml: another is called 'bits' too" in line
    assert len(list(tmp_path.iterdir())) == 2


def test_a_sensor_reads_the_same_whatever_others_there_are(tmp_path: Path):
    (tmp_path / "lossy.toml").write_text(LOSSY + BITS.partition("\n")[2])
    settings = ("--device", "lossy.toml,phone", "--rotations", "drift", "--soft-tissue", "random")
    alone = make(tmp_path, "-p", "left_wrist", *settings, out="one")[0]
    among = make(tmp_path, "-p", "chest,left_wrist,right_pocket", *settings, out="three")[0]
    assert among.sensors == ("chest", "left_wrist", "right_pocket")
    assert among.joints[1] == alone.joints[0] == "left_elbow"
    for one, three in zip(alone.signals(), among.signals(sensors=["left_wrist"]), strict=True):
        np.testing.assert_array_equal(one, three)


def test_same_seed_same_bytes_another_seed_another_device(tmp_path: Path):
    write_swings(tmp_path / "swings.bvh", frames=120)
    settings = ("--device", "watch", "--placement", "pamap2", "--rotations", "wobble:10")
    once, again, other = (
        make(tmp_path, *settings, "--seed", seed, out=out).manifest.shards
        for seed, out in ((1, "a"), (1, "b"), (2, "c"))
    )
    assert [s.sha256 for s in once] == [s.sha256 for s in again]
    assert [s.sha256 for s in once] != [s.sha256 for s in other]


def test_truth_is_whole(tmp_path: Path):
    """Stored places move at the stored velocity, and stored turns carry what was read upright."""
    corpus = make(tmp_path, "--keep-truth", "--placement", "opportunity", "--rate", "200")
    clip = corpus[0]
    position, velocity, turn = (
        clip.channel(f"true_{name}") for name in ("position", "velocity", "orientation")
    )
    moved = (position[2:] - position[:-2]) * clip.rate_hz / 2
    np.testing.assert_allclose(moved, velocity[1:-1], atol=2e-2)
    acceleration = (velocity[2:] - velocity[:-2]).astype(float) * clip.rate_hz / 2
    felt = rot.rotate(turn, clip.channel("true_accelerometer"))[1:-1] - [0, 0, G]
    error = np.linalg.norm(felt - acceleration, axis=-1)
    assert np.sqrt(np.mean(error**2)) < 0.1
    rate = rot.to_rotation_vector(rot.multiply(rot.conjugate(turn[:-1]), turn[1:])) * clip.rate_hz
    read = clip.channel("true_gyroscope")
    np.testing.assert_allclose(rate, (read[:-1] + read[1:]) / 2, atol=3e-2)
    np.testing.assert_array_equal(clip.channel("true_accelerometer"), clip.accelerometer)


def test_draws_of_a_clip_are_clips_of_their_own(tmp_path: Path):
    corpus = make(tmp_path, "--rotations", "random:3", "--joints", "wrists")
    assert list(corpus.keys()) == ["swings", "swings#2", "swings#3"]
    turns = [clip.link_from_sensor for clip in corpus]
    assert rot.angle_between(turns[0], turns[1]).min() > 1e-3
    first = corpus[0].unmounted()
    for clip in (corpus[1], corpus[2]):
        for one, other in zip(first, clip.unmounted(), strict=True):
            np.testing.assert_allclose(one, other, atol=2e-4)


@pytest.mark.parametrize("rotations", ["random", "upright", "wobble:20", "flips", "drift"])
def test_every_rotation_can_be_undone(tmp_path: Path, rotations: str):
    plain = make(tmp_path, "--joints", "legs", out="plain")[0]
    turned = make(tmp_path, "--joints", "legs", "--rotations", rotations, out="turned")[0]
    if rotations != "drift":
        assert np.abs(turned.accelerometer - plain.accelerometer).max() > 1
    for one, other in zip(plain.signals(), turned.unmounted(), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)


def test_magnetometer_and_barometer(tmp_path: Path):
    settings = ("--channels", "all", "--magnetic-field", "50 uT, 60 deg", "--keep-truth")
    clip = make(tmp_path, *settings, "--joints", "arms")[0]
    magnetometer = clip.channel("magnetometer")
    np.testing.assert_allclose(np.linalg.norm(magnetometer, axis=-1), 50, atol=1e-3)
    world = rot.rotate(clip.channel("true_orientation"), magnetometer)
    np.testing.assert_allclose(world - world[0, 0], 0, atol=2e-3)
    assert world[0, 0, 2] == pytest.approx(-50 * np.sin(np.radians(60)), abs=1e-2)
    fall = np.polyfit(
        clip.channel("true_position")[..., 2].ravel(), clip.channel("barometer").ravel(), 1
    )[0]
    assert -12.6 < fall < -11.4  # Pa/m near the sea
    noisy = make(tmp_path, *settings, "--joints", "arms", "--device", "phone", out="p")[0]
    error = noisy.channel("magnetometer") - noisy.channel("true_magnetometer")
    assert np.abs(error).max() > 0.1
    np.testing.assert_array_equal(noisy.channel("true_magnetometer"), magnetometer)


def test_iron_nearby_disturbs_every_sensor_the_same_whichever_there_are(tmp_path: Path):
    settings = ("--channels", "magnetometer", "--magnetic-disturbance", "5", "--keep-truth")
    (tmp_path / "late.toml").write_text('name = "late"\n[clock]\noffset = "20 ms"\n')
    every, one, late = (
        make(tmp_path, *settings, *more, out=out)[0].channel("true_magnetometer")
        for more, out in (
            (("--joints", "arms"), "arms"),
            (("--joints", "left_wrist"), "wrist"),
            (("--joints", "left_wrist", "--device", "late.toml"), "late"),
        )
    )
    np.testing.assert_array_equal(every[:, -2], one[:, 0])
    np.testing.assert_array_equal(late, one)
    assert np.ptp(np.linalg.norm(every, axis=-1)) > 1


def test_warmth_moves_the_bias(tmp_path: Path):
    settings = ("--device", "mpu-9250", "--errors", "temperature,bias", "--joints", "arms")
    cool, hot = (
        make(tmp_path, *settings, "--temperature", degrees, out=degrees)[0].accelerometer
        for degrees in ("25", "45")
    )
    moved = (hot - cool).mean(axis=0) / 20
    sigma = load_device("mpu-9250").accelerometer.temperature_bias[0]
    assert 0.4 * sigma < moved.std() < 2 * sigma


def test_a_device_file_that_is_there_is_kept(tmp_path: Path):
    rows = np.random.default_rng(0).normal([0, 0, G, 0, 0, 0], 1e-3, (1500, 6))
    names = "acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"
    np.savetxt(tmp_path / "rest.csv", rows, delimiter=",", header=names, comments="")
    own = tmp_path / "own.toml"
    own.write_text("# by hand\n")
    settings = ("allan", "rest.csv", "--rate", 100, "--out", own.name)
    assert "own.toml: exists already; choose" in fails(*settings, cwd=tmp_path)
    assert own.read_text() == "# by hand\n"
    imusim(*settings, "--overwrite", cwd=tmp_path)
    white = load_device(own).accelerometer.noise_density
    assert white == pytest.approx([1e-4] * 3, rel=0.1)


def test_lists(tmp_path: Path):
    shown = imusim("devices", cwd=tmp_path).stdout
    for word in ("ideal", "mpu-9250", "phone", "g_sensitivity", "resolution"):
        assert re.search(rf"^{word} ", shown, re.MULTILINE), word
    assert "table" in imusim("devices", "mpu-9250", cwd=tmp_path).stdout.lower()
    shown = imusim("placements", cwd=tmp_path).stdout
    for word in ("left_wrist", "right_pocket", "pamap2", "opportunity"):
        assert re.search(rf"^{word} ", shown, re.MULTILINE), word
    shown = imusim("placements", "PAMAP2", cwd=tmp_path).stdout
    assert "Reiss" in shown
    assert "chest" in shown
    assert "Did you mean 'left_wrist'" in fails("placements", "left_wirst", cwd=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[accelerometer]\nnoise_density = "-1 mg/sqrt(Hz)"\n', "noise_density.*negative"),
        ('[gyroscope]\nnoise_density = "1 mg/sqrt(Hz)"\n', r"noise_density.*mg/sqrt\(Hz\)"),
        ('[accelerometer]\nrange = "0 g"\n', "range.*above zero"),
        ('[accelerometer]\nnoise = "1 mg"\n', r"accelerometer\.noise: unknown key"),
        ('[accelerometer]\nbandwidth = "20 kHz"\n', "20000 Hz is above .*Nyquist"),
        ("[accelerometer\n", r"own\.toml:1: "),
    ],
)
def test_a_bad_device_file_takes_one_line_and_leaves_nothing(
    tmp_path: Path, text: str, message: str
):
    (tmp_path / "own.toml").write_text(text)
    line = fails("generate", "--device", "own.toml", cwd=tmp_path)
    assert re.search(message, line), line
    assert [file.name for file in tmp_path.iterdir()] == ["own.toml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--device", "mpu9999"), "mpu-9250"),
        (("--joints", "head", "--device", "left_ear=watch"), "no sensor 'left_ear'; .* head"),
        (("--device", "mpu-9250", "--errors", "nois"), "unknown error 'nois'"),
        (("--device", "phone", "--errors=-all"), "unknown error '-all'"),
        (("--device", " ,"), "device: it names nothing"),
        (("--placement", ""), "placement: it names nothing"),
        (("--device", "mpu-9250", "--simulation-rate", "60"), "above .*Nyquist.*30 Hz"),
        (("--placement", "left_wirst"), "Did you mean 'left_wrist'"),
        (("--placement", "left_wrist", "--joints", "left_wrist"), "asked for twice"),
        (("--offset", "0,0,3"), "off the segment"),
        (("--rotations", "wobble:-3"), "wobble:10"),
        (("--rotations", "random:0"), "random:5"),
        (("--temperature", "hot"), "temperature_c"),
        (("--temperature", "30,20"), "temperature_c: .*falls from 30 to 20"),
        (("--magnetic-field", "strong"), "strong"),
        (("--channels", "compass"), "magnetometer, barometer"),
    ],
)
def test_bad_settings_take_one_line_and_leave_nothing(
    tmp_path: Path, arguments: tuple[str, ...], message: str
):
    line = fails("generate", *arguments, cwd=tmp_path)
    assert re.search(message, line), line
    assert not list(tmp_path.iterdir())
