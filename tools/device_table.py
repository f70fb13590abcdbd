"""Write the tables of device presets in docs/reference/devices.md from the presets' own files.

    python tools/device_table.py [--check]

Everything between the page's two markers is replaced; ``--check`` only says whether the page is
up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from imusim.conventions import STANDARD_GRAVITY
from imusim.sensor.device import Barometer, Device, Triad
from imusim.sensor.device.files import device_names, load_device

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "devices.md"
BEGIN = "<!-- made by tools/device_table.py: begin -->"
END = "<!-- made by tools/device_table.py: end -->"

_MG = STANDARD_GRAVITY / 1e3
_DEG = np.pi / 180
_ONE_SIDED = np.sqrt(2)
"""The page shows densities as data sheets state them."""

_PARTS = {"accelerometer": _MG, "gyroscope": _DEG, "magnetometer": 1e-6}
"""Triads, and the unit in which they are shown: mg, deg/s, µT."""

# Field, heading for each of accelerometer and gyroscope, factor besides the unit, power of unit.
_COLUMNS: tuple[tuple[str, str, str, float, bool], ...] = (
    ("range", "range, g", "range, °/s", 1.0, True),
    ("resolution", "LSB, mg", "LSB, °/s", 1.0, True),
    ("noise_density", "noise, µg/√Hz", "noise, m°/s/√Hz", 1e3 * _ONE_SIDED, True),
    ("bias_instability", "B, mg", "B, °/h", 1.0, True),
    ("random_walk", "K, µg/√s", "K, m°/s/√s", 1e3, True),
    ("turn_on_bias", "bias, mg", "bias, °/s", 1.0, True),
    ("scale_factor", "scale, %", "scale, %", 100.0, False),
    ("misalignment_rad", "turned, °", "turned, °", 1 / _DEG, False),
    ("cross_axis", "cross-axis, %", "cross-axis, %", 100.0, False),
    ("nonlinearity", "nonlinear, %", "nonlinear, %", 100.0, False),
    ("temperature_bias", "bias, mg/K", "bias, °/s/K", 1.0, True),
    ("temperature_scale", "scale, %/K", "scale, %/K", 100.0, False),
    ("g_sensitivity", "", "g-sensitivity, °/s/g", STANDARD_GRAVITY, True),
    ("bandwidth_hz", "−3 dB, Hz", "−3 dB, Hz", 1.0, False),
)
_SPECIAL = {("range", "accelerometer"): 1e-3, ("bias_instability", "gyroscope"): 3600.0}


def _cell(values: Sequence[float] | float, factor: float) -> str:
    """Numbers of three digits, one where all axes are alike; – for what no sheet states."""
    shown = np.atleast_1d(np.asarray(values, float)) * factor
    if not np.isfinite(shown).all() or not shown.any():
        return "–"
    texts = list(dict.fromkeys(f"{v:.0f}" if v >= 1000 else f"{v:.3g}" for v in shown))
    return texts[0] if len(texts) == 1 else ", ".join(f"{v:.3g}" for v in shown)


def _rows(head: Sequence[str], body: Iterator[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def _triads(part: str, devices: Sequence[tuple[str, Device]]) -> str:
    columns = [c for c in _COLUMNS if c[1 if part == "accelerometer" else 2]]
    head = ["preset", *(c[1 if part == "accelerometer" else 2] for c in columns)]

    def body() -> Iterator[list[str]]:
        for name, device in devices:
            triad: Triad = getattr(device, part)
            cells = [
                _cell(
                    getattr(triad, field),
                    factor / (_PARTS[part] if scaled else 1.0) * _SPECIAL.get((field, part), 1.0),
                )
                for field, _, _, factor, scaled in columns
            ]
            yield [f"`{name}`", *cells]

    return _rows(head, body())


def _others(devices: Sequence[tuple[str, Device]]) -> str:
    head = [
        "preset", "magnetometer: range, µT", "LSB, µT", "noise, nT/√Hz", "bias, µT",
        "barometer: LSB, Pa", "noise, Pa/√Hz", "bias, Pa", "bias, Pa/K", "clock, ppm",
    ]  # fmt: skip

    def body() -> Iterator[list[str]]:
        for name, device in devices:
            mag, air = device.magnetometer, device.barometer
            cells = [
                _cell(mag.range, 1e6), _cell(mag.resolution, 1e6),
                _cell(mag.noise_density, 1e9 * _ONE_SIDED), _cell(mag.turn_on_bias, 1e6),
                _cell(air.resolution, 1), _cell(air.noise_density, _ONE_SIDED),
                _cell(air.turn_on_bias, 1), _cell(air.temperature_bias, 1),
                _cell(device.clock.skew, 1e6),
            ]  # fmt: skip
            if set(cells) != {"–"}:
                yield [f"`{name}`", *cells]

    return _rows(head, body())


def _missing(devices: Sequence[tuple[str, Device]]) -> str:
    """What no source states, of each preset's accelerometer and gyroscope."""

    def body() -> Iterator[list[str]]:
        for name, device in devices:
            absent = []
            for part in ("accelerometer", "gyroscope"):
                triad, neutral = getattr(device, part), Triad()
                fields = [
                    c[0] for c in _COLUMNS if c[1 if part == "accelerometer" else 2]
                    and getattr(triad, c[0]) == getattr(neutral, c[0])
                ]  # fmt: skip
                absent.append(", ".join(_plain(f) for f in fields) or "nothing")
            also = [
                table for table, part in (
                    ("magnetometer", device.magnetometer == Triad()),
                    ("barometer", device.barometer == Barometer()),
                    ("clock", device.clock.skew == 0),
                ) if part
            ]  # fmt: skip
            yield [f"`{name}`", *absent, ", ".join(also) or "nothing"]

    return _rows(["preset", "accelerometer", "gyroscope", "tables"], body())


def _plain(field: str) -> str:
    return field.removesuffix("_rad").removesuffix("_hz").replace("_", " ")


def tables() -> str:
    """All tables, as Markdown."""
    devices = [(name, load_device(name)) for name in device_names() if name != "ideal"]
    parts = {
        "Accelerometers": _triads("accelerometer", devices),
        "Gyroscopes": _triads("gyroscope", devices),
        "Magnetometers, barometers, clocks": _others(devices),
        "What is missing": _missing(devices),
    }
    return "\n\n".join(f"### {head}\n\n{table}" for head, table in parts.items())


def page_with_tables(page: str) -> str:
    """The page with the tables between its markers made anew."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def main() -> int:
    """Write the page, or check it."""
    old = PAGE.read_text(encoding="utf-8")
    new = page_with_tables(old)
    if "--check" in sys.argv[1:]:
        print("up to date" if old == new else "out of date: run python tools/device_table.py")
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
