"""Captions from the file names of the BVH datasets that put content and style there."""

from __future__ import annotations

import re
from pathlib import Path

_BANDAI_ACTS = {
    "bow": "bows",
    "bye": "waves goodbye with one hand",
    "byebye": "waves goodbye with both hands",
    "call": "calls somebody over",
    "dance-long": "dances for a while",
    "dance-short": "dances briefly",
    "dash": "sprints",
    "guide": "shows somebody the way",
    "kick": "kicks",
    "punch": "punches",
    "respond": "responds to a call",
    "run": "runs",
    "slash": "slashes as with a sword",
    "walk": "walks forward",
    "walk-back": "walks backward",
    "walk-left": "walks sideways to the left",
    "walk-right": "walks sideways to the right",
    "raise-up-both-hands": "raises both hands",
    "raise-up-left-hand": "raises the left hand",
    "raise-up-right-hand": "raises the right hand",
    "turn-left": "walks and turns left",
    "turn-right": "walks and turns right",
    "wave-both-hands": "waves both hands",
    "wave-left-hand": "waves the left hand",
    "wave-right-hand": "waves the right hand",
}
_BANDAI_STYLES = {
    "active": "in an active, lively way",
    "angry": "angrily",
    "childish": "like a child",
    "chimpira": "swaggering like a thug",
    "elderly": "like an elderly person",
    "exhausted": "in an exhausted way",
    "feminine": "in a feminine way",
    "giant": "like a heavy giant",
    "happy": "happily",
    "masculine": "in a masculine way",
    "masculinity": "in a masculine way",
    "musical": "as in a musical",
    "normal": "",
    "not-confident": "without confidence",
    "old": "like an old person",
    "proud": "proudly",
    "sad": "sadly",
    "tired": "in a tired way",
    "youthful": "in a youthful way",
}
_BANDAI_NAME = re.compile(r"^dataset-\d+_([a-z-]+)_([a-z-]+)(?:_\d+)?$")

_STYLE_MOVES = {
    "FW": "walks forward",
    "BW": "walks backward",
    "FR": "runs forward",
    "BR": "runs backward",
    "SW": "walks sideways",
    "SR": "runs sideways",
    "ID": "stands idle",
    "TR": "walks, runs and stops in turn",
}
_STYLE_NAME = re.compile(r"^([A-Za-z]+)_(FW|BW|FR|BR|SW|SR|ID|TR)\d?$")

_LAFAN_ACTS = {
    "aiming": "aims a weapon while moving about",
    "dance": "dances",
    "fallAndGetUp": "falls and gets up again",
    "fight": "fights",
    "fightAndSports": "fights and plays sports",
    "ground": "moves about close to the ground",
    "jumps": "jumps and hops",
    "multipleActions": "does one thing after another",
    "obstacles": "walks over obstacles",
    "push": "pushes something",
    "pushAndFall": "is pushed and falls",
    "pushAndStumble": "is pushed and stumbles",
    "run": "runs",
    "sprint": "sprints",
    "walk": "walks",
}
_LAFAN_NAME = re.compile(r"^([A-Za-z]+)\d*_subject\d+$")


def bandai_namco(file: Path) -> tuple[str, ...]:
    """``dataset-1_bow_active_001``: content and style."""
    named = _BANDAI_NAME.match(file.stem)
    if named is None:
        return ()
    act, style = named.groups()
    if style not in _BANDAI_STYLES:
        # An unknown style, or a content without one.
        return (_sentence(act.replace("-", " "), style.replace("-", " ")),)
    told = _BANDAI_ACTS.get(act)
    plain = f"{act} {style}".replace("-", " ")
    if told is None:
        return (plain,)
    manner = _BANDAI_STYLES[style]
    return (_sentence(f"a person {told}", manner), plain)


def hundred_style(file: Path) -> tuple[str, ...]:
    """``Aeroplane_FW``: style and way of moving."""
    named = _STYLE_NAME.match(file.stem)
    if named is None:
        return ()
    style = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", named.group(1)).lower()
    move = _STYLE_MOVES[named.group(2)]
    manner = "" if style == "neutral" else f"in the style {style!r}"
    return (_sentence(f"a person {move}", manner),)


def lafan1(file: Path) -> tuple[str, ...]:
    """``fallAndGetUp1_subject4``: theme."""
    named = _LAFAN_NAME.match(file.stem)
    if named is None:
        return ()
    theme = named.group(1)
    told = _LAFAN_ACTS.get(theme)
    if told is None:
        return (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", theme).lower(),)
    return (f"a person {told}",)


def _sentence(act: str, manner: str) -> str:
    return f"{act} {manner}".strip()
