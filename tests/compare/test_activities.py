"""Captions and labels meet in activities."""

from __future__ import annotations

import pytest

from imusim.compare.activities import activities_of, named, parse_activity, read_activities
from imusim.errors import ConfigError

LABELS = {
    "wk": "walking",
    "wu": "walking upstairs",
    "wd": "walking downstairs",
    "r": "running",
    "s": "sitting",
    "l": "lying",
}


@pytest.mark.parametrize(
    ("caption", "activity"),
    [
        ("a person walks forward", "walking"),
        ("A man is Walking.", "walking"),
        ("she walks slowly upstairs", "walking upstairs"),
        ("someone runs", "running"),
        ("sits on a chair", "sitting"),
        ("he is lying down", "lying"),
        ("a sidewalk", None),
        ("waves", None),
    ],
)
def test_captions_are_of_the_label_whose_words_they_have(caption, activity):
    assert named([caption], activities_of(LABELS)) == activity


def test_labels_are_their_own():
    for label, words in LABELS.items():
        assert named([label, words], activities_of(LABELS), "labels") == words


def test_stated_on_the_command_line():
    gait = parse_activity("gait = walk|stroll ")
    assert gait.name == "gait"
    assert named(["they STROLL"], [gait]) == "gait" == named(["walking"], [gait], "labels")
    for text in ("gait", "=walk", "gait=", "gait=(walk"):
        with pytest.raises(ConfigError, match=r"--activity"):
            parse_activity(text)


def test_stated_in_a_file(tmp_path):
    file = tmp_path / "activities.toml"
    file.write_text('[gait]\ncaptions = ["walk", "run"]\nlabels = "^w"\n[rest]\ncaptions = "sit"\n')
    gait, rest = read_activities(file)
    assert named(["a run"], [gait, rest]) == "gait"
    assert named(["wk"], [gait, rest], "labels") == "gait"
    assert named(["sitting"], [gait, rest], "labels") == "rest"
    for text in ("", "[gait]\n", "gait = 3\n", "[gait]\ncaptions = 3\n", "[a]\nwords='x'\n", "["):
        file.write_text(text)
        with pytest.raises(ConfigError, match=r"activities\.toml"):
            read_activities(file)
