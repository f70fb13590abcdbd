"""A real stride laid over footholds: phases, pelvis, trunk and arms as controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from imusim.conventions import JOINTS
from motion_sources.procedural import stances
from motion_sources.procedural.controls import SIDES, Controls, blend, living, solve_trunk
from motion_sources.procedural.footwork.footholds import Footholds
from motion_sources.procedural.footwork.manners import Climb, Style
from motion_sources.procedural.footwork.strides import Stride, stride
from motion_sources.procedural.footwork.swings import Feet
from motion_sources.procedural.person import Person
from motion_sources.procedural.timing import RATE_HZ, minimum_jerk, move, through, times

Array = NDArray[np.float64]
Rng = np.random.Generator

REACH = 0.992
"""Share of the leg that the steps may need: knees never quite straighten (5-20 degrees of
flexion in stance, Winter 1991, The Biomechanics and Motor Control of Human Gait)."""
SHOCK_HZ, SHOCK_S = 7.0, 0.05
"""Ringing of the trunk after a foot has come down and its decay, chosen: of the transients of
heel strike (10-75 Hz at the leg) the trunk sees the low end (Whittle 1999, Gait & Posture
10:264)."""
REST_S = 1.5
"""Standing after the last step."""
_BEFORE = 0.1
"""Hips before the ankle in the middle of a stance, over the length of the leg, in the clips: 0.09
walking and 0.2 running."""


def lay(
    rng: Rng,
    person: Person,
    holds: Footholds,
    style: Style,
    climb: Climb | None = None,
    riser: Array | None = None,
) -> tuple[Controls, dict[str, float | Array]]:
    """Controls of a walk over footholds, and its facts.

    Parameters
    ----------
    rng : Generator
    person : Person
    holds : Footholds
        With times.
    style : Style
    climb : Climb, optional
        On stairs.
    riser : (N,) array, optional
        How far each step climbs, m; with ``climb``.
    """
    base = stride(style.gait)
    contact = holds.contact
    time_s = times(contact[-1] + REST_S)
    gap = float(np.median(np.diff(contact[2:])))
    phase = _phase(time_s, contact, int(holds.side[2]), gap)
    moving = move(time_s, contact[2] - gap, contact[2] + 0.4 * gap)
    moving = moving - move(time_s, contact[-1] - 0.5 * gap, contact[-1] + 0.5 * gap)
    steep = np.zeros(len(time_s)) if riser is None else _spread(time_s, contact, abs(riser), gap)
    on_stairs = steep / max(float(steep.max()), 1e-9)
    feet = Feet(person, holds, style, climb, base, time_s, phase, moving, on_stairs)
    tracks = [feet.track(k) for k in (0, 1)]
    start = stances.stand(person)
    controls = blend(time_s, start)
    heading, root = _pelvis(feet, steep, gap, float(start.root[2]))
    turn, bend, head = _trunk(feet, heading)
    forearm = controls.forearm.copy()
    for k in style.carry:
        forearm[:, k, 0] = style.pronate
    controls = replace(
        controls,
        root=root,
        turn=turn,
        spine=bend,
        head=head,
        ankles=np.stack([ankle for ankle, _, _ in tracks], axis=1),
        feet=np.stack([foot for _, foot, _ in tracks], axis=1),
        hands=_hands(person, controls.hands, style, base, phase, moving),
        forearm=forearm,
    )
    controls = _within_reach(person, controls, moving, 0.7 if style.gait == "walk" else 0.95)
    controls = living(controls, rng, person, time_s, sway=0.0, effort=1.6)
    facts: dict[str, float | Array] = {
        "cadence": float(1 / np.mean(np.diff(contact[3:-1]))),
        "contact": contact,
        "begins": float(contact[2] - gap),
        "ends": float(contact[-1] + 0.5 * gap),
        "standing": np.stack([stand for _, _, stand in tracks], axis=-1),
        "place": holds.place,
        "edges": holds.edges,
        "heights": holds.heights,
        "slope": holds.slope,
    }
    return controls, facts


def _pelvis(feet: Feet, steep: Array, gap: float, still: float) -> tuple[Array, Array]:
    """Heading (T,), rad, and places (T, 3), m, of the pelvis.

    It passes a little before each foot in the middle of its stance, and so the middle between
    two feet when the one comes down, or before, where they stand less.

    Parameters
    ----------
    feet : Feet
    steep : (T,) array
        How far the present step climbs, m.
    gap : float
        From one contact to the next, s.
    still : float
        Height of the pelvis when standing, m.
    """
    person, holds, style, climb, base = feet.person, feet.holds, feet.style, feet.climb, feet.base
    time_s, phase, moving, on_stairs = feet.time_s, feet.phase, feet.moving, feet.on_stairs
    contact, leg = holds.contact, person.leg
    at = contact[2:-1] + (feet.duty - 0.5) * gap
    at = np.concatenate([[contact[2] - 1.1 * gap], at, [contact[-1] + 0.4 * gap]])
    stretch = min(float(np.median(np.linalg.norm(np.diff(holds.place, axis=0), axis=1))), 1.2)
    before = _BEFORE * np.clip(stretch / leg, 0.0, 1.0)
    root = through(time_s, at, holds.middle[[0, *range(1, len(contact) - 2), -1]])
    heading = through(time_s, at, holds.yaw[[0, *range(2, len(contact) - 1), -1]])
    sideways = style.sway * base.at("side", phase) * leg * moving
    ahead = (base.at("forward", phase) * (style.up + 0.6 * on_stairs) + before) * leg * moving
    root[:, 0] += ahead * np.cos(heading) - sideways * np.sin(heading)
    root[:, 1] += ahead * np.sin(heading) + sideways * np.cos(heading)
    rise = style.up * base.at("up", phase) * leg * (1 - 0.6 * on_stairs)
    hips = person.sole + person.hip_drop + min(base.height, 0.975) * leg
    root[:, 2] += still + moving * (hips - still + rise)
    if climb is not None:
        beat = 2 * np.pi * (2 * phase - climb.late)
        beat = np.sin(beat) - climb.sharp * np.cos(2 * beat)
        root[:, 2] -= moving * steep * (0.4 + climb.surge / (2 * np.pi) * beat)
    blow = style.shock + (climb.shock - style.shock if climb else 0.0) * on_stairs
    root[:, 2] += moving * blow * _ringing(time_s, contact)
    return heading, root


def _trunk(feet: Feet, heading: Array) -> tuple[Array, Array, Array]:
    """Turn of the pelvis (T, 4), bend of the trunk (T, 3) and of the head (T, 3), rad."""
    style, climb, base = feet.style, feet.climb, feet.base
    phase, moving, on_stairs = feet.phase, feet.moving, feet.on_stairs
    lean = style.lean + (climb.lean - style.lean if climb else 0.0) * on_stairs
    look = style.look + (climb.look - style.look if climb else 0.0) * on_stairs
    rotate = style.rotate * (1 + 0.5 * on_stairs)  # hips hike
    turns = [rotate * base.at(k, phase) for k in ("yaw", "pitch", "roll")]
    spine = [rotate * base.at(k, phase) for k in ("bend", "stoop", "twist")]
    turn = np.stack([*turns, np.zeros(len(phase))], axis=-1) * moving[:, None]
    turn[:, 0] += heading
    turn[:, 1] += 0.35 * lean * moving + 0.04 * moving
    bend = np.stack(spine, axis=-1) * moving[:, None]
    bend[:, 1] += 0.65 * lean * moving
    # Eyes ahead: the head undoes most of what the trunk does (Pozzo et al. 1990, Experimental
    # Brain Research 82:97).
    head = -0.8 * (bend + np.stack([turn[:, 2], turn[:, 1], turn[:, 0] - heading], axis=-1))
    head[:, 1] += look * moving
    return turn, bend, head


def _phase(time_s: Array, contact: Array, first: int, gap: float) -> Array:
    """Strides (T,) done: whole numbers when the left foot comes down, halves for the right."""
    ends = np.arange(1, 13)
    at = np.concatenate([contact[2] - gap * ends[::-1], contact[2:], contact[-1] + gap * ends])
    done = (np.arange(len(at)) - len(ends)) / 2 + first / 2
    return CubicSpline(at, done)(time_s)


def _spread(time_s: Array, contact: Array, values: Array, gap: float) -> Array:
    """What belongs to steps as a smooth track: each step's value holds up to its contact."""
    number = np.clip(np.searchsorted(contact, time_s - 0.2 * gap), 0, len(values) - 1)
    return gaussian_filter1d(values[number], 0.22 * gap * RATE_HZ, mode="nearest")


def _ringing(time_s: Array, contact: Array) -> Array:
    """Height (T,), m, of a pelvis that rings after every contact, of unit acceleration."""
    out = np.zeros(len(time_s))
    for at in contact[2:]:
        since = time_s - at
        near = (since > 0) & (since < 8 * SHOCK_S)
        wave = np.sin(2 * np.pi * SHOCK_HZ * since[near]) * np.exp(-since[near] / SHOCK_S)
        out[near] -= minimum_jerk(since[near] / 0.05) * wave
    return out / (0.5 * (2 * np.pi * SHOCK_HZ) ** 2)


def _hands(
    person: Person, hanging: Array, style: Style, base: Stride, phase: Array, moving: Array
) -> Array:
    """Palms from the shoulders (T, 2, 3): they swing, or carry something."""
    out = hanging.copy()
    for k, mirror in enumerate((1.0, -1.0)):
        place = np.stack([base.at(f"hand_{axis}", phase - 0.5 * k) for axis in "xyz"], axis=-1)
        mean = np.array([base.series[f"hand_{axis}"][0].real for axis in "xyz"])
        place = (mean + style.arms[k] * (place - mean)) * [1, mirror, 1] * person.arm
        out[:, k] += moving[:, None] * (place - out[:, k])
        if k in style.carry:
            beat = 0.006 * np.sin(4 * np.pi * phase)[:, None] * moving[:, None]
            out[:, k] = np.asarray(style.carry[k]) + beat * [0.3, 0, 1]
    return out


def _within_reach(person: Person, controls: Controls, moving: Array, whole: float) -> Controls:
    """The pelvis lowered where a leg would be too short: mostly as a whole, the rest smoothly."""
    root = controls.root.copy()
    for share in (whole, 0.0, 0.0, 0.0):
        trunk = solve_trunk(person, replace(controls, root=root))
        low = np.zeros(len(root))
        for k, side in enumerate(SIDES):
            hip = trunk.position[:, JOINTS.index(f"{side}_hip")]
            apart = np.linalg.norm(hip[:, :2] - controls.ankles[:, k, :2], axis=-1)
            span = np.sqrt(np.maximum((REACH * person.leg) ** 2 - apart**2, 0.01))
            low = np.maximum(low, hip[:, 2] - controls.ankles[:, k, 2] - span)
        if share:
            root[:, 2] -= share * np.quantile(low[moving > 0.99], 0.95) * moving
        else:
            root[:, 2] -= gaussian_filter1d(maximum_filter1d(low, 13), 5.0)
    return replace(controls, root=root)
