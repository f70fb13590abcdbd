"""Captions said otherwise: verbs, words, details, and what stays."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.learn.captions import rephrased, variants
from imusim.learn.captions.clause import parse
from imusim.learn.captions.meaning import contradicts, facts
from imusim.learn.captions.verbs import BASE, PARTICIPLE, THIRD, participle, third

ALL = 1000


@pytest.mark.parametrize(
    ("base", "with_someone", "going"),
    [
        ("walk", "walks", "walking"),
        ("run", "runs", "running"),
        ("wave", "waves", "waving"),
        ("lie", "lies", "lying"),
        ("carry", "carries", "carrying"),
        ("push", "pushes", "pushing"),
        ("go", "goes", "going"),
        ("sit", "sits", "sitting"),
        ("squat", "squats", "squatting"),
        ("kneel", "kneels", "kneeling"),
        ("throw", "throws", "throwing"),
        ("box", "boxes", "boxing"),
        ("pedal", "pedals", "pedalling"),
        ("reel", "reels", "reeling"),
        ("play", "plays", "playing"),
        ("see", "sees", "seeing"),
        ("mimic", "mimics", "mimicking"),
    ],
)
def test_forms_of_verbs(base, with_someone, going):
    assert third(base) == with_someone
    assert participle(base) == going


def test_forms_tell_their_verb():
    assert {THIRD[third(base)] for base in BASE} == set(BASE)
    assert {PARTICIPLE[participle(base)] for base in BASE} == set(BASE)


@pytest.mark.parametrize(
    ("caption", "also"),
    [
        ("a person walks", ["someone is walking", "walking", "the person walks"]),
        ("walking up 10 stairs", ["a person walks up 10 stairs", "walking up ten stairs"]),
        ("someone raises the right hand and waves hello",
         ["raising the right hand and waving hello", "someone lifts the right hand and waves hello",
          "someone raises their right hand and waves hello"]),
        ("walk forward, turn around, walk back",
         ["a person walks forward, turns around, walks back"]),
        ("walk left angry", ["a person walks left angrily", "someone is walking left"]),
        ("Walk Sideways", ["a person walks sideways"]),
        ("drinking, sitting at a table", ["someone is drinking, sitting at a table"]),
        ("a person is jogging in place", ["a person jogs on the spot", "jogging in place"]),
        ("a man sits down on a chair", ["a person takes a seat on a chair"]),
        ("a tennis serve", ["a person does a tennis serve"]),
        ("slow walk", ["a person does a slow walk"]),
        ("slow squats in a row", ["someone is doing slow squats in a row"]),
        ("walks forward", ["a person walks forward", "walking forwards"]),
        ("from sitting to standing", ["a person goes from sitting to standing"]),
        ("the person who kneels stands up", ["someone who kneels stands up"]),
        ("someone is in a plank", ["a person is in a plank"]),
        ("jumping jacks", ["a person does jumping jacks", "star jumps"]),
        ("someone draws a circle counter-clockwise", ["someone draws a circle anticlockwise"]),
        ("a person goes upstairs", ["a person goes up the stairs"]),
        ("a person walks forward like an elderly person", ["a person walks forward"]),
        ("someone moves an arm round in a circle in front of the body",
         ["someone moves an arm round in a circle"]),
    ],
)  # fmt: skip
def test_other_ways_to_say_it(caption, also):
    assert set(also) <= set(rephrased(caption, ALL))


@pytest.mark.parametrize(
    ("caption", "never"),
    [
        ("drinking, sitting at a table", "drinks, sits"),  # how, not a second deed
        ("a person who lies face down gets up", "ing "),  # whose verb it is cannot be told
        ("jumping jacks", "jumps jacks"),
        ("the person does not know and shrugs", "doing"),
        ("creeping walk", "creeps walk"),
        ("someone who sits rises to standing", "does"),
        ("one person kicks the other", "someone"),
        ("thumbs up", "does"),
        ("a forward kick", "forwards kick"),
        ("walks without moving forward", "a person walks."),
        ("walks in place", "walks forward"),
    ],
)
def test_what_is_never_said(caption, never):
    assert not any(never in text for text in rephrased(caption, ALL))


def test_sources(source_captions):
    counts = {caption: len(rephrased(caption, ALL)) for caption in source_captions}
    assert sum(count >= 5 for count in counts.values()) > 0.75 * len(counts)
    assert sum(count == 0 for count in counts.values()) < 0.1 * len(counts)
    for caption in source_captions:
        hold(caption)


def test_cmu(cmu_captions):
    for caption in cmu_captions:
        hold(caption)


def hold(caption: str) -> None:
    """What holds of every caption."""
    texts = rephrased(caption, ALL)
    assert len({text.lower() for text in (*texts, caption)}) == len(texts) + 1
    for text in texts:
        assert facts(text) == facts(caption)
        assert not contradicts(caption, text)
        assert text == text.strip()
        assert "  " not in text
    assert rephrased(caption, 3) == texts[:3]


SUBJECTS = ("a person", "someone", "the person", "somebody", "a man", "")
DEEDS = (
    "walks", "runs", "turns", "waves", "jumps", "swings the arm", "sits down", "stands up", "hops",
    "walks upstairs", "goes down the stairs", "raises the hand", "kicks", "does squats",
)  # fmt: skip
WAYS = (
    "left", "right", "to the left", "to the right", "forward", "backwards", "up", "down",
    "sideways", "clockwise", "counter-clockwise", "from left to right", "in place", "twice",
    "seven times", "with the left hand", "on the right leg", "slowly", "happily", "angrily",
    "while sitting", "without moving", "again", "with both hands", "in a tired way", "",
)  # fmt: skip


@st.composite
def sentences(draw):
    subject = draw(st.sampled_from(SUBJECTS))
    told = [
        f"{draw(st.sampled_from(DEEDS))} {draw(st.sampled_from(WAYS))}".strip()
        for _ in range(draw(st.integers(1, 3)))
    ]
    return f"{subject} {draw(st.sampled_from([' and ', ', ', ', then ']).map(str)).join(told)}"


@given(sentences())
@settings(max_examples=120, deadline=None)
def test_sides_directions_and_counts_stay(caption):
    for text in rephrased(caption, ALL):
        assert facts(text) == facts(caption)
        words = text.lower().replace(",", " ").split()
        for side in ("left", "right", "clockwise", "counter-clockwise", "not", "without", "again"):
            told = words.count(side)
            if side == "counter-clockwise":
                told += words.count("anticlockwise") + words.count("counterclockwise")
            assert told == caption.replace(",", " ").split().count(side)


@given(st.text(max_size=600) | st.lists(st.sampled_from([*BASE, *THIRD, "and", ",", "is", "(", "'",
       "a", "the", "-", "not", "person", "."]), max_size=20).map(" ".join))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_text(caption):
    texts = rephrased(caption, ALL)
    assert len(texts) < 400
    assert all(facts(text) == facts(" ".join(caption.split())) for text in texts)
    parse(caption)


@pytest.mark.parametrize(
    ("caption", "text", "told_otherwise"),
    [
        ("a person turns left", "someone makes a left turn", False),
        ("a person turns left", "someone turns", True),
        ("a person turns left", "someone turns right", True),
        ("a person walks", "a person walks to the right", True),
        ("walks forward", "walks ahead", False),
        ("walks forward", "walks backwards", True),
        ("goes upstairs", "climbs the stairs", False),
        ("goes upstairs", "goes down the stairs", True),
        ("sits down", "stands up", True),
        ("sits down", "takes a seat", False),
        ("does seven squats", "does 7 squats", False),
        ("does seven squats", "does eight squats", True),
        ("does seven squats", "does some squats", True),
        ("claps both hands", "claps the hands", False),
        ("turns clockwise", "turns anticlockwise", True),
        ("turns counter-clockwise", "turns anticlockwise", False),
    ],
)
def test_texts_that_contradict(caption, text, told_otherwise):
    assert contradicts(caption, text) is told_otherwise


def test_variants():
    captions = ["a person walks", "sawing"]
    made = variants(captions, {"sawing": ("cutting wood", "sawing")}, most=3)
    assert list(made) == captions
    assert made["a person walks"] == ("a person walks", *rephrased("a person walks", 3))
    assert made["sawing"] == ("sawing", "cutting wood", *rephrased("sawing", 3))
    assert variants(captions, most=0) == {caption: (caption,) for caption in captions}
