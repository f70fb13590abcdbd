"""Sensors of a dataset beside their simulation, as `imusim compare paired` makes them."""

from __future__ import annotations

from pathlib import Path

from imusim.api.comparing import prepare_paired
from imusim.api.corpora import make_inputs
from imusim.compare.align import Pair, Trace
from imusim.compare.paired.readings import Case, make_cases
from imusim.compare.paired.settings import PairedSettings
from imusim.compare.paired.simulate import simulate
from imusim.errors import MotionError

METHOD = "kinematic"


def read_cases(data: Path, dataset: str, every: int = 1) -> tuple[list[Case], PairedSettings]:
    """Sensors of every Nth recording, where it has its motion, and the comparison's settings."""
    job = prepare_paired(
        dataset={dataset: data / dataset}, every=every, workers=1, baselines=False, references=False
    )
    inputs = make_inputs(job.settings.simulation)
    cases = []
    for make in job.recordings.values():
        try:
            recording = make()
            if recording is not None:
                cases += make_cases(recording, simulate(recording, job.settings, inputs))
        except MotionError:  # it has no motion, or one that leaps
            continue
    return cases, job.settings


def pair_of(case: Case) -> Pair:
    """What is aligned of a case."""
    trace = Trace(case.time_s, case.accelerometer, case.gyroscope, case.valid)
    return Pair(case.kinematics[METHOD], trace, case.within_s)
