"""Measure what sensors simulated from a Kinect's skeletons are worth to a classifier.

    python tools/transfer.py ../shared/data [--develop] [--models minirocket,handcrafted,cnn]

UTD-MHAD: 27 actions, one IMU, on the right wrist for actions 1 to 21 and on the right thigh for
22 to 27; a classifier is not told which. Trained on what is simulated from the skeletons of
subjects 1, 3 and 5, tested on the real sensors of 2, 4 and 6, and the reverse. The recipe below was
chosen within subjects 1, 3 and 5 alone (``--develop``: each of them tested after the other two),
before any window of 2, 4 and 6 was looked at.

How the real sensors sit is treated in two ways. ``nominal``: along the limb's axes, as strapped on
by rule: x towards the hand or the foot; which of the four sides the sensor's face is on cannot be
read in the dataset's documents, and was seen in the recordings of 1, 3 and 5. ``unlabelled``: each
wearer's turn is found from his or her own recordings without labels or skeletons
(``imusim.compare.transfer.mounting``).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))
import kinect

from imusim.compare.corpora import compare_corpora
from imusim.compare.transfer import Augmentation, Recipe, Split, TransferResult, folds, transfer
from imusim.compare.transfer.mounting import mounted_alike
from imusim.compare.transfer.recipe import prepared
from imusim.compare.windows import Windows, joined
from imusim.motion.from_positions import NOISY

Array = NDArray[np.float64]

NAME = re.compile(r"a(\d+)_s(\d+)_t(\d+)_skeleton")
WRIST_LAST = f"{kinect.WRIST_ACTIONS:02}"
SAMPLES = 150
"""Of a window: a whole trial, stretched."""
RATE_HZ = 45.0
"""At which a trial of the usual length has so many samples."""
CUTOFF_HZ = 3.0
TWISTS = (NOISY, replace(NOISY, prior=1e3))
"""Hypotheses of how bones turn about their length: by the hinges, and not at all."""
RECIPE = Recipe(
    low_pass_hz=2.5,
    augmentation=Augmentation(2, rotation_deg=10, scale=0.1, warp=0.1, roll_deg=25),
    real_share=0.3,
)
LINK_FROM_SENSOR = {
    True: np.array([[0, -1, 0], [-1, 0, 0], [0, 0, -1.0]]),
    False: np.array([[0, -1, 0], [0, 0, 1], [-1, 0, 0.0]]),
}
"""Nominal, by whether it is the wrist's: x along the limb, away from the trunk."""
DEVELOP = ("1", "3", "5")
SPLITS = (Split(DEVELOP, ("2", "4", "6")), Split(("2", "4", "6"), DEVELOP))


@dataclass(frozen=True)
class Sets:
    """Windows in the sensor's axes; both placements are in each."""

    simulated: Windows
    real: Windows


def load(folder: Path, subjects: Iterable[int]) -> dict[bool, Sets]:
    """Simulated and real windows, by whether they are of the wrist."""
    subjects = list(subjects)
    named = [NAME.match(file.stem) for file in sorted((folder / "Skeleton").glob("*.mat"))]
    names = [m.groups() for m in named if m is not None and int(m.group(2)) in subjects]
    found = kinect.trials(folder, subjects)
    sets = {}
    for wrist in (True, False):
        own = [(name, t) for name, t in zip(names, found, strict=True) if t.wrist == wrist]
        real = windows([(n, np.hstack([t.accelerometer, t.gyroscope])) for n, t in own])
        parts = []
        for twist in TWISTS:
            read = [kinect.simulated(t, kinect.moved(t, twist), CUTOFF_HZ) for _, t in own]
            turn = LINK_FROM_SENSOR[wrist]
            parts.append(
                windows(
                    [
                        (name, np.hstack([signals.force @ turn, signals.rate @ turn]))
                        for (name, _), signals in zip(own, read, strict=True)
                    ]
                )
            )
        sets[wrist] = Sets(joined(*parts), real)
    return sets


def windows(trials: Sequence[tuple[tuple[str, ...], Array]]) -> Windows:
    """Whole trials (N, 6), each stretched to the same number of samples."""
    names = np.array([name for name, _ in trials])
    return Windows(
        np.stack([stretched(signals) for _, signals in trials]),
        np.char.zfill(names[:, 0], 2),
        names[:, 1],
        np.array(["-".join(name) for name, _ in trials]),
        RATE_HZ,
    )


def stretched(signals: Array) -> Array:
    """Signals (N, 6) as (6, SAMPLES)."""
    at, place = np.linspace(0, len(signals) - 1, SAMPLES), np.arange(len(signals))
    return np.stack([np.interp(at, place, channel) for channel in signals.T])


def together(sets: dict[bool, Sets]) -> Sets:
    """Wrist and thigh in one set."""
    return Sets(*(joined(*(getattr(own, side) for own in sets.values()))
                  for side in ("simulated", "real")))  # fmt: skip


def unlabelled(real: Windows, simulated: Windows) -> Windows:
    """Each wearer's sensor turned as the simulated ones; of the labels, but the placement."""
    parts = []
    for wrist in (True, False):
        one, other = (w.take((w.labels <= WRIST_LAST) == wrist) for w in (real, simulated))
        parts.append(mounted_alike(one, other)[0])
    return joined(*parts)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder that holds utd-mhad/")
    parser.add_argument("--develop", action="store_true", help="within subjects 1, 3 and 5")
    parser.add_argument("--models", default="minirocket,handcrafted,cnn")
    parser.add_argument("--mountings", default="unlabelled,nominal")
    parser.add_argument("--few", default="1,2,5")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--without-corpus", action="store_true", help="leave out what differs")
    parser.add_argument("--ablate", action="store_true", help="parts of the recipe, one by one")
    arguments = parser.parse_args()
    people = map(int, DEVELOP) if arguments.develop else range(1, 7)
    sets = load(arguments.data / "utd-mhad", people)
    used = together(sets)
    splits = folds(DEVELOP, 3) if arguments.develop else SPLITS
    few = [int(k) for k in arguments.few.split(",") if k]
    print("| mounting | model | trained on | windows | macro-F1 | accuracy | of real | by split |")
    print("|---|---|---|---|---|---|---|---|")
    for mounting in arguments.mountings.split(","):
        adapt = unlabelled if mounting == "unlabelled" else None
        for model in filter(None, arguments.models.split(",")):
            result = transfer(
                used.simulated, used.real, splits, model, RECIPE, few, arguments.draws, adapt=adapt
            )
            _print(mounting, result)
    if arguments.ablate:
        _ablation(used, splits)
    if not arguments.without_corpus:
        _differences(used)


def _print(mounting: str, result: TransferResult) -> None:
    for regime in result.regimes:
        splits = ", ".join(f"{value:.2f}" for value in regime.by_split)
        print(
            f"| {mounting} | {result.model} | {regime.name} | {regime.trained_on:.0f} "
            f"| {regime.macro_f1} | {regime.accuracy} "
            f"| {regime.ratio} | {splits} |",
            flush=True,
        )


def _ablation(sets: Sets, splits: Sequence[Split]) -> None:
    """How near simulated trials come to their real ones, how well they are told apart, worth."""
    hinged = np.zeros(len(sets.simulated), bool)
    wrist = np.flatnonzero(sets.simulated.labels <= WRIST_LAST)
    # Of each placement one twist stands behind the other.
    for own in (wrist, np.setdiff1d(np.arange(len(hinged)), wrist)):
        hinged[own[: len(own) // len(TWISTS)]] = True
    bare = replace(RECIPE, augmentation=Augmentation())
    variants = {
        "hinges, as simulated": (sets.simulated.take(hinged), Recipe()),
        "no twist, as simulated": (sets.simulated.take(~hinged), Recipe()),
        "both twists, as simulated": (sets.simulated, Recipe()),
        "hinges, filtered": (sets.simulated.take(hinged), bare),
        "both twists, filtered": (sets.simulated, bare),
        "the recipe": (sets.simulated, RECIPE),
    }
    print("\n| simulated | acc r | gyr r | AUC | macro-F1 | of real |\n|---|---|---|---|---|---|")
    for name, (simulated, recipe) in variants.items():
        real = unlabelled(sets.real, simulated)
        shown, seen = prepared(simulated, recipe), prepared(real, recipe)
        area = compare_corpora(shown, seen, repeats=4, permutations=0).activities[0].figures["auc"]
        found = transfer(
            simulated, sets.real, splits, recipe=recipe, few=(), draws=1, adapt=unlabelled
        ).regime("simulated")
        close = " | ".join(f"{value:.2f}" for value in _closeness(shown, seen))
        print(
            f"| {name} | {close} | {area.value:.2f} | {found.macro_f1} | {found.ratio} |",
            flush=True,
        )


def _closeness(simulated: Windows, real: Windows) -> tuple[float, float]:
    """Median correlation of axes with the real trial's: accelerometer, gyroscope."""
    place = {name: n for n, name in enumerate(real.groups.tolist())}
    pairs = real.signals[[place[name] for name in simulated.groups.tolist()]]
    a, b = (x - x.mean(axis=2, keepdims=True) for x in (simulated.signals, pairs))
    size = np.sqrt((a**2).sum(axis=2) * (b**2).sum(axis=2))
    r = (a * b).sum(axis=2) / np.maximum(size, 1e-9)
    return float(np.median(r[:, :3].mean(axis=1))), float(np.median(r[:, 3:].mean(axis=1)))


def _differences(sets: Sets) -> None:
    """What tells simulated trials from real ones."""
    result = compare_corpora(sets.simulated, sets.real, repeats=6, permutations=100)
    found = result.activities[0]
    print("\n| figure | simulated to real | real to real |\n|---|---|---|")
    for name, value in found.figures.items():
        print(f"| {name} | {value.value:.3g} | {found.reference[name].value:.3g} |")
    head, rows = found.feature_rows(15)
    print("\n| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
