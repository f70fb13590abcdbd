"""What the clips of NTU RGB+D show, from the action's number in their names."""

from __future__ import annotations

import re

_NAME = re.compile(r"^S\d{3}C\d{3}P\d{3}R\d{3}A(\d{3})", re.IGNORECASE)

# Two ways to say what one person does, after "a person" and "someone".
_ACTS: dict[int, tuple[str, str]] = {
    1: ("drinks water", "lifts a cup to the mouth and drinks"),
    2: ("eats a meal", "takes a bite of a snack"),
    3: ("brushes the teeth", "moves a toothbrush in front of the mouth"),
    4: ("brushes the hair", "combs the hair with one hand"),
    5: ("drops something", "lets an object fall to the floor"),
    6: ("picks something up", "bends down and takes an object from the floor"),
    7: ("throws something", "swings an arm and throws an object"),
    8: ("sits down", "lowers the body onto a seat"),
    9: ("stands up", "rises from a seat"),
    10: ("claps", "claps both hands in front of the body"),
    11: ("reads", "looks down at a page held in the hands"),
    12: ("writes", "writes on paper with one hand"),
    13: ("tears up paper", "rips a sheet of paper apart"),
    14: ("puts on a jacket", "slips both arms into a jacket"),
    15: ("takes off a jacket", "pulls both arms out of a jacket"),
    16: ("puts on a shoe", "bends down and puts a shoe on"),
    17: ("takes off a shoe", "bends down and pulls a shoe off"),
    18: ("puts on glasses", "lifts glasses to the face"),
    19: ("takes off glasses", "takes glasses down from the face"),
    20: ("puts on a hat", "lifts a cap onto the head"),
    21: ("takes off a hat", "takes a cap from the head"),
    22: ("cheers up", "raises the fists and rejoices"),
    23: ("waves a hand", "raises a hand and waves"),
    24: ("kicks something", "swings a leg forward to kick"),
    25: ("reaches into a pocket", "puts a hand into a pocket and takes it out"),
    26: ("hops on one foot", "jumps up and down on one leg"),
    27: ("jumps up", "leaps up with both feet"),
    28: ("makes a phone call", "holds a phone to the ear"),
    29: ("plays with a phone", "taps on a tablet held in front"),
    30: ("types on a keyboard", "moves the fingers over a keyboard"),
    31: ("points at something", "stretches out an arm and points"),
    32: ("takes a selfie", "holds a phone up to take a picture of oneself"),
    33: ("checks the time", "lifts the wrist and looks at a watch"),
    34: ("rubs both hands", "rubs the palms together"),
    35: ("nods or bows", "bends the head forward"),
    36: ("shakes the head", "turns the head from side to side"),
    37: ("wipes the face", "moves a hand over the face"),
    38: ("salutes", "raises a hand to the forehead"),
    39: ("puts the palms together", "presses both palms together before the chest"),
    40: ("crosses both hands in front", "crosses the arms to say stop"),
    41: ("sneezes or coughs", "coughs with a hand before the mouth"),
    42: ("staggers", "sways and steps unsteadily"),
    43: ("falls", "falls down to the floor"),
    44: ("touches the head because it aches", "holds the head in pain"),
    45: ("touches the chest because it aches", "holds the stomach or the heart in pain"),
    46: ("touches the back because it aches", "holds the lower back in pain"),
    47: ("touches the neck because it aches", "holds the neck in pain"),
    48: ("feels sick and vomits", "bends forward as if to vomit"),
    49: ("fans oneself", "waves a hand before the face to cool down"),
    61: ("puts on headphones", "lifts headphones over the ears"),
    62: ("takes off headphones", "takes headphones down from the ears"),
    63: ("shoots at a basket", "throws a ball up with both hands"),
    64: ("bounces a ball", "dribbles a ball with one hand"),
    65: ("swings a tennis bat", "plays a stroke with a racket"),
    66: ("juggles table tennis balls", "keeps a small ball in the air with a bat"),
    67: ("hushes", "holds a finger to the lips"),
    68: ("flicks the hair", "throws the hair back with a hand"),
    69: ("shows a thumb up", "holds out a fist with the thumb up"),
    70: ("shows a thumb down", "holds out a fist with the thumb down"),
    71: ("makes an OK sign", "holds up a ring of thumb and finger"),
    72: ("makes a victory sign", "holds up two fingers"),
    73: ("staples a book", "presses a stapler down"),
    74: ("counts money", "pushes notes from one hand to the other"),
    75: ("cuts nails", "clips the nails of one hand"),
    76: ("cuts paper", "cuts a sheet with scissors"),
    77: ("snaps the fingers", "holds up a hand and snaps"),
    78: ("opens a bottle", "twists the cap off a bottle"),
    79: ("sniffs", "smells at something held to the nose"),
    80: ("squats down", "bends the knees deeply and rises"),
    81: ("tosses a coin", "flips a coin up and catches it"),
    82: ("folds paper", "folds a sheet with both hands"),
    83: ("crumples up paper", "crushes a sheet into a ball"),
    84: ("plays with a magic cube", "turns the sides of a cube in the hands"),
    85: ("puts cream on the face", "rubs the cheeks with a hand"),
    86: ("puts cream on the back of a hand", "rubs one hand with the other"),
    87: ("puts on a bag", "swings a backpack onto the shoulders"),
    88: ("takes off a bag", "lets a backpack down from the shoulders"),
    89: ("puts something into a bag", "reaches down and lays an object in a bag"),
    90: ("takes something out of a bag", "reaches into a bag and lifts an object out"),
    91: ("opens a box", "folds back the lid of a box"),
    92: ("moves a heavy object", "carries something heavy with both arms"),
    93: ("shakes a fist", "raises a fist and shakes it"),
    94: ("throws up a cap", "tosses a hat into the air"),
    95: ("puts both hands up", "raises both arms to surrender"),
    96: ("crosses the arms", "folds the arms over the chest"),
    97: ("circles the arms", "swings both arms round in circles"),
    98: ("swings the arms", "moves both arms back and forth"),
    99: ("runs on the spot", "jogs without moving forward"),
    100: ("kicks backward", "runs on the spot with the heels up to the seat"),
    101: ("touches each foot with the opposite hand", "bends down across to the toes in turn"),
    102: ("kicks to the side", "swings a leg out sideways"),
    103: ("yawns", "holds a hand to the mouth and yawns"),
    104: ("stretches", "stretches the arms and the back"),
    105: ("blows the nose", "holds a tissue to the nose"),
}

# What two people do: one towards or with the other.
_PAIRS: dict[int, tuple[str, str]] = {
    50: ("one person punches the other", "a punch or slap between two people"),
    51: ("one person kicks the other", "a kick between two people"),
    52: ("one person pushes the other", "a push between two people"),
    53: ("one person pats the other on the back", "a pat on the back between two people"),
    54: ("one person points a finger at the other", "pointing between two people"),
    55: ("two people hug", "an embrace of two people"),
    56: ("one person gives something to the other", "handing over an object"),
    57: ("one person touches the other's pocket", "reaching into another person's pocket"),
    58: ("two people shake hands", "a handshake"),
    59: ("two people walk towards each other", "walking up to another person"),
    60: ("two people walk apart", "walking away from another person"),
    106: ("one person hits the other with an object", "a blow with an object between two people"),
    107: ("one person wields a knife at the other", "a threat with a knife"),
    108: ("one person knocks the other over", "bumping into another person"),
    109: ("one person grabs the other's things", "snatching something from another person"),
    110: ("one person shoots at the other with a gun", "aiming a gun at another person"),
    111: ("one person steps on the other's foot", "stepping on another person's foot"),
    112: ("two people do a high five", "a clap of two people's hands over the head"),
    113: ("two people cheer and drink", "two people raise their glasses"),
    114: ("two people carry something together", "carrying an object with another person"),
    115: ("one person takes a photo of the other", "taking a picture of another person"),
    116: ("one person follows the other", "walking behind another person"),
    117: ("one person whispers in the other's ear", "leaning over to whisper"),
    118: ("two people exchange things", "swapping objects with another person"),
    119: ("one person supports the other", "holding up another person who walks"),
    120: ("two people play rock, paper, scissors", "finger guessing with another person"),
}


def ntu(stem: str) -> tuple[str, ...]:
    """Captions of ``S001C002P003R002A013``; none for another name."""
    action = _action(stem)
    if action in _PAIRS:
        return _PAIRS[action]
    first, second = _ACTS.get(action, ("", ""))
    return (f"a person {first}", f"someone {second}") if first else ()


def is_pair(stem: str) -> bool:
    """Whether a file shows two people."""
    return _action(stem) in _PAIRS


def _action(stem: str) -> int:
    found = _NAME.match(stem)
    return int(found.group(1)) if found else 0
