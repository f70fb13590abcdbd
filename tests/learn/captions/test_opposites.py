"""The other way round, and back again."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.learn.captions import opposite, opposites
from imusim.learn.captions.meaning import contradicts, facts


@pytest.mark.parametrize(
    ("caption", "other"),
    [
        ("a person swipes the right arm to the left", "a person swipes the right arm to the right"),
        ("turning left", "turning right"),
        ("Turn Left", "Turn Right"),
        ("a person waves with the right hand", "a person waves with the left hand"),
        (
            "sweeping the right hand from left to right",
            "sweeping the right hand from right to left",
        ),
        ("walking up 10 stairs", "walking down 10 stairs"),
        ("a person goes upstairs", "a person goes downstairs"),
        ("someone goes up the stairs", "someone goes down the stairs"),
        ("a person sits down on a chair", "a person stands up from a chair"),
        ("a person stands up from a chair", "a person sits down on a chair"),
        ("from sitting to standing", "from standing to sitting"),
        ("lying down on a bed", "getting up from a bed"),
        ("someone gets up from the floor", "someone lies down on the floor"),
        ("a person gets up from kneeling", "a person kneels down"),
        ("a clockwise circle", "a counter-clockwise circle"),
        ("turns anticlockwise", "turns clockwise"),
        ("a person walks forward", "a person walks backward"),
        ("someone runs backwards", "someone runs forwards"),
        ("a person raises both hands", "a person lowers both hands"),
        ("someone lifts a box from the floor", "someone lowers a box to the floor"),
        ("a person pushes something", "a person pulls something"),
        ("opening a box", "closing a box"),
        ("putting on a jacket", "taking off a jacket"),
        ("someone puts glasses on", "someone takes glasses off"),
        ("a person lies face down on a mat", "a person lies face up on a mat"),
        ("picks something up from the floor", "puts something down on the floor"),
        ("a thumb up", "a thumb down"),
    ],
)
def test_opposite(caption, other):
    assert opposite(caption) == other


@pytest.mark.parametrize(
    "caption",
    [
        "",
        "a person walks",
        "clapping",
        "jumping up and down",
        "the person walks left and right through a room",
        "sits down on the floor and stands up again",
        "walking in place, without moving forward",
        "does ten push-ups",
        "one person pats the other on the back",
        "a person moves about close to the ground",
        "someone carries a load",
        "swings a leg up and down",
        "from standing to sitting and back",
        "left " * 500,
    ],
)
def test_nothing_is_opposite(caption):
    assert opposite(caption) is None


def test_there_and_back(source_captions):
    found = opposites(source_captions)
    assert len(found) > 0.3 * len(source_captions)
    for caption, other in found.items():
        back = opposite(other)
        assert back is not None, (caption, other)
        assert facts(back) == facts(caption), (caption, other, back)


def test_an_opposite_is_no_paraphrase(source_captions):
    """The check on language models' texts knows those that turn round a side or a direction."""
    turning = {"left", "right", "forward", "backward", "#up", "#down", "#cw", "#ccw"}

    def turns(text: str) -> list[str]:
        return [word for word in facts(text) if word in turning]

    found = opposites(source_captions).items()
    turned = [(caption, other) for caption, other in found if turns(caption) != turns(other)]
    assert len(turned) > 50
    assert all(contradicts(caption, other) for caption, other in turned)


SIDES = st.sampled_from(
    ["turns left", "turns right", "walks to the left", "waves the right hand", "walks forward",
     "walks backwards", "goes upstairs", "goes down the stairs", "sits down", "stands up",
     "points up", "raises the left arm", "pushes a box", "turns clockwise", "lies on the back"]
)  # fmt: skip


@given(SIDES, st.sampled_from(["a person {}", "someone {} slowly", "the person {} with a bag"]))
@settings(deadline=None)
def test_there_and_back_of_sentences(deed, frame):
    caption = frame.format(deed)
    other = opposite(caption)
    assert other is not None
    assert other != caption
    assert facts(opposite(other) or "") == facts(caption)


@given(st.text(max_size=600) | st.lists(st.sampled_from(
    ("left", "right", "up", "down", "from", "to", "the", "sits", "stands", "lies", "lifts",
     "puts", "on", "off", "and", "a", "stairs", "forward", "climbs")
), max_size=20).map(" ".join))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_text(caption):
    other = opposite(caption)
    assert other is None or other != " ".join(caption.split())
