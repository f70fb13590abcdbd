"""What a recipe is, and how a clip is made from one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from imusim.conventions import JOINTS
from imusim.motion import Motion, Provenance
from motion_sources.procedural.controls import Controls, facing, solve
from motion_sources.procedural.person import Person, draw_person
from motion_sources.procedural.timing import RATE_HZ

Array = NDArray[np.float64]

COUNT_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Made:
    """What a recipe makes.

    Parameters
    ----------
    controls : Controls
        Over time, at :data:`~motion_sources.procedural.timing.RATE_HZ`.
    words : mapping of str to str
        What the caption templates ask for.
    facts : mapping of str to float or array
        What was drawn and can be checked in the poses: heights, m, counts, places.
    """

    controls: Controls
    words: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, float | Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """A kind of motion that can be made again and again.

    Parameters
    ----------
    name : str
    category : str
        Major heading of the 2011 Compendium of Physical Activities (Ainsworth et al. 2011,
        Medicine & Science in Sports & Exercise 43:1575) that the activity falls under.
    captions : tuple of str
        Templates; words in braces come from :attr:`Made.words`.
    make : callable
        ``make(rng, person)``.
    cutoff_hz : float, optional
        Frequency above which the motion shows how it was made rather than a person.
    """

    name: str
    category: str
    captions: tuple[str, ...]
    make: Callable[[np.random.Generator, Person], Made]
    cutoff_hz: float | None = None


def choose(rng: np.random.Generator, *options: str) -> str:
    """One of some words."""
    return options[int(rng.integers(len(options)))]


def generator(seed: int, key: str) -> np.random.Generator:
    """A clip's random numbers, from the run's seed and the clip's key alone."""
    words = np.frombuffer(hashlib.sha256(f"procedural\0{key}".encode()).digest(), dtype="<u4")
    return np.random.default_rng([seed, *(int(word) for word in words)])


def make_clip(recipe: Recipe, seed: int, key: str) -> tuple[Motion, Made, Person]:
    """A clip with what it was made from."""
    rng = generator(seed, key)
    person = draw_person(rng)
    made = recipe.make(rng, person)
    controls = facing(made.controls, rng.uniform(-np.pi, np.pi))
    root_position, rotations = solve(person, controls)
    captions = dict.fromkeys(_tidy(text.format(**made.words)) for text in recipe.captions)
    motion = Motion(
        person.skeleton,
        root_position,
        rotations,
        RATE_HZ,
        captions=tuple(captions),
        key=key,
        provenance=Provenance(
            "procedural",
            "MIT",
            recipe.name,
            hashlib.sha256(f"{seed}\0{key}".encode()).hexdigest(),
            f"procedural/{seed}/{key}",  # a person is drawn for each clip
        ),
        joint_map={name: name for name in JOINTS},
        rest_is_t_pose=True,
        position_noise=0.0,
        cutoff_hz=recipe.cutoff_hz,
    )
    return motion, made, person


def _tidy(text: str) -> str:
    """One space between words, none before a comma."""
    return " ".join(text.split()).replace(" ,", ",")
