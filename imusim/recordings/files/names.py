"""Which channel a column or an array is, by its name."""

from __future__ import annotations

import re
from typing import NamedTuple

_KINDS = {
    "time": ("time", "timestamp", "timestamps", "times", "t", "seconds", "ts"),
    "accelerometer": ("acc", "accel", "accelerometer", "acceleration", "accelerations"),
    "gyroscope": ("gyr", "gyro", "gyroscope", "gyros", "angular", "omega"),
    "magnetometer": ("mag", "magn", "magnetometer"),
}
_WORDS = {word: kind for kind, words in _KINDS.items() for word in words}
_RATES = re.compile(r"^(rate|rate_?hz|fs|sampling_?(rate|frequency)|sample_?rate|frequency|freq)$")
_COMPACT = re.compile(
    r"^(a|g|w|acc|accel|accelerometer|acceleration|gyr|gyro|gyroscope|mag)_?([xyz])$"
)
_TURNED = re.compile(r"^([xyz])(acc|accel|accelerometer|gyr|gyro|gyroscope|mag)$")
_LETTERS = {"a": "accelerometer", "g": "gyroscope", "w": "gyroscope"}
_UNITS = {
    "accelerometer": {"g": "g", "mg": "mg", "ms2": "m/s^2", "mps2": "m/s^2"},
    "gyroscope": {
        "dps": "deg/s", "degs": "deg/s", "deg": "deg/s", "mdps": "mdps", "rads": "rad/s",
        "rad": "rad/s", "radps": "rad/s",
    },
    "time": {"s": "s", "sec": "s", "ms": "ms", "us": "us", "ns": "ns"},
}  # fmt: skip
_IGNORED = {"imu", "raw", "data", "values", "sensor", "linear", "velocity", "rate"}


class Channel(NamedTuple):
    """What a name says.

    Parameters
    ----------
    kind : str
        ``time``, ``accelerometer``, ``gyroscope``, ``magnetometer``.
    axis : int or None
        0 to 2; ``None`` for all three, or time.
    sensor : str
        What else stands in the name: which of several sensors it is.
    unit : str
        Empty where none is stated.
    """

    kind: str
    axis: int | None
    sensor: str
    unit: str


def read_name(name: str) -> Channel | None:
    """Tell what a column or array holds; ``None`` if the name does not say.

    ``acc_x``, ``x_acc``, ``ax``, ``Gyroscope X [deg/s]``, ``gyr_x_dps``, ``t_ms`` and
    ``66_accelerometer_time`` are understood, in any case.
    """
    stated = re.search(r"[\[(]([^\])]*)[\])]", name)
    unit = stated.group(1).strip() if stated else ""
    bare = re.sub(r"[\[(][^\])]*[\])]", " ", name).lower()
    words = [word for word in re.split(r"[^a-z0-9]+", bare) if word]
    kinds: list[str] = []
    axis: int | None = None
    rest: list[str] = []
    for number, word in enumerate(words):
        compact, turned = _COMPACT.match(word), _TURNED.match(word)
        if word in ("x", "y", "z") and axis is None:
            axis = "xyz".index(word)
        elif compact or turned:
            kind, letter = compact.groups() if compact else turned.groups()[::-1]  # type: ignore[union-attr]
            kinds.append(_LETTERS.get(kind) or _WORDS[kind])
            axis = "xyz".index(letter)
        elif word in _WORDS and not (word == "t" and len(words) > 1 and number):
            kinds.append(_WORDS[word])
        else:
            rest.append(word)
    if not kinds or len(set(kinds) - {"time"}) > 1:
        return None
    sensors = [kind for kind in kinds if kind != "time"]
    kind = "time" if "time" in kinds else sensors[0]
    known = _UNITS.get(kind, {})
    if not unit and rest and rest[-1] in known:
        unit = known[rest.pop()]
    label = "_".join(word for word in rest if word not in _IGNORED)
    if kind == "time" and sensors:  # a time of its own for each kind
        label = f"{label}:{sensors[0]}"
    return Channel(kind, None if kind == "time" else axis, label, unit)


def is_rate(name: str) -> bool:
    """Whether a name is that of a sampling rate in Hz."""
    return bool(_RATES.match(name.lower().replace(" ", "_")))


def is_label(name: str) -> bool:
    """Whether a name is that of a column that says what was done."""
    return name.lower() in ("label", "activity")
