"""What the clips of UTD-MHAD and MSR Action3D show, from the action's number in their names."""

from __future__ import annotations

import re

_UTD_NAME = re.compile(r"^a(\d{1,2})_s\d+_t\d+(_skeleton)?$")
_MSR_NAME = re.compile(r"^a(\d{1,2})_s\d+_e\d+(_skeleton3D)?$", re.IGNORECASE)

UTD_MHAD: dict[int, tuple[str, ...]] = {
    1: (
        "a person swipes the right arm to the left",
        "someone sweeps the right hand across the body from right to left",
        "a swipe to the left in front of the chest",
    ),
    2: (
        "a person swipes the right arm to the right",
        "someone sweeps the right hand outward from left to right",
        "a swipe to the right in front of the chest",
    ),
    3: (
        "a person waves with the right hand",
        "someone raises the right hand and waves hello",
        "waving the right hand from side to side",
    ),
    4: (
        "a person claps both hands in front of the body",
        "someone applauds",
        "clapping the hands at chest height",
    ),
    5: (
        "a person throws something with the right arm",
        "someone lifts the right arm and throws overhand",
        "an overhand throw while standing",
    ),
    6: (
        "a person crosses both arms in front of the chest",
        "someone folds the arms over the chest and lets them down again",
        "crossing the arms while standing",
    ),
    7: (
        "a person shoots a basketball",
        "someone raises both hands and throws at a basket",
        "a basketball shot with bent knees and stretched arms",
    ),
    8: (
        "a person draws an x in the air with the right hand",
        "someone writes a cross in front of the body",
        "two crossing strokes of the right hand",
    ),
    9: (
        "a person draws a circle clockwise with the right hand",
        "someone moves the right arm round in a clockwise circle",
        "a clockwise circle in the air in front of the body",
    ),
    10: (
        "a person draws a circle counter-clockwise with the right hand",
        "someone moves the right arm round in a counter-clockwise circle",
        "a counter-clockwise circle in the air in front of the body",
    ),
    11: (
        "a person draws a triangle in the air with the right hand",
        "someone traces three straight lines in front of the body",
        "the right hand draws a triangle",
    ),
    12: (
        "a person bowls with the right hand",
        "someone steps forward and swings the right arm from behind to roll a ball",
        "a bowling throw",
    ),
    13: (
        "a person boxes, punching with both fists",
        "someone throws punches at the front",
        "boxing punches, left and right in turn",
    ),
    14: (
        "a person swings a baseball bat",
        "someone turns from the right and swings with both hands",
        "a baseball batter's swing",
    ),
    15: (
        "a person plays a tennis forehand",
        "someone swings the right arm forward at the side as with a racket",
        "a tennis forehand stroke",
    ),
    16: (
        "a person curls both arms",
        "someone bends the elbows to lift the forearms and lowers them again",
        "an arm curl with both arms",
    ),
    17: (
        "a person serves at tennis",
        "someone throws up a ball and strikes it over the head with the right arm",
        "a tennis serve",
    ),
    18: (
        "a person pushes forward with both hands",
        "someone stretches both arms out in front as if pushing a wall",
        "a push with two hands",
    ),
    19: (
        "a person knocks on a door with the right hand",
        "someone knocks several times in front",
        "knocking with the right fist",
    ),
    20: (
        "a person catches an object with the right hand",
        "someone reaches out and catches something",
        "a catch with one hand",
    ),
    21: (
        "a person picks something up and throws it",
        "someone bends down, takes an object off the floor and throws it with the right arm",
        "picking up and throwing",
    ),
    22: (
        "a person jogs in place",
        "someone runs on the spot with bent elbows",
        "jogging without moving forward",
    ),
    23: (
        "a person walks in place",
        "someone steps on the spot",
        "walking without moving forward",
    ),
    24: (
        "a person stands up from a chair",
        "someone who sits rises to standing",
        "from sitting to standing",
    ),
    25: (
        "a person sits down on a chair",
        "someone who stands lowers the body to sit",
        "from standing to sitting",
    ),
    26: (
        "a person lunges forward with the left foot",
        "someone steps forward, bends both knees and comes back",
        "a forward lunge",
    ),
    27: (
        "a person does a squat with both arms stretched out",
        "someone bends the knees deeply and rises again",
        "a squat",
    ),
}

MSR_ACTION3D: dict[int, tuple[str, ...]] = {
    1: (
        "a person waves high with one arm",
        "someone raises an arm over the head and waves",
        "a high wave of one arm",
    ),
    2: (
        "a person waves one arm level in front of the body",
        "someone moves an arm from side to side at chest height",
        "a horizontal wave of one arm",
    ),
    3: (
        "a person hammers",
        "someone lifts a fist and strikes down as with a hammer",
        "a hammering stroke of one arm",
    ),
    4: (
        "a person catches something with one hand",
        "someone reaches out a hand and catches",
        "a catch with the hand",
    ),
    5: (
        "a person punches forward",
        "someone throws a straight punch with one arm",
        "a forward punch",
    ),
    6: (
        "a person throws something high",
        "someone lifts an arm and throws overhand",
        "a high throw with one arm",
    ),
    7: (
        "a person draws an x in the air",
        "someone makes two crossing strokes with one hand",
        "drawing a cross with the hand",
    ),
    8: (
        "a person draws a tick in the air",
        "someone moves a hand as if ticking a box",
        "drawing a check mark with the hand",
    ),
    9: (
        "a person draws a circle in the air",
        "someone moves an arm round in a circle in front of the body",
        "drawing a circle with the hand",
    ),
    10: (
        "a person claps",
        "someone strikes both hands together in front of the body",
        "a clap of the hands",
    ),
    11: (
        "a person waves with both hands",
        "someone raises both arms and waves",
        "a wave of two hands",
    ),
    12: (
        "a person boxes to the side",
        "someone throws a punch sideways",
        "a sideways boxing punch",
    ),
    13: (
        "a person bends forward and comes up again",
        "someone bows from the waist",
        "bending the body forward",
    ),
    14: (
        "a person kicks forward",
        "someone swings a leg up in front",
        "a forward kick",
    ),
    15: (
        "a person kicks to the side",
        "someone swings a leg out sideways",
        "a side kick",
    ),
    16: (
        "a person jogs in place",
        "someone runs on the spot",
        "jogging without moving forward",
    ),
    17: (
        "a person swings as with a tennis racket",
        "someone plays a tennis stroke with one arm",
        "a tennis swing",
    ),
    18: (
        "a person serves at tennis",
        "someone throws up a ball and strikes it over the head",
        "a tennis serve",
    ),
    19: (
        "a person swings a golf club",
        "someone swings both arms down and up to the other side",
        "a golf swing",
    ),
    20: (
        "a person picks something up and throws it",
        "someone bends down, takes an object off the floor and throws it",
        "picking up and throwing",
    ),
}


def utd_mhad(stem: str) -> tuple[str, ...]:
    """Captions of ``a23_s1_t1_skeleton``; none for another name."""
    return _named(_UTD_NAME, stem, UTD_MHAD)


def msr_action3d(stem: str) -> tuple[str, ...]:
    """Captions of ``a14_s02_e01_skeleton3D``; none for another name."""
    return _named(_MSR_NAME, stem, MSR_ACTION3D)


def _named(
    pattern: re.Pattern[str], stem: str, actions: dict[int, tuple[str, ...]]
) -> tuple[str, ...]:
    found = pattern.match(stem)
    return actions.get(int(found.group(1)), ()) if found else ()
