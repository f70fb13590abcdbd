"""Measure what device errors cost beside the ideal sensors.

    python tools/devices.py ../shared/data/cmu/asfamc
    python tools/devices.py --whole

All bundled clips, and those under the paths given, carry 22 sensors. Ideal sensors are read, then
those of each device, in turn; the least CPU time of several turns counts. ``--whole`` runs
``generate`` as well, ideal and with each device.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imusim import api
from imusim.body import retarget
from imusim.conventions import JOINTS
from imusim.motion import ClipRef
from imusim.pipeline import load_config
from imusim.sensor import Mounting, draw_mounting, read_imu
from imusim.sensor.device import Device, draw_errors, load_device, measure, sample_times
from imusim.sensor.placement import joint_seat
from imusim.sensor.sampling import Sampling
from imusim.trajectory import LinkTrajectory
from imusim.trajectory.body import body_trajectory, smooth_links

DEVICES = ("mpu-9250", "bmi270", "phone", str(Path(__file__).with_name("every_error.toml")))
RATES_HZ = (50.0, 100.0)
AMBIENT_C = 30.0
"""Temperature around the devices, off their reference: all that depends on it is computed."""
AXES = 6


@dataclass(frozen=True, eq=False)
class Case:
    """A clip and a rate; ``axis_samples`` numbers come out of it."""

    trajectory: LinkTrajectory
    mounting: Mounting
    rate_hz: float

    @property
    def axis_samples(self) -> int:
        """Numbers that are read."""
        return len(self.trajectory.times(self.rate_hz)) * len(self.mounting.joints) * AXES


def cases(paths: Sequence[Path], rates_hz: Sequence[float], count: int | None) -> Iterator[Case]:
    """Bundled clips, and those under some paths, ready to be read."""
    seats = [joint_seat(joint, (0.0, 0.0, 0.02)) for joint in JOINTS]
    mounting = draw_mounting(seats, "random", _generators())
    for job, clips in _jobs(paths, count):
        for clip in clips:
            motion = job.inputs.read(clip)
            moved = retarget(motion, job.inputs.body_for(motion.shape))
            trajectory = body_trajectory(smooth_links(motion, moved), moved)
            for rate_hz in rates_hz:
                yield Case(trajectory, mounting, rate_hz)


def _jobs(paths: Sequence[Path], count: int | None) -> list[tuple[api.Job, Sequence[ClipRef]]]:
    given = [(), *([[str(path) for path in paths]] if paths else [])]
    jobs = [api.prepare(load_config(None, {"paths": each, "count": count})) for each in given]
    return [(job, job.clips) for job in jobs]


def _generators() -> list[np.random.Generator]:
    return [np.random.default_rng([0, sensor]) for sensor in range(len(JOINTS))]


def read_device(case: Case, device: Device) -> dict[str, float]:
    """CPU seconds of the parts of what the pipeline does for sensors of a device."""
    rngs = _generators()
    marks = [time.process_time()]

    def done() -> None:
        marks.append(time.process_time())

    errors = draw_errors([device] * len(rngs), rngs)
    time_s = case.trajectory.times(case.rate_hz)
    instants = sample_times(errors, time_s, rngs)
    if instants is not None:
        instants = np.clip(instants, 0, time_s[-1])
    done()
    reached = read_imu(
        case.trajectory, case.mounting, case.rate_hz, None, Sampling(errors.bandwidth_hz, instants)
    )
    done()
    measure(reached, errors, case.rate_hz, rngs, AMBIENT_C)
    done()
    draw_s, read_s, measure_s = np.diff(marks)
    return {"draw": draw_s, "read": read_s, "measure": measure_s, "all": marks[-1] - marks[0]}


def read_ideal(case: Case) -> dict[str, float]:
    """CPU seconds of reading ideal sensors."""
    start = time.process_time()
    read_imu(case.trajectory, case.mounting, case.rate_hz)
    return {"all": time.process_time() - start}


def least(case: Case, devices: Sequence[Device], repeats: int) -> list[dict[str, float]]:
    """The quickest of several turns: of the ideal sensors, then of each device."""
    turns = [
        [read_ideal(case), *(read_device(case, device) for device in devices)]
        for _ in range(repeats)
    ]
    return [min(runs, key=lambda run: run["all"]) for runs in zip(*turns, strict=True)]


def costs(
    found: Sequence[Case], devices: Sequence[Device], repeats: int
) -> Iterator[tuple[float, int, list[dict[str, float]]]]:
    """For each rate: the rate, numbers read, and seconds of ideal sensors and of each device."""
    for rate_hz in dict.fromkeys(case.rate_hz for case in found):
        sums: list[dict[str, float]] = [{} for _ in range(1 + len(devices))]
        count = 0
        for case in found:
            if case.rate_hz != rate_hz:
                continue
            count += case.axis_samples
            for total, part in zip(sums, least(case, devices, repeats), strict=True):
                for name, seconds in part.items():
                    total[name] = total.get(name, 0.0) + seconds
        yield rate_hz, count, sums


def sensor_table(found: Sequence[Case], devices: Sequence[Device], repeats: int) -> Iterator[str]:
    """What reading costs, as Markdown."""
    yield (
        "| device | Hz | ideal, ms | device, ms | × ideal | ideal, ns/axis-sample | added | "
        "of it drawing | filter and instants | errors and noise |"
    )
    yield "|" + "---|" * 10
    for rate_hz, count, (ideal, *each) in costs(found, devices, repeats):
        for device, parts in zip(devices, each, strict=True):
            added = (parts["draw"], parts["read"] - ideal["all"], parts["measure"])
            cells = [
                device.name, f"{rate_hz:g}", f"{ideal['all'] * 1e3:.0f}",
                f"{parts['all'] * 1e3:.0f}", f"{parts['all'] / ideal['all']:.2f}",
                *(f"{s / count * 1e9:.0f}" for s in (ideal["all"], sum(added), *added)),
            ]  # fmt: skip
            yield f"| {' | '.join(cells)} |"


def whole_table(
    paths: Sequence[Path], names: Sequence[str], rates_hz: Sequence[float], repeats: int,
    count: int | None,
) -> Iterator[str]:  # fmt: skip
    """What a whole run costs, ideal and with each device, as Markdown."""
    yield "| device | Hz | clips | generate, s | ideal, s | share of the device |"
    yield "|" + "---|" * 6
    for rate_hz in rates_hz:
        taken: dict[str, list[float]] = {name: [] for name in ("ideal", *names)}
        clips = 0
        for _ in range(repeats):
            for name, seconds in taken.items():
                clips, spent = _generate(paths, name, rate_hz, count)
                seconds.append(spent)
        ideal = min(taken["ideal"])
        for name in names:
            spent = min(taken[name])
            yield (
                f"| {load_device(name).name} | {rate_hz:g} | {clips} | {spent:.2f} | {ideal:.2f} | "
                f"{100 * (1 - ideal / spent):.0f} % |"
            )


def _generate(
    paths: Sequence[Path], device: str, rate_hz: float, count: int | None
) -> tuple[int, float]:
    """Clips and CPU seconds of runs with random rotations."""
    clips, spent = 0, 0.0
    for job, chosen in _jobs(paths, count):
        with tempfile.TemporaryDirectory() as folder:
            settings = {
                "device": device, "rate_hz": rate_hz, "rotations": "random",
                "temperature_c": AMBIENT_C, "out": f"{folder}/corpus",
            }  # fmt: skip
            config = job.config.model_copy(update=load_config(None, settings).model_dump(
                include=set(settings)))  # fmt: skip
            start = time.process_time()
            api.Job(config, chosen, job.inputs).run()
            spent += time.process_time() - start
            clips += len(chosen)
    return clips, spent


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("paths", nargs="*", type=Path, help="motion capture beside the bundled")
    parser.add_argument("--device", nargs="+", default=DEVICES, help="presets, or TOML files")
    parser.add_argument("--rates", nargs="+", type=float, default=RATES_HZ, help="Hz")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--count", type=int, help="at most so many clips of each")
    parser.add_argument("--whole", action="store_true", help="run generate as well")
    given = parser.parse_args()
    found = list(cases(given.paths, given.rates, given.count))
    print(f"{len(found) // len(given.rates)} clips, {len(JOINTS)} sensors, CPU time\n")
    for line in sensor_table(found, [load_device(name) for name in given.device], given.repeats):
        print(line, flush=True)
    if given.whole:
        print()
        for line in whole_table(given.paths, given.device, given.rates, given.repeats, given.count):
            print(line, flush=True)


if __name__ == "__main__":
    main()
