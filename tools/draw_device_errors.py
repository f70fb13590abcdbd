"""Draw each device error on a bundled kick, as docs/images/device-errors.png.

    python tools/draw_device_errors.py [--clip kick] [--out FILE]

A watch on the left wrist is read by one device with one error at a time. Errors that would not be
seen are made larger, and the panel says by how much.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from imusim import api
from imusim.pipeline import load_config
from imusim.pipeline.clip import simulate_clip
from imusim.plot.canvas import AXIS_COLOURS
from imusim.plot.figures import FAINT
from imusim.sensor.device import Device, dump_device, load_device

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

DEVICE = Path(__file__).with_name("every_error.toml")


@dataclass(frozen=True)
class Panel:
    """What one panel shows.

    Parameters
    ----------
    title : str
    channel : str
        ``"accelerometer y"``.
    note : str
        What the device states; names in braces are keys of the channel's table, or of others
        with the table's name before them.
    errors : str
        Which of the device's errors are felt, as ``--errors`` takes them.
    factor : mapping of str to float
        By what a field of the device is multiplied.
    settings : mapping
        Settings of the run that differ.
    points : bool
        Whether samples are drawn as points.
    """

    title: str
    channel: str
    note: str
    errors: str = "none"
    factor: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    points: bool = False


PANELS = (
    Panel("soft tissue", "accelerometer y", "typical springs of the wrist",
          settings={"soft_tissue": "typical"}),
    Panel("mounting", "accelerometer z", "worn turned about the arm",
          settings={"rotations": "upright"}),
    Panel("temperature", "accelerometer z",
          "σ {temperature_bias} × 20, warms by {thermal.warm_up} in {thermal.warm_up_time} / 200",
          "temperature", {"temperature_bias": 20, "warm_up_time_s": 1 / 200},
          {"seed": 7}),
    Panel("scale", "gyroscope z", "σ {scale_factor} × 5", "scale", {"scale_factor": 5}),
    Panel("misalignment", "gyroscope y", "σ {misalignment}, σ {cross_axis}, both × 5",
          "misalignment", {"misalignment_rad": 5, "cross_axis": 5}),
    Panel("nonlinearity", "accelerometer y", "σ {nonlinearity} of the range × 30", "nonlinearity",
          {"nonlinearity": 30}),
    Panel("g-sensitivity", "gyroscope x", "σ {g_sensitivity} × 50", "g_sensitivity",
          {"g_sensitivity": 50}),
    Panel("bias", "gyroscope x", "σ {turn_on_bias} × 3", "bias", {"turn_on_bias": 3}),
    Panel("noise, N", "accelerometer x", "{noise_density_one_sided} one-sided × 50", "noise",
          {"noise_density": 50}),
    Panel("quantisation, Q", "gyroscope y", "Q {quantisation} × 100", "quantisation",
          {"quantisation": 100}),
    Panel("drift, B and K", "gyroscope x", "B {bias_instability} × 3000, K {random_walk} × 30000",
          "drift", {"bias_instability": 3000, "random_walk": 30000}),
    Panel("bandwidth", "accelerometer y", "{bandwidth} / 3", "bandwidth", {"bandwidth_hz": 1 / 3}),
    Panel("timing", "accelerometer y", "offset σ {clock.offset}, jitter σ {clock.jitter} × 4",
          "timing", {"jitter_s": 4}),
    Panel("saturation", "accelerometer y", "range {range} / 4", "saturation", {"range": 1 / 4}),
    Panel("resolution", "gyroscope x", "LSB {resolution} × 500", "resolution",
          {"resolution": 500}),
    Panel("loss", "accelerometer y",
          "{clock.dropout} of samples and {clock.packet_loss} of packets of 5, both × 3", "loss",
          {"dropout": 3, "packet_loss": 3}, points=True),
    Panel("all of them", "accelerometer y", "the device as it is, not exaggerated", "all"),
)  # fmt: skip

_UNITS = {"accelerometer": (1.0, "m/s²"), "gyroscope": (180 / np.pi, "°/s")}
_SHORT = {"accelerometer": "acc.", "gyroscope": "gyro."}
_CLEAN = "#9A9A9A"
_COLUMNS = 3


def read(panel: Panel, device: Device, clip: str, folder: Path) -> tuple[Array, Array, Array]:
    """Times (F,), and what an ideal device and the panel's read of its axis (F,)."""
    file = folder / "device.toml"
    file.write_text(dump_device(larger(device, panel.factor)), encoding="utf-8")
    settings = {
        "placement": "left_wrist", "device": str(file), "errors": panel.errors, "rate_hz": 100.0,
        "keep_truth": True, "seed": 4,
    } | dict(panel.settings)  # fmt: skip
    kind, axis = panel.channel.split()
    column = "xyz".index(axis)
    measured = _record(clip, settings)
    clean = _record(clip, settings | {"errors": "none", "soft_tissue": "none", "rotations": "none"})
    scale = _UNITS[kind][0]
    found = [getattr(record, kind)[:, 0, column] * scale for record in (clean, measured)]
    return np.arange(len(found[0])) / 100.0, *found


def _record(clip: str, settings: Mapping[str, Any]) -> Any:
    job = api.prepare(load_config(None, settings))
    (found,) = (ref for ref in job.clips if ref.key == clip)
    motion = job.inputs.read(found)
    return simulate_clip(motion, job.inputs.body_for(motion.shape), job.config)


def larger(device: Device, factor: Mapping[str, float]) -> Device:
    """The device with some fields multiplied, in every table that has them."""
    tables = {}
    for name in ("accelerometer", "gyroscope", "clock", "thermal"):
        table = getattr(device, name)
        values = {}
        for key, times in factor.items():
            value = getattr(table, key, None)
            if isinstance(value, tuple):
                values[key] = tuple(v * times for v in value)
            elif value is not None:
                values[key] = value * times
        tables[name] = replace(table, **values)
    return replace(device, **tables)


def note(panel: Panel, content: Mapping[str, Any]) -> str:
    """The panel's note, with what the device file states."""
    kind = panel.channel.split()[0]
    stated = {key: value for key, value in content[kind].items() if isinstance(value, str)}
    for table in ("clock", "thermal"):
        stated |= {f"{table}.{key}": value for key, value in content[table].items()}
    text = panel.note
    for key, value in stated.items():
        shown = str(value).replace("sqrt(Hz)", "√Hz").replace("sqrt(s)", "√s")
        shown = shown.replace("^2", "²").replace("deg", "°").replace("ug", "µg")
        text = text.replace(f"{{{key}}}", shown.replace(" °", "°"))
    return text


def draw(clip: str, out: Path) -> None:
    """Draw the motion, then every effect in the order in which they act."""
    from matplotlib.figure import Figure

    content = tomllib.loads(DEVICE.read_text(encoding="utf-8"))
    device = load_device(DEVICE)
    rows = -(-(len(PANELS) + 1) // _COLUMNS)
    figure = Figure(figsize=(15, 3.2 * rows), facecolor="white")
    grid = figure.add_gridspec(
        rows, _COLUMNS, left=0.055, right=0.99, top=0.955, bottom=0.03, hspace=0.38, wspace=0.2
    )
    with tempfile.TemporaryDirectory() as name:
        _motion(figure.add_subplot(grid[0]), clip, Path(name), device)
        for number, panel in enumerate(PANELS, start=1):
            pair = grid[number].subgridspec(2, 1, height_ratios=(2.2, 1), hspace=0.12)
            upper, lower = (figure.add_subplot(part) for part in pair)
            kind, letter = panel.channel.split()
            colour, unit = AXIS_COLOURS[letter], _UNITS[kind][1]
            time_s, clean, measured = read(panel, device, clip, Path(name))
            style = {"marker": ".", "ms": 4} if panel.points else {}
            upper.plot(time_s, clean, color=_CLEAN, lw=2.6)
            upper.plot(time_s, measured, color=colour, lw=1.2, **style)
            lower.plot(time_s, measured - clean, color=colour, lw=1.0)
            _dress(upper, f"{_SHORT[kind]} {letter}, {unit}", 4)
            _dress(lower, f"off, {unit}", 3)
            upper.tick_params(labelbottom=False)
            _name(upper, f"{number + 1}  {panel.title}", note(panel, content))
            figure.align_ylabels([upper, lower])
    figure.text(
        0.055, 0.985, f"The bundled clip {clip}, a watch on the left wrist, 100 Hz. Grey: ideal; "
        "coloured: with the effect; below it: what the effect adds. Time in s.",
        fontsize=13, va="center",
    )  # fmt: skip
    figure.savefig(out, dpi=80)


def _motion(axis: Axes, clip: str, folder: Path, device: Device) -> None:
    for letter, colour in AXIS_COLOURS.items():
        time_s, clean, _ = read(Panel("", f"accelerometer {letter}", ""), device, clip, folder)
        axis.plot(time_s, clean, color=colour, lw=1.4, label=letter)
    axis.legend(frameon=False, fontsize=10, loc="lower right", ncols=3)
    _dress(axis, "acc., m/s²", 6)
    _name(axis, "1  motion", "specific force in the watch's axes")


def _dress(axis: Axes, label: str, ticks: int) -> None:
    axis.set_ylabel(label, fontsize=10)
    axis.axhline(0, color=FAINT, lw=0.8, zorder=0)
    axis.spines[["top", "right"]].set_visible(False)
    axis.margins(x=0.01, y=0.1)
    axis.locator_params(axis="y", nbins=ticks)


def _name(axis: Axes, title: str, text: str) -> None:
    axis.annotate(
        title, (0, 1), (0, 19), "axes fraction", "offset points", fontsize=12.5, weight="bold"
    )
    axis.annotate(text, (0, 1), (0, 5), "axes fraction", "offset points", fontsize=10)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--clip", default="kick", help="one of the bundled motions")
    parser.add_argument("--out", type=Path, default=Path("docs/images/device-errors.png"))
    given = parser.parse_args()
    draw(given.clip, given.out)
