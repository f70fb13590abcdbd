"""The sensors of one person out of recordings and what was simulated for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imusim.compare.align import Pair, Trace
from imusim.compare.calibrate.limbs import Limbs, limb_effects, limbs_above
from imusim.compare.calibrate.model import Worn
from imusim.compare.paired.readings import Case, make_cases
from imusim.compare.paired.run import ReadRecording
from imusim.compare.paired.settings import PairedSettings
from imusim.compare.paired.simulate import read_motion, simulate
from imusim.errors import ConfigError, MotionError
from imusim.pipeline import Inputs
from imusim.pipeline.clip import Moved, move
from imusim.recordings import Recording, TrackedPoses

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

ENGINE = "kinematic"
"""What is calibrated is told from the motion itself."""


def gather_worn(
    recordings: Mapping[str, ReadRecording],
    settings: PairedSettings,
    inputs: Inputs,
    limbs: bool | None = None,
    progress: Progress | None = None,
) -> tuple[list[Worn], Limbs | None, list[tuple[str, str]]]:
    """Read and simulate recordings of one person.

    Parameters
    ----------
    recordings : mapping
        Key to what reads a recording.
    settings : PairedSettings
    inputs : Inputs
    limbs : bool, optional
        Whether lengths of limbs are open. ``None``: where motion is of positions alone.
    progress : callable, optional

    Returns
    -------
    worn : list of Worn
    limbs : Limbs or None
        The open ones; their lengths are means over the recordings, which all are brought to.
    skipped : list of (str, str)
        Recordings that could not be used, and why.

    Raises
    ------
    ConfigError
        If the recordings are of several people.
    MotionError
        If none can be used; it names the first fault.
    """
    tell = progress or (lambda *_: None)
    settings = replace(settings, engines=(ENGINE,), baselines=False, references=False)
    cases: list[tuple[Case, Moved | None]] = []
    skipped: list[tuple[str, str]] = []
    people: set[str] = set()
    for done, (key, make) in enumerate(recordings.items(), start=1):
        try:
            recording = make()
            if recording is None:
                continue
            people.add(recording.subject)
            simulated = simulate(recording, settings, inputs)
            moved = _moved(recording, settings, inputs, limbs)
            cases += [(case, moved) for case in make_cases(recording, simulated)]
        except MotionError as error:
            skipped.append((key, str(error)))
        tell("simulating", done, len(recordings))
    if len(people) > 1:
        raise ConfigError(
            f"recordings of {len(people)} people, {', '.join(sorted(people)[:5])}: a calibration "
            "is of one; choose with --subjects"
        )
    if not cases:
        why = skipped[0][1] if skipped else "there is none"
        raise MotionError(f"no recording can be used: {why}")
    opened = _open_limbs(cases)
    sensors: dict[tuple[str, str], list[tuple[Case, Moved | None]]] = {}
    for case, moved in cases:
        sensors.setdefault((case.sensor.name, case.place.link), []).append((case, moved))
    return [_worn(own, opened) for own in sensors.values()], opened, skipped


def _moved(
    recording: Recording, settings: PairedSettings, inputs: Inputs, limbs: bool | None
) -> Moved | None:
    """The motion on its body, where lengths of limbs are open."""
    if limbs is False or isinstance(recording.motion, TrackedPoses):
        return None
    motion = read_motion(recording, inputs)
    if limbs is None and motion.captured_positions is None:
        return None
    return move(motion, inputs.body_for(motion.shape), settings.simulation)


def _open_limbs(cases: list[tuple[Case, Moved | None]]) -> Limbs | None:
    found = [moved.body.body.offsets for _, moved in cases if moved is not None]
    if not found:
        return None
    links = {case.place.link for case, moved in cases if moved is not None}
    above = limbs_above(sorted(links), found[0])
    lengths = np.mean([_lengths(offsets, above) for offsets in found], axis=0)
    return Limbs(above.joints, lengths)


def _lengths(offsets: Array, limbs: Limbs) -> Array:
    return np.linalg.norm(offsets[limbs.rows], axis=1)


def _worn(own: list[tuple[Case, Moved | None]], limbs: Limbs | None) -> Worn:
    """One sensor; where a body's limbs are open they are brought to the mean lengths first."""
    pairs, effects = [], []
    for case, moved in own:
        trace = Trace(case.time_s, case.accelerometer, case.gyroscope, case.valid)
        kinematics = case.kinematics[ENGINE]
        if limbs is not None:
            effect = np.zeros((len(kinematics.force), 3, len(limbs.joints)))
            if moved is not None:
                offsets = moved.body.body.offsets
                effect = limb_effects(
                    moved.trajectory, case.place.link, offsets, limbs, kinematics.rate_hz
                )
                nearer = effect @ (limbs.lengths - _lengths(offsets, limbs))
                kinematics = replace(kinematics, force=kinematics.force + nearer)
            effects.append(effect)
        pairs.append(Pair(kinematics, trace, case.within_s))
    first = own[0][0]
    places = np.mean([case.place.offset for case, _ in own], axis=0)
    return Worn(
        first.sensor.name, first.place.link, places, first.sensor.rate_hz, tuple(pairs),
        tuple(effects),
    )  # fmt: skip
