"""Every dataset on small files true to its format: units, axes, times, labels, subjects."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from written_datasets import SAMPLES, WRITERS, readings, uci_signal

from imusim.conventions import STANDARD_GRAVITY as G
from imusim.recordings import Recording, find_recordings, read_recording

DEG = np.pi / 180
MILLI_G = 9.8e-3


@dataclass
class Told:
    """What a recording must hold: of each sensor its placement and the triples it is read from."""

    key: str
    sensors: dict[str, tuple]
    spans: list[tuple[float, float, str]]
    subject: str
    trial: str = ""
    times: list[float] = field(default_factory=list)
    rate_hz: float = 0


def _pairs(names, layout, force=1.0, rate=1.0, step=2):
    return {
        name: (f"{layout}.{name}", step * k, force, step * k + 1, rate)
        for k, name in enumerate(names)
    }


TOLD = {
    "geotec": Told(
        "s07_02", _pairs(("phone", "watch"), "geotec"),
        [(0, 0.054, "SEATED"), (0.054, 0.13, "WALKING")], "s07", "02",
        [0, 0.001, 0.053, 0.0535, 0.054, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12], 100,
    ),
    "har70plus": Told(
        "501", {"back": ("har70plus.back", 0, G), "thigh": ("har70plus.thigh", 1, G)},
        [(0, 0.06, "1"), (0.06, 0.12, "6"), (0.12, 0.18, "7"), (5.18, 5.24, "8")], "501",
        times=[0.02 * n + (5 if n > 8 else 0) for n in range(SAMPLES)], rate_hz=50,
    ),
    "harth": Told(
        "S006", {"back": ("harth.back", 0, G), "thigh": ("harth.thigh", 1, G)},
        [(0, 0.06, "1"), (0.06, 0.12, "6"), (0.12, 0.18, "7"), (5.18, 5.24, "8")], "S006",
        times=[0.02 * n + (5 if n > 8 else 0) for n in range(SAMPLES)], rate_hz=50,
    ),
    "mhealth": Told(
        "subject3",
        {
            "chest": ("mhealth.chest", 0, 1),
            "left_ankle": ("mhealth.left_ankle", 1, 1),
            "right_lower_arm": ("mhealth.right_lower_arm", 4, 1),
        },
        [(0.04, 0.1, "4"), (0.12, 0.2, "11")], "3", rate_hz=50,
    ),
    "opportunity": Told(
        "S2-Drill",
        _pairs(
            ("BACK", "RUA", "RLA", "LUA", "LLA", "L-SHOE", "R-SHOE"), "opportunity", MILLI_G, 1e-3
        ),
        [
            (0.033, 0.133, "1"), (0.133, 0.233 + 1 / 30, "2"), (1.267, 1.3, "2"),
            (1.3, 1.367 + 1 / 30, "5"),
        ],
        "2", "Drill",
        [0, 0.033, 0.067, 0.1, 0.133, 0.167, 0.2, 0.233, 1.267, 1.3, 1.333, 1.367], 30,
    ),
    "pamap2": Told(
        "108_protocol", _pairs(("hand", "chest", "ankle"), "pamap2"),
        [(0.04, 0.08, "24"), (0.08, 0.09, "6"), (1.09, 1.12, "6")], "108", "Protocol",
        [0.01 * n + (1 if n > 8 else 0) for n in range(SAMPLES)], 100,
    ),
    "selfback": Told(
        "026_walk_mod", {"wrist": ("selfback.wrist", 0, G), "thigh": ("selfback.thigh", 1, G)},
        [(0, 0.128, "walk_mod")], "026", times=[0.01 * n for n in range(SAMPLES)], rate_hz=100,
    ),
    "shoaib": Told(
        "participant4",
        _pairs(("Left_pocket", "Right_pocket", "Wrist", "Upper_arm", "Belt"), "shoaib"),
        [(0, 0.08, "walking"), (0.08, 0.24, "upsatirs")], "4", rate_hz=50,
    ),
    "tnda-har": Told(
        "subject02", _pairs(("arm", "leg", "wri", "ank", "bac"), "tnda_har", step=3),
        [(0.04, 0.12, "1"), (0.12, 0.22, "8")], "02", rate_hz=50,
    ),
    "usc-had": Told(
        "13_a4_t2", {"hip": ("usc_had.hip", 0, G, 1, DEG)}, [(0, 0.12, "4")], "13", "2", rate_hz=100
    ),
    "w-har": Told(
        "101_7_1", {"ankle": ("w_har.ankle", 1, G, 5, 1)}, [(0.012, 0.048, "walk")], "101", "7_1",
        rate_hz=250,
    ),
}  # fmt: skip


def _read(name, folder, key) -> Recording:
    WRITERS[name](folder)
    return read_recording(next(r for r in find_recordings(name, folder) if r.key == key))


def _missing(name, sensor):
    """Samples and kind that the file says are missing."""
    return {("opportunity", "RUA"): (5, "force"), ("pamap2", "hand"): (4, "both")}.get(
        (name, sensor)
    )


@pytest.mark.parametrize("name", TOLD)
def test_values_times_labels(name, tmp_path):
    told = TOLD[name]
    recording = _read(name, tmp_path, told.key)
    assert [s.name for s in recording.sensors] == list(told.sensors)
    for sensor in recording.sensors:
        placement, *parts = told.sensors[sensor.name]
        assert (sensor.placement, sensor.rate_hz) == (placement, told.rate_hz)
        force, rate = readings(parts[0]) * parts[1], None
        if len(parts) > 2:
            rate = readings(parts[2]) * parts[3]
        sample, kind = _missing(name, sensor.name) or (0, "")
        if kind:
            force[sample] = np.nan
        if kind == "both" and rate is not None:
            rate[sample] = np.nan
        assert sensor.accelerometer is not None
        np.testing.assert_allclose(sensor.accelerometer, force, rtol=1e-12)
        assert (sensor.gyroscope is None) == (rate is None)
        if rate is not None:
            np.testing.assert_allclose(sensor.gyroscope, rate, rtol=1e-12)
        assert sensor.even == (not told.times and name != "w-har")
    times = told.times or [n / told.rate_hz for n in range(SAMPLES)]
    np.testing.assert_allclose(recording.sensors[0].time_s, times, atol=1e-12)
    assert [span.label for span in recording.spans] == [label for *_, label in told.spans]
    found = [(span.start_s, span.end_s) for span in recording.spans]
    np.testing.assert_allclose(found, [(a, b) for a, b, _ in told.spans], atol=1e-12)
    assert (recording.subject, recording.trial) == (told.subject, told.trial)
    assert recording.dataset == name


def test_sensors_of_one_recording_share_a_clock(tmp_path):
    phone, watch = _read("geotec", tmp_path / "g", "s07_02").sensors
    np.testing.assert_allclose(watch.time_s - phone.time_s, 0.01, atol=1e-12)
    wrist, thigh = _read("selfback", tmp_path / "s", "026_walk_mod").sensors
    np.testing.assert_allclose(thigh.time_s - wrist.time_s, 0.008, atol=1e-12)


def test_dsads_segments_on_end_and_a_gap_where_one_is_missing(tmp_path):
    recording = _read("dsads", tmp_path, "p3_a09")
    assert [s.name for s in recording.sensors] == ["T", "RA", "LA", "RL", "LL"]
    arm = recording.sensors[1]
    segments = [readings(3, 1200)[200 * k : 200 * k + 125] for k in (1, 2, 4)]
    np.testing.assert_allclose(arm.accelerometer, np.concatenate(segments))
    np.testing.assert_allclose(np.diff(arm.time_s)[[0, 124, 249]], [0.04, 0.04, 5.04])
    assert (recording.label, recording.subject) == ("9", "3")


def test_mmact_names_in_any_case_and_a_gyroscope_at_half_the_rate(tmp_path):
    recording = _read("mmact", tmp_path, "subject3_scene2_session4_carrying_light")
    watch, phone = recording.sensors
    np.testing.assert_allclose(watch.accelerometer, readings(0))
    np.testing.assert_allclose(phone.accelerometer, readings(1))
    assert watch.gyroscope is None
    assert phone.gyroscope is not None
    np.testing.assert_allclose(phone.gyroscope[::2], readings(2)[:6], atol=1e-9)
    np.testing.assert_allclose(phone.gyroscope[1::2], readings(2)[:6] + 1 / 32, atol=1e-9)
    assert (recording.subject, recording.trial) == ("3", "scene2_session4")
    assert recording.label == "carrying_light"


def test_motionsense_in_the_archive_and_out_of_it(tmp_path):
    WRITERS["motionsense"](tmp_path)
    refs = find_recordings("motionsense", tmp_path)
    assert [ref.key for ref in refs] == ["7_wlk_15", "12_jog_9"]
    assert ".zip" not in str(refs[0].path)
    for ref, (subject, label, trial) in zip(
        refs, (("7", "wlk", "15"), ("12", "jog", "9")), strict=True
    ):
        recording = read_recording(ref)
        (sensor,) = recording.sensors
        # gravity points down and so does what Apple calls acceleration: force is against both
        np.testing.assert_allclose(sensor.accelerometer, -(readings(0) + readings(2)) * G)
        np.testing.assert_allclose(sensor.gyroscope, readings(1))
        assert (recording.subject, recording.label, recording.trial) == (subject, label, trial)


def test_realworld_in_its_archives(tmp_path):
    WRITERS["realworld"](tmp_path)
    refs = find_recordings("realworld", tmp_path)
    assert [ref.key for ref in refs] == ["4_walking", "4_climbingup_1", "4_climbingup_2"]
    for ref, trial in zip(refs, ("", "1", "2"), strict=True):
        recording = read_recording(ref)
        chest, shin = recording.sensors
        more = [0, 0, 2 * (trial == "2")]
        np.testing.assert_allclose(chest.accelerometer, readings(0) + more)
        np.testing.assert_allclose(shin.accelerometer, readings(1) + more)
        np.testing.assert_allclose(shin.time_s - chest.time_s, 0.1)
        assert chest.gyroscope is not None
        assert np.isnan(chest.gyroscope[0]).all()  # 10 ms before the gyroscope's first sample
        rate = readings(2)[1:] - 1 / 32 + more
        np.testing.assert_allclose(chest.gyroscope[1:], rate, atol=1e-9)
        assert (recording.subject, recording.trial) == ("4", trial)
        assert recording.label == ref.key.split("_")[1]


def test_uci_har_windows_joined(tmp_path):
    WRITERS["uci-har"](tmp_path)
    refs = {ref.key: ref for ref in find_recordings("uci-har", tmp_path)}
    assert set(refs) == {"3_WALKING_1", "5_SITTING_2", "5_SITTING_3", "2_LAYING_1"}
    recording = read_recording(refs["3_WALKING_1"])
    (sensor,) = recording.sensors
    assert sensor.accelerometer is not None
    assert sensor.gyroscope is not None
    assert len(sensor.time_s) == 256
    whole = np.concatenate([uci_signal(0, 0), uci_signal(0, 128)])
    np.testing.assert_allclose(sensor.accelerometer, whole * G, rtol=1e-7)
    np.testing.assert_allclose(sensor.gyroscope[:128], uci_signal(1, 0), rtol=1e-7)
    assert (recording.subject, recording.label, sensor.even) == ("3", "WALKING", True)
    alone = read_recording(refs["5_SITTING_3"]).sensors[0]
    np.testing.assert_allclose(alone.accelerometer, uci_signal(0, 900) * G, rtol=1e-7)


def test_ut_complex_tenths(tmp_path):
    WRITERS["ut-complex"](tmp_path)
    refs = find_recordings("ut-complex", tmp_path)
    assert len(refs) == 20
    recording = read_recording(next(ref for ref in refs if ref.key == "4_11118"))
    pocket, wrist = recording.sensors
    np.testing.assert_allclose(pocket.accelerometer, readings(0, 50)[36:38])
    np.testing.assert_allclose(wrist.accelerometer, readings(3, 50)[36:38])
    np.testing.assert_allclose(wrist.gyroscope, readings(4, 50)[36:38])
    assert (recording.subject, recording.label) == ("4", "11118")


def test_w_har_label_in_any_case_and_none(tmp_path):
    recording = _read("w-har", tmp_path, "3_7_2")
    assert recording.label == "sit"
    assert find_recordings("w-har", tmp_path)[1].key == "101_7_1"


def test_wharf_codes(tmp_path):
    WRITERS["wharf"](tmp_path)
    (ref,) = find_recordings("wharf", tmp_path)  # not the copy in MODELS
    (sensor,) = read_recording(ref).sensors
    codes = np.array([[0, 63, 42], [21, 31, 32], [63, 0, 22]])
    np.testing.assert_allclose(sensor.accelerometer, (codes - 31.5) / 31.5 * 14.709, atol=1e-12)
    np.testing.assert_allclose(sensor.time_s, [0, 1 / 32, 2 / 32])


@pytest.mark.parametrize(("letter", "first"), [("A", 0), ("H", 1)])
def test_wisdm_clocks_that_start_anywhere(tmp_path, letter, first):
    recording = _read("wisdm", tmp_path, f"1600_watch_{letter}")
    (sensor,) = recording.sensors
    np.testing.assert_allclose(sensor.accelerometer, readings(0))
    assert sensor.gyroscope is not None
    assert np.isnan(sensor.gyroscope[0]).all()
    np.testing.assert_allclose(sensor.gyroscope[1:], readings(1)[1:] - 1 / 32, atol=1e-9)
    np.testing.assert_allclose(sensor.time_s, np.arange(SAMPLES) * 0.05, atol=1e-12)
    assert (recording.subject, recording.label) == ("1600", letter)


@pytest.mark.parametrize("name", WRITERS)
def test_labels_and_placements_are_among_those_stated(name, tmp_path):
    from imusim.recordings import get_dataset

    WRITERS[name](tmp_path)
    dataset = get_dataset(name)
    for ref in find_recordings(name, tmp_path):
        recording = read_recording(ref)
        assert {span.label for span in recording.spans} <= set(dataset.labels)
        placements = {sensor.name: sensor.placement for sensor in recording.sensors}
        assert placements.items() <= dict(dataset.placements).items()
        assert recording.licence == dataset.licence
