"""Calibration by names and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from imusim.api.comparing import prepare_paired
from imusim.api.corpora import make_inputs
from imusim.compare.calibrate import Calibration, gather_worn
from imusim.compare.calibrate import calibrate as run_calibration
from imusim.compare.calibrate.gather import Progress


def calibrate(
    recording: str | Path | None = None,
    motion: str | Path | None = None,
    *,
    dataset: Mapping[str, str | Path] | None = None,
    subjects: Sequence[str] = (),
    limbs: bool | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> tuple[Calibration, list[tuple[str, str]]]:
    """Calibrate the sensors that one person wore, as ``imusim calibrate`` does.

    Parameters
    ----------
    recording, motion : path, optional
        What sensors recorded, and the motion that was captured along.
    dataset : mapping, optional
        Name to folder.
    subjects : sequence of str
        One person of a dataset.
    limbs : bool, optional
        Whether lengths of limbs are found as well. ``None``: where motion is of positions alone.
    progress : callable, optional
        ``progress(stage, done, total)``.
    **settings
        As :func:`imusim.api.comparing.compare_paired` takes them: ``placement``, ``align``,
        ``reading``, ``every`` and how motion is read and moved.

    Returns
    -------
    Calibration
    skipped : list of (str, str)
        Recordings that could not be used, and why.

    Raises
    ------
    ImusimError
        For settings that do not hold, or if nothing can be calibrated.
    """
    job = prepare_paired(recording, motion, dataset=dataset, subjects=subjects, **settings)
    inputs = make_inputs(job.settings.simulation)
    worn, opened, skipped = gather_worn(job.recordings, job.settings, inputs, limbs, progress)
    return run_calibration(worn, job.settings.steps, opened), skipped
