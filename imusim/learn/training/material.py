"""What a training works with: windows drawn and held out, texts embedded, origins on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS
from imusim.corpus import Corpus
from imusim.corpus.videos import digest_of_videos
from imusim.errors import ConfigError, CorpusError
from imusim.learn.balance import balanced, held_out
from imusim.learn.captions import opposite, read_paraphrases, variants
from imusim.learn.evaluation.real import RealWindows
from imusim.learn.examples import Examples
from imusim.learn.objectives import MOTION, TEXT, VIDEO, find_objective
from imusim.learn.training.batches import Batches, Drawn
from imusim.learn.training.config import PretrainConfig
from imusim.learn.training.wordings import Encoder, Wordings, make_wordings
from imusim.licences import sum_up
from imusim.recordings import get_dataset

Reworded = Mapping[str, Sequence[str]]
_LACKING = {TEXT: "captions", MOTION: "poses", VIDEO: "videos"}
"""What recordings have none of."""
_VALIDATION = 1
"""Added to the seed, so that what is held out is drawn apart."""


@dataclass(frozen=True, eq=False)
class Material:
    """All that is read before the first step.

    Parameters
    ----------
    examples : Examples
    chosen : (N',) int array
        Windows to train on.
    weights : (N,) array
        Of all windows.
    held : (H,) int array
        Windows that are held out; none where no clip could be spared.
    wordings : Wordings, optional
        None of a training without texts.
    origin : mapping
        Corpus digests, sources, licences: for the record.
    notes : tuple of str
        What a user should know.
    """

    examples: Examples
    chosen: NDArray[np.int64]
    weights: NDArray[np.float64]
    held: NDArray[np.int64]
    wordings: Wordings | None
    origin: dict[str, Any]
    notes: tuple[str, ...]

    @property
    def digests(self) -> list[str]:
        """SHA-256 of the corpora's manifests, recorded signals, videos and all texts."""
        read = (*self.origin["corpora"], *self.origin["recordings"], *self.origin["videos"])
        return [*(each["sha256"] for each in read), self.texts_digest]

    @property
    def texts_digest(self) -> str:
        """SHA-256 of all texts, ``""`` where there are none."""
        return self.wordings.digest if self.wordings else ""

    def batches(self, config: PretrainConfig) -> dict[str, Any]:
        """What :class:`Batches` of the training is made with."""
        return {
            "examples": self.examples,
            "chosen": self.chosen,
            "weights": self.weights[self.chosen],
            "wordings": self.wordings,
            "count": config.batch_size,
            "seed": config.seed,
            "companions": config.companions,
        }

    def validation(self, config: PretrainConfig) -> Drawn | None:
        """The windows that steps are compared by, always the same; None where none are held out."""
        if not len(self.held):
            return None
        count = min(len(self.held), config.validation_windows)
        seed = config.seed + _VALIDATION
        shares = self.weights[self.held]
        if not shares.any():  # none of them would be trained on; they tell steps apart even so
            shares = np.ones(len(shares))
        return Batches(
            self.examples, self.held, shares, self.wordings, count, seed,
            companions=config.companions,
        )[0]  # fmt: skip


def make_material(
    config: PretrainConfig,
    corpora: Sequence[Corpus],
    encoder: Encoder | None,
    recorded: Sequence[RealWindows] = (),
) -> Material:
    """Read windows, embed texts, choose what is held out.

    Raises
    ------
    ConfigError
        If no corpus is given, or one of them twice; if recordings are, and captions, poses or
        videos are needed.
    CorpusError
        If a corpus has a lower rate than asked for, no captions or poses that are needed, signals
        that are not finite; if embeddings of videos are needed and there are none, or they are
        faulty; if too few windows are left.
    """
    texts, video = TEXT in config.needs, VIDEO in config.needs
    for what, called in _LACKING.items():
        if recorded and what in config.needs:
            raise ConfigError(
                f"{recorded[0].dataset}: recordings have no {called}, which the objective "
                f"{_needing(config, what)} needs"
            )
    notes = _checked(config, corpora, recorded)
    examples = Examples(
        corpora, config.read_s, config.rate_hz, captioned=texts, recorded=recorded,
        motion=MOTION in config.needs, video=video,
    )  # fmt: skip
    if video:
        seen = int((examples.stretch >= 0).sum())
        notes.append(f"{seen:,} of {len(examples):,} windows have an embedding of a video")
    every = np.arange(len(examples))
    if config.shuffled_captions:
        deal_out(examples, config.seed)
        notes.append("captions were dealt out anew over clips: this model is a control")
    weights = np.full(len(examples), 1 / len(examples))
    if config.balance:
        weights = balanced(examples, config.balance_sources, config.balance_activities)
    weights = weights * factors(examples, config.shares)
    if config.by_movement:
        weights = weights * movement(examples)
    held = np.zeros(len(examples), bool)
    if config.validation_share:
        held = held_out(examples, config.validation_share, config.seed)
        if not held.any():
            notes.append(
                "no clip can be held out, since none has the captions of another: the last step "
                "is kept instead of the best"
            )
    if texts and len(examples.texts) == 1:
        (text,) = examples.texts
        raise CorpusError(f"all clips have one caption, {text!r}; there is nothing to tell apart")
    notes += _short(corpora, config)
    wordings = None
    if texts:
        if encoder is None:
            raise ConfigError(f"the objective {_needing(config, TEXT)} needs a text encoder")
        words = _words(config, examples, corpora)
        wordings = make_wordings(
            examples.texts, encoder, words, opposite if config.opposites else None
        )
    if not weights[~held].any():
        reason = "by_movement and shares" if config.by_movement else "shares"
        raise ConfigError(f"{reason}: they leave no window to train on")
    return Material(
        examples,
        every[~held],
        weights,
        every[held],
        wordings,
        _origin(corpora, recorded, _videos(config, corpora)),
        tuple(notes),
    )


def digests(
    config: PretrainConfig, corpora: Sequence[Corpus], recorded: Sequence[RealWindows]
) -> list[str]:
    """Those of :class:`Material` without texts, before anything is read."""
    videos = _videos(config, corpora).values()
    return [*(corpus.manifest.sha256 for corpus in corpora), *map(_digest_of, recorded), *videos]


def deal_out(examples: Examples, seed: int) -> None:
    """Give each clip's captions to another clip, drawn from the seed."""
    clips, first = np.unique(examples.clip, return_index=True)
    dealt = first[np.random.default_rng([seed, len(clips)]).permutation(len(clips))]
    giver = dealt[np.searchsorted(clips, examples.clip)]
    examples.captions, examples.group = examples.captions[giver], examples.group[giver]


def factors(examples: Examples, shares: Mapping[str, float]) -> NDArray[np.float64]:
    """Factors (N,) by source; of several beginnings that fit one, the longest counts.

    Raises
    ------
    ConfigError
        If a name begins no source, or nothing would be drawn.
    """
    every = sorted(set(examples.sources.tolist()))
    found = np.ones(len(examples))
    for name in sorted(shares, key=len):
        mine = np.char.startswith(examples.sources, name)
        if not mine.any():
            raise ConfigError(f"shares: no source begins with {name!r}; there are: {every}")
        found[mine] = shares[name]
    if not found.any():
        raise ConfigError("shares: they leave no window to train on")
    return found


def movement(examples: Examples) -> NDArray[np.float64]:
    """Standard deviations (N,) of acceleration, m/s²: over time, all axes and sensors alike.

    Raises
    ------
    ConfigError
        If nothing moves in any window.
    """
    found = np.zeros(len(examples))
    for some in np.array_split(np.arange(len(examples)), max(1, len(examples) // 512)):
        raw = examples.read(some)
        known = raw.valid[:, :, None, None].double()
        force = raw.signals[..., :3].double()
        count = known.sum(dim=1).clamp(min=1)
        apart = (force - ((force * known).sum(dim=1) / count)[:, None]) * known
        variance = apart.square().sum(dim=1) / count  # (B, S, 3)
        worn = (raw.joint >= 0)[..., None].double()
        mean = (variance * worn).mean(dim=2).sum(dim=1) / worn.sum(dim=(1, 2)).clamp(min=1)
        found[some] = mean.sqrt().numpy()
    if not found.any():
        raise ConfigError("by_movement: no window holds any movement to be drawn by")
    return found


def _needing(config: PretrainConfig, what: str) -> str:
    """The first objective that needs it."""
    return next(
        name
        for name in config.objectives
        if what in find_objective(name).needs_of(config.settings_of(name))
    )


def _checked(
    config: PretrainConfig, corpora: Sequence[Corpus], recorded: Sequence[RealWindows]
) -> list[str]:
    """Refuse corpora that cannot be trained on together; say what is changed of them."""
    if not corpora and not recorded:
        raise ConfigError("give a corpus to train on; `imusim generate` makes one")
    resampled: dict[float, list[str]] = {}
    partly: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    for corpus in corpora:
        name, digest = str(corpus.folder), corpus.manifest.sha256
        if digest in seen:
            raise ConfigError(f"{name}: is the same corpus as {seen[digest]}; give each once")
        seen[digest] = name
        if not len(corpus):
            raise CorpusError(f"{name}: holds no clip")
        if corpus.rate_hz < config.rate_hz * (1 - 1e-9):
            raise CorpusError(
                f"{name}: has {corpus.rate_hz:g} Hz, less than the {config.rate_hz:g} Hz of the "
                f"training; give --rate {corpus.rate_hz:g}, or make it again at a higher rate"
            )
        if corpus.rate_hz > config.rate_hz * (1 + 1e-9):
            resampled.setdefault(corpus.rate_hz, []).append(name)
        there = set(corpus.joints)
        if there != set(JOINTS):
            worn = ", ".join(joint for joint in JOINTS if joint in there)
            partly.setdefault(f"{len(there)} of {len(JOINTS)} joints ({worn})", []).append(name)
    return [
        *(
            f"{_named(names)}: resampled from {rate_hz:g} to {config.rate_hz:g} Hz, filtered "
            "against aliasing"
            for rate_hz, names in resampled.items()
        ),
        *(
            f"{_named(names)}: sensors at {joints}; the others are never present in the windows"
            for joints, names in partly.items()
        ),
    ]


def _named(corpora: Sequence[str]) -> str:
    return corpora[0] if len(corpora) == 1 else f"{len(corpora)} corpora"


def _short(corpora: Sequence[Corpus], config: PretrainConfig) -> list[str]:
    """Sources of which no clip fills a window."""
    longest: dict[str, float] = {}
    for corpus in corpora:
        lengths_s = corpus.column("length") / corpus.rate_hz
        for source, length_s in zip(corpus.column("source"), lengths_s, strict=True):
            longest[source] = max(longest.get(source, 0.0), float(length_s))
    return [
        f"{source or 'clips of no source'}: none is longer than {length_s:.1f} s, so no clip fills "
        f"a window of {config.window_s:g} s; the rest of each is masked"
        for source, length_s in sorted(longest.items())
        if length_s < config.window_s
    ]


def _digest_of(real: RealWindows) -> str:
    """SHA-256 of recorded windows."""
    return sha256(real.batch.signals.contiguous().numpy().data).hexdigest()


def _videos(config: PretrainConfig, corpora: Sequence[Corpus]) -> dict[str, str]:
    """SHA-256 of what is made of videos, where it is needed and there, by corpus."""
    read = corpora if VIDEO in config.needs else ()
    found = {str(corpus.folder.resolve()): digest_of_videos(corpus.folder) for corpus in read}
    return {folder: digest for folder, digest in found.items() if digest}


def _origin(
    corpora: Sequence[Corpus], recorded: Sequence[RealWindows], videos: Mapping[str, str]
) -> dict[str, Any]:
    licences = {str(each) for corpus in corpora for each in corpus.column("licence")}
    licences = sorted(licences | {get_dataset(real.dataset).licence for real in recorded})
    sources = {str(each) for corpus in corpora for each in corpus.column("source")}
    sources = sorted(sources | {real.dataset for real in recorded})
    return {
        "corpora": [
            {
                "name": corpus.folder.resolve().name,
                "sha256": corpus.manifest.sha256,
                "clips": len(corpus),
                "hours": round(corpus.manifest.duration_s / 3600, 3),
            }
            for corpus in corpora
        ],
        "recordings": [
            {"name": real.dataset, "sha256": _digest_of(real), "windows": len(real)}
            for real in recorded
        ],
        "videos": [
            {"name": Path(folder).name, "sha256": digest} for folder, digest in videos.items()
        ],
        "sources": sources,
        "licences": licences,
        "use": sum_up(licences).use,
    }


def _words(config: PretrainConfig, examples: Examples, corpora: Sequence[Corpus]) -> Reworded:
    """Other wordings of captions: by a language model, where a corpus has them, and by rule."""
    stored: dict[str, tuple[str, ...]] = {}
    for corpus in corpora if config.paraphrases else ():
        for caption, texts in read_paraphrases(corpus.folder).items():
            stored[caption.strip()] = (*stored.get(caption.strip(), ()), *texts)
    return variants(examples.texts, stored, config.wordings)
