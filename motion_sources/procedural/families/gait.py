"""Walks, runs and stairs: real strides on new footholds.

The strides come from two clips that pybullet carries; the catalogue leaves this family out
where pybullet is not installed.
"""

from __future__ import annotations

from functools import partial

from motion_sources.procedural.footwork.climbs import stairs
from motion_sources.procedural.footwork.walks import (
    limping,
    loaded,
    old,
    on_belt,
    on_the_spot,
    run,
    tiptoe,
    turned_back,
    walk,
)
from motion_sources.procedural.recipe import Recipe

STRIDE_HZ = 12.0
"""The clips that the strides come from have 30 frames a second, and a leg that is nearly straight
magnifies what is between them; with this knees accelerate as in optical captures of walking."""

_gait = partial(Recipe, cutoff_hz=STRIDE_HZ)

RECIPES = (
    _gait(
        "walking", "Walking",
        ("a person walks", "someone walks straight ahead", "walking on level ground",
         "the person takes a walk at a usual pace"),
        walk((1.5, 2.1)),
    ),
    _gait(
        "walking-slowly", "Walking",
        ("a person walks slowly", "someone strolls", "walking at a slow pace",
         "the person ambles along without hurry"),
        walk((1.2, 1.6), (0.75, 1.0)),
    ),
    _gait(
        "walking-briskly", "Walking",
        ("a person walks fast", "someone walks briskly", "walking at a quick pace",
         "the person strides along in a hurry"),
        walk((2.0, 2.35), (0.95, 1.1)),
    ),
    _gait(
        "walking-about", "Walking",
        ("a person walks around", "someone wanders in bends", "walking to and fro in curves",
         "the person walks left and right through a room"),
        walk((1.4, 2.0), bends="wander"),
    ),
    _gait(
        "walking-in-a-circle", "Walking",
        ("a person walks in a circle", "someone walks round to the {side}",
         "walking in circles to the {side}", "the person goes round and round"),
        walk((1.4, 2.0), (0.7, 1.0), bends="circle"),
    ),
    _gait(
        "walking-up-and-down", "Walking",
        ("a person walks, turns round and walks back", "someone paces up and down a room",
         "walking to and fro with turns", "the person turns about while walking"),
        walk((1.4, 2.0), (0.8, 1.0), bends="about", seconds=(15, 32)),
    ),
    _gait(
        "walking-backwards", "Walking",
        ("a person walks backwards", "someone steps back again and again",
         "walking in reverse", "the person goes backward without turning round"),
        turned_back(walk((1.2, 1.8), (0.6, 0.9))),
    ),
    _gait(
        "walking-on-tiptoe", "Walking",
        ("a person walks on tiptoe", "someone walks on the toes", "tiptoeing with heels raised",
         "the person sneaks along on the balls of the feet"),
        walk((1.3, 1.9), (0.6, 0.85), tiptoe),
    ),
    _gait(
        "walking-like-the-old", "Walking",
        ("an old person walks slowly", "someone shuffles along with a bent back",
         "walking slowly in small steps, bent forward", "a frail person takes short steps"),
        walk((1.1, 1.6), (0.5, 0.75), old, wide=1.35, limp=(0.0, 0.05)),
    ),
    _gait(
        "limping", "Walking",
        ("a person limps", "someone walks with a limp", "limping along on a sore leg",
         "the person hobbles, one step shorter than the other"),
        walk((1.2, 1.7), (0.65, 0.9), limping, limp=(0.1, 0.2)),
    ),
    _gait(
        "walking-with-a-box", "Walking",
        ("a person carries a box while walking", "someone walks with a load in both arms",
         "walking and carrying something with both hands", "the person takes a box somewhere"),
        walk((1.4, 1.9), (0.8, 1.0), loaded("box")),
    ),
    _gait(
        "walking-with-a-bag", "Walking",
        ("a person walks with a bag in one hand", "someone carries a shopping bag along",
         "walking with a heavy bag", "the person walks home with the shopping"),
        walk((1.4, 2.0), (0.85, 1.05), loaded("bag")),
    ),
    _gait(
        "walking-with-a-phone", "Walking",
        ("a person looks at a phone while walking", "someone walks and reads on a phone",
         "walking with a phone in the hand", "the person texts while walking"),
        walk((1.3, 1.9), (0.8, 1.0), loaded("phone")),
    ),
    _gait(
        "walking-hands-in-pockets", "Walking",
        ("a person walks with the hands in the pockets", "someone strolls, hands in pockets",
         "walking without swinging the arms", "the person walks along with both hands pocketed"),
        walk((1.4, 2.0), (0.85, 1.05), loaded("pockets")),
    ),
    _gait(
        "walking-on-the-spot", "Conditioning exercise",
        ("a person marches in place", "someone walks on the spot", "marching without moving ahead",
         "the person lifts the feet in turn while staying in place"),
        on_the_spot("walk", (1.4, 2.1)),
    ),
    _gait(
        "walking-on-a-treadmill", "Walking",
        ("a person walks on a treadmill", "someone walks on a moving belt", "treadmill walking",
         "the person walks in place on a treadmill"),
        on_belt(walk((1.5, 2.2))),
    ),
    _gait(
        "treadmill-uphill", "Walking",
        ("a person walks on an inclined treadmill", "someone walks uphill on a treadmill",
         "treadmill walking with a slope", "the person climbs on a tilted belt"),
        on_belt(walk((1.5, 2.0), (0.8, 1.0), slope=(3, 9))),
    ),
    _gait(
        "walking-uphill", "Walking",
        ("a person walks uphill", "someone climbs a slope", "walking up a ramp",
         "the person goes up a hill"),
        walk((1.4, 2.0), (0.75, 1.0), slope=(3, 12)),
    ),
    _gait(
        "walking-downhill", "Walking",
        ("a person walks downhill", "someone comes down a slope", "walking down a ramp",
         "the person goes down a hill"),
        walk((1.5, 2.1), (0.7, 0.95), slope=(-12, -3)),
    ),
    _gait(
        "stairs-up", "Walking",
        ("a person walks upstairs", "someone climbs stairs", "walking up {many} stairs",
         "the person goes up the steps", "climbing a staircase"),
        stairs(1, (1.4, 2.0)),
    ),
    _gait(
        "stairs-down", "Walking",
        ("a person walks downstairs", "someone descends stairs", "walking down {many} stairs",
         "the person goes down the steps", "coming down a staircase"),
        stairs(-1, (1.5, 2.1)),
    ),
    _gait(
        "stairs-up-two-at-a-time", "Walking",
        ("a person climbs stairs two at a time", "someone skips every second step on the way up",
         "walking upstairs, two steps at once", "the person hurries up the stairs in long steps"),
        stairs(1, (1.3, 1.8), at_once=2),
    ),
    _gait(
        "stairs-up-holding-rail", "Walking",
        ("a person walks upstairs holding the rail", "someone climbs stairs with a hand on the "
         "{side} rail", "going up the stairs along the handrail",
         "the person holds on while walking up the steps"),
        stairs(1, (1.2, 1.8), what="rail"),
    ),
    _gait(
        "stairs-down-holding-rail", "Walking",
        ("a person walks downstairs holding the rail", "someone descends stairs with a hand on "
         "the {side} rail", "going down the stairs along the handrail",
         "the person holds on while walking down the steps"),
        stairs(-1, (1.3, 1.9), what="rail"),
    ),
    _gait(
        "stairs-up-with-a-box", "Walking",
        ("a person carries a box upstairs", "someone walks up the stairs with a load",
         "climbing stairs with something in both arms", "the person takes a box up the steps"),
        stairs(1, (1.2, 1.8), what="box"),
    ),
    _gait(
        "stairs-down-with-a-box", "Walking",
        ("a person carries a box downstairs", "someone walks down the stairs with a load",
         "descending stairs with something in both arms", "the person takes a box down the steps"),
        stairs(-1, (1.3, 1.9), what="box"),
    ),
    _gait(
        "running-upstairs", "Running",
        ("a person runs upstairs", "someone runs up the stairs", "running up {many} stairs",
         "the person rushes up a staircase"),
        stairs(1, (2.4, 3.2), gait="run"),
    ),
    _gait(
        "jogging", "Running",
        ("a person jogs", "someone runs slowly", "jogging at an easy pace",
         "the person goes for a jog"),
        run((2.4, 2.8), (1.9, 3.0), (0.34, 0.4)),
    ),
    _gait(
        "running", "Running",
        ("a person runs", "someone runs straight ahead", "running at a steady pace",
         "the person goes for a run"),
        run((2.6, 3.1), (3.0, 4.5), (0.27, 0.33)),
    ),
    _gait(
        "running-in-bends", "Running",
        ("a person runs around", "someone runs in curves", "running left and right",
         "the person jogs about in bends"),
        run((2.5, 3.0), (2.2, 3.5), (0.3, 0.37), bends="wander"),
    ),
    _gait(
        "sprinting", "Running",
        ("a person sprints", "someone runs as fast as possible", "a fast sprint",
         "the person dashes ahead"),
        run((3.7, 4.5), (5.0, 7.2), (0.2, 0.24), seconds=(4, 9)),
    ),
    _gait(
        "running-on-a-treadmill", "Running",
        ("a person runs on a treadmill", "someone jogs on a moving belt", "treadmill running",
         "the person runs in place on a treadmill"),
        on_belt(run((2.5, 3.0), (2.2, 4.0), (0.29, 0.36))),
    ),
    _gait(
        "running-on-the-spot", "Conditioning exercise",
        ("a person jogs in place", "someone runs on the spot", "running without moving ahead",
         "the person runs in place with the knees raised"),
        on_the_spot("run", (2.4, 3.1)),
    ),
)  # fmt: skip
