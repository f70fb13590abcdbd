"""Packets as apps send them, and damaged ones."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.live.packets import PacketReader, Units, units_of
from imusim.live.samples import PacketError

G = 9.80665


def read(*packets, units=None, **told):
    reader = PacketReader(units, now=lambda: 77.0)
    return [
        sample
        for packet in packets
        for sample in reader.read(
            packet if isinstance(packet, str | bytes) else json.dumps(packet), **told
        )
    ]


def logger(*payload, device="a"):
    return {"messageId": 1, "sessionId": "s", "deviceId": device, "payload": list(payload)}


def entry(name, at, x, y, z):
    return {"name": name, "time": at, "values": {"x": x, "y": y, "z": z}}


def test_sensor_logger_with_total_acceleration():
    at = 1698501144401773000
    told = read(
        logger(
            entry("totalacceleration", at, 0.1, 0.2, 9.8), entry("accelerometer", at, 0.1, 0.2, 0),
            entry("gyroscope", at, 1, 2, 3), {"name": "location", "time": at, "values": {"lat": 4}},
        )
    )  # fmt: skip
    assert [(s.sensor, s.accelerometer, s.gyroscope) for s in told] == [
        ("phone", (0.1, 0.2, 9.8), None),
        ("phone", None, (1.0, 2.0, 3.0)),
    ]
    assert told[0].time_s == pytest.approx(1698501144.401773, abs=1e-6)


def test_sensor_logger_adds_gravity_nearest_in_time():
    told = read(
        logger(entry("gravity", 10**9, 0, 0, 9.8)),
        logger(
            entry("accelerometer", 2 * 10**9, 1, 0, 0), entry("accelerometer", 3 * 10**9, 2, 0, 0),
            entry("gravity", 3 * 10**9, 0, 9.8, 0), entry("gravity", 2 * 10**9, 0, 4, 4),
        ),
    )  # fmt: skip
    assert [s.accelerometer for s in told] == [(1, 4, 4), (2, 9.8, 0)]


def test_acceleration_without_gravity_is_refused_and_told_once():
    reader = PacketReader()
    for at in (1, 2):
        assert reader.read(json.dumps(logger(entry("accelerometer", at, 0, 0, 0)))) == []
    assert len(reader.notes) == 1
    assert "Total Acceleration" in reader.notes[0]


def test_sensor_logger_watch_in_g_has_apples_sign():
    values = {f"{kind}{axis}": 0.0 for kind in ("rotationRate", "gravity", "acceleration")
              for axis in "XYZ"}  # fmt: skip
    apple = {**values, "gravityZ": -1.0, "rotationRateX": 0.5}  # on a table
    (watch,) = read(logger({"name": "wristMotion", "time": 10**9, "values": apple}))
    assert watch.sensor == "phone-watch"
    assert watch.accelerometer == pytest.approx((0, 0, G))
    assert watch.gyroscope == (0.5, 0, 0)
    (watch,) = read(logger({"name": "wristmotion", "time": 1, "values": {**values, "gravityZ": G}}))
    assert watch.accelerometer == pytest.approx((0, 0, G))


def test_two_phones_are_two_sensors():
    told = read(*(logger(entry("gyroscope", 1, 0, 0, 1), device=d) for d in ("a", "b", "a")))
    assert [s.sensor for s in told] == ["phone", "phone-2", "phone"]


@pytest.mark.parametrize(
    ("kind", "pair"),
    [
        ("android.sensor.accelerometer", ((1, 2, 3), None)),
        ("android.sensor.gyroscope", (None, (1, 2, 3))),
    ],
)
def test_sensor_server(kind, pair):
    packet = {"accuracy": 2, "timestamp": 3925657519043709, "values": [1, 2, 3]}
    for told in (read(packet, kind=kind), read({**packet, "type": kind})):
        ((at, sensor, *found, _),) = told
        assert (sensor, tuple(found)) == ("phone", pair)
        assert at == pytest.approx(3925657.519043709)
    assert read(packet, kind="android.sensor.light") == []
    with pytest.raises(PacketError, match=r"\?type="):
        read(packet)


def test_hyperimu():
    packet = {"op": "hyperimu", "Timestamp": 1518819953744, "Accelerometer": [0.1, 0.2, 9.8],
              "Gyroscope": [1, 2, 3], "Magnetometer": [4, 5, 6]}  # fmt: skip
    (json_told,) = read(packet)
    (csv_told,) = read("1518819953744 , 0.1 , 0.2 , 9.8 , 1 , 2 , 3 , 4 , 5 , 6")
    assert json_told == csv_told
    assert json_told.time_s == pytest.approx(1518819953.744)
    assert json_told.accelerometer == (0.1, 0.2, 9.8)
    assert json_told.gyroscope == (1, 2, 3)


def test_phyphox():
    def buffer(*values):
        return {"size": 0, "updateMode": "partial", "buffer": list(values)}

    packet = {"buffer": {"accX": buffer(1, 2), "accY": buffer(0, 0), "accZ": buffer(9, 9),
                         "acc_time": buffer(0.5, 0.6)}, "status": {"measuring": True}}  # fmt: skip
    assert [(s.time_s, s.accelerometer) for s in read(packet)] == [
        (0.5, (1, 0, 9)),
        (0.6, (2, 0, 9)),
    ]


def test_plain_forms_are_alike():
    forms = [
        {"t": 1.5, "sensor": "left_wrist", "acc": [1, 2, 3], "gyro": [4, 5, 6]},
        {
            "t_ms": 1500,
            "sensor": "left_wrist",
            "ax": 1,
            "ay": 2,
            "az": 3,
            "gx": 4,
            "gy": 5,
            "gz": 6,
        },
        {"time": 1.5, "left_wrist_acc": [1, 2, 3], "left_wrist_gyr": [4, 5, 6]},
        [{"time": 1.5, "device": "left_wrist", "accelerometer": [1, 2, 3], "gyroscope": [4, 5, 6]}],
    ]
    first, *others = (read(form) for form in forms)
    assert len(first) == 1
    for other in others:
        assert [sample[:4] for sample in other] == [first[0][:4]]
    lines = ("t_ms,sensor,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z", "1500,left_wrist,1,2,3,4,5,6")
    assert read(*lines)[0][:4] == first[0][:4]


def test_units():
    units = units_of("g", "deg/s")
    (told,) = read({"t": 0, "acc": [0, 0, 1], "gyro": [180, 0, 0]}, units=units)
    assert told.accelerometer == pytest.approx((0, 0, G))
    assert told.gyroscope == pytest.approx((3.14159265, 0, 0))
    (told,) = read(
        {"t": 0, "acc_x [m/s^2]": 1, "acc_y [m/s^2]": 2, "acc_z [m/s^2]": 3}, units=units
    )
    assert told.accelerometer == (1, 2, 3)


def test_a_packet_without_time_is_of_now_and_one_with_null_is_not_there():
    assert read({"acc": [1, 2, 3]})[0].time_s == 77.0
    assert read({"t": 1, "acc": [1, None, 3]}) == []
    assert read("") == read("# a remark") == []


def test_a_list_of_samples_has_to_say_when_they_were_taken():
    timed = [{"t": k / 50, "acc": [k, 2, 3]} for k in range(3)]
    assert [(s.time_s, s.accelerometer[0]) for s in read(timed)] == [(0, 0), (0.02, 1), (0.04, 2)]
    for bare in ([{"acc": [1, 2, 3]}] * 2, [{"sensor": "a", "gyro": [1, 2, 3]}] * 3):
        with pytest.raises(PacketError, match="without times: give each its t"):
            read(bare)


def test_a_list_without_times_may_have_one_sample_of_each_sensor():
    clock = iter(range(77, 99))
    reader = PacketReader(now=lambda: float(next(clock)))
    parts = [{"sensor": "a", "acc": [1, 2, 3]}, {"sensor": "a", "gyro": [4, 5, 6]},
             {"sensor": "b", "acc": [1, 2, 3]}]  # fmt: skip
    told = reader.read(json.dumps(parts))
    assert [(s.time_s, s.sensor) for s in told] == [(77, "a"), (77, "a"), (77, "b")]


@pytest.mark.parametrize(
    "packet",
    [
        b"\xff\xfe", "{", "[1, 2]", "1,2", "null,null", '{"a": 1}', '{"t": 1}', "[]", "{}",
        {"t": "x", "acc": [1, 2, 3]}, {"t": True, "acc": [1, 2, 3]}, {"t": 1, "acc": [1, 2]},
        {"t": 1, "acc": [1, 2, "a lot"]}, {"t": 1, "acc": [1, 2, [3]]}, {"t": 1, "acc": 5},
        {"t": 1, "acc": [1, 2, 1e9]}, {"t": 10**400, "acc": [1, 2, 3]},
        {"t": float("inf"), "acc": [1, 2, 3]}, {"t": 1, "acc": [1, 2, float("inf")]},
        logger({"name": "gyroscope", "time": 1, "values": {"x": 1}}), logger("x"),
        logger({"name": "gyroscope", "time": None, "values": {"x": 1, "y": 1, "z": 1}}),
        {"values": [1], "timestamp": 5, "type": "accelerometer"}, "[" * 100_000,
        "x" * 5_000_000,
    ],
)  # fmt: skip
def test_damaged_packets_are_told_apart(packet):
    with pytest.raises(PacketError) as error:
        read(packet)
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 160


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(
        st.sampled_from(["t", "acc", "gyro", "payload", "values", "timestamp", "name", "time",
                         "buffer", "accX", "type", "x", "y", "z", "sensor", "ax"]), inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(json_values | st.binary(max_size=40) | st.text(max_size=40))
def test_nothing_but_a_packet_error_comes_of_anything(packet):
    reader = PacketReader(Units())
    text = packet if isinstance(packet, str | bytes) else json.dumps(packet)
    for kind in ("", "android.sensor.accelerometer"):
        try:
            for sample in reader.read(text, "x", kind):
                assert all(abs(v) < 1e6 for v in sample.accelerometer or sample.gyroscope)
        except PacketError:
            pass
