"""What apps and scripts send, as samples: JSON of several forms, and lines of CSV."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from imusim.errors import ConfigError
from imusim.live import sensor_logger
from imusim.live.samples import PacketError, Sample, Triple
from imusim.recordings.files.names import Channel, read_name
from imusim.recordings.files.settings import FileSettings, unit_factor
from imusim.recordings.signals import LARGEST

LONGEST = 4_000_000
"""Characters of a packet: more is none."""
ANDROID = "android.sensor."
_ANDROID_KINDS = {
    "accelerometer": "accelerometer",
    "accelerometer_uncalibrated": "accelerometer",
    "gyroscope": "gyroscope",
    "gyroscope_uncalibrated": "gyroscope",
}
_NAMES = ("sensor", "sensor_id", "name", "device", "deviceId", "id")
"""Keys under which a packet says which sensor it is of."""
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_UNNAMED = "imu"


@dataclass(frozen=True)
class Units:
    """What numbers are multiplied by to be SI.

    Parameters
    ----------
    accelerometer, gyroscope : float
    """

    accelerometer: float = 1.0
    gyroscope: float = 1.0


def units_of(acc_unit: str | None, gyro_unit: str | None) -> Units:
    """Units by name, SI where none is stated. Raises ConfigError for one that is none."""
    FileSettings(acc_unit=acc_unit, gyro_unit=gyro_unit)  # says what is wrong
    factors = [
        unit_factor(unit, kind) if unit else 1.0
        for unit, kind in ((acc_unit, "accelerometer"), (gyro_unit, "gyroscope"))
    ]
    if None in factors:
        raise ConfigError(f"units {acc_unit!r}, {gyro_unit!r} are unknown")
    return Units(*(float(factor or 1.0) for factor in factors))


class PacketReader:
    """Reads packets of one stream, which may be of several senders.

    Forms are told by their keys: Sensor Logger's, phyphox's, those of Sensor Server and HyperIMU,
    any flat JSON whose keys name channels as columns of files do (``acc``, ``gyr_x``, ``t``), a
    list of such, lines of CSV after a line that names the columns, and bare numbers.

    Parameters
    ----------
    units : Units
        Of all forms whose sender does not state SI itself.
    now : callable
        Seconds; the time of packets that state none.
    """

    def __init__(self, units: Units | None = None, now: Callable[[], float] = time.time):
        self._units = units or Units()
        self._now = now
        self._arrived_s = 0.0
        self._loggers: dict[str, sensor_logger.SensorLogger] = {}
        self._columns: dict[str, list[Channel | None]] = {}
        self._senders: dict[str, str] = {}
        self.notes: list[str] = []

    def read(self, packet: str | bytes, sender: str = "", kind: str = "") -> list[Sample]:
        """Samples of a packet; none of one that is about something else.

        Parameters
        ----------
        packet : str or bytes
        sender : str
            Whose it is: an address. Unnamed sensors of different senders are different ones.
        kind : str
            What the connection says of its values, such as ``android.sensor.gyroscope``.

        Raises
        ------
        PacketError
            If it is damaged.
        """
        self._arrived_s = self._now()
        if len(packet) > LONGEST:
            raise PacketError(f"of {len(packet):,} bytes: longer than any packet is")
        try:
            text = packet.decode() if isinstance(packet, bytes) else packet
        except UnicodeDecodeError:
            raise PacketError("is no UTF-8 text") from None
        text = text.strip().lstrip("\ufeff")
        if not text or text.startswith("#"):
            return []
        if text[0] not in "{[":
            return self._line(text, sender)
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise PacketError(f"is no JSON: {text[:40]!r}") from None
        return self._json(content, sender, kind)

    def _json(self, content: Any, sender: str, kind: str) -> list[Sample]:
        if isinstance(content, list):
            if content and all(isinstance(part, dict) for part in content):
                samples = [s for part in content for s in self._json(part, sender, kind)]
                self._check_times(samples)
                return samples
            raise PacketError("is a list of no packets")
        if not isinstance(content, dict):
            raise PacketError("is no object")
        if isinstance(content.get("payload"), list):
            return self._sensor_logger(content)
        if "buffer" in content and isinstance(content["buffer"], dict):
            return self._phyphox(content["buffer"], sender)
        if "values" in content and "timestamp" in content:
            return self._android(content, sender, kind)
        return self._flat(content, sender)

    def _check_times(self, samples: Sequence[Sample]) -> None:
        """Raises PacketError where several samples of a sensor are all of the time of arrival."""
        arrived = [
            (sample.sensor, place)
            for sample in samples
            if sample.time_s == self._arrived_s
            for place, values in enumerate((sample.accelerometer, sample.gyroscope))
            if values is not None
        ]
        if len(set(arrived)) < len(arrived):
            raise PacketError("is a list of samples without times: give each its t")

    def _sensor_logger(self, content: Mapping[str, Any]) -> list[Sample]:
        device = str(content.get("deviceId", ""))
        logger = self._loggers.get(device)
        if logger is None:
            if len(self._loggers) >= 64:
                raise PacketError("is of the 65th device")
            name = f"phone-{len(self._loggers) + 1}" if self._loggers else "phone"
            logger = self._loggers[device] = sensor_logger.SensorLogger(name)
        samples = logger.read(content["payload"])
        self.notes += logger.take_notes()
        return samples

    def _phyphox(self, buffers: Mapping[str, Any], sender: str) -> list[Sample]:
        """Of phyphox's own experiments: ``accX`` … ``acc_time``, ``gyrX`` … ``gyr_time``."""
        name = self._named({}, sender, "phone")
        samples: list[Sample] = []
        for short, place in (("acc", 0), ("gyr", 1)):
            keys = [f"{short}{axis}" for axis in "XYZ"] + [f"{short}_time"]
            columns = [
                part.get("buffer") if isinstance(part := buffers.get(key), dict) else None
                for key in keys
            ]
            if any(not isinstance(column, list) for column in columns):
                continue
            for x, y, z, at in zip(*columns, strict=False):  # type: ignore[arg-type]
                triple = _triple((x, y, z), 1.0)
                if triple is not None:
                    pair = (triple, None) if place == 0 else (None, triple)
                    samples.append(Sample(_number(at), name, *pair, sender))
        return samples

    def _android(self, content: Mapping[str, Any], sender: str, kind: str) -> list[Sample]:
        """Of Sensor Server: Android's own events, stamped in nanoseconds since the phone began."""
        stated = str(content.get("type", kind))
        what = _ANDROID_KINDS.get(stated.removeprefix(ANDROID))
        if what is None:
            if not stated:
                raise PacketError("says no type of sensor: connect with ?type=… in the address")
            if stated.removeprefix(ANDROID) == "linear_acceleration":
                self._note("linear_acceleration is without gravity: stream accelerometer instead")
            return []
        values = content["values"]
        if not isinstance(values, list) or len(values) < 3:
            raise PacketError(f"has the values {str(values)[:40]}, not three")
        triple = _triple(values[:3], 1.0)
        pair = (triple, None) if what == "accelerometer" else (None, triple)
        at = _number(content["timestamp"]) * 1e-9
        return [Sample(at, self._named(content, sender, "phone"), *pair, sender)]

    def _flat(self, content: Mapping[str, Any], sender: str) -> list[Sample]:
        cells = [(_channel(key), value) for key, value in content.items()]
        name = next((str(content[k]) for k in _NAMES if isinstance(content.get(k), str)), "")
        return self._cells(cells, name, sender)

    def _line(self, text: str, sender: str) -> list[Sample]:
        mark = next((m for m in ("\t", ";", ",") if m in text), None)
        cells = [cell.strip().strip('"') for cell in text.split(mark)]
        numbers = [_cell(cell) for cell in cells]
        if numbers.count(None) > len(cells) / 2 and any(_channel(cell) for cell in cells):
            if len(self._columns) > 64:
                self._columns.clear()
            self._columns[sender] = [
                Channel("name", None, "", "") if cell.lower() == "sensor" else _channel(cell)
                for cell in cells
            ]
            return []
        columns = self._columns.get(sender) or _usual_columns(len(cells))
        if columns is None:
            raise PacketError(f"{len(cells)} cells, and no line before says what they are")
        if len(columns) != len(cells):
            raise PacketError(f"{len(cells)} cells where {len(columns)} were expected")
        name = next((c for k, c in zip(columns, cells, strict=True) if k and k.kind == "name"), "")
        pairs = []
        for column, cell, number in zip(columns, cells, numbers, strict=True):
            if column is not None and column.kind != "name":
                if number is None and cell:
                    raise PacketError(f"{cell[:40]!r} is no number")
                pairs.append((column, number))
        return self._cells(pairs, name, sender)

    def _cells(
        self, cells: Sequence[tuple[Channel | None, Any]], name: str, sender: str
    ) -> list[Sample]:
        """Samples of named cells: one for each sensor that the names tell apart."""
        at: float | None = None
        read: dict[str, dict[str, list[Any]]] = {}
        for channel, value in cells:
            if channel is None or channel.kind == "magnetometer":
                continue
            if channel.kind == "time":
                at = _seconds(_number(value), channel.unit)
                continue
            kinds = read.setdefault(channel.sensor, {})
            factor = unit_factor(channel.unit, channel.kind) if channel.unit else None
            factor = getattr(self._units, channel.kind) if factor is None else factor
            if channel.axis is None:
                if value is None:
                    continue
                if not isinstance(value, list) or len(value) != 3:
                    raise PacketError(f"the {channel.kind} is {str(value)[:40]}, not three numbers")
                kinds[channel.kind] = [*value, factor]
            else:
                triple = kinds.setdefault(channel.kind, [None, None, None, factor])
                triple[channel.axis] = value
        if not read:
            raise PacketError("names no accelerometer and no gyroscope")
        now = self._arrived_s if at is None else at
        samples = []
        for label, kinds in read.items():
            full = "_".join(part for part in (name, label) if part)
            pair = [
                _triple(kinds[kind][:3], kinds[kind][3]) if kind in kinds else None
                for kind in ("accelerometer", "gyroscope")
            ]
            if pair[0] is not None or pair[1] is not None:
                sensor = full or self._named({}, sender, _UNNAMED)
                samples.append(Sample(now, sensor, pair[0], pair[1], sender))
        return samples

    def _named(self, content: Mapping[str, Any], sender: str, usual: str) -> str:
        """The sensor's own name, or one for its sender: the usual one for the first of them."""
        for key in _NAMES:
            if isinstance(content.get(key), str) and content[key]:
                return content[key][:80]
        if sender not in self._senders:
            if len(self._senders) >= 64:
                raise PacketError("is of the 65th sender")
            count = len(self._senders)
            self._senders[sender] = usual if not count else f"{usual}-{count + 1}"
        return self._senders[sender]

    def _note(self, text: str) -> None:
        if text not in self.notes and len(self.notes) < 100:
            self.notes.append(text)


@lru_cache(maxsize=4096)
def _channel(key: str) -> Channel | None:
    return read_name(key) if len(key) <= 80 else None


@lru_cache(maxsize=16)
def _usual_columns(count: int) -> tuple[Channel | None, ...] | None:
    """Of lines of numbers alone: time, accelerometer, gyroscope; then what nobody needs."""
    time_first = [Channel("time", None, "", "")]
    acc, gyr = ([Channel(k, n, "", "") for n in range(3)] for k in ("accelerometer", "gyroscope"))
    if count in (3, 6):
        return (*acc, *gyr)[:count]
    if count == 4:
        return (*time_first, *acc)
    return (*time_first, *acc, *gyr, *[None] * (count - 7)) if count >= 7 else None


def _cell(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _number(value: Any) -> float:
    """A finite number. Raises PacketError for anything else."""
    if isinstance(value, str):
        value = _cell(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PacketError("its time is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise PacketError("its time is no number")
    return number


def _seconds(stamp: float, unit: str) -> float:
    """A stamp in seconds; one without a unit that is too large for seconds since 1970 is finer."""
    if unit:
        return stamp * _SECONDS.get(unit, 1.0)
    for limit, size in ((1e11, 1.0), (1e14, 1e-3), (1e17, 1e-6)):
        if abs(stamp) < limit:
            return stamp * size
    return stamp * 1e-9


def _triple(values: Sequence[Any], factor: float) -> Triple | None:
    """Three numbers in SI; None where one is missing. Raises PacketError for what is no number."""
    found = []
    for value in values:
        if value is None or value == "":
            return None
        if isinstance(value, str):
            number = _cell(value)
            value = value if number is None else number
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PacketError(f"{str(value)[:40]!r} is no number")
        number = float(value) * factor if abs(value) < LARGEST else math.inf
        if number != number:
            return None
        if not abs(number) < LARGEST:
            raise PacketError(f"{str(value)[:40]} is more than any sensor reads")
        found.append(number)
    return (found[0], found[1], found[2])
