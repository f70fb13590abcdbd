"""Noises asked of devices against noises fitted, and fitted devices against real recordings.

    python tools/allan.py table [DEVICE…] [--hours 6]     every preset, and each term alone
    python tools/allan.py real ../shared/data [--plot FILE]  still parts of real recordings
    python tools/allan.py curve                              the fit beside one of the Allan curve
    python tools/allan.py coverage                           how often the fit's intervals hold

Tables are Markdown, for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from imusim.characterise import Report, Settings, read_recordings, report_device
from imusim.characterise.picture import draw_channel
from imusim.characterise.recording import KINDS, Recording
from imusim.characterise.report import characterise_recordings
from imusim.conventions import STANDARD_GRAVITY
from imusim.errors import MotionError
from imusim.math.allan import allan_deviation
from imusim.math.allan_fit import fit_noise
from imusim.math.noise_terms import SLOPES, TERMS, term_variances
from imusim.plot.canvas import figure_class
from imusim.sensor import ImuSignals
from imusim.sensor.device import Device, Triad, device_names, draw_errors, load_device, measure

Array = NDArray[np.float64]

DRAWS = 20
"""Simulations whose mean Allan variance is held against a real curve."""
FIELDS = {
    "Q": "quantisation", "N": "noise_density", "B": "bias_instability", "K": "random_walk"
}  # fmt: skip
ALONE = {"Q": 1e-5, "N": 1e-3, "B": 1e-4, "K": 1e-5}
"""Each term alone, in the unit of its channel times s, s^½, 1, s^-½."""
MIXTURES = (
    (0, 1e-2, 0, 0), (0, 0, 1e-2, 0), (0, 0, 0, 1e-2), (1e-4, 1e-2, 0, 0), (0, 1e-2, 5e-3, 0),
    (0, 1e-2, 0, 5e-3), (0, 1e-2, 5e-3, 2e-3), (1e-4, 1e-2, 5e-3, 2e-3),
)  # fmt: skip
"""Q, N, B and K of the records of ``coverage``."""


def at_rest(device: Device, frames: int, rate_hz: float, seed: int) -> Recording:
    """What one unit of a device says at rest, its z axis up, at an even temperature."""
    flat = {kind: replace(getattr(device, kind), spread=0.0) for kind in KINDS}
    steady = replace(device, **flat).without("temperature", "timing", "loss")
    rngs = [np.random.default_rng(seed)]
    still = np.zeros((frames, 1, 3))
    lying = np.broadcast_to([0.0, 0.0, STANDARD_GRAVITY], still.shape)
    signals = ImuSignals(np.arange(frames) / rate_hz, np.array(lying), still)
    said = measure(signals, draw_errors([steady], rngs), rate_hz, rngs)
    channels = {"accelerometer": said.accelerometer[:, 0], "gyroscope": said.gyroscope[:, 0]}
    return Recording(device.name, rate_hz, channels, np.zeros(frames, bool))


def simulated(device: Device, hours: float, rate_hz: float, seed: int) -> Report:
    """Report of a device that lay still so long."""
    frames = round(hours * 3600 * rate_hz)
    whole = Settings(start_s=0.0, stop_s=frames / rate_hz)
    return characterise_recordings(
        [at_rest(device, frames, rate_hz, seed)], whole, Path(device.name)
    )


def devices(names: Sequence[str]) -> Iterator[Device]:
    """Each term alone, then the named devices, or every preset."""
    for term, value in ALONE.items():
        triad = Triad(**{FIELDS[term]: value})  # type: ignore[arg-type]
        yield Device(name=f"{term} alone", accelerometer=triad, gyroscope=triad)
    triad = Triad(
        bias_instability=_each(1e-4), bias_model="gauss-markov", correlation_time_s=_each(60.0)
    )
    yield Device(name="B alone, Gauss–Markov", accelerometer=triad, gyroscope=triad)
    yield from map(load_device, names or [n for n in device_names() if n != "ideal"])


def _each(value: float) -> tuple[float, float, float]:
    return value, value, value


def table(names: Sequence[str], hours: float, rate_hz: float) -> None:
    """Print asked and fitted values."""
    print("| device | channel | term | asked | fitted, x y z | largest error | 95 % interval holds "
          "it | slope |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for number, device in enumerate(devices(names)):
        report = simulated(device, hours, rate_hz, seed=number)
        for kind in KINDS:
            channels = [c for c in report.channels if c.kind == kind]
            for term, name in enumerate(FIELDS):
                asked = np.array(getattr(getattr(device, kind), FIELDS[name]))
                found = np.array([c.fit.value[term] for c in channels])
                ends = [(c.fit.lower[term], c.fit.upper[term]) for c in channels]
                held = sum(
                    a <= v * (1 + 1e-9) and v <= b for v, (a, b) in zip(asked, ends, strict=True)
                )
                if not asked.any() and not found.any():
                    continue
                error = "seen, not asked"
                if asked.all():
                    error = f"{100 * np.abs(found / asked - 1).max():.1f} %"
                slopes = np.array([c.slopes[term] for c in channels])
                slope = f"{np.nanmean(slopes):+.3f}" if np.isfinite(slopes).any() else ""
                values = " ".join(f"{v:.3g}" if v else "not seen" for v in found)
                print(
                    f"| {device.name} | {kind} | {name} | {asked.mean():.3g} | {values} | {error} "
                    f"| {held} of 3 | {slope} ({SLOPES[term]:+.1f}) |",
                    flush=True,
                )


def real(data: Path, plot: Path | None) -> None:
    """Fit devices to still parts, simulate them, and hold the curves against the real ones."""
    print("| recording | at rest | channel | measured averaging times inside: fitted curve, "
          "simulated device |")  # fmt: skip
    print("|---|---|---|---|")
    for name, recordings in real_recordings(data):
        try:
            report = characterise_recordings(recordings, Settings(), Path(name))
        except MotionError as error:
            print(f"| {name} | none | {str(error).partition(': ')[2]} | |")
            continue
        again = simulate_stretches(report)
        for channel, variance in zip(report.channels, again, strict=True):
            low, high = (end[:, 0] for end in channel.curve.interval())
            inside = ((low**2 <= variance) & (variance <= high**2))[channel.described]
            print(
                f"| {name} | {report.duration_s:.4g} s, {len(report.stretches)} stretches "
                f"| {channel.kind} {channel.axis} | {100 * channel.share_inside():.0f} %, "
                f"{100 * inside.mean():.0f} % |"
            )
        if plot is not None and name == "broad":
            draw(report, again, plot)


def real_recordings(data: Path) -> Iterator[tuple[str, list[Recording]]]:
    """Recordings of one device each."""
    yield "broad", read_recordings(data / "broad")
    for kind, device in (("sp", "phone"), ("sw", "watch")):
        files = sorted((data / "geotec").glob(f"s*/*_{kind}.csv"))
        yield f"geotec {device}", [r for f in files for r in read_recordings(f)]
    for sensor in ("66", "43", "8"):
        file = data / "leg-swing" / "swing_imu.npz"
        yield f"leg-swing {sensor}", read_recordings(file, Settings(sensor=sensor))


def simulate_stretches(report: Report) -> list[Array]:
    """Mean Allan variances (M,) of each channel of the report's device, over the same stretches."""
    device = report_device(report)
    totals = [np.zeros(len(c.curve.factor)) for c in report.channels]
    lengths = [round((stop - start) * report.rate_hz) for _, start, stop in report.stretches]
    for draw_number in range(DRAWS):
        parts = [
            at_rest(device, n, report.rate_hz, 1000 * draw_number + k)
            for k, n in enumerate(lengths)
        ]
        for total, channel in zip(totals, report.channels, strict=True):
            values = [p.signals[channel.kind][:, ["xyz".index(channel.axis)]] for p in parts]
            curve = allan_deviation(values, report.rate_hz, channel.curve.factor)
            total += curve.deviation[:, 0] ** 2 / DRAWS
    return totals


def draw(report: Report, again: list[Array], file: Path) -> None:
    """Real curves with their bands, the fit, and the simulated device."""
    figure = figure_class()(figsize=(14, 8), dpi=80, facecolor="white", layout="constrained")
    panels = figure.subplots(2, 3, sharex=True, sharey="row")
    for channel, variance in zip(report.channels, again, strict=True):
        row, column = KINDS.index(channel.kind), "xyz".index(channel.axis)
        panel = panels[row, column]
        draw_channel(panel, channel)
        panel.plot(
            channel.curve.tau_s, np.sqrt(variance), "o", ms=3.5, mfc="white", mec="black",
            mew=0.9, label="simulated device", zorder=4,
        )  # fmt: skip
        panels[0, column].set_title(channel.axis, weight="bold")
        panels[1, column].set_xlabel("averaging time, s")
        low, high = (end[:, 0] for end in channel.curve.interval())
        floor, top = panel.get_ylim() if column else (np.inf, 0.0)
        panel.set_ylim(min(floor, low.min() * 0.7), max(top, high.max() * 1.4))
    for row, (kind, unit) in enumerate(zip(KINDS, ("m/s²", "rad/s"), strict=True)):
        panels[row, 0].set_ylabel(f"{kind}\nAllan deviation, {unit}")
    panels[0, 0].legend(frameon=False, fontsize=9)
    figure.savefig(file, format="png", dpi=80)


def curve(samples: int = 200_000, rate_hz: float = 100.0, runs: int = 60) -> None:
    """Print errors of the likelihood's fit and of least squares on the Allan curve."""
    rng = np.random.default_rng(0)
    print("| asked N, B, K | term | likelihood | Allan curve |")
    print("|---|---|---|---|")
    for asked in ((1e-2, 5e-3, 1e-3), (1e-2, 1e-2, 0), (1e-2, 0, 1e-3), (0, 1, 0), (0, 0, 1e-3)):
        n, b, k = (_each(value) for value in asked)
        triad = Triad(noise_density=n, bias_instability=b, random_walk=k)
        device = Device(gyroscope=triad)
        fits, curves = [], []
        for _ in range(runs // 3):
            recording = at_rest(device, samples, rate_hz, int(rng.integers(2**31)))
            for column in recording.signals["gyroscope"].T:
                fits.append(fit_noise([column], rate_hz).value)
                curves.append(on_the_curve(column, rate_hz))
        for term, value in enumerate((0.0, *asked)):
            if value:
                errors = [
                    100 * np.sqrt(np.mean((np.array(v)[:, term] / value - 1) ** 2))
                    for v in (fits, curves)
                ]
                print(f"| {asked} | {TERMS[term]} | {errors[0]:.1f} % | {errors[1]:.1f} % |")


def coverage(samples: int = 24_000, rate_hz: float = 100.0, records: int = 150) -> None:
    """Print how often 95 % intervals hold what was asked, and absent terms are taken as seen."""
    print("| asked Q, N, B, K | held: Q | N | B | K | absent terms seen |")
    print("|---|---|---|---|---|---|")
    every, wrong, absent = [], 0, 0
    for number, asked in enumerate(MIXTURES):
        fields = {field: _each(v) for field, v in zip(FIELDS.values(), asked, strict=True)}
        device = Device(gyroscope=Triad(**fields))  # type: ignore[arg-type]
        columns = (
            column
            for seed in range(-(-records // 3))
            for column in at_rest(device, samples, rate_hz, 1000 * number + seed)
            .signals["gyroscope"]
            .T
        )
        fits = [fit_noise([column], rate_hz) for column in columns]
        truth = np.array(asked) * (1 + 1e-9)
        held = np.mean([(f.lower <= truth) & (truth <= f.upper) for f in fits], axis=0)
        seen = int(np.sum([f.seen[truth == 0] for f in fits]))
        of = len(fits) * int((truth == 0).sum())
        every.append(held)
        wrong, absent = wrong + seen, absent + of
        shares = " | ".join(f"{100 * share:.1f} %" for share in held)
        print(f"| {asked} | {shares} | {seen} of {of} |", flush=True)
    print(f"| all | {100 * np.mean(every):.1f} % on average, worst {100 * np.min(every):.1f} % "
          f"| | | | {wrong} of {absent} |")  # fmt: skip


def on_the_curve(values: Array, rate_hz: float) -> Array:
    """Q, N, B, K by least squares on the Allan variance, weighted by its freedom, iterated."""
    measured = allan_deviation([values[:, None]], rate_hz)
    variance, freedom = measured.deviation[:, 0] ** 2, measured.freedom[:, 0]
    basis = term_variances(measured.factor, rate_hz)
    expected, theta = variance, np.zeros(4)
    for _ in range(20):
        weight = np.sqrt(freedom / 2) / expected
        design = basis * weight[:, None]
        size = np.sqrt((design**2).sum(axis=0))
        theta = nnls(design / size, variance * weight)[0] / size
        expected = np.maximum(basis @ theta, 1e-9 * variance)
    return np.sqrt(theta)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    asked = commands.add_parser("table")
    asked.add_argument("device", nargs="*", help="presets or TOML files; by default all presets")
    asked.add_argument("--hours", type=float, default=6.0)
    asked.add_argument("--rate", type=float, default=100.0)
    recorded = commands.add_parser("real")
    recorded.add_argument("data", type=Path)
    recorded.add_argument("--plot", type=Path)
    commands.add_parser("curve")
    commands.add_parser("coverage")
    options = parser.parse_args()
    if options.command == "table":
        table(options.device, options.hours, options.rate)
    elif options.command == "real":
        real(options.data, options.plot)
    elif options.command == "curve":
        curve()
    else:
        coverage()


if __name__ == "__main__":
    main()
