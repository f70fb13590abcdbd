"""The modes: without a label, with a few, with all, on embeddings or on all weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from imusim.learn.evaluation import result as names
from imusim.learn.evaluation.draws import Numbers, draw_shots
from imusim.learn.evaluation.figures import joined, ranked
from imusim.learn.evaluation.handcrafted import window_features
from imusim.learn.evaluation.linear import choose_penalty, fit_linear, fit_ridge
from imusim.learn.evaluation.random_convolutions import random_convolution_features
from imusim.learn.evaluation.real import RealWindows
from imusim.learn.evaluation.result import Line, Mode, make_line
from imusim.learn.evaluation.settings import EvaluationSettings
from imusim.learn.evaluation.tuning import tuned
from imusim.learn.evaluation.zero_shot import Array, class_scores, embed_classes, embed_windows
from imusim.learn.model import ImuTextModel

Features = Mapping[str, Sequence[Tensor]]
"""By name of a text encoder, what it makes of the prompts of each class."""
Sides = tuple[Numbers, Numbers]
Several = Callable[[int, Sides], list[Array]]
"""Of a split's number and its sides, scores (N, K) of the test windows: of each model and draw."""

_HELD_OUT = 5
"""One training subject of so many tells when to stop."""
_OTHER_SEED = 7919
"""Random weights are those of another seed than a model may have started from."""


@dataclass(frozen=True, eq=False)
class Bench:
    """All that the modes share; embeddings are made once."""

    models: tuple[ImuTextModel, ...]
    controls: tuple[ImuTextModel, ...]
    real: RealWindows
    features: Features
    settings: EvaluationSettings
    splits: tuple[Sides, ...]
    progress: Callable[[str], None]

    def fresh(self, way: str) -> tuple[ImuTextModel, ...]:
        """Each model's architecture with random weights; none unless the way is asked for."""
        return self._fresh if way in self.settings.beside else ()

    @cached_property
    def _fresh(self) -> tuple[ImuTextModel, ...]:
        return tuple(
            new_model(model, self.settings.seed + _OTHER_SEED + number)
            for number, model in enumerate(self.models)
        )

    @cached_property
    def frozen(self) -> dict[str, list[Array]]:
        """What linear classifiers learn on: features (W, F) by way and model."""
        self.progress("embedding windows")
        found = {
            way: [embed_windows(model, self.real.batch, False).numpy().astype(float)
                  for model in models]
            for way, models in (
                (names.PRETRAINED, self.models), (names.CONTROL, self.controls),
                (names.RANDOM, self.fresh(names.RANDOM)),
            )
            if models
        }  # fmt: skip
        beside = self.settings.beside
        if names.HANDCRAFTED in beside:
            found[names.HANDCRAFTED] = [window_features(self.real)]
        if names.CONVOLUTIONS in beside:
            made = random_convolution_features(self.real, self.settings.seed)
            found[names.CONVOLUTIONS] = [made]
        return found

    @cached_property
    def shots(self) -> list[list[dict[int, Numbers]]]:
        """Of each split and draw, k to the windows shown."""
        settings = self.settings
        seeds = np.random.SeedSequence(settings.seed).generate_state(len(self.splits))
        return [
            draw_shots(self.real.labels, train, settings.shots, settings.draws, int(seed))
            for (train, _), seed in zip(self.splits, seeds, strict=True)
        ]

    def line(
        self, mode: Mode, way: str, several: Several, shots: int | None = None, models: int = 1
    ) -> Line:
        """Test a way to tell classes on all splits, and put its windows together."""
        self.progress(f"{mode}{f' {shots}' if shots else ''}: {way}")
        real, parts = self.real, []
        for number, split in enumerate(self.splits):
            test = split[1]
            rows = several(number, split)
            parts.append(ranked(rows, real.labels[test], real.subjects[test], real.groups[test]))
        settings = self.settings
        return make_line(
            mode, way, shots, joined(parts), real.classes, models, settings.n_resamples,
            settings.seed,
        )  # fmt: skip

    def majority_line(self, mode: Mode, shots: int | None = None) -> Iterator[Line]:
        """That of the most frequent class, if it is asked for."""
        if names.MAJORITY in self.settings.beside:
            yield self.line(mode, names.MAJORITY, lambda _n, split: self._majority(*split), shots)

    def _majority(self, train: Numbers, test: Numbers) -> list[Array]:
        """Classes by how often they occur among windows that are trained on."""
        counts = np.bincount(self.real.labels[train], minlength=len(self.real.classes))
        return [np.tile(counts.astype(float), (len(test), 1))]


def new_model(model: ImuTextModel, seed: int) -> ImuTextModel:
    """The same architecture with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ImuTextModel(model.settings).eval()


def zero_shot_lines(bench: Bench, tested: Numbers) -> Iterator[Line]:
    """No label is shown; everyone who is tested at all is."""
    everyone = Bench(
        bench.models, bench.controls, bench.real, bench.features, bench.settings,
        ((tested, tested),), bench.progress,
    )  # fmt: skip
    placed, unplaced = bench.real, bench.real.without_placement()
    for way, models, real in (
        (names.PRETRAINED, bench.models, placed),
        (names.UNPLACED, bench.models, unplaced),
        (names.CONTROL, bench.controls, placed),
        (names.RANDOM, bench.fresh(names.RANDOM), placed),
    ):
        if models:
            scores = [
                class_scores(model, real, bench.features[model.settings.text_model])[tested]
                for model in models
            ]
            yield everyone.line("zero-shot", way, lambda _n, _s, s=scores: s, None, len(models))
    yield from everyone.majority_line("zero-shot")


def probe_lines(bench: Bench, _tested: Numbers) -> Iterator[Line]:
    """Linear classifiers on features that stay as they are, of all training windows."""
    for way, features in bench.frozen.items():
        yield bench.line("probe", way, _probe(bench, way), None, len(features))
    yield from bench.majority_line("probe")


def _probe(bench: Bench, way: str) -> Several:
    """Ridge regression on random convolutions, else logistic regression.

    Of that a penalty is chosen within the training subjects, then all of them are learnt.
    """
    real, features = bench.real, bench.frozen[way]

    def several(_number: int, split: Sides) -> list[Array]:
        train, test = split
        labels, people = real.labels[train], real.subjects[train]
        rows = []
        for own in features:
            if way == names.CONVOLUTIONS:
                rows.append(fit_ridge(own[train], labels, len(real.classes))(own[test]))
                continue
            penalty = choose_penalty(own[train], labels, people)
            rows.append(fit_linear(own[train], labels, len(real.classes), penalty)(own[test]))
        return rows

    return several


def shot_lines(bench: Bench, _tested: Numbers) -> Iterator[Line]:
    """A few labelled windows of each class, by linear classifiers and by training all weights."""
    real, draws = bench.real, bench.settings.draws
    for k in bench.settings.shots:
        for way, features in bench.frozen.items():

            def few(
                number: int, split: Sides, k: int = k, features: list[Array] = features
            ) -> list[Array]:
                shown = [draw[k] for draw in bench.shots[number]]
                return [
                    fit_linear(own[some], real.labels[some], len(real.classes))(own[split[1]])
                    for own in features
                    for some in shown
                ]

            yield bench.line("k-shot", way, few, k, len(features))
        if bench.settings.tune_shots:
            for way, models in (
                (names.TUNED, bench.models), (names.SCRATCH, bench.fresh(names.SCRATCH)),
            ):  # fmt: skip
                if not models:
                    continue

                def train(
                    number: int, split: Sides, k: int = k, way: str = way, models=models
                ) -> list[Array]:
                    return [
                        _tuned(bench, model, way, bench.shots[number][draw][k], None, draw)(
                            real.batch[torch.from_numpy(split[1])]
                        )
                        for model in models
                        for draw in range(draws)
                    ]

                yield bench.line("k-shot", way, train, k, len(models))
        yield from bench.majority_line("k-shot", k)


def tune_lines(bench: Bench, _tested: Numbers) -> Iterator[Line]:
    """All weights trained on all training windows but those of people who tell when to stop."""
    real = bench.real
    for way, models in (
        (names.TUNED, bench.models), (names.CONTROL, bench.controls),
        (names.SCRATCH, bench.fresh(names.SCRATCH)),
    ):  # fmt: skip
        if not models:
            continue

        def train(number: int, split: Sides, way: str = way, models=models) -> list[Array]:
            shown, held = _parted(real, split[0])
            others = real.batch[torch.from_numpy(split[1])]
            return [_tuned(bench, model, way, shown, held, number)(others) for model in models]

        yield bench.line("finetune", way, train, None, len(models))
    for way in (names.HANDCRAFTED, names.CONVOLUTIONS):
        if way in bench.settings.beside:
            yield bench.line("finetune", way, _probe(bench, way))
    yield from bench.majority_line("finetune")


def _parted(real: RealWindows, train: Numbers) -> tuple[Numbers, Numbers | None]:
    """Training windows without those of a fifth of the people, and these; none of one person."""
    people = np.unique(real.subjects[train])
    if len(people) < 2:
        return train, None
    aside = np.isin(real.subjects[train], people[::_HELD_OUT])
    return train[~aside], train[aside]


def _tuned(
    bench: Bench, model: ImuTextModel, way: str, shown: Numbers, held: Numbers | None, seed: int
):
    """Train on windows; what was pretrained with texts starts from the prompts of the classes."""
    real, start = bench.real, None
    if way != names.SCRATCH and model.knows_text:
        start = embed_classes(model, bench.features[model.settings.text_model])
    aside = None
    if held is not None:
        aside = (real.batch[torch.from_numpy(held)], real.labels[held])
    return tuned(
        model, start, real.batch[torch.from_numpy(shown)], real.labels[shown], len(real.classes),
        aside, bench.settings.tuning, bench.settings.seed + seed,
    )  # fmt: skip
