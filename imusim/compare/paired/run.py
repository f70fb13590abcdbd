"""All recordings through the comparison: simulate, align, score, sum up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from imusim.compare.bootstrap import summarise
from imusim.compare.faults import look, look_pair, look_wearer
from imusim.compare.metrics import spectra
from imusim.compare.paired.locate import Located
from imusim.compare.paired.readings import Case, make_cases
from imusim.compare.paired.score import Outcome, score_wearer
from imusim.compare.paired.settings import PairedSettings
from imusim.compare.paired.simulate import simulate
from imusim.compare.references import score_references
from imusim.compare.result import Finding, Overlay, PairedResult, Scored, closeness
from imusim.errors import MissingExtraError, MotionError
from imusim.pipeline import GenerateConfig, Inputs
from imusim.recordings import Recording, get_dataset

Array = NDArray[np.float64]

ReadRecording = Callable[[], Recording | None]
"""Reads one recording, or tells that it is not asked for; raises MotionError."""
Task = Callable[[], Any]
Progress = Callable[[str, int, int], None]
"""``progress(stage, done, total)``."""


@dataclass(frozen=True)
class _Read:
    """A recording's cases and what is wrong with it, or why there are none."""

    key: str
    cases: tuple[Case, ...] = ()
    findings: tuple[Finding, ...] = ()
    failure: str = ""


def compare_paired(
    recordings: Mapping[str, ReadRecording],
    settings: PairedSettings,
    inputs: Callable[[GenerateConfig], Inputs],
    progress: Progress | None = None,
) -> PairedResult:
    """Compare simulated sensors with the real ones that recorded the same motion.

    A sensor's clock offset and mounting are found on one part of its recordings and judged on
    another: on the person's other trials where there are several, else on other blocks of time.
    The offset of each trial, within its bounds, is its own.

    Parameters
    ----------
    recordings : mapping
        Key to what reads a recording. One that cannot be read or simulated is left out and told.
    settings : PairedSettings
    inputs : callable
        Makes what reads motion files and makes bodies, of the settings' simulation.
    progress : callable, optional

    Raises
    ------
    MotionError
        If none of them can be compared; it names the first fault.
    ConfigError
        For a placement or a device that does not exist.
    MissingExtraError
        Where the extra ``compare`` is not installed.
    """
    tell = progress or (lambda *_: None)
    read = list(
        _shared(
            [partial(_read, key, make, settings, inputs) for key, make in recordings.items()],
            settings,
            lambda done, total: tell("simulating", done, total),
        )
    )
    findings = [finding for one in read for finding in one.findings]
    skipped = [(one.key, one.failure) for one in read if one.failure]
    cases = [case for one in read for case in one.cases if not _refused(case, findings)]
    if not cases:
        faults = [f.message for f in findings if f.severity == "error"]
        why = next(iter([*faults, *(why for _, why in skipped)]), "none is asked for")
        raise MotionError(f"none of {len(recordings):,} recordings can be compared: {why}")
    wearers: dict[tuple[str, str, str], list[Case]] = {}
    for case in cases:
        wearers.setdefault(case.wearer, []).append(case)
    judged: list[tuple[Case, dict[str, Outcome]]] = []
    groups = list(wearers.values())
    results = _shared(
        [partial(score_wearer, group, settings) for group in groups],
        settings,
        lambda done, total: tell("aligning", done, total),
    )
    for group, outcomes in zip(groups, results, strict=True):
        for method in settings.engines[:1]:
            findings += look_wearer([c for c in group if method in c.kinematics], method)
        for case, (found, fault) in zip(group, outcomes, strict=True):
            if fault:
                skipped.append((f"{case.recording.key} {case.sensor.name}", fault))
            if found:
                judged.append((case, found))
                findings += _look_at(case, found, settings)
    # Where something is wrong with all of them, the figures say how wrong.
    judged = [one for one in judged if not _refused(one[0], findings)] or judged
    scored = [_row(c, outcome, settings) for c, found in judged for outcome in found.values()]
    if settings.references:
        tell("noise ceilings", 0, 1)
        scored += score_references([case for case, _ in judged])
    return PairedResult(
        settings=_recorded(settings),
        scored=tuple(scored),
        summaries=summarise(scored, settings.statistic, seed=settings.seed),
        findings=tuple(findings),
        overlays=tuple(_overlays(judged, settings)),
        spectra=_spectra(judged),
        skipped=tuple(skipped),
    )


def _shared(
    tasks: Sequence[Task], settings: PairedSettings, tell: Callable[[int, int], None]
) -> Iterator[Any]:
    """Results of tasks in their order, made by the settings' workers."""
    workers = settings.workers or -1
    pool = Parallel(n_jobs=workers if len(tasks) > 1 else 1, return_as="generator", max_nbytes=None)
    alone = (delayed(_on_one_thread)(task) for task in tasks)
    for done, result in enumerate(pool(alone), start=1):
        tell(done, len(tasks))
        yield result


def _on_one_thread(task: Task) -> Any:
    """Linear algebra on several threads rounds as their number has it."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise MissingExtraError(
            "comparisons need more packages: pip install 'imusim-toolkit[compare]'"
        ) from None
    with threadpool_limits(1):
        return task()


def _read(
    key: str,
    make: ReadRecording,
    settings: PairedSettings,
    inputs: Callable[[GenerateConfig], Inputs],
) -> _Read:
    try:
        recording = make()
        if recording is None:
            return _Read(key)
        findings = look(recording)
        if any(f.severity == "error" and not f.sensor for f in findings):
            return _Read(key, findings=tuple(findings))
        simulated = simulate(recording, settings, inputs(settings.simulation))
        findings += [
            Finding("engine-failed", "warning", key, "", f"{engine}: {why}")
            for engine, why in simulated.failed.items()
        ]
        cases = make_cases(recording, simulated)
        findings += [_located(case, case.place.found) for case in cases if case.place.found]
        return _Read(key, tuple(cases), tuple(findings))
    except MotionError as error:
        return _Read(key, failure=str(error))


def _located(case: Case, found: Located) -> Finding:
    sure = found.explained - found.next_explained > 0.1 and found.explained > 0.5
    return Finding(
        "placement-found",
        "note" if sure else "warning",
        case.recording.key,
        case.sensor.name,
        f"its placement is not stated; it turns like {found.link}, which explains "
        f"{found.explained:.0%} of it ({found.next_link} {found.next_explained:.0%}); "
        "state it with --placement if that is wrong",
    )


def _look_at(case: Case, found: Mapping[str, Outcome], settings: PairedSettings) -> list[Finding]:
    """What is wrong between a recording and its motion, by the first engine."""
    method = next((m for m in settings.engines if m in found), None)
    if method is None:
        return []
    return look_pair(case, found[method])


def _refused(case: Case, findings: Sequence[Finding]) -> bool:
    """Whether something is wrong with a sensor, or its recording."""
    sensors = ("", case.sensor.name)
    return any(
        f.severity == "error" and f.recording == case.recording.key and f.sensor in sensors
        for f in findings
    )


def _row(case: Case, outcome: Outcome, settings: PairedSettings) -> Scored:
    engine = outcome.method.split(",")[0]
    return Scored(
        dataset=case.recording.dataset,
        recording=case.recording.key,
        subject=case.recording.subject,
        activity=_words(case.recording),
        trial=case.recording.trial,
        sensor=case.sensor.name,
        joint=case.place.link,
        method=outcome.method,
        kind="simulated" if engine in settings.engines else "baseline",
        figures=outcome.figures,
        alignment=outcome.alignment.as_figures(),
    )


def _words(recording: Recording) -> str:
    """What was done, as the dataset's labels are to be read."""
    if not recording.dataset:
        return recording.label
    return get_dataset(recording.dataset).labels.get(recording.label, recording.label)


def _overlays(
    judged: Sequence[tuple[Case, dict[str, Outcome]]], settings: PairedSettings
) -> Iterator[Overlay]:
    """Of each group the worst, the median and the best recording by the first engine."""
    groups: dict[str, list[tuple[float, Case, dict[str, Outcome]]]] = {}
    for case, found in judged:
        method = next((m for m in settings.engines if m in found), None)
        if method is not None:
            rank = closeness(found[method].figures)
            if np.isfinite(rank):
                groups.setdefault(_group(case), []).append((rank, case, found))
    for ranked in groups.values():
        ranked.sort(key=lambda one: (one[0], one[1].recording.key))
        for place in dict.fromkeys((0, (len(ranked) - 1) // 2, len(ranked) - 1)):
            _, case, found = ranked[place]
            signals = {name: outcome.signals for name, outcome in found.items()}
            yield Overlay(
                case.recording.key,
                case.sensor.name,
                case.time_s,
                {"real": _real(case), **signals},
            )


def _group(case: Case) -> str:
    return f"{case.recording.dataset} {case.sensor.name}".strip()


def _real(case: Case) -> Array:
    lost = np.full((len(case.time_s), 3), np.nan)
    parts = (lost if a is None else a for a in (case.accelerometer, case.gyroscope))
    return np.concatenate([*parts], axis=1)


def _spectra(
    judged: Sequence[tuple[Case, dict[str, Outcome]]],
) -> dict[str, dict[str, tuple[Array, Array]]]:
    """Mean spectra of each group's recordings, by method."""
    gathered: dict[str, dict[str, list[tuple[Array, float]]]] = {}
    for case, found in judged:
        methods = gathered.setdefault(_group(case), {})
        for name, signals in [("real", _real(case)), *((n, o.signals) for n, o in found.items())]:
            methods.setdefault(name, []).append((signals, case.sensor.rate_hz))
    return {
        group: {name: spectra(values) for name, values in methods.items()}
        for group, methods in gathered.items()
    }


def _recorded(settings: PairedSettings) -> dict[str, object]:
    """Settings for the record."""
    return {
        "engines": list(settings.engines),
        "device": settings.device.name,
        "placement": settings.placement,
        "steps": vars(settings.steps),
        "folds": settings.folds,
        "statistic": settings.statistic,
        "seed": settings.seed,
    }
