"""Gait from embeddings: stride time, cadence and double support of single windows of 2.56 s.

    python tools/gait_metrics.py ../shared/data [--model FOLDER] [--clips N]

Walks made by rule are simulated with sensors at a wrist and at both ankles; when their feet stand
is known. The foot sensors of `gaitmap` are real; its strides are those of the dataset's own table.
Ridge regression, its penalty chosen by cross-validation over clips, predicts each number from
what a frozen encoder makes of a window, from handcrafted features, from an encoder of the same
make with random weights, and from nothing. Simulated clips are held out whole, and so are their
people, of whom each clip has its own; for `gaitmap` the regression is fitted to the simulated
ankles alone, turned at random several times, as nobody knows how the real ones sit. Mean absolute
errors, with 95 % intervals over clips, or over stretches of 10 s of the one real walk; beside them
R², or for that walk, which has one pace, the bias.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import body_models
from imusim.body import BodyOptions
from imusim.compare.features import handcrafted
from imusim.compare.windows import Windows
from imusim.math import rotations as rot
from imusim.math.resampling import resample
from imusim.pipeline import GenerateConfig, simulate_clip
from imusim.recordings import find_recordings, read_recording
from motion_sources.procedural.catalogue import RECIPES
from motion_sources.procedural.recipe import make_clip
from motion_sources.procedural.timing import RATE_HZ as MOTION_HZ

Array = NDArray[np.float64]
Words = NDArray[np.str_]

WINDOW_S, RATE_HZ = 2.56, 100.0
SAMPLES = round(WINDOW_S * RATE_HZ)
KINDS = (
    "walking", "walking-slowly", "walking-briskly", "walking-about", "walking-like-the-old",
    "limping", "walking-with-a-bag", "walking-with-a-phone", "walking-hands-in-pockets",
)  # fmt: skip
WRIST, ANKLES = "left_wrist", ("left_ankle", "right_ankle")
METRICS = ("stride time, s", "cadence, steps a minute", "double support, %")
R2, BIAS = "R²", "bias"
LONGEST_S = 1.8
"""A longer stride is a turn or a pause."""
STRETCH_S = 10.0
TURNS = 3
PENALTIES = np.logspace(-2, 5, 15)
FOLDS, DRAWS = 5, 4000
EVENTS = "stride_events_sample.csv"


@dataclass(frozen=True, eq=False)
class Walks:
    """W windows of one sensor.

    Parameters
    ----------
    signals : (W, 6, T) array
        Accelerometer, m/s², and gyroscope, rad/s, at :data:`RATE_HZ`.
    truth : (W, 3) array
        :data:`METRICS`.
    groups : (W,) array of str
        What is resampled and held out as a whole.
    joints : (W,) array of str
        Where the sensor sits.
    """

    signals: Array
    truth: Array
    groups: Words
    joints: Words

    def __len__(self) -> int:
        return len(self.signals)


Made = Callable[[Walks], Array]
"""Features (W, F) of windows."""


def joined(parts: Sequence[Walks]) -> Walks:
    """One after the other."""
    return Walks(*(np.concatenate([vars(p)[name] for p in parts]) for name in vars(parts[0])))


def gait(strides: tuple[Array, Array], start_s: float, end_s: float) -> Array | None:
    """:data:`METRICS` of a window, means over the strides whose middle lies in it.

    Parameters
    ----------
    strides : pair of (N, 3) array
        Of the left and the right foot: when it comes down, leaves, and comes down again, s.

    Returns
    -------
    (3,) array, optional
        None where a foot has no stride there, one is longer than :data:`LONGEST_S`, or nobody
        knows whether the other foot stood.
    """
    times, shares = [], []
    for own, other in (strides, strides[::-1]):
        middle = (own[:, 0] + own[:, 2]) / 2
        inside = own[(middle >= start_s) & (middle < end_s)]
        if not len(inside) or not len(other):
            return None
        for down, off, again in inside:
            if again - down > LONGEST_S or down < other[0, 0] or off > other[-1, 1]:
                return None
            both = np.minimum(off, other[:, 1]) - np.maximum(down, other[:, 0])
            times.append(again - down)
            shares.append(both.clip(min=0).sum() / (again - down))
    downs = np.concatenate([foot[:, [0, 2]].ravel() for foot in strides])
    downs = np.unique(downs.round(6))  # a stride ends where the next one begins
    steps, middle = np.diff(downs), (downs[1:] + downs[:-1]) / 2
    inside = steps[(middle >= start_s) & (middle < end_s)]
    found = (np.mean(times), 60 / inside.mean(), 100 * np.mean(shares))
    return np.array(found, dtype=np.float64)


def strides_of(standing: NDArray[np.bool_], rate_hz: float) -> Array:
    """Strides (N, 3) of a foot from whether it stands (T,); the first stand, at rest, is none."""
    edges = np.flatnonzero(np.diff(standing.astype(int)))
    downs = (edges[standing[edges + 1]] + 1) / rate_hz
    offs = (edges[~standing[edges + 1]] + 1) / rate_hz
    offs = offs[offs > downs[0]] if len(downs) else offs
    count = min(len(offs), len(downs) - 1)
    return np.stack([downs[:count], offs[:count], downs[1 : count + 1]], axis=1)


def cut(
    signals: Array, strides: tuple[Array, Array], joint: str, group: Callable[[float], str]
) -> Walks:
    """Windows side by side of a sensor (T, 6), where gait is known."""
    rows, truth, groups = [], [], []
    for first in range(0, len(signals) - SAMPLES + 1, SAMPLES):
        start_s = first / RATE_HZ
        known = gait(strides, start_s, start_s + WINDOW_S)
        if known is not None:
            rows.append(signals[first : first + SAMPLES].T)
            truth.append(known)
            groups.append(group(start_s))
    return Walks(
        np.array(rows, float).reshape(-1, 6, SAMPLES), np.array(truth, float).reshape(-1, 3),
        np.array(groups, str), np.full(len(rows), joint),
    )  # fmt: skip


def simulated(clips: int, kinds: Sequence[str] = KINDS) -> dict[str, Walks]:
    """By joint; each clip is of a person of its own."""
    body = body_models.get_body_model("anthropometric").tailor(BodyOptions())(None)
    joints = (WRIST, *ANKLES)
    config = GenerateConfig(joints=joints, rate_hz=RATE_HZ)
    parts: dict[str, list[Walks]] = {joint: [] for joint in joints}
    for kind in kinds:
        for number in range(clips):
            key = f"gait/{kind}/{number:05d}"
            motion, made, _ = make_clip(RECIPES[f"gait/{kind}"], 0, key)
            standing = np.asarray(made.facts["standing"]) >= 0
            left, right = (strides_of(standing[:, k], MOTION_HZ) for k in (0, 1))
            record = simulate_clip(motion, body, config)
            both = np.concatenate([record.accelerometer, record.gyroscope], axis=-1, dtype=float)
            for k, joint in enumerate(joints):
                parts[joint].append(cut(both[:, k], (left, right), joint, lambda _, own=key: own))
    return {joint: joined(own) for joint, own in parts.items()}


def recorded(folder: Path) -> Walks:
    """Both feet of the walk of `gaitmap`."""
    table = np.genfromtxt(folder / EVENTS, delimiter=",", names=True, dtype=None, encoding="utf-8")
    recording = read_recording(find_recordings("gaitmap", folder)[0])
    feet = []
    for side in ("left", "right"):
        own = table[table["foot"] == side]
        rate_hz = next(s.rate_hz for s in recording.sensors if s.name.startswith(side))
        feet.append(np.stack([own["pre_ic"], own["tc"], own["ic"]], axis=1) / rate_hz)
    parts = []
    for sensor, joint in zip(recording.sensors, ANKLES, strict=True):
        assert sensor.accelerometer is not None
        assert sensor.gyroscope is not None
        both = np.concatenate([sensor.accelerometer, sensor.gyroscope], axis=1)
        read = resample(both, sensor.rate_hz, RATE_HZ).astype(np.float64)
        parts.append(cut(read, (feet[0], feet[1]), joint, lambda s: f"{s // STRETCH_S:g}"))
    return joined(parts)


def turned(walks: Walks, seed: int) -> Walks:
    """With each clip's sensors mounted at random."""
    clips, number = np.unique(np.char.add(walks.groups, walks.joints), return_inverse=True)
    own = rot.random_rotations(np.random.default_rng(seed), (len(clips),))[number]
    pairs = walks.signals.reshape(len(walks), 2, 3, SAMPLES).swapaxes(2, 3)
    signals = rot.rotate(own[:, None, None], pairs).swapaxes(2, 3).reshape(walks.signals.shape)
    return replace(walks, signals=signals)


def by_hand(walks: Walks, gyroscope: bool = False) -> Array:
    """Features with names."""
    signals = walks.signals.copy()
    if not gyroscope:
        signals[:, 3:] = 0
    blank = np.full(len(walks), "")
    return handcrafted(Windows(signals, blank, walks.groups, walks.groups, RATE_HZ)).values


def nothing(walks: Walks) -> Array:
    """Of all windows alike: the mean is predicted."""
    return np.zeros((len(walks), 1))


def embedded(model: Any) -> Made:
    """What a frozen encoder makes of windows."""
    import torch

    from imusim.learn.batch import SensorBatch, placements
    from imusim.learn.evaluation.zero_shot import embed_windows

    def made(walks: Walks) -> Array:
        read = resample(walks.signals.transpose(2, 0, 1), RATE_HZ, model.settings.rate_hz)
        signals = torch.from_numpy(read.transpose(1, 2, 0).copy()).float()[:, None]
        count, samples = len(signals), signals.shape[-1]
        batch = SensorBatch(
            signals, placements(walks.joints.tolist())[:, None],
            torch.ones(count, 1, 2, dtype=torch.bool),
            torch.ones(count, samples, dtype=torch.bool),
        )  # fmt: skip
        return embed_windows(model, batch, projected=False).double().numpy()

    return made


def representations(folder: Path | None) -> dict[str, Made]:
    """By name."""
    found: dict[str, Made] = {
        "the mean": nothing,
        "handcrafted, accelerometer": by_hand,
        "handcrafted, with gyroscope": lambda walks: by_hand(walks, gyroscope=True),
    }
    if folder is not None:
        import torch

        from imusim.learn.model import ImuTextModel, load_model

        model = load_model(folder / "model.pt" if folder.is_dir() else folder)
        torch.manual_seed(0)
        found["random weights"] = embedded(ImuTextModel(model.settings).eval())
        found["trained"] = embedded(model)
    return found


def fitted(features: Array, truth: Array, groups: Words) -> Any:
    """Ridge regression of one number."""
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV, GroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = GroupKFold(min(FOLDS, len(np.unique(groups))))
    search = GridSearchCV(
        make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": PENALTIES}, cv=folds,
        scoring="neg_mean_squared_error",
    )  # fmt: skip
    return search.fit(features, truth, groups=groups)


def held_out(features: Array, walks: Walks) -> Array:
    """Predictions (W, 3), of each clip by the others."""
    from sklearn.model_selection import GroupKFold

    made = np.empty_like(walks.truth)
    folds = GroupKFold(min(FOLDS, len(np.unique(walks.groups))))
    for train, test in folds.split(features, groups=walks.groups):
        for k in range(len(METRICS)):
            model = fitted(features[train], walks.truth[train, k], walks.groups[train])
            made[test, k] = model.predict(features[test])
    return made


def scores(predicted: Array, truth: Array, groups: Words) -> list[tuple[float, float, float]]:
    """Mean absolute error, R² and bias of (W,), with ends of 95 % intervals over groups."""
    _, number = np.unique(groups, return_inverse=True)
    apart = predicted - truth
    columns = (np.ones_like(truth), abs(apart), apart, apart**2, truth, truth**2)
    sums = np.stack([np.bincount(number, column) for column in columns])  # (6, groups)
    count = sums.shape[1]
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), DRAWS)
    found = []
    for weights in (np.ones((1, count)), drawn):
        n, absolute, signed, square, first, second = sums @ weights.T
        spread = np.maximum(second - first**2 / n, 1e-12)
        found.append((absolute / n, 1 - square / spread, signed / n))
    return [
        (float(one[0]), float(np.percentile(many, 2.5)), float(np.percentile(many, 97.5)))
        for one, many in zip(*found, strict=True)
    ]


def show(title: str, predicted: Mapping[str, Array], walks: Walks, beside: str = R2) -> None:
    """Print a table of errors and, beside each, R² or the bias."""
    print(f"\n{title}: {len(walks)} windows of {len(np.unique(walks.groups))} groups\n")
    print("| |" + "".join(f" {name} | {beside} |" for name in METRICS))
    print("|---" * (1 + 2 * len(METRICS)) + "|")
    for name, made in predicted.items():
        cells = []
        for k, digits in enumerate((3, 1, 1)):
            error, r2, bias = scores(made[:, k], walks.truth[:, k], walks.groups)
            other, places = (r2, 2) if beside == R2 else (bias, digits)
            cells += [_cell(error, digits), _cell(other, places)]
        print(f"| {name} | {' | '.join(cells)} |")


def _cell(figure: tuple[float, float, float], places: int) -> str:
    value, low, high = (f"{each:.{places}f}" for each in figure)
    return f"{value} ({low} to {high})"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder that holds gaitmap/")
    parser.add_argument("--model", type=Path, help="model.pt of a training, or its folder")
    parser.add_argument("--clips", type=int, default=20, help="of each kind of walk")
    arguments = parser.parse_args()
    made = representations(arguments.model)
    walks = simulated(arguments.clips)
    ankles, real = joined([walks[joint] for joint in ANKLES]), recorded(arguments.data / "gaitmap")
    for title, own in (("Simulated, left wrist", walks[WRIST]), ("Simulated, ankles", ankles)):
        show(title, {name: held_out(of(own), own) for name, of in made.items()}, own)
    transferred, mounted = {}, joined([turned(ankles, seed) for seed in range(TURNS)])
    for name, of in made.items():
        features, test = of(mounted), of(real)
        models = [fitted(features, mounted.truth[:, k], mounted.groups) for k in range(3)]
        transferred[name] = np.stack([model.predict(test) for model in models], axis=1)
    show("gaitmap, fitted to simulated ankles", transferred, real, BIAS)


if __name__ == "__main__":
    main()
