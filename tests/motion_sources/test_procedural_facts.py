"""What recipes say was drawn is found in the poses."""

import numpy as np
import pytest
from procedural_clips import clip, palm, place, visits, within
from scipy.optimize import least_squares

from imusim.conventions import JOINTS, STANDARD_GRAVITY
from motion_sources.procedural.families.shapes import by_power_law
from motion_sources.procedural.jump import hops, tiptoe
from motion_sources.procedural.person import draw_person
from motion_sources.procedural.timing import RATE_HZ, minimum_jerk, moves, times

NUMBERS = (0, 1, 2)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "name", ["drinking-cup", "drinking-bottle", "eating-spoon", "eating-fork", "eating-by-hand"]
)
def test_a_hand_comes_to_the_mouth_as_often_as_is_said(name, number):
    of = clip(f"arms/{name}", number)
    facts, person = of[1].facts, of[2]
    mouth = place(of, "head", person.mouth)
    away = np.linalg.norm(palm(of, facts["hand"]) - mouth, axis=1)
    assert visits(away, facts["mouth"] + 0.05, 0.2) == facts["count"]
    assert away.min() > facts["mouth"] - 0.05


@pytest.mark.parametrize("number", NUMBERS)
def test_a_phone_is_held_at_the_ear(number):
    of = clip("arms/phoning", number)
    facts, person = of[1].facts, of[2]
    k = facts["hand"]
    ear = place(of, "head", np.array([0.012, (1 - 2 * k) * 0.058, 0.012]) * person.stature)
    away = np.linalg.norm(palm(of, k) - ear, axis=1)
    held = within(of, facts["begins"] + 2.5, facts["ends"] - 2.5)
    assert away[held].max() < 0.05


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["reaching-to-shelf", "opening-cupboard", "opening-drawer"])
def test_a_hand_reaches_the_height_of_the_handle(name, number):
    of = clip(f"household/{name}", number)
    facts, person = of[1].facts, of[2]
    height = palm(of, facts["hand"])[:, 2]
    reachable = place(of, "spine3")[0, 2] + 0.1 * person.stature + 0.9 * person.arm
    if name == "opening-drawer":
        assert np.abs(height - facts["height"]).min() < 0.05
    else:
        assert height.max() > min(facts["height"], reachable) - 0.07


@pytest.mark.parametrize("number", range(6))
def test_a_drawn_circle_is_one_of_that_radius_turns_and_sense(number):
    of = clip("shapes/circle", number)
    facts = of[1].facts
    hand = palm(of, facts["hand"])
    start = facts["draws"][0]
    track = hand[within(of, *start)]
    middle = track.mean(axis=0)
    _, _, axes = np.linalg.svd(track - middle, full_matrices=False)
    flat = (track - middle) @ axes[:2].T
    assert np.ptp((track - middle) @ axes[2]) < 0.03
    fit = least_squares(lambda p: np.hypot(*(flat - p[:2]).T) - p[2], [0, 0, facts["half"]])
    assert fit.x[2] == pytest.approx(facts["half"], rel=0.06)
    assert np.abs(fit.fun).max() < 0.02  # a standing body sways
    angle = np.unwrap(np.arctan2(*(flat - fit.x[:2]).T[::-1]))
    assert abs(angle[-1] - angle[0]) / (2 * np.pi) == pytest.approx(facts["turns"], abs=0.03)
    # Seen by who draws: against the normal that points away from them, or down on the table.
    normal = np.cross(axes[0], axes[1])
    head = place(of, "head")[0]
    away = np.array([0, 0, -1.0]) if facts["flat"] else (middle - head) * [1, 1, 0]
    sense = np.sign(angle[-1] - angle[0]) * np.sign(normal @ away)
    assert (sense > 0) == bool(facts["clockwise"])


def test_a_hand_slows_where_a_curve_bends_by_the_two_thirds_power_law():
    angle = np.linspace(0, 4 * np.pi, 800)
    ellipse = np.stack([0.2 * np.cos(angle), 0.08 * np.sin(angle)], axis=1)
    track = by_power_law(ellipse, 6.0, 0.3)
    velocity = np.gradient(track, 0.01, axis=0)
    acceleration = np.gradient(velocity, 0.01, axis=0)
    speed = np.hypot(*velocity.T)
    bend = np.abs(velocity[:, 0] * acceleration[:, 1] - velocity[:, 1] * acceleration[:, 0])
    inside = slice(60, -60)
    curvature = bend[inside] / speed[inside] ** 3
    slope = np.polyfit(np.log(curvature), np.log(speed[inside]), 1)[0]
    assert slope == pytest.approx(-1 / 3, abs=0.08)


def test_moves_have_the_profile_of_least_jerk():
    u = np.linspace(0, 1, 1001)
    position = minimum_jerk(u)
    speed = np.gradient(position, u)
    assert position[500] == pytest.approx(0.5)
    assert speed.max() == pytest.approx(1.875, rel=1e-4)
    assert np.abs(np.gradient(speed, u)).max() == pytest.approx(10 / np.sqrt(3), rel=0.01)
    time_s = times(3.0)
    track = moves(time_s, [0.0, 1.0], [(0.5, 1.5, [2.0, 1.0]), (1.2, 2.0, [2.0, -1.0])])
    np.testing.assert_allclose(track[[0, -1]], [[0, 1], [2, -1]], atol=1e-12)
    np.testing.assert_allclose(track[:, 0], 2 * minimum_jerk((time_s - 0.5) / 1.0), atol=1e-12)


@pytest.mark.parametrize("number", NUMBERS)
def test_squats_are_as_deep_and_as_many_as_is_said(number):
    of = clip("exercises/squats", number)
    facts = of[1].facts
    height = place(of, "pelvis")[:, 2]
    assert height.min() == pytest.approx(facts["low"], abs=0.01)
    middle = (height.max() + height.min()) / 2
    assert visits(height, middle - 0.02, middle + 0.02) == facts["count"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("name", "joint", "sign"),
    [("floor/push-ups", "neck", 1), ("floor/bridges", "pelvis", -1),
     ("exercises/calf-raises", "pelvis", -1)],
)  # fmt: skip
def test_repetitions_are_counted(name, joint, sign, number):
    of = clip(name, number)
    height = sign * place(of, joint)[:, 2]
    middle, margin = (height.max() + height.min()) / 2, 0.1 * np.ptp(height)
    assert visits(height, middle - margin, middle + margin) == of[1].facts["count"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "name", ["jumping-jacks", "jumping-on-the-spot", "squat-jumps", "skipping-rope", "hopping"]
)
def test_nothing_but_gravity_acts_in_a_flight(name, number):
    of = clip(f"jumps/{name}", number)
    height = place(of, "pelvis")[:, 2]
    ankles = np.stack([place(of, f"{s}_ankle")[:, 2] for s in ("left", "right")], axis=1)
    for off, land in of[1].facts["flights"]:
        inside = np.flatnonzero(within(of, off + 0.02, land - 0.02))
        fall = np.diff(height[inside], 2) * RATE_HZ**2
        np.testing.assert_allclose(fall, -STANDARD_GRAVITY, atol=0.02)
        # The body falls as one: the feet as high over the floor as the pelvis over take-off.
        rise = height[inside] - height[inside[0]]
        np.testing.assert_allclose(
            ankles[inside] - ankles[inside[0]], rise[:, None] + [0, 0], atol=0.01
        )


def test_heels_rise_about_the_balls_of_the_feet():
    person = draw_person(np.random.default_rng(3))
    rise = np.linspace(0, 0.08, 9)
    pitch, forward = tiptoe(person, rise)
    ahead, _, down = person.bone("left_foot")
    ball = np.stack(
        [
            forward + ahead * np.cos(pitch) + down * np.sin(pitch),
            rise - ahead * np.sin(pitch) + down * np.cos(pitch),
        ]
    )
    np.testing.assert_allclose(ball, np.array([[ahead], [down]]) + np.zeros(9), atol=1e-9)


def test_hops_leave_the_floor_at_their_speed_and_land_with_it():
    person = draw_person(np.random.default_rng(1))
    hop = hops(person, np.array([1.0, 1.5]), np.array([0.08, 0.1, 0.1]), 0.05)
    flight = hop.flights[:, 1] - hop.flights[:, 0]
    np.testing.assert_allclose(flight, 2 * np.array([1.0, 1.5]) / STANDARD_GRAVITY)
    assert hop.lift.max() == pytest.approx(0.05 + 1.5**2 / (2 * STANDARD_GRAVITY), abs=1e-3)
    assert hop.ankles.min() > -1e-3
    assert np.abs(np.diff(hop.lift, 2)).max() * RATE_HZ**2 < 60


@pytest.mark.parametrize("number", NUMBERS)
def test_a_seat_bears_who_sits(number):
    for name in ("sitting", "sitting-high", "sitting-low"):
        of = clip(f"postures/{name}", number)
        hips = place(of, "pelvis")[:, 2]
        np.testing.assert_allclose(hips, of[1].facts["seat"] + of[2].seat, atol=1e-6)


def test_every_clip_of_arms_and_gestures_moves_a_hand_and_leaves_the_feet():
    for name in ("arms/drinking-cup", "gestures/waving", "chores/wiping-table", "shapes/square"):
        of = clip(name)
        feet = of[3][:, [JOINTS.index("left_ankle"), JOINTS.index("right_ankle")]]
        assert np.ptp(feet, axis=0).max() < 0.005
        assert max(np.ptp(palm(of, k), axis=0).max() for k in (0, 1)) > 0.1
