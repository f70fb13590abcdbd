"""Which activities captions name, told by their words: a count to look at, and no labels."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
"""A word of a caption; hyphens and apostrophes within it belong to it."""

_FORMS = {
    "walk": "walk* stroll* wander* stride strides striding march marches marching marched pacing",
    "run": "run runs running ran runner jog jogs jogging jogged sprint* dash dashes dashing",
    "jump": "jump* leap* leapt hop hops hopping hopped skip skips skipping skipped bounce*",
    "turn": "turn* spin spins spinning spun rotate* twirl* pivot* twist*",
    "stand": "stand stands standing stood",
    "sit": "sit sits sitting sat seated",
    "lie": "lie lies lying lays laying",
    "kneel, squat": "kneel* knelt squat* crouch* lunge*",
    "bend, lean": "bend* bent bow bows bowing bowed lean* stoop*",
    "climb, stairs": "climb* stair stairs staircase upstairs downstairs ladder ascend* descend*",
    "crawl": "crawl*",
    "kick": "kick*",
    "punch, fight": "punch* box boxes boxing boxed fight* fought strike strikes striking slash*",
    "throw, catch": "throw* threw thrown toss* catch* caught",
    "lift, carry": "lift* carry carries carrying carried pick picks picking picked",
    "push, pull": "push* pull* drag*",
    "reach, grasp": "reach* grab* grasp*",
    "wave, gesture": "wave* waving gesture* gesturing beckon* salute* saluting clap* point*",
    "dance": "dance* dancing waltz* ballet salsa",
    "swim": "swim* swam",
    "swing, play": "swing* swung golf tennis baseball basketball bowl bowls bowling dribble*",
    "eat, drink": "eat* ate drink* drank sip sips sipping",
    "wash, clean": "wash* wipe* wiping clean* sweep* swept mop mops mopping scrub* brush*",
    "stretch": "stretch* exercise* exercising warm-up",
    "cycle": "cycle* cycling bicycle bike pedal*",
    "fall, stumble": "fall falls falling fell stumble* stumbling trip trips tripping tripped",
    "balance": "balance* balancing wobble* wobbling",
}
"""Words of each activity; ``*`` stands for s, es, ed, d, ing, also with the last letter twice."""

SMALL_WORDS = frozenset(
    WORD.findall(
        "a an and are as at back both by for from he her his in into is it its of off on one or "
        "out over person person's she some somebody someone that the their them then they this "
        "to two up with while man woman people"
    )
)
"""Words that say little of a motion."""

OTHER = "none of these"


def _words(forms: str) -> Iterable[str]:
    for form in forms.split():
        stem = form.removesuffix("*")
        yield stem
        if form != stem:
            short = stem.removesuffix("e")
            yield from (stem + "s", stem + "es", stem + "ed", stem + "d", short + "ing")
            yield from (stem + stem[-1] + "ed", stem + stem[-1] + "ing")


ACTIVITY_OF: dict[str, str] = {
    word: activity for activity, forms in _FORMS.items() for word in _words(forms)
}
"""Activity of a word."""


def words_of(caption: str) -> list[str]:
    """Words of a caption, in small letters."""
    return WORD.findall(caption.lower())


def activities_of(words: Iterable[str]) -> set[str]:
    """Activities that words name."""
    return {ACTIVITY_OF[word] for word in words if word in ACTIVITY_OF}
